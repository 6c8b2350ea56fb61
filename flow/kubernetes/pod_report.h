// What a pod's status says of the container that runs a component, in the few words that flow needs (API reference,
// "PodStatus"). A cluster may have put other containers into the pod; of those only what keeps the pod from starting counts.
#ifndef FLOW_KUBERNETES_POD_REPORT_H_
#define FLOW_KUBERNETES_POD_REPORT_H_

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/observed.h"
#include "flow/project/labels.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

struct PodReport {
  std::string name;
  std::string uid;
  std::string component;
  std::string container;
  std::string image;
  std::string memory_limit;  // as the cluster has it: "16Mi"; empty: none
  std::string node;          // empty: none was found yet
  bool going = false;
  bool running = false;
  bool ready = false;
  bool started = false;  // past its startup probe
  int exits = 0;         // how often the program has ended since the pod was made
  // Of the last end.
  int exit_code = 0;
  bool out_of_memory = false;
  std::vector<std::string> last_lines;  // as far as the cluster keeps them with the exit code
  // Why the container does not run: "ImagePullBackOff". Empty: it runs, or has ended.
  std::string waits_for;
  std::string words;          // the cluster's, about that
  std::string unschedulable;  // why no node takes it, in the scheduler's words
};

PodReport ReadPod(const api::Object& pod);

// Whether nothing runs in a pod any more, nor will: all its containers have ended, or it is on its way out and its node has
// told that none of them runs or is being made.
bool IsAtRest(const api::Object& pod);

// Whether the cluster hears nothing any more of the node that a pod is on: it calls the pod not ready by itself (node
// lifecycle controller, MarkPodsNotReady), while what the node told last still stands.
bool IsCutOff(const api::Object& pod);

// What a node tells, without what only says through which of its parts it went: "rpc error: code = Unknown desc = ".
std::string CauseIn(absl::string_view words);

// Whether a container that waits for this will never run by itself (kubelet: pkg/kubelet/kuberuntime, images/types.go).
bool IsFinal(absl::string_view waits_for, absl::string_view words);

// How it is done

namespace internal {

inline text::View FindNamed(text::View list, absl::string_view name) {
  for (const text::View entry : list.list()) {
    if (entry["name"].text() == name) return entry;
  }
  return list.list().empty() ? text::View() : text::View(list.list().front());
}

inline void AddEnd(text::View terminated, PodReport& report) {
  report.exit_code = static_cast<int>(terminated["exitCode"].number());
  report.out_of_memory = terminated["reason"].text() == "OOMKilled";
  const std::string& message = terminated["message"].text();
  if (!message.empty()) report.last_lines = absl::StrSplit(absl::StripTrailingAsciiWhitespace(message), '\n');
}

// Of containers that run before all others: the first that does not get on.
inline void AddInitTrouble(text::View statuses, PodReport& report) {
  for (const text::View status : statuses.list()) {
    const text::View waiting = status["state"]["waiting"];
    if (!waiting || !IsFinal(waiting["reason"].text(), waiting["message"].text())) continue;
    report.waits_for = waiting["reason"].text();
    report.words = CauseIn(waiting["message"].text());
  }
}

}  // namespace internal

inline PodReport ReadPod(const api::Object& pod) {
  PodReport report{.name = pod.name(),
                   .uid = pod.uid(),
                   .component = pod.label(project::kComponentLabel),
                   .container = pod.label(kNameLabel),
                   .node = pod["spec"]["nodeName"].text(),
                   .going = pod.is_going()};
  const text::View container = internal::FindNamed(pod["spec"]["containers"], report.container);
  report.image = container["image"].text();
  report.memory_limit = container["resources"]["limits"]["memory"].text();
  const text::View status = internal::FindNamed(pod["status"]["containerStatuses"], report.container);
  const text::View state = status["state"], waiting = state["waiting"];
  const text::View ended = state["terminated"] ? state["terminated"] : status["lastState"]["terminated"];
  report.running = static_cast<bool>(state["running"]);
  report.ready = status["ready"].flag();
  report.started = status["started"].flag(report.running);
  report.exits = static_cast<int>(status["restartCount"].number()) + (ended && !report.running ? 1 : 0);
  if (ended) internal::AddEnd(ended, report);
  report.waits_for = waiting["reason"].text();
  report.words = CauseIn(waiting["message"].text());
  // What a container runtime could not start it tells as an end.
  const std::string& how = ended["reason"].text();
  if (!report.running && (how == "StartError" || how == "ContainerCannotRun")) {
    report.waits_for = "RunContainerError";
    report.words = ended["message"].text();
  }
  internal::AddInitTrouble(pod["status"]["initContainerStatuses"], report);
  const text::View scheduled = ConditionOf(pod, "PodScheduled");
  if (scheduled["status"].text() == "False") report.unschedulable = scheduled["message"].text();
  return report;
}

inline bool IsAtRest(const api::Object& pod) {
  const std::string& phase = pod["status"]["phase"].text();
  if (phase == "Succeeded" || phase == "Failed") return true;
  const auto is_at_rest = [&](const text::View status) {
    const text::View state = status["state"];
    const std::string& why = state["waiting"]["reason"].text();
    // Of a container that has run, and was cleaned up, a node says so too.
    const bool is_being_made = phase != "Running" && (why == "ContainerCreating" || why == "PodInitializing");
    return state["terminated"] || (state["waiting"] && !is_being_made);
  };
  const text::List& before = pod["status"]["initContainerStatuses"].list();
  const text::List& statuses = pod["status"]["containerStatuses"].list();
  return pod.is_going() && !statuses.empty() && std::all_of(before.begin(), before.end(), is_at_rest) &&
         std::all_of(statuses.begin(), statuses.end(), is_at_rest);
}

inline bool IsCutOff(const api::Object& pod) {
  const text::View ready = ConditionOf(pod, "Ready");
  return ready["status"].text() == "False" && ready["reason"].text().empty() && HasCondition(pod, "ContainersReady");
}

inline std::string CauseIn(absl::string_view words) {
  constexpr absl::string_view kBegin = "rpc error: code = ", kEnd = " desc = ";
  const size_t begin = words.find(kBegin), end = words.find(kEnd, begin);
  if (begin == absl::string_view::npos || end == absl::string_view::npos) return std::string(words);
  return absl::StrCat(words.substr(0, begin), words.substr(end + kEnd.size()));
}

inline bool IsFinal(absl::string_view waits_for, absl::string_view words) {
  static constexpr std::array kFinal = {"CreateContainerConfigError", "CreateContainerError", "ErrImageNeverPull",
                                        "InvalidImageName",           "PostStartHookError",   "PreCreateHookError",
                                        "PreStartHookError",          "RunContainerError"};
  // A node that has not heard of a secret yet.
  if (absl::StrContains(words, "failed to sync") || absl::StrContains(words, "timed out waiting")) return false;
  return std::find(kFinal.begin(), kFinal.end(), waits_for) != kFinal.end();
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_POD_REPORT_H_
