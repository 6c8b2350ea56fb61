#include "cmd/docker/choose_endpoint.h"

#include <sys/un.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cmd/docker/docker_config.h"
#include "cmd/registry/config_file.h"
#include "flow/http/authority.h"

namespace flow {
namespace {

constexpr char kDefaultHost[] = "unix:///var/run/docker.sock";
// Docker CLI's name for "none": the engine at kDefaultHost.
constexpr char kDefaultContext[] = "default";

struct Scheme {
  const char* prefix;
  Endpoint::Kind kind;
  bool tls;
};

constexpr Scheme kSchemes[] = {
    {"unix://", Endpoint::Kind::kUnix, false},
    {"tcp://", Endpoint::Kind::kTcp, false},
    {"http://", Endpoint::Kind::kTcp, false},
    {"https://", Endpoint::Kind::kTcp, true},
};

std::string SshRefusal(absl::string_view host) {
  // ssh://USER@HOST:PORT
  absl::string_view where = absl::StripPrefix(host, "ssh://");
  where = where.substr(0, where.find('/'));
  std::string port;
  if (const size_t colon = where.rfind(':'); colon != absl::string_view::npos && !absl::EndsWith(where, "]")) {
    port = absl::StrCat(" -p ", where.substr(colon + 1));
    where = where.substr(0, colon);
  }
  return absl::StrCat(
      "flow does not speak ssh:// itself. Forward the engine's socket, and use that:\n"
      "  ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock",
      port, " ", where, " &\n  --host=unix:///tmp/engine.sock");
}

absl::Status ParseUnix(absl::string_view rest, Endpoint& endpoint) {
  if (!absl::StartsWith(rest, "/")) {
    return absl::InvalidArgumentError("the path of the socket must begin with a slash: unix:///var/run/docker.sock");
  }
  if (rest.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the path of a socket has at most ",
                                                   sizeof(sockaddr_un::sun_path) - 1,
                                                   " bytes; a symbolic link to it may be shorter"));
  }
  endpoint.socket = std::string(rest);
  endpoint.url = "http://localhost";
  return absl::OkStatus();
}

absl::Status ParseTcp(absl::string_view rest, Endpoint& endpoint) {
  const absl::string_view text = rest.substr(0, rest.find('/'));
  absl::StatusOr<http::Authority> authority = http::ParseAuthority(text);
  if (!authority.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(authority.status().message(), ": tcp://build-7:2376"));
  }
  if (authority->host.empty()) authority->host = "127.0.0.1";              // as for the docker program: tcp://:2375
  if (authority->port == 0) authority->port = endpoint.tls ? 2376 : 2375;  // Docker's
  endpoint.host = authority->host;
  endpoint.url = absl::StrCat(http::UrlOf(*authority, endpoint.tls), rest.substr(text.size()));
  return absl::OkStatus();
}

// Slashes at the end say nothing; those of "tcp://" stay.
absl::string_view WithoutSlashesBehind(absl::string_view address) {
  const size_t scheme = address.find("://");
  const size_t least = scheme == absl::string_view::npos ? 1 : scheme + 3;
  while (address.size() > least && address.back() == '/') address.remove_suffix(1);
  return address;
}

// `tls`: whether TLS was asked for beside the address. Messages without the address and where it is from.
absl::Status ParseAddress(absl::string_view address, bool tls, Endpoint& endpoint) {
  address = WithoutSlashesBehind(address);
  if (absl::StartsWith(address, "ssh://")) return absl::InvalidArgumentError(SshRefusal(address));
  if (absl::StartsWith(address, "/")) {
    return absl::InvalidArgumentError(absl::StrCat("a socket is written unix://", address));
  }
  endpoint.address = std::string(address);
  for (const Scheme& scheme : kSchemes) {
    if (!absl::ConsumePrefix(&address, scheme.prefix)) continue;
    endpoint.kind = scheme.kind;
    if (scheme.kind == Endpoint::Kind::kUnix) return ParseUnix(address, endpoint);
    endpoint.tls = tls || scheme.tls;
    return ParseTcp(address, endpoint);
  }
  if (absl::StrContains(address, "://")) {
    return absl::InvalidArgumentError(absl::StrCat("flow speaks to unix:// and tcp:// addresses, not to ",
                                                   address.substr(0, address.find("://") + 3)));
  }
  // "127.0.0.1:2375": tcp is meant, as for the docker program.
  endpoint.address = absl::StrCat("tcp://", endpoint.address);
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.tls = tls;
  return ParseTcp(address, endpoint);
}

std::string IfThere(std::string path) { return access(path.c_str(), F_OK) == 0 ? path : std::string(); }

// An address of --host or DOCKER_HOST, with the TLS settings of the environment.
absl::StatusOr<Endpoint> FromAddress(const std::string& address, const Environment& environment) {
  Endpoint endpoint;
  const bool tls = !Variable(environment, "DOCKER_TLS_VERIFY").empty();
  if (absl::Status status = ParseAddress(address, tls, endpoint); !status.ok()) return status;
  if (!endpoint.tls) return endpoint;
  std::string folder = Variable(environment, "DOCKER_CERT_PATH");
  const bool named = !folder.empty();
  if (!named) folder = DockerConfigFolder(environment);
  endpoint.ca = IfThere(absl::StrCat(folder, "/ca.pem"));
  endpoint.certificate = IfThere(absl::StrCat(folder, "/cert.pem"));
  endpoint.key = IfThere(absl::StrCat(folder, "/key.pem"));
  if (named && endpoint.ca.empty() && endpoint.certificate.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "DOCKER_CERT_PATH is ", folder, ", and there is neither ca.pem nor cert.pem in it that can be read"));
  }
  if (endpoint.certificate.empty() != endpoint.key.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, " has one of cert.pem and key.pem; it must have both or none"));
  }
  endpoint.tls_set_by = absl::StrCat(tls ? "DOCKER_TLS_VERIFY" : "the address",
                                     named ? " and DOCKER_CERT_PATH (" : " (files of ", folder, ")");
  return endpoint;
}

