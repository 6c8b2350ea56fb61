// How a pipeline on a cluster is: its pods, and what makes them, as flow/deploy/status.h takes them.
#ifndef FLOW_KUBERNETES_STATUS_H_
#define FLOW_KUBERNETES_STATUS_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/deploy/replica.h"
#include "flow/deploy/status.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/volume_trouble.h"
#include "flow/project/labels.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// The kinds of objects that a status is made from.
inline constexpr api::Kind kStatusKinds[] = {api::Kind::kDeployment, api::Kind::kJob, api::Kind::kPod,
                                             api::Kind::kService};

// Puts the objects of a pipeline, of the kinds above, into the input of a status, which has the state already where there is one.
// Of pods without a node its claims, and the volumes that they have, say more where they are among the objects
// (volume_trouble.h). `now` says how long pods have run. Pods on their way out do not count.
void AddObjects(const std::vector<api::Object>& objects, absl::Time now, deploy::StatusInput* input);

// Of whom an object is: the component's id; empty: of the whole pipeline.
std::string ComponentOf(const api::Object& object);

// How it is done

namespace internal {

// "5 minutes".
inline std::string RoughDuration(absl::Duration duration) {
  static constexpr struct {
    absl::Duration length;
    absl::string_view word;
  } kUnits[] = {{absl::Hours(24), "day"}, {absl::Hours(1), "hour"}, {absl::Minutes(1), "minute"}};
  const auto told = [](int64_t count, absl::string_view word) {
    return absl::StrCat(count, " ", word, count == 1 ? "" : "s");
  };
  for (const auto& unit : kUnits) {
    if (duration >= unit.length) return told(duration / unit.length, unit.word);
  }
  return told(std::max<int64_t>(absl::ToInt64Seconds(duration), 0), "second");
}

// What a condition that is not as it should be says: `wrong` is the status that it has then.
inline std::string ConditionText(const api::Object& object, absl::string_view type, absl::string_view wrong) {
  const text::View condition = ConditionOf(object, type);
  if (condition["status"].text() != wrong) return "";
  const std::string& message = condition["message"].text();
  return message.empty() ? condition["reason"].text() : message;
}

// "ImagePullBackOff: Back-off pulling image …"; empty: the container waits for nothing.
inline std::string WaitText(text::View waiting) {
  const std::string &reason = waiting["reason"].text(), &message = waiting["message"].text();
  return message.empty() ? reason : absl::StrCat(reason, ": ", message);
}

// Reads what a pod says of its component.
class PodReader {
 public:
  PodReader(const api::Object& pod, absl::Time now)
      : pod_(pod),
        now_(now),
        container_(FindNamed(pod["spec"]["containers"], pod.label(kNameLabel))),
        status_(FindNamed(pod["status"]["containerStatuses"], pod.label(kNameLabel))),
        state_(status_["state"]) {}

  deploy::Replica Read(int number) const {
    deploy::Replica replica{.id = pod_.uid(),
                            .name = pod_.name(),
                            .component = ComponentOf(pod_),
                            .type = pod_.label(project::kTypeLabel),
                            .number = number,
                            .image = container_["image"].text(),
                            .node = pod_["spec"]["nodeName"].text(),
                            .restarts = static_cast<int>(status_["restartCount"].number())};
    ReadState(replica);
    replica.state_word = Word(replica);
    return replica;
  }

 private:
  void ReadState(deploy::Replica& replica) const {
    using deploy::ReplicaState;
    if (state_["running"]) {
      replica.state = ReplicaState::kRunning;
      replica.started_at = state_["running"]["startedAt"].text();
      absl::Time started;
      if (absl::ParseTime(absl::RFC3339_full, replica.started_at, &started, nullptr)) {
        replica.up = RoughDuration(now_ - started);
      }
      replica.health = HealthOf();
      if (IsCutOff(pod_)) {
        replica.health = deploy::Health::kUnknown;
        replica.trouble = absl::StrCat("is on ", replica.node, ", which does not answer");
      }
      return;
    }
    if (const text::View ended = state_["terminated"]) {
      replica.exit_code = static_cast<int>(ended["exitCode"].number());
      replica.state = Restarts(replica.exit_code) ? ReplicaState::kRestarting : ReplicaState::kExited;
      return;
    }
    replica.waits_for = WaitingFor();
    // It has run before: between two of its runs.
    const bool ran = static_cast<bool>(status_["lastState"]["terminated"]);
    if (ran) replica.exit_code = static_cast<int>(status_["lastState"]["terminated"]["exitCode"].number());
    const bool lost = pod_["status"]["phase"].text() == "Failed";  // evicted: it never comes back
    replica.state = lost ? ReplicaState::kDead : ran ? ReplicaState::kRestarting : ReplicaState::kPending;
  }

  bool Restarts(int exit_code) const {
    const std::string& policy = pod_["spec"]["restartPolicy"].text();
    return policy == "Always" || (policy == "OnFailure" && exit_code != 0);
  }

  deploy::Health HealthOf() const {
    if (!container_["readinessProbe"]) return deploy::Health::kNone;
    if (status_["ready"].flag()) return deploy::Health::kHealthy;
    return status_["started"].flag(true) ? deploy::Health::kUnhealthy : deploy::Health::kStarting;
  }

  std::string WaitingFor() const {
    for (const text::View init : pod_["status"]["initContainerStatuses"].list()) {
      if (std::string text = WaitText(init["state"]["waiting"]); !text.empty()) return text;
    }
    if (std::string text = WaitText(state_["waiting"]); !text.empty()) return text;
    if (std::string text = ConditionText(pod_, "PodScheduled", "False"); !text.empty()) return text;
    const std::string& message = pod_["status"]["message"].text();
    return message.empty() ? pod_["status"]["reason"].text() : message;
  }

