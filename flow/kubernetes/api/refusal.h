// A cluster's "no": what an API server says when it does not do what was asked (the API's type Status).
//
// A call that is refused is answered with an absl::Status: the refusal in words, under the code that is nearest. Who has
// to know more asks for the refusal that the status carries.
//
//   if (const std::optional<Refusal> refusal = RefusalOf(reply.status())) { … refusal->causes … }
#ifndef FLOW_KUBERNETES_API_REFUSAL_H_
#define FLOW_KUBERNETES_API_REFUSAL_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/text/document.h"
#include "flow/text/json.h"
#include "flow/text/json_reader.h"
#include "flow/text/view.h"

namespace flow::kubernetes::api {

struct Refusal {
  struct Cause {
    std::string reason;   // "FieldManagerConflict", "FieldValueInvalid", "NamespaceTerminating"
    std::string message;  // of a conflict it has the name of the other field manager
    std::string field;    // ".spec.replicas"
  };

  int code = 0;         // of HTTP
  std::string reason;   // "AlreadyExists", "Conflict", "Invalid"…; empty where the server gives none
  std::string message;  // in the server's words
  // What it is about: "deployments" or "Deployment", as the server has it, and its name.
  std::string kind;
  std::string name;
  std::vector<Cause> causes;
  absl::Duration retry_after = absl::ZeroDuration();  // not to be asked again before that
};

// The refusal as what a call is answered with: Words, and a code that says what it means to a caller.
//
//   kUnauthenticated    401: who asks is not known (any more)
//   kPermissionDenied   403: may not; or the namespace is on its way out (cause NamespaceTerminating), or a quota is spent
//   kNotFound           404
//   kAlreadyExists      409 AlreadyExists: the name is taken
//   kAborted            409 Conflict: another version, uid or field manager than was thought
//   kOutOfRange         410: a version that is too old to go on from; list again
//   kInvalidArgument    400, 413, 415, 422: a document that is not right; 422 of an update may be a field that never changes
//   kResourceExhausted  429
//   kUnavailable        502 to 504, and what the server means to be asked again
//   kInternal           all else; a document that does not fit the schema is 500
absl::Status StatusOf(const Refusal& refusal);

// The refusal in words for people. The server's own, but of credentials that are not taken (401) what that means, of a
// missing right (403) who lacks it, which, and what grants it, and of a field's value, where the server prints a whole Go struct, the cause.
std::string Words(const Refusal& refusal);

// The refusal that a status was made from; nothing where no API server said it, but that it was not reached, for one.
std::optional<Refusal> RefusalOf(const absl::Status& status);

// The refusal that an API server's document says, under the code of the answer that it came in.
Refusal ReadRefusal(text::View document, int code);

// Whether it has such a cause.
inline bool HasCause(const Refusal& refusal, absl::string_view reason) {
  return std::any_of(refusal.causes.begin(), refusal.causes.end(),
                     [&](const Refusal::Cause& cause) { return cause.reason == reason; });
}

// How it is done

namespace internal {

inline constexpr char kRefusalPayload[] = "flow/kubernetes.Status";

inline absl::StatusCode CodeOf(const Refusal& refusal) {
  switch (refusal.code) {
    case 400:
    case 413:
    case 415:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return refusal.reason == "AlreadyExists" ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kAborted;
    case 410:
      return absl::StatusCode::kOutOfRange;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 502:
    case 503:
    case 504:
      return absl::StatusCode::kUnavailable;
    default:
      // A 500 by which the server means "later" (apimachinery, NewServerTimeout).
      return refusal.reason == "ServerTimeout" ? absl::StatusCode::kUnavailable : absl::StatusCode::kInternal;
  }
}

// As the server writes it.
inline text::Mapping StatusDocument(const Refusal& refusal) {
  text::List causes;
  for (const Refusal::Cause& cause : refusal.causes) {
    causes.push_back(text::Mapping{{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}});
  }
  const text::Mapping details = {{"kind", refusal.kind},
                                 {"name", refusal.name},
                                 {"causes", std::move(causes)},
                                 {"retryAfterSeconds", absl::ToInt64Seconds(refusal.retry_after)}};
  return {{"kind", "Status"},
          {"message", refusal.message},
          {"reason", refusal.reason},
          {"details", details},
          {"code", refusal.code}};
}

// What stands in quotes behind `before`; empty where there is no such thing.
inline absl::string_view QuotedAfter(absl::string_view text, absl::string_view before) {
  const size_t begin = text.find(before);
  if (begin == absl::string_view::npos || text.substr(begin + before.size(), 1) != "\"") return "";
  text.remove_prefix(begin + before.size() + 1);
  return text.substr(0, text.find('"'));
}

// `pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "flow-a"`: who lacks which
// right, and what grants it. Empty of what is forbidden for another reason (a quota, an admission).
inline std::string MissingRight(absl::string_view message) {
  const absl::string_view user = QuotedAfter(message, "User "), resource = QuotedAfter(message, " resource ");
  const size_t cannot = message.find(" cannot "), end = message.find(" resource ");
  if (user.empty() || resource.empty() || cannot == absl::string_view::npos || end < cannot) return "";
  const absl::string_view verb = message.substr(cannot + 8, end - cannot - 8);
  const absl::string_view group = QuotedAfter(message, " in API group "), within = QuotedAfter(message, " namespace ");
  const std::string rule =
      absl::StrCat("{apiGroups: [\"", group, "\"], resources: [\"", resource, "\"], verbs: [\"", verb, "\"]}");
  return absl::StrCat("user \"", user, "\" has no right to ", verb, " ", resource, group.empty() ? "" : ".", group,
                      within.empty() ? " in the whole cluster" : absl::StrCat(" in the namespace ", within),
                      "; the rule of a ", within.empty() ? "ClusterRole" : "Role there", " that grants it is ", rule);
}

// A message that is no longer is told as it is.
inline constexpr size_t kLongWords = 300;

// `Invalid value: core.PodTemplateSpec{…2000 characters…}: field is immutable` without the value.
inline std::string WithoutDump(absl::string_view message) {
  const size_t open = message.find('{'), close = message.rfind('}');
  if (message.size() <= kLongWords || close == absl::string_view::npos || close < open) return std::string(message);
  const size_t space = message.rfind(' ', open);
  return absl::StrCat(message.substr(0, space == absl::string_view::npos ? 0 : space + 1), "…",
                      message.substr(close + 1));
}

inline std::string CausesInWords(const Refusal& refusal) {
  std::vector<std::string> causes;
  for (const Refusal::Cause& cause : refusal.causes) {
    causes.push_back(absl::StrCat(cause.field, cause.field.empty() ? "" : ": ", WithoutDump(cause.message)));
  }
  return absl::StrCat(refusal.kind, " \"", refusal.name, "\": ", absl::StrJoin(causes, "; "));
}

}  // namespace internal

inline std::string Words(const Refusal& refusal) {
  if (refusal.code == 401) {
    return "the cluster does not take the credentials: they have expired, or are of another cluster (401 Unauthorized)";
  }
  if (refusal.code == 403) {
    if (std::string right = internal::MissingRight(refusal.message); !right.empty()) return right;
  }
  const bool has_long_causes = refusal.message.size() > internal::kLongWords && !refusal.causes.empty();
  return has_long_causes ? internal::CausesInWords(refusal) : internal::WithoutDump(refusal.message);
}

inline absl::Status StatusOf(const Refusal& refusal) {
  absl::Status status(internal::CodeOf(refusal), Words(refusal));
  status.SetPayload(internal::kRefusalPayload,
                    absl::Cord(text::Json(internal::StatusDocument(refusal), text::JsonLayout::kCompact)));
  return status;
}

inline std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload(internal::kRefusalPayload);
  if (!payload.has_value()) return std::nullopt;
  const absl::StatusOr<text::Value> document = text::ReadJson(std::string(*payload));
  if (!document.ok()) return std::nullopt;
  return ReadRefusal(*document, /*code=*/0);
}

inline Refusal ReadRefusal(text::View document, int code) {
  const text::View details = document["details"];
  Refusal refusal = {.code = code != 0 ? code : static_cast<int>(document["code"].number()),
                     .reason = document["reason"].text(),
                     .message = document["message"].text(),
                     .kind = details["kind"].text(),
                     .name = details["name"].text(),
                     .retry_after = absl::Seconds(details["retryAfterSeconds"].number())};
  for (const text::View cause : details["causes"].list()) {
    refusal.causes.push_back({cause["reason"].text(), cause["message"].text(), cause["field"].text()});
  }
  return refusal;
}

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_REFUSAL_H_
