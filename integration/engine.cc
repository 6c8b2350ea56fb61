#include "integration/engine.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "cmd/base/environment.h"
#include "cmd/docker/choose_endpoint.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/engine/log_frames.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"
#include "flow/http/query.h"
#include "flow/project/labels.h"
#include "gtest/gtest.h"
#include "testkit/client.h"
#include "testkit/eventually.h"

namespace flow::integration {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

std::string NameOf(const docker::engine::ContainerSummary& container) {
  return container.names().empty() ? container.id() : std::string(absl::StripPrefix(container.names(0), "/"));
}

template <typename Labels>
bool Holds(const std::string& name, const Labels& labels, const std::string& token) {
  if (absl::StrContains(name, token)) return true;
  for (const char* key : {project::kPipelineLabel, project::kNamespaceLabel, docker::engine::kComposeProjectLabel}) {
    const auto label = labels.find(key);
    if (label != labels.end() && absl::StrContains(label->second, token)) return true;
  }
  return false;
}

// A ustar archive of one entry.
std::string TarOf(const File& file) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& bytes) { header.replace(at, bytes.size(), bytes); };
  put(0, file.path.substr(1));
  put(100, "0000644");
  put(124, absl::StrFormat("%011o", file.bytes.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, file.link.empty() ? "0" : "2");
  put(157, file.link);
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, absl::StrFormat("%06o", sum) + std::string("\0 ", 2));
  return header + file.bytes + std::string((512 - file.bytes.size() % 512) % 512 + 1024, '\0');
}

}  // namespace

std::string Holdings::ToString() const {
  return absl::StrCat("containers: ", absl::StrJoin(containers, " "), "; networks: ", absl::StrJoin(networks, " "),
                      "; volumes: ", absl::StrJoin(volumes, " "));
}

Engine::Engine() {
  const char* host = std::getenv("FLOW_TEST_HOST");
  absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(host == nullptr ? "" : host, ProcessEnvironment());
  if (!endpoint.ok()) {
    ADD_FAILURE() << endpoint.status();
    return;
  }
  endpoint_ = *std::move(endpoint);
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint_);
  if (!client.ok()) {
    ADD_FAILURE() << client.status();
    return;
  }
  client_ = *std::move(client);
  const auto pong = Ask<docker::engine::Pong>(docker::engine::Ping());
  if (const auto newest = compose::ParseApiVersion(pong.api_version); newest.ok()) version_ = *newest;
}

http::Response Engine::Exchange(const http::Request& request) {
  if (client_ == nullptr) return {};
  testkit::Answer answer = testkit::Ask(*client_, request, kPatience);
  if (answer.ok()) return *std::move(answer);
  ADD_FAILURE() << request.method << " " << request.target << ": " << answer.status();
  return {};
}

http::Response Engine::Send(const std::string& method, const std::string& target, const std::string& body) {
  return Exchange({.method = method, .target = absl::StrCat("/v", version_.ToString(), target), .body = body});
}

Json Engine::Do(const std::string& method, const std::string& target, const std::string& body) {
  const http::Response response = Send(method, target, body);
  if (response.status == 0 || response.status >= 400) {
    ADD_FAILURE() << method << " " << target << ": " << response.status << " " << response.body;
  }
  return ParseJson(response.body);
}

docker::engine::Reply Engine::AskAny(const docker::engine::Call& call) {
  const http::Response response = Exchange(docker::engine::BuildRequest(call, version_));
  if (response.status == 0) return {};
  absl::StatusOr<docker::engine::Reply> reply = docker::engine::ReadReply(call, response);
  if (reply.ok()) return *std::move(reply);
  ADD_FAILURE() << reply.status();
  return {};
}

std::vector<docker::engine::ContainerSummary> Engine::Containers(const std::string& token) {
  std::vector<docker::engine::ContainerSummary> found;
  const auto containers = Ask<docker::engine::ContainerList>(docker::engine::ListContainers());
  for (const docker::engine::ContainerSummary& container : containers.containers()) {
    if (Holds(NameOf(container), container.labels(), token)) found.push_back(container);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return NameOf(a) < NameOf(b); });
  return found;
}

Holdings Engine::Of(const std::string& token) {
  Holdings holdings;
  for (const docker::engine::ContainerSummary& container : Containers(token))
    holdings.containers.push_back(NameOf(container));
  const auto networks = Ask<docker::engine::NetworkList>(docker::engine::ListNetworks());
  for (const docker::engine::NetworkSummary& network : networks.networks()) {
    if (Holds(network.name(), network.labels(), token)) holdings.networks.push_back(network.name());
  }
  const auto volumes = Ask<docker::engine::VolumeList>(docker::engine::ListVolumes());
  for (const docker::engine::VolumeSummary& volume : volumes.volumes()) {
    if (Holds(volume.name(), volume.labels(), token)) holdings.volumes.push_back(volume.name());
  }
  return holdings;
}

std::vector<std::string> Engine::VolumeNames() {
  std::vector<std::string> names;
  const auto volumes = Ask<docker::engine::VolumeList>(docker::engine::ListVolumes());
  for (const docker::engine::VolumeSummary& volume : volumes.volumes()) {
    names.push_back(volume.name());
  }
  return names;
}

Json Engine::Inspect(const std::string& container) {
  const http::Response response = Send("GET", absl::StrCat("/containers/", container, "/json"));
  return response.status == 200 ? ParseJson(response.body) : Json();
}

std::string Engine::Logs(const std::string& container, int lines) {
  return absl::StrJoin(Ask<docker::engine::LogLines>(docker::engine::TailLogs{container, lines}).lines, "\n");
}

