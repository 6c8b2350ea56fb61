#include "cmd/docker/change_watch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "cmd/docker/listen.h"
#include "cmd/http/client.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"

namespace flow {

static constexpr absl::Duration kSwarm = absl::Milliseconds(50);
static constexpr absl::Duration kListenAgain = absl::Seconds(1);

ChangeWatch::ChangeWatch(Session& session, std::vector<std::string> labels, compose::ApiVersion version)
    : session_(session), labels_(std::move(labels)), version_(version) {}

ChangeWatch::~ChangeWatch() { session_.client().Cancel(stream_); }

void ChangeWatch::Listen() {
  const http::Request request = docker::engine::BuildEventsRequest(labels_, 0, version_);
  session_.Trace(request);
  stream_ = OpenEvents(
      session_.client(), request,
      {.opened =
           [this] {
             opened_ = changed_ = true;  // and what happened before is in no event
             if (std::exchange(away_, false)) session_.Warn("the engine is back");
           },
       .happened = [this](const docker::engine::Event& event) { OnEvent(docker::engine::ReadContainerEvent(event)); },
       .ended =
           [this](const absl::Status& status) {
             stream_ = 0;
             if (std::exchange(opened_, false)) deaf_since_ = absl::Now();
             listen_again_ = absl::Now() + kListenAgain;
             cut_off_ = status;
           }});
}

void ChangeWatch::OnEvent(const docker::engine::ContainerEvent& event) {
  using Kind = docker::engine::ContainerEvent::Kind;
  if (event.kind == Kind::kExited) ended_.insert(event.id);
  if (event.kind == Kind::kRemoved) starts_.erase(event.id);
  if (event.kind == Kind::kStarted) {
    ended_.erase(event.id);
    ++starts_[event.id];
  }
  // Probes and other commands in containers come by the second.
  changed_ |= event.kind != Kind::kExec && event.kind != Kind::kExecBegun && event.kind != Kind::kExecEnded;
}

absl::Status ChangeWatch::Poll(std::vector<int> descriptors, absl::Duration at_most) {
  descriptors.push_back(session_.signals().fd());
  const absl::Status status = session_.client().Poll(at_most, descriptors);
  const std::optional<int> signal = session_.signals().Next();
  return signal.has_value() ? EndedBy(*signal) : status;
}

absl::Status ChangeWatch::Open() {
  Listen();
  const absl::Time until = absl::Now() + docker::kReadDeadline;
  while (!opened_ && stream_ != 0 && absl::Now() < until) {
    if (absl::Status end = Poll({}, until - absl::Now()); !end.ok()) return end;
  }
  changed_ = false;
  if (opened_) return absl::OkStatus();
  return cut_off_.ok() ? absl::UnavailableError("the engine tells no events") : cut_off_;
}

absl::StatusOr<bool> ChangeWatch::Wait(absl::Span<const int> descriptors, absl::Duration at_most) {
  std::vector<int> all(descriptors.begin(), descriptors.end());
  if (folders_.fd() >= 0) all.push_back(folders_.fd());
  if (stream_ == 0 && absl::Now() >= listen_again_) Listen();
  const bool was_changed = opened_ && changed_;
  if (was_changed) {
    at_most = std::min(at_most, kSwarm);
  } else if (stream_ == 0) {
    at_most = std::min(at_most, std::max(absl::ZeroDuration(), listen_again_ - absl::Now()));
  } else if (!opened_ && !away_) {
    at_most = std::min(at_most, std::max(absl::ZeroDuration(), deaf_since_ + docker::kDeafFor - absl::Now()));
  }
  if (absl::Status end = Poll(std::move(all), at_most); !end.ok()) return end;
  if (docker::engine::IsForGood(cut_off_)) return cut_off_;
  changed_ |= folders_.Changed();
  if (!opened_ && absl::Now() >= deaf_since_ + docker::kDeafFor && !std::exchange(away_, true)) {
    session_.Warn("the engine broke off its stream of events; it is asked again");
  }
  if (!was_changed && opened_ && changed_) {
    // The rest of the swarm.
    for (const absl::Time until = absl::Now() + kSwarm; absl::Now() < until;) {
      if (absl::Status end = session_.client().Poll(until - absl::Now(), {}); !end.ok()) return end;
    }
    changed_ |= folders_.Changed();
  }
  return opened_ && std::exchange(changed_, false);  // an engine that is away has nothing to show
}

}  // namespace flow
