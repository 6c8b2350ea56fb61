// A cluster in memory, for tests: an API server, and what controllers, nodes and programs do where a test says so. A value:
// copying it copies all it has.
#ifndef FLOW_KUBERNETES_TESTING_FAKE_CLUSTER_H_
#define FLOW_KUBERNETES_TESTING_FAKE_CLUSTER_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/difference.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/testing/fake_api.h"
#include "flow/text/document.h"
#include "flow/text/view.h"

namespace flow::kubernetes::testing {

class FakeCluster : public FakeApi {
 public:
  absl::StatusOr<api::Reply> Execute(const api::Call& call) {
    absl::StatusOr<api::Reply> reply = FakeApi::Execute(call);
    const auto* const removal = std::get_if<api::Delete>(&call);
    if (removal != nullptr && Get(removal->object) == nullptr) RemoveNow(removal->object);
    return reply;
  }

  // Workloads whose change nobody has acted upon.
  std::vector<api::ObjectName> Unobserved() const {
    std::vector<api::ObjectName> names;
    for (const auto& [name, object] : All()) {
      const int64_t observed = (*object)["status"]["observedGeneration"].number();
      if (IsWorkload(name.kind) && !object->is_going() && observed < object->generation()) names.push_back(name);
    }
    return names;
  }

  // A controller acts upon it: its pods are made anew where they would be others.
  void Observe(const api::ObjectName& name) {
    const ObjectPtr workload = Get(name);
    const std::string pods = PodsText(*workload);
    for (const auto& [pod, template_] : std::map<api::ObjectName, std::string>(templates_)) {
      if (IsPodOf(pod, name) && template_ != pods) RemoveNow(pod);
    }
    const int64_t wanted = Wanted(*workload);
    for (int64_t number = 1; number <= wanted; ++number) {
      const api::ObjectName pod{api::Kind::kPod, name.namespace_,
                                absl::StrCat(name.name, "-", workload->generation(), "-", number)};
      const bool is_there =
          std::any_of(templates_.begin(), templates_.end(), [&](const auto& one) { return IsPodOf(one.first, name); });
      if (number == 1 && is_there) break;
      MakePod(*workload, pod);
      templates_[pod] = pods;
    }
    Tally(name, workload->generation());
  }

  std::vector<api::ObjectName> Pods() const {
    std::vector<api::ObjectName> pods;
    for (const auto& [name, object] : All()) {
      if (name.kind == api::Kind::kPod) pods.push_back(name);
    }
    return pods;
  }
  // "Pending", "Running", "Ready", "Waiting", "Succeeded", "Failed".
  std::string StateOf(const api::ObjectName& pod) const {
    const api::Object& object = *Get(pod);
    const text::View status = object["status"]["containerStatuses"];
    if (status.list().empty()) return "Pending";
    const text::View container(status.list().front());
    if (container["state"]["waiting"]) return "Waiting";
    if (container["state"]["terminated"]) {
      return container["state"]["terminated"]["exitCode"].number() == 0 ? "Succeeded" : "Failed";
    }
    return container["ready"].flag() ? "Ready" : "Running";
  }
  bool IsOfJob(const api::ObjectName& pod) const { return OwnerOf(pod).kind == api::Kind::kJob; }
  bool IsGoing(const api::ObjectName& name) const { return Get(name)->is_going(); }
  bool HasCheck(const api::ObjectName& pod) const { return checked_.contains(pod); }

