#include "cmd/kubernetes/change_watch.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "flow/http/message.h"
#include "flow/kubernetes/api/watch.h"
#include "flow/kubernetes/status.h"

namespace flow {

namespace api = kubernetes::api;

static constexpr absl::Duration kSwarm = absl::Milliseconds(50);
static constexpr absl::Duration kListenAgain = absl::Seconds(1);
static constexpr absl::Duration kOpenWithin = absl::Seconds(30);
// Proxies cut quiet streams, and they are open again at once.
static constexpr absl::Duration kDeafFor = absl::Seconds(3);

void ClusterChanges::Watch(const PipelineKey& key) {
  const std::string folder = session_.store().FolderOf(key);
  folders_.Add(folder);
  folders_.Add(folder.substr(0, folder.rfind('/')));
}

absl::Status ClusterChanges::List() {
  std::vector<api::Call> calls;
  for (const api::Kind kind : kubernetes::kStatusKinds) {
    calls.push_back(api::List{.kind = kind, .namespace_ = namespace_, .labels = labels_});
  }
  filter_.watches.clear();
  for (const absl::StatusOr<api::Reply>& reply : caller_.All(calls)) {
    if (!reply.ok()) return reply.status();
    const auto& list = std::get<api::ObjectList>(*reply);
    filter_.watches.push_back(
        {.kind = list.kind, .namespace_ = namespace_, .labels = labels_, .resource_version = list.resource_version});
  }
  return absl::OkStatus();
}

void ClusterChanges::Listen() {
  stream_ = std::make_unique<WatchStream>(
      session_.client(), filter_,
      WatchStream::Handlers{.request = [this](const http::Request& request) { session_.Trace(request); },
                            .opened =
                                [this] {
                                  opened_ = changed_ = true;
                                  cut_off_ = absl::OkStatus();
                                  if (std::exchange(away_, false)) session_.Warn("the cluster is back");
                                },
                            .happened =
                                [this](const api::WatchEvent& event) {
                                  api::Advance(event, filter_);
                                  changed_ |= event.type != api::WatchEvent::Type::kBookmark;
                                },
                            .ended =
                                [this](const absl::Status& status) {
                                  if (std::exchange(opened_, false)) deaf_since_ = absl::Now();
                                  listen_again_ = absl::Now() + kListenAgain;
                                  cut_off_ = status;
                                  stream_ = nullptr;
                                }});
}

absl::Status ClusterChanges::Poll(std::vector<int> descriptors, absl::Duration at_most) {
  descriptors.push_back(session_.signals().fd());
  const absl::Status status = session_.client().Poll(at_most, descriptors);
  const std::optional<int> signal = session_.signals().Next();
  return signal.has_value() ? EndedBy(*signal) : status;
}

absl::Status ClusterChanges::Open() {
  if (absl::Status end = List(); !end.ok()) return end;
  Listen();
  const absl::Time until = absl::Now() + kOpenWithin;
  while (!opened_ && stream_ != nullptr && absl::Now() < until) {
    if (absl::Status end = Poll({}, until - absl::Now()); !end.ok()) return end;
  }
  changed_ = false;
  if (opened_) return absl::OkStatus();
  return cut_off_.ok() ? absl::UnavailableError("the cluster does not tell what changes") : cut_off_;
}

absl::Status ClusterChanges::ListenAgain() {
  if (stream_ != nullptr || absl::Now() < listen_again_) return absl::OkStatus();
  if (absl::IsPermissionDenied(cut_off_) || absl::IsUnauthenticated(cut_off_)) return cut_off_;
  if (absl::IsOutOfRange(cut_off_)) {
    const absl::Status listed = List();
    if (ExitCodeOf(listed) != ExitCode::kFailed && !listed.ok()) return listed;  // a signal, or no credentials any more
    listen_again_ = absl::Now() + kListenAgain;
    if (!listed.ok()) return absl::OkStatus();
  }
  Listen();
  return absl::OkStatus();
}

absl::StatusOr<bool> ClusterChanges::Wait(absl::Span<const int> descriptors, absl::Duration at_most) {
  std::vector<int> all(descriptors.begin(), descriptors.end());
  if (folders_.fd() >= 0) all.push_back(folders_.fd());
  if (absl::Status end = ListenAgain(); !end.ok()) return end;
  const bool was_changed = opened_ && changed_;
  const auto no_later_than = [&](absl::Time time) {
    at_most = std::min(at_most, std::max(absl::ZeroDuration(), time - absl::Now()));
  };
  if (was_changed) {
    at_most = std::min(at_most, kSwarm);
  } else if (stream_ == nullptr) {
    no_later_than(listen_again_);
  } else if (!opened_ && !away_) {
    no_later_than(deaf_since_ + kDeafFor);
  }
  if (absl::Status end = Poll(std::move(all), at_most); !end.ok()) return end;
  changed_ |= folders_.Changed();
  if (!opened_ && absl::Now() >= deaf_since_ + kDeafFor && !std::exchange(away_, true)) {
    session_.Warn("the cluster broke off what it tells; it is asked again");
  }
  if (!was_changed && opened_ && changed_) {
    // The rest of the swarm.
    for (const absl::Time until = absl::Now() + kSwarm; absl::Now() < until;) {
      if (absl::Status end = session_.client().Poll(until - absl::Now(), {}); !end.ok()) return end;
    }
    changed_ |= folders_.Changed();
  }
  return opened_ && std::exchange(changed_, false);  // a cluster that is away has nothing to show
}

}  // namespace flow