absl::StatusOr<Endpoint> FromContext(const std::string& folder, const std::string& name) {
  absl::StatusOr<DockerContext> context = LoadContext(folder, name);
  if (absl::IsNotFound(context.status())) {
    const std::vector<std::string> names = ContextNames(folder);
    return absl::FailedPreconditionError(absl::StrCat(
        "there is no such context in ", folder, "/contexts; ",
        names.empty() ? "none is there" : absl::StrCat("there are: default, ", absl::StrJoin(names, ", "))));
  }
  if (!context.ok()) return context.status();
  Endpoint endpoint;
  const bool tls = context->skip_tls_verify || !context->ca.empty() || !context->certificate.empty();
  const std::string host = context->host.empty() ? kDefaultHost : context->host;
  if (absl::Status status = ParseAddress(host, tls, endpoint); !status.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("its address is ", host, ": ", status.message()));
  }
  if (!endpoint.tls) return endpoint;
  endpoint.ca = std::move(context->ca);
  endpoint.certificate = std::move(context->certificate);
  endpoint.key = std::move(context->key);
  endpoint.tls_set_by = absl::StrCat("context \"", name, "\"");
  if (context->skip_tls_verify) {
    endpoint.note =
        absl::StrCat("context \"", name, "\" asks not to verify the engine's certificate; flow always does");
  }
  return endpoint;
}

// Which context would be used were there no address: its name ("" for the default) and what says so.
struct ContextChoice {
  std::string name;
  std::string said_by;  // "DOCKER_CONTEXT", "current in /home/u/.docker/config.json"
  std::string unread;   // why the current one is not known
};

absl::StatusOr<ContextChoice> ChooseContext(const Environment& environment) {
  ContextChoice choice{Variable(environment, "DOCKER_CONTEXT"), "DOCKER_CONTEXT", ""};
  if (choice.name.empty()) {
    const std::string folder = DockerConfigFolder(environment);
    absl::StatusOr<std::string> current = CurrentContext(folder);
    // HOME is another user's, as after `sudo -u` or setpriv: his contexts are not ours.
    if (absl::IsPermissionDenied(current.status()))
      return ContextChoice{"", "", std::string(current.status().message())};
    if (!current.ok()) return current.status();
    choice = {*std::move(current), absl::StrCat("current in ", folder, "/config.json"), ""};
  }
  if (choice.name == kDefaultContext) choice.name.clear();
  return choice;
}

// The error with what it is about: "DOCKER_HOST is "…": …".
absl::Status About(absl::StatusCode code, absl::string_view setting, const absl::Status& status) {
  return absl::Status(code, absl::StrCat("cannot tell which engine to use. ", setting, ": ", status.message()));
}

}  // namespace

absl::StatusOr<Endpoint> ChooseEndpoint(absl::string_view host_flag, const Environment& environment) {
  const std::string of_environment = Variable(environment, "DOCKER_HOST");
  const absl::StatusOr<ContextChoice> context = ChooseContext(environment);
  if (!host_flag.empty() || !of_environment.empty()) {
    const bool flag = !host_flag.empty();
    const std::string address = flag ? std::string(host_flag) : of_environment;
    const char* const setting = flag ? "--host" : "DOCKER_HOST";
    absl::StatusOr<Endpoint> endpoint = FromAddress(address, environment);
    if (!endpoint.ok()) {
      const bool wrong_flag = flag && absl::IsInvalidArgument(endpoint.status());
      return About(wrong_flag ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(setting, " is \"", address, "\""), endpoint.status());
    }
    endpoint->chosen_by = setting;
    std::vector<std::string> unused;
    if (flag && !of_environment.empty()) unused.push_back(absl::StrCat("DOCKER_HOST (", of_environment, ")"));
    if (context.ok() && !context->name.empty()) {
      unused.push_back(absl::StrCat("context \"", context->name, "\" (", context->said_by, ")"));
    }
    if (!unused.empty()) {
      endpoint->note = absl::StrCat(absl::StrJoin(unused, " and "), unused.size() > 1 ? " were" : " was",
                                    " not used, because ", setting, flag ? " was given" : " is set");
    }
    return endpoint;
  }
  if (!context.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot tell which engine to use: ", context.status().message(),
                     ". Repair it, or say which with --host, for example --host=", kDefaultHost));
  }
  if (context->name.empty()) {
    absl::StatusOr<Endpoint> endpoint = FromAddress(kDefaultHost, environment);
    if (endpoint.ok()) endpoint->chosen_by = "the default";
    if (endpoint.ok() && !context->unread.empty()) {
      endpoint->note = absl::StrCat(context->unread, ": the context that it may set is not used");
    }
    return endpoint;
  }
  const std::string chosen_by = absl::StrCat("context \"", context->name, "\" (", context->said_by, ")");
  absl::StatusOr<Endpoint> endpoint = FromContext(DockerConfigFolder(environment), context->name);
  if (!endpoint.ok()) return About(absl::StatusCode::kFailedPrecondition, chosen_by, endpoint.status());
  endpoint->chosen_by = chosen_by;
  return endpoint;
}

}  // namespace flow
