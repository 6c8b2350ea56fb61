// Watching: keeps the stream of what happens to the pipeline's objects open, and hands on what it tells. A part of the
// machines that apply and delete. Nothing is polled. A stream that breaks goes on from the last version that it told, so
// nothing is missed; where the cluster has forgotten that, one list of each kind stands for what came in between.
#ifndef FLOW_KUBERNETES_WATCH_H_
#define FLOW_KUBERNETES_WATCH_H_

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/http/backoff.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/observed.h"
#include "flow/project/labels.h"

namespace flow::kubernetes {

class Watch {
 public:
  // An object as it is now; `deleted`: as it was last.
  struct News {
    ObjectPtr object;
    bool deleted = false;
  };

  explicit Watch(Place place) : place_(std::move(place)) {}

  // From what was observed on: it tells what happens from then on.
  void Open(const Observed& observed, Outbox& out) {
    known_ = observed;
    pods_.clear();
    for (const ObjectPtr& pod : known_.OfKind(api::Kind::kPod)) pods_[ComponentOf(*pod)].insert(pod->id());
    Open(out);
  }

  void Close(Outbox& out) {
    out.Put(CloseStream{});
    out.StopTimer(OpenAgain{});
    out.StopTimer(ListAgain{});
    out.StopTimer(Deaf{});
    open_ = false;
  }

  void On(const StreamOpened&, Outbox& out) {
    open_ = opened_ = true;
    broken_ = false;
    out.StopTimer(Deaf{});
    if (std::exchange(told_, false)) out.Tell(Report::Kind::kNote, "", "the cluster tells what happens again");
    backoff_.Reset();
  }

  void On(const StreamEvent& happened, Outbox&) {
    const api::Object& object = happened.event.object;
    known_.versions[object.kind] = object.resource_version();
    if (happened.event.type == api::WatchEvent::Type::kBookmark) return;
    Take(object, happened.event.type == api::WatchEvent::Type::kDeleted);
  }

  // Error: the cluster tells nothing, and will not.
  absl::Status On(const StreamEnded& ended, Outbox& out) {
    open_ = false;
    if (absl::IsOutOfRange(ended.status)) {
      broken_ = true;
      List(out);
      return absl::OkStatus();
    }
    const bool refused = absl::IsPermissionDenied(ended.status) || absl::IsUnauthenticated(ended.status);
    // Or it has too much to do (429), and may tell in a moment.
    const bool away = ended.status.ok() || absl::IsUnavailable(ended.status) || absl::IsResourceExhausted(ended.status);
    if (refused || (!opened_ && !away)) return ended.status;
    out.Timer(OpenAgain{}, backoff_.Next());
    if (!std::exchange(broken_, true)) out.Timer(Deaf{}, kDeafFor);
    return absl::OkStatus();
  }

  void On(const WhatRunsNow&, const absl::StatusOr<api::Reply>& reply, Outbox& out) {
    if (!reply.ok()) {
      out.Timer(ListAgain{}, backoff_.Next());
      return;
    }
    const auto& list = std::get<api::ObjectList>(*reply);
    std::set<std::string> listed;
    for (const api::Object& object : list.objects) listed.insert(object.uid());
    for (const ObjectPtr& object : known_.OfKind(list.kind)) {
      if (!listed.contains(object->uid())) Take(*object, /*deleted=*/true);
    }
    known_.versions[list.kind] = list.resource_version;
    if (list.kind != api::Kind::kEvent) {
      for (const api::Object& object : list.objects) Take(object, /*deleted=*/false);
    }
    if (!out.Awaits<WhatRunsNow>() && !out.HasTimer(ListAgain{})) Open(out);
  }

  void On(const OpenAgain&, Outbox& out) { Open(out); }
  void On(const ListAgain&, Outbox& out) {
    out.Cancel([](const Purpose& purpose) { return std::holds_alternative<WhatRunsNow>(purpose); });
    List(out);
  }
  void On(const Deaf&, Outbox& out) {
    told_ = true;
    out.Tell(Report::Kind::kWarning, "",
             "the cluster broke off what it tells: is its API server restarting? It is asked again until --timeout");
  }

