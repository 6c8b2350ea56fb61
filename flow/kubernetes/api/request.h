// A Call as an HTTP request.
#ifndef FLOW_KUBERNETES_API_REQUEST_H_
#define FLOW_KUBERNETES_API_REQUEST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/http/message.h"
#include "flow/http/query.h"
#include "flow/kubernetes/api/call.h"
#include "flow/text/character.h"
#include "flow/text/document.h"
#include "flow/text/json.h"

namespace flow::kubernetes::api {

// The request that makes `call`. Bodies are JSON; that of an apply, which is read as YAML 1.1, says the same in both.
http::Request BuildRequest(const Call& call);

// The request for what happens from watch.resource_version on, which the server ends after `at_most`.
http::Request BuildWatchRequest(const Watch& watch, absl::Duration at_most);

// What is wanted of a container's output.
struct LogsQuery {
  std::string namespace_;
  std::string pod;
  std::string container;
  bool follow = false;
  bool previous = false;  // of the run before this one
  int tail = -1;          // lines; -1: all
  // By the node's clock, to the second. The infinite past: all of it.
  absl::Time since = absl::InfinitePast();
};

// The request for the stream of a container's output, with a time before each line.
http::Request BuildLogsRequest(const LogsQuery& query);

// How it is done

namespace internal {

// A tail's bytes: a program may write a line without an end.
inline constexpr int kMostTailBytes = 1 << 20;

// "/apis/apps/v1/namespaces/flow-a/deployments"
inline std::string PathOf(Kind kind, absl::string_view namespace_) {
  const KindNames& names = NamesOf(kind);
  const absl::string_view root = absl::StrContains(names.api_version, '/') ? "/apis/" : "/api/";
  const std::string within =
      names.namespaced && !namespace_.empty() ? absl::StrCat("namespaces/", http::PercentEncode(namespace_), "/") : "";
  return absl::StrCat(root, names.api_version, "/", within, names.resource);
}

inline std::string PathOf(const ObjectName& object) {
  return absl::StrCat(PathOf(object.kind, object.namespace_), "/", http::PercentEncode(object.name));
}

inline std::string LogPath(const std::string& namespace_, const std::string& pod) {
  return absl::StrCat(PathOf(ObjectName{Kind::kPod, namespace_, pod}), "/log");
}

inline std::string Flag(bool on) { return on ? "true" : ""; }
inline std::string DryRun(bool on) { return on ? "All" : ""; }

inline text::Mapping Preconditions(const Precondition& only) {
  text::Mapping preconditions;
  preconditions.AddUnlessEmpty("uid", only.uid);
  preconditions.AddUnlessEmpty("resourceVersion", only.resource_version);
  return preconditions;
}

// The document as an apply sends it: what its holder is meant to be stands in its metadata.
inline text::Mapping WithPrecondition(const text::Mapping& document, const Precondition& only) {
  const text::Mapping conditions = Preconditions(only);
  text::Mapping with;
  for (const text::Mapping::Entry& entry : document.entries()) {
    if (entry.kind != text::Mapping::Entry::Kind::kMember) continue;
    const auto* const mapping = std::get_if<text::Mapping>(&entry.value.any());
    if (entry.text != "metadata" || mapping == nullptr) {
      with.Add(entry.text, entry.value);
      continue;
    }
    text::Mapping metadata = *mapping;
    for (const text::Mapping::Entry& condition : conditions.entries()) metadata.Add(condition.text, condition.value);
    with.Add(entry.text, std::move(metadata));
  }
  return with;
}

inline std::string Body(const text::Mapping& document) { return text::Json(document, text::JsonLayout::kCompact); }

// Whether readers of YAML 1.1 take a character between quotes for itself: they refuse control characters, and what ends a
// line there becomes a space, or loses the spaces beside it.
inline bool IsItselfInYaml(uint32_t code) {
  return text::IsYaml(code) && code != 0x85 && code != 0x2028 && code != 0x2029;
}

// The same, with such characters as escapes. JSON has none of them but in its strings.
inline std::string YamlBody(const text::Mapping& document) {
  const std::string json = Body(document);
  std::string body;
  body.reserve(json.size());
  for (absl::string_view rest = json; !rest.empty();) {
    const text::Character character = text::TakeCharacter(rest);
    if (IsItselfInYaml(character.code)) {
      body.append(character.bytes.data(), character.bytes.size());
    } else {
      absl::StrAppendFormat(&body, "\\u%04x", character.code);
    }
  }
  return body;
}

// "a=b,c": all of them.
inline std::string Selector(const std::vector<std::string>& conditions) { return absl::StrJoin(conditions, ","); }

// One function a call, in the order of call.h.
struct RequestBuilder {
  http::Request operator()(const GetVersion&) const { return {.target = "/version"}; }
  http::Request operator()(const List& call) const {
    return {.target = absl::StrCat(PathOf(call.kind, call.namespace_),
                                   http::Query({{"labelSelector", Selector(call.labels)},
                                                {"fieldSelector", Selector(call.fields)},
                                                {"limit", call.limit == 0 ? "" : absl::StrCat(call.limit)}}))};
  }
  http::Request operator()(const Get& call) const { return {.target = PathOf(call.object)}; }
  http::Request operator()(const ListEvents& call) const {
    // Those about what is in no namespace are in this one.
    const std::string namespace_ = call.object.namespace_.empty() ? "default" : call.object.namespace_;
    std::vector<std::string> fields = {absl::StrCat("involvedObject.kind=", NamesOf(call.object.kind).name),
                                       absl::StrCat("involvedObject.name=", call.object.name)};
    if (!call.uid.empty()) fields.push_back(absl::StrCat("involvedObject.uid=", call.uid));
    return (*this)(List{.kind = Kind::kEvent, .namespace_ = namespace_, .labels = {}, .fields = std::move(fields)});
  }
  http::Request operator()(const TailLogs& call) const {
    return {.target = absl::StrCat(LogPath(call.namespace_, call.pod),
                                   http::Query({{"container", call.container},
                                                {"tailLines", absl::StrCat(call.lines)},
                                                {"limitBytes", absl::StrCat(kMostTailBytes)},
                                                {"previous", Flag(call.previous)}}))};
  }
  http::Request operator()(const Apply& call) const {
    return {.method = "PATCH",
            .target = absl::StrCat(PathOf(call.object), http::Query({{"fieldManager", kFieldManager},
                                                                     {"force", Flag(call.force)},
                                                                     {"dryRun", DryRun(call.dry_run)}})),
            .body = YamlBody(WithPrecondition(call.document, call.only)),
            .headers = {{"Content-Type", "application/apply-patch+yaml"}}};
  }
  http::Request operator()(const Create& call) const {
    return {.method = "POST",
            .target = absl::StrCat(PathOf(call.object.kind, call.object.namespace_), Changing(call.dry_run)),
            .body = Body(call.document)};
  }
  http::Request operator()(const Replace& call) const {
    return {.method = "PUT",
            .target = absl::StrCat(PathOf(call.object), Changing(call.dry_run)),
            .body = Body(call.document)};
  }
  http::Request operator()(const Delete& call) const {
    static constexpr absl::string_view kPropagation[] = {"Background", "Foreground", "Orphan"};
    text::Mapping options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
    options.Add("propagationPolicy", kPropagation[static_cast<int>(call.propagation)]);
    options.AddUnlessEmpty("preconditions", Preconditions(call.only));
    if (call.grace != absl::InfiniteDuration()) {
      options.Add("gracePeriodSeconds", absl::ToInt64Seconds(absl::Ceil(call.grace, absl::Seconds(1))));
    }
    return {.method = "DELETE", .target = PathOf(call.object), .body = Body(options)};
  }