  // Its container starts; where it has no health check it is ready.
  void Run(const api::ObjectName& pod) {
    SetContainer(pod, {{"running", text::Mapping{{"startedAt", "now"}}}}, !HasCheck(pod), RestartsOf(pod), {});
  }
  void SetReady(const api::ObjectName& pod, bool ready) {
    SetContainer(pod, {{"running", text::Mapping{{"startedAt", "now"}}}}, ready, RestartsOf(pod), {});
  }
  // Its program ends. Where that is no end it is started again, from the second time on after a while.
  void Exit(const api::ObjectName& pod, int code) {
    const ObjectPtr workload = Get(OwnerOf(pod));
    const std::string policy = (*workload)["spec"]["template"]["spec"]["restartPolicy"].text();
    const text::Mapping end = {{"terminated", text::Mapping{{"exitCode", code},
                                                            {"reason", code == 0 ? "Completed" : "Error"},
                                                            {"message", code == 0 ? "" : log()}}}};
    const int restarts = RestartsOf(pod);
    const bool again = policy == "Always" || (policy == "OnFailure" && code != 0);
    if (!again) return SetContainer(pod, end, false, restarts, {});
    if (restarts == 0) {
      return SetContainer(pod, {{"running", text::Mapping{{"startedAt", "now"}}}}, !HasCheck(pod), restarts + 1, end);
    }
    SetContainer(pod, {{"waiting", text::Mapping{{"reason", "CrashLoopBackOff"}, {"message", "back-off"}}}}, false,
                 restarts, end);
  }
  void Wait(const api::ObjectName& pod, const std::string& reason, const std::string& words) {
    SetContainer(pod, {{"waiting", text::Mapping{{"reason", reason}, {"message", words}}}}, false, RestartsOf(pod), {});
  }
  void SetUnschedulable(const api::ObjectName& pod, const std::string& words) {
    text::Mapping condition = {{"type", "PodScheduled"}, {"status", "False"}, {"reason", "Unschedulable"}};
    condition.Add("message", words);
    SetStatus(pod, {{"phase", "Pending"}, {"conditions", text::List{std::move(condition)}}});
  }
  void SetCondition(const api::ObjectName& name, const std::string& type, const std::string& reason,
                    const std::string& words) {
    conditions_[name] = {{"type", type}, {"status", "True"}, {"reason", reason}, {"message", words}};
    Tally(name, Get(name)->generation());
  }
  // Workloads whose removal was asked for, while something of them runs or may.
  std::vector<api::ObjectName> Stopping() const {
    std::vector<api::ObjectName> names;
    for (const auto& [name, object] : All()) {
      if (!IsWorkload(name.kind) || !object->is_going()) continue;
      const std::vector<api::ObjectName> pods = Pods();
      const bool runs = std::any_of(pods.begin(), pods.end(), [&](const api::ObjectName& pod) {
        return IsPodOf(pod, name) && (!IsGoing(pod) || Runs(pod));
      });
      if (runs) names.push_back(name);
    }
    return names;
  }
  // All that it ran has ended, and its pods are on their way out.
  void Stop(const api::ObjectName& name) {
    for (const api::ObjectName& pod : Pods()) {
      if (!IsPodOf(pod, name)) continue;
      AskToGo(pod);
      if (!Runs(pod)) continue;
      SetContainer(pod, {{"terminated", text::Mapping{{"exitCode", 143}, {"reason", "Error"}}}}, false, RestartsOf(pod),
                   {});
    }
  }
  // Objects whose removal was asked for.
  std::vector<api::ObjectName> Going() const {
    std::vector<api::ObjectName> names;
    for (const auto& [name, object] : All()) {
      if (object->is_going() && !IsHeld(name)) names.push_back(name);
    }
    return names;
  }
  // And all that it owns is gone.
  void FinishRemoval(const api::ObjectName& name) {
    for (const auto& [other, object] : All()) {
      const bool owned = name.kind == api::Kind::kNamespace ? other.namespace_ == name.name : IsPodOf(other, name);
      if (owned) RemoveNow(other);
    }
    RemoveNow(name);
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const { return std::tuple_cat(FakeApi::Members(), std::tie(templates_, checked_, conditions_)); }

 private:
  bool Runs(const api::ObjectName& pod) const { return StateOf(pod) == "Running" || StateOf(pod) == "Ready"; }

  void RemoveNow(const api::ObjectName& name) {
    Remove(name);
    templates_.erase(name);
    checked_.erase(name);
    conditions_.erase(name);
    if (name.kind != api::Kind::kPod) return;
    const ObjectPtr owner = Get(OwnerOf(name));
    if (owner != nullptr) Tally(OwnerOf(name), (*owner)["status"]["observedGeneration"].number());
  }

  // A pod's name begins with its workload's.
  static bool IsPodOf(const api::ObjectName& pod, const api::ObjectName& workload) {
    return pod.kind == api::Kind::kPod && pod.namespace_ == workload.namespace_ &&
           pod.name.substr(0, pod.name.find('-')) == workload.name;
  }
  api::ObjectName OwnerOf(const api::ObjectName& pod) const {
    const std::string name = pod.name.substr(0, pod.name.find('-'));
    const api::ObjectName job{api::Kind::kJob, pod.namespace_, name};
    return Get(job) != nullptr ? job : api::ObjectName{api::Kind::kDeployment, pod.namespace_, name};
  }

  static int64_t Wanted(const api::Object& workload) {
    return workload["spec"][workload.kind == api::Kind::kJob ? "completions" : "replicas"].number();
  }
  static std::string PodsText(const api::Object& workload) { return internal::ValueText(workload["spec"]["template"]); }

  void MakePod(const api::Object& workload, const api::ObjectName& pod) {
    const text::View template_ = workload["spec"]["template"];
    const text::Mapping metadata = {
        {"name", pod.name}, {"namespace", pod.namespace_}, {"labels", *template_["metadata"]["labels"].value()}};
    const text::View container(template_["spec"]["containers"].list().front());
    if (container["readinessProbe"]) checked_.insert(pod);
    const text::Mapping shown = {{"name", container["name"].text()}, {"image", container["image"].text()}};
    Make(pod, metadata, {{"containers", text::List{shown}}});
  }

  int RestartsOf(const api::ObjectName& pod) const {
    const text::View list = (*Get(pod))["status"]["containerStatuses"];
    return list.list().empty() ? 0 : static_cast<int>(text::View(list.list().front())["restartCount"].number());
  }

  void SetContainer(const api::ObjectName& pod, text::Mapping state, bool ready, int restarts, text::Mapping last) {
    const text::Value now = state;
    const text::View ended = text::View(now)["terminated"];
    const char* const phase = !ended || !IsOfJob(pod)           ? "Running"
                              : ended["exitCode"].number() == 0 ? "Succeeded"
                                                                : "Failed";
    const text::Mapping container = {{"name", OwnerOf(pod).name},    {"state", std::move(state)},
                                     {"lastState", std::move(last)}, {"ready", ready},
                                     {"restartCount", restarts},     {"started", ready}};
    SetStatus(pod, {{"phase", phase}, {"containerStatuses", text::List{container}}});
    Tally(OwnerOf(pod), Get(OwnerOf(pod))->generation());
  }
  // A workload's status by its pods.
  void Tally(const api::ObjectName& name, int64_t observed) {
    const ObjectPtr workload = Get(name);
    int64_t pods = 0, ready = 0, succeeded = 0, failed = 0, active = 0;
    for (const auto& [pod, object] : All()) {
      if (!IsPodOf(pod, name)) continue;
      const std::string state = StateOf(pod);
      ++pods;
      ready += state == "Ready";
      succeeded += state == "Succeeded";
      failed += state == "Failed";
      active += state != "Succeeded" && state != "Failed";
    }
    text::List conditions;
    if (const auto set = conditions_.find(name); set != conditions_.end()) conditions.push_back(set->second);
    text::Mapping status = {{"observedGeneration", observed}};
    if (name.kind == api::Kind::kJob) {
      status.Add("active", active);
      status.Add("succeeded", succeeded);
      if (succeeded == Wanted(*workload)) conditions.push_back(text::Mapping{{"type", "Complete"}, {"status", "True"}});
      if (failed > 0) {
        conditions.push_back(text::Mapping{{"type", "Failed"},
                                           {"status", "True"},
                                           {"reason", "BackoffLimitExceeded"},
                                           {"message", "Job has reached the specified backoff limit"}});
      }
    } else {
      status.Add("replicas", pods);
      status.Add("updatedReplicas", pods);
      status.Add("readyReplicas", ready);
      status.Add("availableReplicas", ready);
    }
    status.AddUnlessEmpty("conditions", std::move(conditions));
    SetStatus(name, std::move(status));
  }

  std::map<api::ObjectName, std::string> templates_;     // of pods: what they were made from
  std::set<api::ObjectName> checked_;                    // pods that have a health check
  std::map<api::ObjectName, text::Mapping> conditions_;  // of workloads, besides those that follow from their pods
};

}  // namespace flow::kubernetes::testing

#endif  // FLOW_KUBERNETES_TESTING_FAKE_CLUSTER_H_
