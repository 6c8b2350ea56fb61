// Whether what was made is up: what a cluster tells of workloads and their pods, and what that means for each component.
//
// A component is *up* when its deployment's status is of the change that this apply made, and all replicas are of it and
// available; or when its job is complete. It has *failed* (docs/architecture.md, "Failing while it deploys") at what a
// container does, as on an engine:
//
//   restart policy `no`           at the first exit with another code than 0
//   one that restarts             at the second exit: one is forgiven and told (0 under on-failure is completion)
//   a health check                when what was ready is so no more, or the kubelet gives up on its start
//
// and at once at what a cluster says that will not mend by itself: a container that cannot be started, an image that
// cannot be pulled at the second try, pods that are refused, a claim that cannot be bound (claims.h). What may mend is told and
// waited for: no node that takes a pod, a volume or a service account that is not there yet.
//
// What reads a component without a health check is started when all replicas of that have been ready for kSteadyAfter: a
// program that dies as it starts is seen before.
#ifndef FLOW_KUBERNETES_READINESS_H_
#define FLOW_KUBERNETES_READINESS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/claims.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/failure.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/waited_for.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::kubernetes {

inline constexpr absl::Duration kSteadyAfter = absl::Milliseconds(200);

// What comes up that is to be told or acted upon, by the component that it is of.
struct Finding {
  enum class Kind { kUp, kSteadySoon, kWarning };
  Kind kind;
  std::string component;
  std::string text;  // of kSteadySoon: none
};

class Readiness {
 public:
  // What the project wants to be up; nothing of it is made yet.
  void Expect(const project::Project& project);

  // A workload that stays as it is, and its pods.
  void Adopt(const api::Object& workload, const std::vector<PodReport>& pods);
  // A claim that is there already.
  void AdoptClaim(const api::Object& claim) { claims_.Adopt(claim); }

  // A component's workload is about to be made or changed. `remade`: so are its pods, and those that are known by now are
  // not its own.
  void Begun(const std::string& component, bool remade);
  // It is made, or changed, and this is what it is.
  void Made(const std::string& component, const api::Object& workload);

  // What the cluster tells of an object: a workload, a pod, a claim, an event about something. `deleted`: it is no more.
  void Take(const api::Object& object, bool deleted);

  // All replicas have been ready for kSteadyAfter since the `time`th time that they were.
  void Steady(const std::string& component, int time);

  // Fails those that have a health check and are not well, when nothing is to be done that could mend them.
  void JudgeUnhealthy();

  // The component is gone because we removed it.
  void Forget(const std::string& component);

  // Whether a component is where a Wait wants it. One with no replicas always is.
  bool Reached(const Wait& wait) const {
    const auto found = workloads_.find(wait.component());
    if (found == workloads_.end() || found->second.replicas == 0) return true;
    return wait.condition() == Wait::COMPLETED ? found->second.completed : found->second.started();
  }
  // Whether one may be there that was not at the last call.
  bool TakeMoved() { return std::exchange(moved_, false); }
  bool AllUp() const { return ups_ == workloads_.size(); }

  // Those that were not started.
  std::vector<std::string> NotStarted() const;
  // What was started and is not up, and what is known about why. `after`: " after 5m (--timeout)".
  std::vector<Failure> NotUp(absl::string_view after) const;

  // Since the last call.
  std::vector<Finding> TakeFindings() { return std::exchange(findings_, {}); }
  std::vector<Failure> TakeFailures() { return std::exchange(failures_, {}); }

  const std::map<std::string, Workload>& workloads() const { return workloads_; }
  // The uid of a component's workload; empty: there is none.
  std::string IdOf(const std::string& component) const {
    const auto found = workloads_.find(component);
    return found == workloads_.end() ? "" : found->second.uid;
  }

  // The uids of what runs a component now: its pods; of one whose pods are gone since it has ended its job. None: it is
  // not made, or is removed.
  std::vector<std::string> ReplicaIds(const std::string& component) const {
    const std::string workload = IdOf(component);
    if (workload.empty()) return {};
    const std::set<std::string>& pods = PodsOf(component);
    return pods.empty() ? std::vector{workload} : std::vector(pods.begin(), pods.end());
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [workloads, ups, pods, pods_of, old_pods, claims, told, findings, failures, moved] = *this;
    return std::tie(workloads, pods, old_pods, claims, told, findings,
                    failures);  // moved is taken each time, and the others follow
  }