// The two streams of a command, as they were written.
static std::string OutputOf(absl::string_view body) {
  std::string text;
  for (const docker::engine::LogFrame& frame : docker::engine::LogFrameReader().Read(body)) text += frame.bytes;
  return std::string(absl::StripSuffix(text, "\n"));
}

std::string Engine::Exec(const std::string& container, const std::vector<std::string>& command) {
  const std::string words = absl::StrJoin(command, ",", [](std::string* out, const std::string& word) {
    absl::StrAppend(out, "\"", absl::CEscape(word), "\"");
  });
  const Json exec = Do("POST", absl::StrCat("/containers/", container, "/exec"),
                       absl::StrCat(R"({"AttachStdout": true, "AttachStderr": true, "Cmd": [)", words, "]}"));
  const http::Response response =
      Send("POST", absl::StrCat("/exec/", Text(At(exec, {"Id"})), "/start"), R"({"Detach": false, "Tty": false})");
  return OutputOf(response.body);
}

std::string Engine::Run(const std::string& name, const std::string& config) {
  const std::string id = Text(At(Do("POST", absl::StrCat("/containers/create?name=", name), config), {"Id"}));
  Do("POST", absl::StrCat("/containers/", id, "/start"));
  return id;
}

void Engine::Stop(const std::string& container, int grace_seconds) {
  Do("POST", absl::StrCat("/containers/", container, "/stop?t=", grace_seconds));
  EXPECT_TRUE(testkit::Eventually([&] {
    const std::vector<docker::engine::ContainerSummary> named = Containers(container);
    return std::all_of(named.begin(), named.end(), [](const auto& one) { return one.state() != "running"; });
  }));
}

void Engine::Remove(const std::string& container) {
  const http::Response response = Send("DELETE", absl::StrCat("/containers/", container, "?force=1&v=1"));
  // 409: something else is removing it.
  if (response.status >= 400 && response.status != 404 && response.status != 409) ADD_FAILURE() << response.body;
}

std::string Engine::MakeImage(const std::string& image, const std::vector<std::string>& dockerfile,
                              const std::vector<File>& files) {
  const size_t colon = image.rfind(':'), slash = image.rfind('/');
  const size_t begin = slash == std::string::npos ? 0 : slash + 1;
  const std::string container =
      Text(At(Do("POST", absl::StrCat("/containers/create?name=", image.substr(begin, colon - begin), "-base"),
                 R"({"Image": "busybox:1.36", "Cmd": ["sh"]})"),
              {"Id"}));
  for (const File& file : files) {
    const http::Response response =
        Send("PUT", absl::StrCat("/containers/", container, "/archive?path=/"), TarOf(file));
    if (response.status != 200) ADD_FAILURE() << response.body;
  }
  std::string changes;
  for (const std::string& line : dockerfile) {
    absl::StrAppend(&changes, "&changes=", http::PercentEncode(line));
  }
  const Json made = Do("POST",
                       absl::StrCat("/commit?container=", container, "&repo=", image.substr(0, colon),
                                    "&tag=", image.substr(colon + 1), changes),
                       "{}");  // Podman takes no absent body for an empty one
  Remove(container);
  return Text(At(made, {"Id"}));
}

void Engine::RemoveImage(const std::string& image) { Send("DELETE", absl::StrCat("/images/", image, "?force=1")); }

void Engine::Push(const std::string& image, const std::string& reference, const std::string& auth) {
  const size_t colon = reference.rfind(':');
  const std::string name = reference.substr(0, colon), tag = reference.substr(colon + 1);
  Do("POST", absl::StrCat("/images/", image, "/tag?repo=", http::PercentEncode(name), "&tag=", tag));
  http::Request push = {.method = "POST",
                        .target = absl::StrCat("/v", version_.ToString(), "/images/", name, "/push?tag=", tag)};
  push.headers["X-Registry-Auth"] = auth;
  const http::Response pushed = Exchange(push);
  if (pushed.status != 200 || absl::StrContains(pushed.body, "\"error\"")) ADD_FAILURE() << pushed.body;
}

void Engine::MakeForeignImage(const std::string& image) {
  std::string saved = Send("GET", "/images/busybox:1.36/get").body;
  // All of one length: the archive's headers stay true.
  saved =
      absl::StrReplaceAll(saved, {{R"("architecture":"amd64")", R"("architecture":"arm64")"}, {"busybox:1.36", image}});
  http::Request load = {.method = "POST", .target = absl::StrCat("/v", version_.ToString(), "/images/load?quiet=1")};
  load.headers["Content-Type"] = "application/x-tar";
  load.body = std::move(saved);
  const http::Response loaded = Exchange(load);
  if (loaded.status != 200 || !absl::StrContains(loaded.body, "Loaded")) ADD_FAILURE() << loaded.body;
}

void Engine::RemoveAll(const std::string& token) {
  const Holdings holdings = Of(token);
  for (const std::string& container : holdings.containers) Remove(container);
  // By id: engines can have two of one name.
  const auto networks = Ask<docker::engine::NetworkList>(docker::engine::ListNetworks());
  for (const docker::engine::NetworkSummary& network : networks.networks()) {
    if (!Holds(network.name(), network.labels(), token)) continue;
    const auto containers = Ask<docker::engine::NetworkInspect>(docker::engine::InspectNetwork{network.id()});
    for (const auto& [id, endpoint] : containers.containers()) {
      Send("POST", absl::StrCat("/networks/", network.id(), "/disconnect"),
           absl::StrCat(R"({"Container": ")", id, R"(", "Force": true})"));
    }
    Send("DELETE", absl::StrCat("/networks/", network.id()));
  }
  for (const std::string& volume : holdings.volumes) Send("DELETE", absl::StrCat("/volumes/", volume, "?force=1"));
}

}  // namespace flow::integration
