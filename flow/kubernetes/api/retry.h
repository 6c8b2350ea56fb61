// Whether a request that came to nothing is sent again, and when. It is where the server does not answer for a moment, as
// one that restarts or has a proxy before it, or has too much to do, and where carrying it out twice would do no harm.
//
//   api::RetryAfter(call, *api::SetbackOf(response), /*tries=*/1, absl::Seconds(20), jitter)
#ifndef FLOW_KUBERNETES_API_RETRY_H_
#define FLOW_KUBERNETES_API_RETRY_H_

#include <optional>
#include <variant>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "flow/http/message.h"
#include "flow/http/setback.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/response.h"

namespace flow::kubernetes::api {

using http::Setback;

// The setback of an answer that means "later"; nullopt for any other answer, which is the request's: a document that is
// wrong, a conflict, and 500 for a body that does not fit the schema stay so. Later means:
//   429              too many requests: not taken. Without Retry-After too: a server that sheds load may leave it out
//   502 to 504       a proxy found no server, or the server is not ready
//   500 ServerTimeout, 500 of etcd
//                    the server's storage did not answer in time, or is choosing a leader: what was asked may be done
std::optional<Setback> SetbackOf(const http::Response& response);

// How long to wait before the call is sent again, as http::PauseAfter says; nullopt: it is not.
std::optional<absl::Duration> RetryAfter(const Call& call, const Setback& setback, int tries, absl::Duration left,
                                         double jitter);

// Whether the call, sent once more after it was carried out, changes nothing and is answered alike. Not so: a second
// creation finds the name taken, a second change finds another version, a second removal may take what came after.
bool MayBeRepeated(const Call& call);

// How it is done

namespace internal {

// The server hands etcd's words on: "etcdserver: leader changed", "etcdserver: request timed out".
inline bool IsOfStorage(const Refusal& refusal) {
  return refusal.code == 500 &&
         (refusal.reason == "ServerTimeout" || absl::StartsWith(refusal.message, "etcdserver: "));
}

}  // namespace internal

inline std::optional<Setback> SetbackOf(const http::Response& response) {
  if (response.status < 429) return std::nullopt;
  const Refusal refusal = RefusalIn(response);
  if (response.status == 429) return Setback{.may_be_done = false, .retry_after = refusal.retry_after, .away = false};
  const bool away = response.status >= 502 && response.status <= 504;
  if (!away && !internal::IsOfStorage(refusal)) return std::nullopt;
  return Setback{.may_be_done = true, .retry_after = refusal.retry_after, .away = away};
}

inline bool MayBeRepeated(const Call& call) {
  if (const auto* apply = std::get_if<Apply>(&call)) return apply->dry_run || apply->only.resource_version.empty();
  if (const auto* create = std::get_if<Create>(&call)) return create->dry_run;
  if (const auto* replace = std::get_if<Replace>(&call)) return replace->dry_run;
  if (const auto* removal = std::get_if<Delete>(&call)) return !removal->only.uid.empty();
  return true;
}

inline std::optional<absl::Duration> RetryAfter(const Call& call, const Setback& setback, int tries,
                                                absl::Duration left, double jitter) {
  return http::PauseAfter(setback, MayBeRepeated(call), tries, left, jitter);
}

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_RETRY_H_