 private:
  const std::set<std::string>& PodsOf(const std::string& component) const {
    static const auto& none = *new std::set<std::string>();
    const auto found = pods_of_.find(component);
    return found == pods_of_.end() ? none : found->second;
  }

  // It is not well any more, as far as is known.
  void Reset(Workload& workload) {
    ups_ -= workload.up() ? 1 : 0;
    workload.all_ready = workload.steady = workload.available = workload.completed = false;
  }

  void TakeWorkload(const api::Object& object, bool deleted);
  void ReadDeployment(const std::string& component, Workload& workload, const api::Object& object);
  void ReadJob(const std::string& component, Workload& workload, const api::Object& object);
  void TakeRefusal(const std::string& component, Workload& workload, const std::string& words);
  void TakePod(PodReport report, bool deleted);
  void JudgeExits(Pod& pod, const Workload& workload);
  void JudgeWaiting(Pod& pod, const std::string& waited_for);
  void JudgeHealth(Pod& pod, const Workload& workload);
  void TakeEvent(const api::Object& event);
  void TakePodEvent(const api::Object& event, Pod& pod);
  void CountRefusedPull(Pod& pod, const std::string& words, int64_t times);
  void TakeClaimEvent(const api::Object& event);

  void Fail(Pod& pod, Failure failure) {
    if (!std::exchange(pod.failed, true)) failures_.push_back(std::move(failure));
  }
  // Once.
  void Tell(Finding::Kind kind, const std::string& component, std::string text) {
    if (told_.emplace(component, text).second) findings_.push_back({kind, component, std::move(text)});
  }

  std::map<std::string, Workload> workloads_;             // by component
  size_t ups_ = 0;                                        // of them
  std::map<std::string, Pod> pods_;                       // by uid
  std::map<std::string, std::set<std::string>> pods_of_;  // component → their uids
  std::set<std::string> old_pods_;                        // uids: not judged
  Claims claims_;
  std::set<std::pair<std::string, std::string>> told_;
  std::vector<Finding> findings_;
  std::vector<Failure> failures_;
  bool moved_ = true;  // a component was started or has completed, and that was not taken
};

// How it is done

inline void Readiness::Expect(const project::Project& project) {
  workloads_.clear();
  ups_ = 0;
  pods_.clear();
  pods_of_.clear();
  old_pods_.clear();
  claims_.Expect(project);
  for (const project::Service& service : project.services()) {
    Workload& workload = workloads_[service.name()];
    workload.replicas = service.replicas();
    workload.restarts = service.restart().mode() != project::RestartPolicy::NO;
    workload.ends = project::MayComplete(service);
    workload.has_check = service.has_health_check();
  }
  for (const project::Service& service : project.services()) {
    for (const project::Dependency& dependency : service.depends_on()) {
      const auto other = workloads_.find(dependency.service());
      if (other != workloads_.end() && dependency.condition() == project::Dependency::STARTED) {
        other->second.awaited = true;
      }
    }
  }
}

inline void Readiness::Adopt(const api::Object& workload, const std::vector<PodReport>& pods) {
  const std::string& component = workload.label(project::kComponentLabel);
  const auto found = workloads_.find(component);
  if (found == workloads_.end()) return;
  found->second.begun = true;
  for (const PodReport& report : pods) {
    Pod& pod = pods_[report.uid];
    pods_of_[component].insert(report.uid);
    pod.component = component;
    pod.was_ready = report.ready;
    // One that is down now has used up the exit that is forgiven.
    pod.exits_before = std::max(0, report.exits - (report.running ? 0 : 1));
    pod.report = report;
  }
  Made(component, workload);
  found->second.steady = found->second.all_ready;
  moved_ = true;
  findings_.clear();  // it is no news
}

inline void Readiness::Begun(const std::string& component, bool remade) {
  const auto found = workloads_.find(component);
  if (found == workloads_.end()) return;
  found->second.begun = true;
  if (!remade) return;
  for (const std::string& uid : PodsOf(component)) {
    old_pods_.insert(uid);
    pods_.erase(uid);
  }
  pods_of_.erase(component);
  Reset(found->second);
}