  static std::string Changing(bool dry_run) {
    return http::Query({{"fieldManager", kFieldManager}, {"dryRun", DryRun(dry_run)}});
  }
};

}  // namespace internal

inline http::Request BuildRequest(const Call& call) { return std::visit(internal::RequestBuilder(), call); }

inline http::Request BuildWatchRequest(const Watch& watch, absl::Duration at_most) {
  return {.target = absl::StrCat(internal::PathOf(watch.kind, watch.namespace_),
                                 http::Query({{"watch", "true"},
                                              {"allowWatchBookmarks", "true"},
                                              {"resourceVersion", watch.resource_version},
                                              {"timeoutSeconds", absl::StrCat(absl::ToInt64Seconds(at_most))},
                                              {"labelSelector", internal::Selector(watch.labels)},
                                              {"fieldSelector", internal::Selector(watch.fields)}}))};
}

inline http::Request BuildLogsRequest(const LogsQuery& query) {
  const std::string since = query.since == absl::InfinitePast()
                                ? ""
                                : absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", query.since, absl::UTCTimeZone());
  return {.target = absl::StrCat(internal::LogPath(query.namespace_, query.pod),
                                 http::Query({{"container", query.container},
                                              {"timestamps", "true"},
                                              {"follow", internal::Flag(query.follow)},
                                              {"previous", internal::Flag(query.previous)},
                                              {"tailLines", query.tail < 0 ? "" : absl::StrCat(query.tail)},
                                              {"sinceTime", since}}))};
}

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_REQUEST_H_
