#include "cmd/docker/unreachable.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cmd/http/trouble.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/negotiate.h"

namespace flow {
namespace {

// Where engines put their sockets. "~" is HOME, "$" XDG_RUNTIME_DIR.
struct KnownSocket {
  const char* path;
  const char* whose;
};

constexpr KnownSocket kKnownSockets[] = {
    {"/var/run/docker.sock", "Docker"},
    {"$/docker.sock", "rootless Docker"},
    {"~/.docker/run/docker.sock", "Docker Desktop or rootless Docker"},
    {"~/.docker/desktop/docker.sock", "Docker Desktop"},
    {"~/.colima/default/docker.sock", "Colima"},
    {"~/.colima/docker.sock", "Colima"},
    {"~/.orbstack/run/docker.sock", "OrbStack"},
    {"~/.rd/docker.sock", "Rancher Desktop"},
    {"$/podman/podman.sock", "rootless Podman"},
    {"/run/podman/podman.sock", "Podman"},
};

std::string Expand(const std::string& path, const Environment& environment) {
  if (path[0] == '/') return path;
  std::string base = Variable(environment, path[0] == '~' ? "HOME" : "XDG_RUNTIME_DIR");
  // A shell of cron, sudo or ssh may lack it; systemd's place is always this.
  if (base.empty() && path[0] == '$') base = absl::StrCat("/run/user/", getuid());
  return base.empty() ? base : absl::StrCat(base, path.substr(1));
}

bool IsSocket(const std::string& path) {
  struct stat found;
  return !path.empty() && stat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

std::string SeenSockets(const Endpoint& endpoint, const Environment& environment) {
  std::string lines;
  std::vector<std::pair<dev_t, ino_t>> told;
  struct stat found;
  if (!endpoint.socket.empty() && stat(endpoint.socket.c_str(), &found) == 0)
    told.emplace_back(found.st_dev, found.st_ino);
  for (const KnownSocket& known : kKnownSockets) {
    const std::string path = Expand(known.path, environment);
    if (!IsSocket(path) || stat(path.c_str(), &found) != 0) continue;
    const auto file = std::make_pair(found.st_dev, found.st_ino);
    if (std::find(told.begin(), told.end(), file) != told.end()) continue;
    told.push_back(file);
    absl::StrAppend(&lines, "\n  --host=unix://", path, "   (", known.whose,
                    access(path.c_str(), W_OK) == 0 ? "" : "; no permission", ")");
  }
  if (lines.empty()) return lines;
  return absl::StrCat("\nThese sockets are on this machine; the flag uses one:", lines);
}

std::string GroupName(gid_t gid) {
  const group* found = getgrgid(gid);
  return found != nullptr ? found->gr_name : absl::StrCat(gid);
}

std::string UserName(uid_t uid) {
  const passwd* found = getpwuid(uid);
  return found != nullptr ? found->pw_name : absl::StrCat(uid);
}

// Whether the group file has the user in the group, which a shell opened before that does not yet know.
bool IsMember(const std::string& user, gid_t gid) {
  const group* found = getgrgid(gid);
  if (found == nullptr) return false;
  for (char** member = found->gr_mem; *member != nullptr; ++member) {
    if (user == *member) return true;
  }
  return false;
}

std::string ExplainPermission(const Endpoint& endpoint) {
  struct stat found;
  if (stat(endpoint.socket.c_str(), &found) != 0) {
    if (errno == EACCES)
      return absl::StrCat("Permission denied: a folder above ", endpoint.socket, " is closed to you.");
    return absl::StrCat("Permission denied on ", endpoint.socket, ".");
  }
  const std::string user = UserName(geteuid()), group = GroupName(found.st_gid);
  std::string text =
      absl::StrFormat("Permission denied: the socket %s belongs to user %s and group %s, mode %04o; you are %s.",
                      endpoint.socket, UserName(found.st_uid), group, found.st_mode & 07777, user);
  if (IsMember(user, found.st_gid)) {
    return absl::StrCat(text, "\nYou are in the group ", group, ", but not yet in this session: log out and in again.");
  }
  if ((found.st_mode & S_IWGRP) != 0 && found.st_gid != 0) {
    return absl::StrCat(text, "\nJoin the group ", group,
                        " (its members have root's power through the engine), then log out and in again:\n",
                        "  sudo usermod -aG ", group, " $USER");
  }
  return absl::StrCat(text, "\nRun the command as ", UserName(found.st_uid), ".");
}

// Empty: there is a socket at the path, or nothing.
std::string ExplainNoSocket(const Endpoint& endpoint) {
  struct stat found;
  if (stat(endpoint.socket.c_str(), &found) != 0 || S_ISSOCK(found.st_mode)) return "";
  return absl::StrCat(
      endpoint.socket, " is there, but is no socket",
      S_ISDIR(found.st_mode) ? " (a folder: a container that mounted it before the engine was there makes one)." : ".");
}

std::string ExplainMissing(const Endpoint& endpoint) {
  if (const std::string other = ExplainNoSocket(endpoint); !other.empty()) return other;
  return absl::StrCat("There is no socket ", endpoint.socket,
                      ": the engine is not started, not installed, or has its socket elsewhere.\nStart it with "
                      "`sudo systemctl start docker` (or `sudo service docker start`); on Debian and Ubuntu "
                      "`sudo apt-get install docker.io` installs one.");
}

std::string ExplainRefused(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::kTcp) {
    return absl::StrCat("The connection was refused: nothing listens at ", endpoint.address,
                        ".\nSee whether the engine runs there, and whether it listens on this port (dockerd's -H).");
  }
  if (const std::string other = ExplainNoSocket(endpoint); !other.empty()) return other;
  return absl::StrCat("The socket ", endpoint.socket, " is there, but nothing listens on it: the engine has stopped.\n",
                      "Start it with `sudo systemctl start docker` (or `sudo service docker start`).");
}

std::string TlsSettings(const Endpoint& endpoint) {
  return endpoint.tls_set_by.empty() ? "TLS" : absl::StrCat("TLS (set by ", endpoint.tls_set_by, ")");
}

// Where to put certificates for this endpoint.
std::string CertificatePlace(const Endpoint& endpoint) {
  if (endpoint.tls_set_by.rfind("context", 0) == 0) return absl::StrCat("those of ", endpoint.tls_set_by);
  return "{ca,cert,key}.pem in the folder that DOCKER_CERT_PATH names";
}

std::string Explain(const Endpoint& endpoint, const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kNoSocketFile:
      return ExplainMissing(endpoint);
    case Trouble::kPermissionDenied:
      return ExplainPermission(endpoint);
    case Trouble::kRefused:
      return ExplainRefused(endpoint);
    case Trouble::kUnknownHost:
      return absl::StrCat("The name \"", endpoint.host,
                          "\" is not known to this machine's resolver. Is it spelled right?");
    case Trouble::kUnreachableHost:
      return absl::StrCat("The machine cannot be reached, or does not answer: ", status.message(),
                          ".\nSee the network, a firewall between, and the port.");
    case Trouble::kProxy:
      return absl::StrCat(
          "The proxy on the way, which the environment names (http_proxy, https_proxy, all_proxy), was of "
          "no use: ",
          status.message(), ".\nWhere none is to be on the way, name the engine's host in NO_PROXY.");
    case Trouble::kEngineSpeaksTls:
      return "What listens there speaks TLS, and flow was not told to.\nSet DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH "
             "to the folder "
             "with ca.pem, cert.pem and key.pem.";
    case Trouble::kEngineSpeaksNoTls:
      return absl::StrCat("What listens there does not speak ", TlsSettings(endpoint),
                          ".\nSee whether the port is right (2376 is ",
                          "usual with TLS, 2375 without); to speak to it unprotected, unset DOCKER_TLS_VERIFY.");
    case Trouble::kCertificateForOtherName:
      return absl::StrCat("The engine's certificate is for another name than \"", endpoint.host,
                          "\": ", status.message(), ".\nUse a name that is in it, in ", endpoint.chosen_by,
                          ", or give the engine a certificate with this one.");
    case Trouble::kCertificateExpired:
      return absl::StrCat(
          "The engine's certificate is out of date, or this machine's clock is wrong: ", status.message(), ".");
    case Trouble::kCertificateUntrusted:
      return absl::StrCat(
          "The engine's certificate is from an authority that is not trusted: ", status.message(), ".\n",
          endpoint.ca.empty() ? "No ca.pem was found" : absl::StrCat("Trusted are those in ", endpoint.ca),
          "; certificates are ", CertificatePlace(endpoint), ".");
    case Trouble::kAuthoritiesUnusable:
      return absl::StrCat("The file ", endpoint.ca,
                          " with the authorities that are trusted cannot be used: ", status.message(),
                          ".\nCertificates are ", CertificatePlace(endpoint), ".");
    case Trouble::kOwnCertificateUnusable:
      return absl::StrCat("The certificate ", endpoint.certificate, " cannot be used: ", status.message(),
                          ".\nCertificates are ", CertificatePlace(endpoint), ".");
    case Trouble::kOwnKeyUnusable:
      return absl::StrCat("The key ", endpoint.key, " cannot be used, or is not that of ", endpoint.certificate, ": ",
                          status.message(), ".\nCertificates are ", CertificatePlace(endpoint), ".");
    case Trouble::kOwnCertificateRefused:
      return absl::StrCat(endpoint.certificate.empty()
                              ? "The engine wants a certificate of the client, and there is none"
                              : absl::StrCat("The engine does not take the certificate ", endpoint.certificate),
                          ": ", status.message(), ".\nCertificates are ", CertificatePlace(endpoint), ".");
    case Trouble::kTlsOther:
      return absl::StrCat(TlsSettings(endpoint), " could not be agreed on: ", status.message(), ".");
    case Trouble::kNotHttp:
      return "Something listens there that is no engine: it does not answer in HTTP. See whether the port is right.";
    case Trouble::kConnectionLost:
      return absl::StrCat("It took the connection and closed it without an answer: ", status.message(),
                          ".\nIt may be starting or stopping, or be no engine.");
    case Trouble::kDeadline:
      return absl::StrCat("It took the connection, but did not answer: ", status.message(),
                          ".\nIt may hang, or be no engine.");
    case Trouble::kNone:  // it has answered, and not as an engine that can be spoken with
      break;
  }
  return absl::StrCat(status.message(), "\nflow speaks Engine API ", compose::kOldestApiVersion.ToString(), " to ",
                      docker::engine::kNewestApiVersion.ToString(), ".");
}

// Sockets of this machine help where a socket was not found or what was set is dead; not where the right one was found.
bool WantsHints(Trouble trouble) {
  return trouble == Trouble::kNoSocketFile || trouble == Trouble::kPermissionDenied || trouble == Trouble::kRefused ||
         trouble == Trouble::kUnknownHost || trouble == Trouble::kUnreachableHost;
}

}  // namespace

std::string ExplainUnreachable(const Endpoint& endpoint, const absl::Status& status, const Environment& environment) {
  const bool answered = TroubleOf(status) == Trouble::kNone;
  std::string text = absl::StrCat(answered ? "cannot speak with the engine at " : "cannot reach the engine at ",
                                  endpoint.address, endpoint.chosen_by == "the default" ? " (" : " (from ",
                                  endpoint.chosen_by, ")\n", Explain(endpoint, status));
  if (!endpoint.note.empty()) absl::StrAppend(&text, "\nNote: ", endpoint.note, ".");
  if (WantsHints(TroubleOf(status))) absl::StrAppend(&text, SeenSockets(endpoint, environment));
  return text;
}

}  // namespace flow
