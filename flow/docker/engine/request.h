// A Call as an HTTP request, for one API version.
#ifndef FLOW_DOCKER_ENGINE_REQUEST_H_
#define FLOW_DOCKER_ENGINE_REQUEST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/json.h"
#include "flow/http/message.h"
#include "flow/http/query.h"
#include "flow/pipeline/image_reference.h"
#include "flow/text/document.h"
#include "flow/text/json.h"

namespace flow::docker::engine {

// The request that makes `call`, under "/v1.41" or whatever `version` is. Ping goes without one: its answer is what the
// version is negotiated from.
http::Request BuildRequest(const Call& call, const compose::ApiVersion& version);

// What is wanted of a container's output.
struct LogsQuery {
  std::string id;
  bool follow = false;
  std::string tail = "all";  // or a number of lines
  // By the engine's clock. The infinite past and future: all of it.
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

// The request for the stream of a container's output, with a time before each line (log_lines.h reads it).
http::Request BuildLogsRequest(const LogsQuery& query, const compose::ApiVersion& version);

// The request for the stream of everything that happens to containers with these labels, from `since` (the engine's
// clock) on where it is set. There is no filter on the event's name: Podman's names differ.
http::Request BuildEventsRequest(const std::vector<std::string>& labels, int64_t since_nano,
                                 const compose::ApiVersion& version);

// The value of a `filters` parameter: {"label":["a=b"]}; empty where no filter has a value. Values of one filter are
// alternatives (but all labels must match), filters restrict one another.
inline std::string Filters(const std::vector<std::pair<std::string, std::vector<std::string>>>& filters) {
  text::Mapping some;
  for (const auto& [name, values] : filters) some.AddUnlessEmpty(name, text::List(values.begin(), values.end()));
  return some.empty() ? "" : text::Json(some, text::JsonLayout::kCompact);
}

// Text as a regular expression that matches it alone: the engine takes names in filters as one.
inline std::string LiteralPattern(absl::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '_') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

namespace internal {

inline std::vector<std::string> OneOrNone(const std::string& value) {
  return value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value};
}

// The request without its version. One function a call, in the order of call.h.
struct RequestBuilder {
  http::Request operator()(const Ping&) const { return {.target = "/_ping"}; }
  http::Request operator()(const GetInfo&) const { return {.target = "/info"}; }
  http::Request operator()(const ListContainers& call) const {
    std::vector<std::string> patterns;
    for (const std::string& name : call.names) patterns.push_back(absl::StrCat("^/?", LiteralPattern(name), "$"));
    const std::string filters =
        Filters({{"label", call.labels}, {"name", patterns}, {"volume", OneOrNone(call.volume)}});
    return {.target = absl::StrCat("/containers/json", http::Query({{"all", "1"}, {"filters", filters}}))};
  }
  http::Request operator()(const ListNetworks& call) const {
    std::vector<std::string> names = OneOrNone(call.name);
    // Podman's has that name in answers alone.
    if (call.and_bridge) names.insert(names.end(), {kBridge, "podman"});
    const std::string filters = Filters({{"name", names}, {"label", call.labels}});
    return {.target = absl::StrCat("/networks", http::Query({{"filters", filters}}))};
  }
  http::Request operator()(const ListVolumes& call) const {
    const std::string filters = Filters({{"name", OneOrNone(call.name_prefix)}, {"label", call.labels}});
    return {.target = absl::StrCat("/volumes", http::Query({{"filters", filters}}))};
  }
  http::Request operator()(const ListImages&) const { return {.target = "/images/json"}; }
  http::Request operator()(const InspectContainer& call) const { return {.target = Container(call.id, "json")}; }
  http::Request operator()(const SampleStats& call) const {
    return {.target = absl::StrCat(Container(call.id, "stats"), http::Query({{"stream", "false"}}))};
  }
  http::Request operator()(const InspectNetwork& call) const {
    return {.target = absl::StrCat("/networks/", http::PercentEncode(call.id))};
  }
  http::Request operator()(const InspectImage& call) const {
    return {.target = absl::StrCat("/images/", http::PercentEncode(call.reference), "/json")};
  }
  http::Request operator()(const TailLogs& call) const {
    return {
        .target = absl::StrCat(
            Container(call.id, "logs"),
            http::Query({{"stdout", "1"}, {"stderr", "1"}, {"timestamps", "1"}, {"tail", absl::StrCat(call.lines)}}))};
  }
  http::Request operator()(const ReadFile& call) const {
    // Beside the file there are a few headers of 512 bytes.
    return {.target = absl::StrCat(Container(call.id, "archive"), http::Query({{"path", call.path}})),
            .most_body = call.most + 64 * 1024};
  }
  http::Request operator()(const PullImage& call) const {
    const pipeline::ImageReference image = pipeline::ParseImageReference(call.reference);
    http::Request request = {
        .method = "POST",
        .target = absl::StrCat("/images/create",
                               http::Query({{"fromImage", absl::StrCat(image.registry, "/", image.repository)},
                                            {"tag", image.digest.empty() ? image.tag : image.digest}}))};
    if (!call.registry_auth.empty()) request.headers["X-Registry-Auth"] = call.registry_auth;
    return request;
  }
  http::Request operator()(const CreateNetwork& call) const {
    return {.method = "POST", .target = "/networks/create", .body = WriteJson(call.config)};
  }
  http::Request operator()(const CreateVolume& call) const {
    return {.method = "POST", .target = "/volumes/create", .body = WriteJson(call.config)};
  }
  http::Request operator()(const CreateContainer& call) const {
    return {.method = "POST",
            .target = absl::StrCat("/containers/create", http::Query({{"name", call.name}})),
            .body = WriteJson(call.config)};
  }
  http::Request operator()(const RenameContainer& call) const {
    return {.method = "POST", .target = absl::StrCat(Container(call.id, "rename"), http::Query({{"name", call.name}}))};
  }
  http::Request operator()(const StartContainer& call) const {
    return {.method = "POST", .target = Container(call.id, "start")};
  }
  http::Request operator()(const UnpauseContainer& call) const {
    return {.method = "POST", .target = Container(call.id, "unpause")};
  }
  http::Request operator()(const StopContainer& call) const {
    const std::string seconds =
        call.grace == absl::InfiniteDuration() ? "" : absl::StrCat(absl::ToInt64Seconds(call.grace));
    return {.method = "POST", .target = absl::StrCat(Container(call.id, "stop"), http::Query({{"t", seconds}}))};
  }
  http::Request operator()(const RemoveContainer& call) const {
    return {.method = "DELETE",
            .target = absl::StrCat("/containers/", http::PercentEncode(call.id),
                                   http::Query({{"force", "1"}, {"v", call.with_volumes ? "1" : ""}}))};
  }
  http::Request operator()(const RemoveNetwork& call) const {
    return {.method = "DELETE", .target = absl::StrCat("/networks/", http::PercentEncode(call.id))};
  }
  http::Request operator()(const RemoveVolume& call) const {
    return {.method = "DELETE", .target = absl::StrCat("/volumes/", http::PercentEncode(call.name))};
  }