inline void Readiness::Made(const std::string& component, const api::Object& object) {
  const auto found = workloads_.find(component);
  if (found == workloads_.end()) return;
  found->second.uid = object.uid();
  found->second.generation = object.generation();
  TakeWorkload(object, /*deleted=*/false);
}

inline void Readiness::Take(const api::Object& object, bool deleted) {
  if (IsWorkload(object.kind)) return TakeWorkload(object, deleted);
  if (object.kind == api::Kind::kPod) return TakePod(ReadPod(object), deleted);
  if (object.kind == api::Kind::kClaim) return claims_.Take(object);
  if (object.kind == api::Kind::kEvent && !deleted) TakeEvent(object);
}

inline void Readiness::TakeWorkload(const api::Object& object, bool deleted) {
  const std::string& component = object.label(project::kComponentLabel);
  const auto found = workloads_.find(component);
  if (found == workloads_.end() || found->second.uid != object.uid()) return;  // not made yet, or an older one
  Workload& workload = found->second;
  if (deleted || object.is_going()) {
    Reset(workload);
    failures_.push_back({.component = component,
                         .what = absl::StrCat("its ", WordOf(object.kind), " was removed by someone else"),
                         .by_another = true});
    workload.uid.clear();
    return;
  }
  const bool was_ready = workload.all_ready, was_up = workload.up(), was_started = workload.started();
  object.kind == api::Kind::kJob ? ReadJob(component, workload, object) : ReadDeployment(component, workload, object);
  if (!workload.all_ready) workload.steady = false;
  if (workload.up() != was_up) was_up ? --ups_ : ++ups_;
  moved_ |= (workload.started() && !was_started) || (workload.up() && !was_up);
  if (workload.all_ready && !was_ready) {
    ++workload.times_ready;
    if (workload.awaited && !workload.has_check) findings_.push_back({Finding::Kind::kSteadySoon, component, ""});
  }
  if (!workload.up() || was_up) return;
  findings_.push_back({Finding::Kind::kUp, component,
                       workload.completed   ? "completed"
                       : workload.has_check ? "healthy"
                                            : "running"});
}

inline void Readiness::ReadDeployment(const std::string& component, Workload& workload, const api::Object& object) {
  const text::View status = object["status"];
  const int64_t wanted = object["spec"]["replicas"].number(workload.replicas);
  // A status of before says nothing; nor do pods of before count (deployment.md, "Deployment status").
  const bool of_this = status["observedGeneration"].number() >= std::max(object.generation(), workload.generation);
  workload.up_to_date = of_this ? status["updatedReplicas"].number() : 0;
  workload.ready = of_this ? status["readyReplicas"].number() : 0;
  const bool alone = of_this && workload.up_to_date == wanted && status["replicas"].number() == wanted;
  workload.all_ready = alone && workload.ready == wanted;
  workload.available = alone && status["availableReplicas"].number() == wanted;
  const text::View refused = ConditionOf(object, "ReplicaFailure");
  if (of_this && refused["status"].text() == "True") TakeRefusal(component, workload, refused["message"].text());
}

inline void Readiness::TakeRefusal(const std::string& component, Workload& workload, const std::string& words) {
  const bool no_account = absl::StrContains(words, "error looking up service account");
  if (no_account || absl::StrContains(words, "No API token found for service account")) {
    workload.refusal = words;
    // What the cluster makes by itself comes a moment after a namespace; another account may be about to be made, too.
    if (!no_account || absl::StrContains(words, "\"default\"")) return;
    return Tell(Finding::Kind::kWarning, component, absl::StrCat("waits for its service account: ", words));
  }
  if (!told_.emplace(component, words).second) return;
  failures_.push_back({.component = component, .what = absl::StrCat("its pods are refused: ", words)});
}