  // What has happened since the last call, in order.
  std::vector<News> TakeNews() { return std::exchange(news_, {}); }

  bool is_open() const { return open_; }
  // The stream broke off, and is not open again: what was so may be so no more.
  bool MayHaveMissed() const { return broken_; }
  // And that was told, as it was not open again for a while: nothing is known of what happens now.
  bool IsDeaf() const { return told_; }
  static bool Asks(const Outbox& out) { return out.Awaits<WhatRunsNow>(); }

  // The objects as they were told last.
  const Observed& known() const { return known_; }
  // A component's pods among them.
  std::vector<ObjectPtr> PodsOf(const std::string& component) const {
    std::vector<ObjectPtr> pods;
    const auto found = pods_.find(component);
    if (found == pods_.end()) return pods;
    for (const api::ObjectName& name : found->second) pods.push_back(known_.Find(name));
    return pods;
  }
  // Whether it tells of objects of this kind.
  static bool Tells(api::Kind kind) {
    return std::find(std::begin(kWatched), std::end(kWatched), kind) != std::end(kWatched);
  }
  // Whether it was told that an object is gone.
  bool IsGone(const std::string& uid) const { return gone_.contains(uid); }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [place, known, pods, news, gone, open, broken, told, opened, backoff] = *this;
    return std::tie(known, news, gone, open, broken, told, opened, backoff);  // the place never changes
  }

 private:
  static constexpr api::Kind kWatched[] = {api::Kind::kNamespace, api::Kind::kClaim, api::Kind::kDeployment,
                                           api::Kind::kJob,       api::Kind::kPod,   api::Kind::kEvent};

  std::vector<api::List> Lists() const {
    std::vector<api::List> lists;
    for (const api::Kind kind : kWatched) {
      if (kind != api::Kind::kNamespace || place_.is_own) lists.push_back(place_.ListOf(kind));
    }
    return lists;
  }

  void Open(Outbox& out) const {
    api::WatchFilter filter;
    for (api::List& list : Lists()) {
      const auto version = known_.versions.find(list.kind);
      filter.watches.push_back({.kind = list.kind,
                                .namespace_ = std::move(list.namespace_),
                                .labels = std::move(list.labels),
                                .fields = std::move(list.fields),
                                .resource_version = version == known_.versions.end() ? "" : version->second});
    }
    out.Put(OpenStream{std::move(filter), out.version()});
  }

  void List(Outbox& out) const {
    for (api::List& list : Lists()) out.Request(WhatRunsNow{}, std::move(list), kLookDeadline);
  }

  void Take(const api::Object& object, bool deleted) {
    const auto shared = std::make_shared<const api::Object>(object);
    if (object.kind != api::Kind::kEvent) {
      if (deleted) {
        known_.objects.erase(object.id());
        gone_.insert(object.uid());
      } else {
        known_.objects[object.id()] = shared;
      }
    }
    if (object.kind == api::Kind::kPod) {
      std::set<api::ObjectName>& pods = pods_[ComponentOf(object)];
      deleted ? (void)pods.erase(object.id()) : (void)pods.insert(object.id());
    }
    news_.push_back({shared, deleted});
  }

  static const std::string& ComponentOf(const api::Object& pod) { return pod.label(project::kComponentLabel); }

  Place place_;
  Observed known_;
  std::map<std::string, std::set<api::ObjectName>> pods_;  // of known_, by component
  std::vector<News> news_;
  std::set<std::string> gone_;  // uids
  bool open_ = false;
  bool broken_ = false;  // the stream broke off
  bool told_ = false;    // and that was told
  bool opened_ = false;  // the stream has been open
  http::Backoff backoff_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_WATCH_H_
