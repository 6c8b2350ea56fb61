#include "cmd/kubernetes/watch_stream.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "cmd/base/working_time.h"
#include "flow/kubernetes/api/response.h"

namespace flow {

namespace api = kubernetes::api;

WatchStream::WatchStream(ClusterClient& client, const api::WatchFilter& filter, Handlers handlers)
    : client_(client),
      handlers_(std::move(handlers)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  client_.loop()->Watch(timer_.get(), [this] { BeginDue(); });
  runs_.reserve(filter.watches.size());  // none moves: what is told of one refers to it
  for (const api::Watch& watch : filter.watches) runs_.emplace_back(watch);
  for (Run& run : runs_) Begin(run);
}

WatchStream::~WatchStream() { client_.loop()->Unwatch(timer_.get()); }

void WatchStream::Begin(Run& run) {
  const http::Request request = run.watch.Begin();
  handlers_.request(request);
  run.began = WorkingTime();
  run.begins = absl::InfiniteDuration();
  run.sent =
      client_.Stream(request,
                     {.opened = [this, &run](const http::Response&) { Opened(run); },
                      .chunk =
                          [this, &run](absl::string_view piece) {
                            for (api::WatchEvent& event : run.watch.Read(piece)) {
                              handlers_.happened(std::move(event));
                            }
                          },
                      .done = [this, &run](const absl::StatusOr<http::Response>& response) { Ended(run, response); }},
                     api::kWatchSilence);
}

void WatchStream::Opened(Run& run) {
  if (std::exchange(run.was_opened, true)) return;
  if (std::all_of(runs_.begin(), runs_.end(), [](const Run& one) { return one.was_opened; })) handlers_.opened();
}

void WatchStream::Ended(Run& run, const absl::StatusOr<http::Response>& response) {
  absl::Status status = api::EndOfStream(response);
  const bool was_silent = absl::IsDeadlineExceeded(status);
  const absl::Duration now = WorkingTime();
  const absl::StatusOr<absl::Duration> pause = run.watch.Ended(was_silent ? absl::OkStatus() : status, now - run.began);
  run.sent = nullptr;
  if (!pause.ok()) {
    for (Run& other : runs_) other.sent = nullptr;
    const auto ended = handlers_.ended;  // which may destroy this
    ended(pause.status());
    return;
  }
  run.begins = now + *pause;
  SetTimer();
}

void WatchStream::BeginDue() {
  uint64_t times = 0;
  (void)!read(timer_.get(), &times, sizeof times);
  for (Run& run : runs_) {
    if (run.begins <= WorkingTime()) Begin(run);
  }
  SetTimer();
}

void WatchStream::SetTimer() {
  absl::Duration first = absl::InfiniteDuration();
  for (const Run& run : runs_) first = std::min(first, run.begins);
  if (first == absl::InfiniteDuration()) return;
  // 0 would be never.
  const itimerspec once = {{}, absl::ToTimespec(std::max(first - WorkingTime(), absl::Nanoseconds(1)))};
  timerfd_settime(timer_.get(), 0, &once, nullptr);
}

}  // namespace flow