inline void Readiness::ReadJob(const std::string& component, Workload& workload, const api::Object& object) {
  workload.ready = object["status"]["succeeded"].number();
  workload.completed = HasCondition(object, "Complete") || workload.replicas == 0;
  // One that runs is what a reader waits for that does not wait for its end.
  workload.all_ready = workload.completed || object["status"]["active"].number() >= workload.replicas;
  if (!HasCondition(object, "Failed") || !told_.emplace(component, "Failed").second) return;
  const text::View condition = ConditionOf(object, "Failed");
  failures_.push_back(
      {.component = component,
       .what = absl::StrCat("its job has failed: ", condition["reason"].text(), ": ", condition["message"].text())});
}

inline void Readiness::TakePod(PodReport report, bool deleted) {
  const auto found = workloads_.find(report.component);
  if (found == workloads_.end() || old_pods_.contains(report.uid)) return;
  if (deleted || report.going) {
    pods_.erase(report.uid);
    pods_of_[report.component].erase(report.uid);
    return;
  }
  Pod& pod = pods_[report.uid];
  pods_of_[report.component].insert(report.uid);
  pod.component = report.component;
  const std::string waited_for = pod.report.waits_for;
  pod.report = std::move(report);
  if (!found->second.begun) return;
  JudgeExits(pod, found->second);
  JudgeWaiting(pod, waited_for);
  JudgeHealth(pod, found->second);
}

inline void Readiness::JudgeExits(Pod& pod, const Workload& workload) {
  const PodReport& report = pod.report;
  const int exits = report.exits - pod.exits_before;
  if (exits == 0 || IsFinal(report.waits_for, report.words) || (report.exit_code == 0 && workload.ends)) return;
  if (workload.restarts && exits == 1) {
    return Tell(
        Finding::Kind::kWarning, pod.component,
        absl::StrCat("exited with code ", report.exit_code, "; it is started again, a second exit fails the apply"));
  }
  Failure failure =
      FailureOf(report, absl::StrCat("exited with code ", report.exit_code, exits > 1 ? " for the second time" : ""));
  failure.hint = ExitHint(report, workload.restarts && !workload.ends);
  failure.log = report.last_lines;
  failure.wants_log = failure.log.empty();
  failure.of_run_before = report.running;
  Fail(pod, std::move(failure));
}

inline void Readiness::JudgeWaiting(Pod& pod, const std::string& waited_for) {
  const PodReport& report = pod.report;
  if (!report.unschedulable.empty()) {
    Tell(Finding::Kind::kWarning, pod.component,
         absl::StrCat("waits for a node: ", claims_.WithClaims(pod.component, report.unschedulable)));
  }
  if (IsFinal(report.waits_for, report.words)) {
    return Fail(pod, FailureOf(report, absl::StrCat("cannot be started: ", report.waits_for,
                                                    report.words.empty() ? "" : ": ", report.words)));
  }
  if (report.waits_for == "ErrImagePull" && waited_for != "ErrImagePull") CountRefusedPull(pod, report.words, 0);
}

// `times`: how often it was refused, where the cluster counted that; 0: once more.
inline void Readiness::CountRefusedPull(Pod& pod, const std::string& words, int64_t times) {
  if (pod.pull_words.empty()) pod.pull_words = words;
  pod.refused_pulls = times == 0 ? pod.refused_pulls + 1 : std::max<int>(pod.refused_pulls, static_cast<int>(times));
  if (pod.refused_pulls > 1) {
    return Fail(pod, FailureOf(pod.report,
                               absl::StrCat("its image ", pod.report.image, " cannot be pulled: ", pod.pull_words)));
  }
  Tell(Finding::Kind::kWarning, pod.component,
       absl::StrCat("its image ", pod.report.image, " was not pulled: ", words, "; it is tried once more"));
}

inline void Readiness::JudgeHealth(Pod& pod, const Workload& workload) {
  const PodReport& report = pod.report;
  const bool was_ready = std::exchange(pod.was_ready, report.ready);
  if (!workload.has_check || !was_ready || report.ready || !report.running) return;
  Failure failure = FailureOf(report, "is unhealthy");
  failure.by_probe = failure.wants_log = true;
  Fail(pod, std::move(failure));
}

