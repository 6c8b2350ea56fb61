// One watch as it goes on over many requests: what it tells, from where it is opened again, and when it is at its end.
//
// A server ends a watch after the time that it is given. A proxy before it may swallow what comes, without an end: what has
// not ended a while after that time is silent, and given up. Either way it goes on from the last version that was told,
// and nothing is missed or told twice.
//
//   WatchRun run(watch);
//   client.Stream(run.Begin(), …)       // its pieces → run.Read(piece); its end, or kWatchSilence after it began:
//   run.Ended(status, since it began)   // how long until the next Begin, or why there is none
#ifndef FLOW_KUBERNETES_API_WATCH_H_
#define FLOW_KUBERNETES_API_WATCH_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/http/message.h"
#include "flow/http/stream_lines.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/kubernetes/api/request.h"
#include "flow/text/json_reader.h"
#include "flow/text/view.h"

namespace flow::kubernetes::api {

// A server ends each request after so long, …
inline constexpr absl::Duration kWatchTime = absl::Seconds(40);
// … and what has not ended after so long will not: what happened meanwhile is told no later than that.
inline constexpr absl::Duration kWatchSilence = absl::Seconds(50);
// Requests of one watch begin no closer to one another, where a server ends each at once.
inline constexpr absl::Duration kWatchPause = absl::Seconds(1);

class WatchRun {
 public:
  explicit WatchRun(Watch watch) : watch_(std::move(watch)) {}

  // The next request.
  http::Request Begin();

  // Takes the next piece of its answer's body; the events that it completes, in order.
  std::vector<WatchEvent> Read(absl::string_view piece);

  // The request has ended so (EndOfStream), or was given up as silent (OK): how long after that the next one begins. Error:
  // it is the last, why. kOutOfRange where the version is too old by now, which a server also says within a good answer.
  absl::StatusOr<absl::Duration> Ended(const absl::Status& status, absl::Duration lasted) const;

  // Where it stands.
  const Watch& watch() const { return watch_; }

 private:
  void ReadLine(absl::string_view line, std::vector<WatchEvent>& events);

  Watch watch_;
  http::StreamLines lines_;
  absl::Status refused_;  // in the midst of an answer
};

// Brings the version of the event's watch up to date, so that the filter goes on after it when it is opened again. A kind
// is in one watch of a filter.
void Advance(const WatchEvent& event, WatchFilter& filter);

// How it is done

namespace internal {

// What is no type of an event: null.
inline const WatchEvent::Type* FindEventType(absl::string_view name) {
  using Type = WatchEvent::Type;
  static constexpr struct {
    absl::string_view name;
    Type type;
  } kTypes[] = {{"ADDED", Type::kAdded},
                {"MODIFIED", Type::kModified},
                {"DELETED", Type::kDeleted},
                {"BOOKMARK", Type::kBookmark}};
  for (const auto& known : kTypes) {
    if (known.name == name) return &known.type;
  }
  return nullptr;
}

}  // namespace internal

inline http::Request WatchRun::Begin() {
  lines_ = http::StreamLines();
  refused_ = absl::OkStatus();
  return BuildWatchRequest(watch_, kWatchTime);
}

inline std::vector<WatchEvent> WatchRun::Read(absl::string_view piece) {
  std::vector<WatchEvent> events;
  lines_.Read(piece, [&](absl::string_view line) { ReadLine(line, events); });
  return events;
}

// What cannot be read is an end too: to pass over it would be to miss it.
inline void WatchRun::ReadLine(absl::string_view line, std::vector<WatchEvent>& events) {
  if (line.empty() || !refused_.ok()) return;
  absl::StatusOr<text::Value> read = text::ReadJson(line, kNotReadOfState);
  const text::View event = read.ok() ? text::View(*read) : text::View();
  const std::string& type = event["type"].text();
  if (type == "ERROR") {
    refused_ = StatusOf(ReadRefusal(event["object"], /*code=*/0));
    return;
  }
  const WatchEvent::Type* const known = internal::FindEventType(type);
  if (known == nullptr || !event["object"]["metadata"]) {
    refused_ = absl::UnavailableError("the cluster's watch tells what is no event");
    return;
  }
  events.push_back({*known, {watch_.kind, *event["object"].value()}});
  watch_.resource_version = events.back().object.resource_version();
}

inline absl::StatusOr<absl::Duration> WatchRun::Ended(const absl::Status& status, absl::Duration lasted) const {
  if (!refused_.ok()) return refused_;
  if (!status.ok()) return status;
  return std::max(absl::ZeroDuration(), kWatchPause - lasted);
}

inline void Advance(const WatchEvent& event, WatchFilter& filter) {
  for (Watch& watch : filter.watches) {
    if (watch.kind == event.object.kind) watch.resource_version = event.object.resource_version();
  }
}

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_WATCH_H_
