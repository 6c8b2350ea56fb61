// Why a deployment failed, and how that is told.
#ifndef FLOW_KUBERNETES_FAILURE_H_
#define FLOW_KUBERNETES_FAILURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/compose/probe.h"
#include "flow/deploy/plan.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/pod_report.h"

namespace flow::kubernetes {

struct Failure {
  std::string component;  // empty: of no one component
  std::string what;       // "exited with code 3"
  // Whose container is why; empty: none's.
  std::string pod;
  std::string container;
  std::string node;
  std::string hint;              // what to do about it, where that is known
  std::vector<std::string> log;  // what it wrote last
  std::string no_log;            // why that cannot be read
  bool wants_log = false;        // it ran: what it wrote says more
  bool of_run_before = false;    // and runs again by now
  bool by_probe = false;         // what its health probe got says why
  bool by_another = false;       // someone else is at work on the pipeline
  bool told = false;             // when it came up: it is what an operation came to
};

// A failure of the container that a report is of.
inline Failure FailureOf(const PodReport& report, std::string what) {
  return {.component = report.component,
          .what = std::move(what),
          .pod = report.name,
          .container = report.container,
          .node = report.node};
}

// The failure that a cluster's refusal of an operation is.
Failure RefusalOf(const Operation& operation, const absl::Status& status);

// Whether someone else at work on the pipeline is why an operation was refused: a name that is taken, or an object that is
// another or gone. It was not so when this apply looked.
bool IsByAnother(const Operation& operation, const absl::Status& status);
// Such a refusal in words.
inline constexpr char kByAnother[] = "someone else has made, changed or removed it meanwhile";

// Whether a request came to no answer: the cluster may have done what it asked.
inline bool IsUnanswered(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// What to do about a container that ended; empty where nothing is known to help. `restarts`: it is started again whenever
// it ends.
std::string ExitHint(const PodReport& report, bool restarts);

// What to do where a health probe got this.
std::string ProbeHint(absl::string_view words);

// A failure in one line: "sink: exited with code 3 (pod sink-5d9c on node2)".
std::string Headline(const Failure& failure);

// How it is done

inline Failure RefusalOf(const Operation& operation, const absl::Status& status) {
  const bool by_another = IsByAnother(operation, status);
  return {.component = operation.component(),
          .what = absl::StrCat("could not ", OperationText(operation), ": ",
                               by_another ? kByAnother : std::string(status.message())),
          .by_another = by_another,
          .told = true};
}

inline bool IsByAnother(const Operation& operation, const absl::Status& status) {
  const bool gone = absl::IsNotFound(status) && operation.object() != "namespace";
  return absl::IsAborted(status) || absl::IsAlreadyExists(status) || gone;
}

inline std::string ExitHint(const PodReport& report, bool restarts) {
  if (report.out_of_memory) {
    return absl::StrCat(
        "the cluster killed it, out of memory: ",
        report.memory_limit.empty() ? "its node has no more" : absl::StrCat("its limit is ", report.memory_limit));
  }
  switch (report.exit_code) {
    case 0:
      return restarts ? "if it is meant to end, say so by `restart_policy: no` or `on-failure`" : "";
    case 126:
      return "126: its command is there and may not be run, or is no program";
    case 127:
      return "127: its command, or one that its script runs, is not in the image";
    case 137:
      return "137: it was killed, by memory's end perhaps";
    default:
      return "";
  }
}

inline std::string ProbeHint(absl::string_view words) {
  if (compose::ProbeCannotRun(compose::kNoProbeProgramExitCode, std::string(words))) {
    return "a URL of another host is asked from within its image; a path, or a URL of 127.0.0.1, its node asks";
  }
  if (absl::StrContains(words, "refused")) {
    return "a cluster asks the pod's address, not 127.0.0.1: perhaps the program listens on 127.0.0.1 alone; one that "
           "takes longer to start gets more time by `health_start_period`";
  }
  if (absl::StrContains(words, "Timeout") || absl::StrContains(words, "deadline")) {
    return "a probe that takes longer gets more time by `health_timeout`";
  }
  return "a component that takes longer to start gets more time by `health_start_period`";
}

inline std::string Headline(const Failure& failure) {
  std::string text = failure.component.empty() ? failure.what : absl::StrCat(failure.component, ": ", failure.what);
  if (failure.pod.empty()) return text;
  absl::StrAppend(&text, " (pod ", failure.pod, failure.node.empty() ? "" : " on ", failure.node, ")");
  return text;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_FAILURE_H_