inline void Readiness::TakeEvent(const api::Object& event) {
  const text::View about = event["involvedObject"];
  const std::string& words = event["message"].text();
  const std::string& reason = event["reason"].text();
  if (about["kind"].text() == "Pod") {
    const auto pod = pods_.find(about["uid"].text());
    if (pod != pods_.end()) TakePodEvent(event, pod->second);
  } else if (about["kind"].text() == "Job" && reason == "FailedCreate") {
    for (auto& [component, workload] : workloads_) {
      if (!workload.uid.empty() && workload.uid == about["uid"].text()) TakeRefusal(component, workload, words);
    }
  } else if (about["kind"].text() == "PersistentVolumeClaim") {
    TakeClaimEvent(event);
  }
}

inline void Readiness::TakeClaimEvent(const api::Object& event) {
  std::optional<Claims::News> news = claims_.TakeEvent(event);
  if (!news.has_value()) return;
  if (!news->is_final) return Tell(Finding::Kind::kWarning, news->component, std::move(news->what));
  failures_.push_back(
      {.component = std::move(news->component), .what = std::move(news->what), .hint = std::move(news->hint)});
}

inline void Readiness::TakePodEvent(const api::Object& event, Pod& pod) {
  const std::string& reason = event["reason"].text();
  const std::string& words = event["message"].text();
  if (reason == "Failed" && absl::StartsWith(words, "Failed to pull image") && event["count"].number() > 1) {
    CountRefusedPull(pod, CauseIn(words), event["count"].number());
  } else if (reason == "FailedMount" || reason == "FailedAttachVolume") {
    Tell(Finding::Kind::kWarning, pod.component, absl::StrCat("waits for its volumes: ", words));
  } else if (reason == "Killing" && absl::StrContains(words, "startup probe")) {
    Failure failure = FailureOf(pod.report, "is unhealthy");
    failure.by_probe = failure.wants_log = true;
    Fail(pod, std::move(failure));
  }
}

inline void Readiness::Steady(const std::string& component, int time) {
  Workload& workload = workloads_.at(component);
  if (workload.all_ready && workload.times_ready == time) workload.steady = moved_ = true;
}

inline void Readiness::JudgeUnhealthy() {
  for (auto& [uid, pod] : pods_) {
    const Workload& workload = workloads_.at(pod.component);
    if (!workload.has_check || !pod.report.running || pod.report.ready || !pod.report.started) continue;
    Failure failure = FailureOf(pod.report, "is unhealthy");
    failure.by_probe = true;
    Fail(pod, std::move(failure));
  }
}

inline void Readiness::Forget(const std::string& component) {
  const auto found = workloads_.find(component);
  if (found == workloads_.end()) return;
  found->second.uid.clear();
  Reset(found->second);
}

inline std::vector<std::string> Readiness::NotStarted() const {
  std::vector<std::string> components;
  for (const auto& [component, workload] : workloads_) {
    if (!workload.begun) components.push_back(component);
  }
  return components;
}

inline std::vector<Failure> Readiness::NotUp(absl::string_view after) const {
  std::vector<Failure> failures;
  for (const auto& [component, workload] : workloads_) {
    if (!workload.begun || workload.up()) continue;
    Failure failure{.component = component,
                    .what = absl::StrCat(workload.ends ? "has not ended" : "is not ready", after)};
    if (workload.replicas > 1) absl::StrAppend(&failure.what, ": ", workload.ready, " of ", workload.replicas);
    const std::string claim = claims_.WordsOf(component);
    if (!claim.empty()) absl::StrAppend(&failure.what, "; ", claim);
    std::string why = workload.refusal;
    for (const std::string& uid : PodsOf(component)) {
      const Pod& pod = pods_.at(uid);
      if (workload.ends ? !pod.report.running : pod.report.ready) continue;
      failure = FailureOf(pod.report, std::move(failure.what));
      failure.wants_log = pod.report.running;
      failure.by_probe = workload.has_check && pod.report.running;
      why = pod.report.unschedulable.empty() ? pod.report.words
            : claim.empty()                  ? claims_.WithClaims(component, pod.report.unschedulable)
                                             : "";
      if (!pod.pull_words.empty()) why = pod.pull_words;
      break;
    }
    if (!why.empty()) absl::StrAppend(&failure.what, "; ", why);
    failures.push_back(std::move(failure));
  }
  return failures;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_READINESS_H_