  static std::string Container(absl::string_view id, absl::string_view what) {
    return absl::StrCat("/containers/", http::PercentEncode(id), "/", what);
  }
};

}  // namespace internal

inline http::Request BuildRequest(const Call& call, const compose::ApiVersion& version) {
  http::Request request = std::visit(internal::RequestBuilder(), call);
  if (!std::holds_alternative<Ping>(call)) {
    request.target = absl::StrCat("/v", version.ToString(), request.target);
  }
  return request;
}

inline http::Request BuildLogsRequest(const LogsQuery& query, const compose::ApiVersion& version) {
  const auto seconds = [](absl::Time time) -> std::string {
    if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "";
    const int64_t nanos = absl::ToUnixNanos(time);
    return absl::StrFormat("%d.%09d", nanos / 1000000000, nanos % 1000000000);
  };
  return {.target = absl::StrCat("/v", version.ToString(), "/containers/", http::PercentEncode(query.id), "/logs",
                                 http::Query({{"stdout", "1"},
                                              {"stderr", "1"},
                                              {"timestamps", "1"},
                                              {"follow", query.follow ? "1" : ""},
                                              {"tail", query.tail},
                                              {"since", seconds(query.since)},
                                              {"until", seconds(query.until)}}))};
}

inline http::Request BuildEventsRequest(const std::vector<std::string>& labels, int64_t since_nano,
                                        const compose::ApiVersion& version) {
  const std::string filters = Filters({{"type", {"container"}}, {"label", labels}});
  const std::string since =
      since_nano == 0 ? "" : absl::StrFormat("%d.%09d", since_nano / 1000000000, since_nano % 1000000000);
  return {.target =
              absl::StrCat("/v", version.ToString(), "/events", http::Query({{"since", since}, {"filters", filters}}))};
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_REQUEST_H_