  // The cluster's own word: a reason that it waits for, else the phase.
  std::string Word(const deploy::Replica& replica) const {
    if (!replica.trouble.empty()) return "unknown";
    if (replica.state == deploy::ReplicaState::kRunning) return "running";
    const std::string& reason = state_["waiting"]["reason"].text();
    return reason.empty() ? absl::AsciiStrToLower(pod_["status"]["phase"].text()) : reason;
  }

  const api::Object& pod_;
  const absl::Time now_;
  const text::View container_, status_, state_;
};

// Of a pod without a node: which of its volumes are why, before the scheduler's words.
inline void AddTrouble(const VolumeTrouble& volumes, deploy::Replica& replica) {
  if (!replica.node.empty()) return;
  std::string trouble = volumes.Of(replica.component, replica.waits_for);
  if (trouble.empty()) return;
  if (!replica.waits_for.empty()) absl::StrAppend(&trouble, ": ", replica.waits_for);
  replica.waits_for = std::move(trouble);
}

// Those of a job's pods that tell how it is: of one that is complete those that were, else not those that were tried
// again.
inline bool Counts(const api::Object& pod, const api::Object* job) {
  if (pod.is_going()) return false;
  if (job == nullptr) return true;
  const std::string& phase = pod["status"]["phase"].text();
  if (HasCondition(*job, "Complete")) return phase == "Succeeded";
  return phase != "Failed" || HasCondition(*job, "Failed");
}

// What stands for pods of a job that has ended, and whose pods someone has removed.
inline deploy::Replica EndedJob(const api::Object& job) {
  const bool complete = HasCondition(job, "Complete");
  return {.id = job.uid(),
          .name = job.name(),
          .component = ComponentOf(job),
          .type = job.label(project::kTypeLabel),
          .number = 1,
          .image = FindNamed(job["spec"]["template"]["spec"]["containers"], job.label(kNameLabel))["image"].text(),
          .state = complete ? deploy::ReplicaState::kExited : deploy::ReplicaState::kDead,
          .state_word = complete ? "succeeded" : "failed",
          .waits_for = complete ? "" : ConditionText(job, "Failed", "True")};
}

// "sink.flow-a:8080/tcp", and where every node has it "*:30080->8080/tcp".
inline std::vector<std::string> EndpointsOf(const api::Object& service) {
  std::vector<std::string> endpoints;
  for (const text::View port : service["spec"]["ports"].list()) {
    const std::string what = absl::StrCat(port["port"].text(), "/", absl::AsciiStrToLower(port["protocol"].text()));
    endpoints.push_back(absl::StrCat(service.name(), ".", service.namespace_(), ":", what));
    if (port["nodePort"]) endpoints.push_back(absl::StrCat("*:", port["nodePort"].text(), "->", what));
  }
  return endpoints;
}

}  // namespace internal

inline std::string ComponentOf(const api::Object& object) {
  const std::string& label = object.label(project::kComponentLabel);
  return label.empty() ? object.annotation(project::kComponentLabel) : label;
}

inline void AddObjects(const std::vector<api::Object>& objects, absl::Time now, deploy::StatusInput* input) {
  input->replica_noun = "pod";
  const VolumeTrouble volumes(
      objects, input->deployment.has_value() ? input->deployment->project() : project::Project::default_instance());
  std::map<std::string, const api::Object*> jobs;
  for (const api::Object& object : objects) {
    if (object.kind == api::Kind::kJob) jobs[ComponentOf(object)] = &object;
  }
  std::map<std::string, std::vector<deploy::Replica>> replicas;
  for (const api::Object& object : objects) {
    const std::string component = ComponentOf(object);
    if (object.kind != api::Kind::kPod || component.empty()) continue;
    const auto job = jobs.find(component);
    std::vector<deploy::Replica>& of_component = replicas[component];
    if (!internal::Counts(object, job == jobs.end() ? nullptr : job->second)) continue;
    of_component.push_back(internal::PodReader(object, now).Read(static_cast<int>(of_component.size()) + 1));
    internal::AddTrouble(volumes, of_component.back());
  }
  for (const auto& [component, job] : jobs) {
    const bool ended = HasCondition(*job, "Complete") || HasCondition(*job, "Failed");
    if (ended && replicas[component].empty()) replicas[component].push_back(internal::EndedJob(*job));
  }
  for (const api::Object& object : objects) {
    if (object.kind == api::Kind::kDeployment || object.kind == api::Kind::kJob) {
      const text::View spec = object["spec"];
      const int64_t count = object.kind == api::Kind::kJob ? spec["completions"].number(1) : spec["replicas"].number(1);
      input->asked_for[ComponentOf(object)] = static_cast<uint32_t>(count);
      // The quota or the admission that refuses the pods, in its own words.
      const std::string refused = internal::ConditionText(object, "ReplicaFailure", "True");
      if (!refused.empty()) input->refusals[ComponentOf(object)] = refused;
      const std::string trouble = count == 0 ? volumes.Of(ComponentOf(object), "") : "";
      if (!trouble.empty()) input->notes[ComponentOf(object)] = trouble;
    }
    if (object.kind != api::Kind::kService || replicas[ComponentOf(object)].empty()) continue;
    deploy::Replica& first = replicas[ComponentOf(object)].front();
    for (std::string& endpoint : internal::EndpointsOf(object)) first.endpoints.push_back(std::move(endpoint));
  }
  for (auto& [component, of_component] : replicas) {
    for (deploy::Replica& replica : of_component) input->replicas.push_back(std::move(replica));
  }
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_STATUS_H_
