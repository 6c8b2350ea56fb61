// What an apply waits for: the workload of each component, and its pods.
#ifndef FLOW_KUBERNETES_WAITED_FOR_H_
#define FLOW_KUBERNETES_WAITED_FOR_H_

#include <cstdint>
#include <string>

#include "flow/kubernetes/pod_report.h"

namespace flow::kubernetes {

// A pod of a component that this apply waits for.
struct Pod {
  std::string component;
  PodReport report;      // the newest
  int exits_before = 0;  // when this apply began: they are no concern of it
  bool was_ready = false;
  int refused_pulls = 0;
  std::string pull_words;  // of the first: those that come after say only that it is tried again
  bool failed = false;     // told
};

// The workload that runs a component.
struct Workload {
  uint32_t replicas = 0;
  bool awaited = false;  // something is started when it is steady
  bool restarts = false;
  bool ends = false;  // it is a job: exit code 0 is completion
  bool has_check = false;
  std::string uid;         // empty: not made yet
  int64_t generation = 0;  // that has to be observed
  int64_t up_to_date = 0;  // replicas that are of it and
  int64_t ready = 0;       // ready, or ended well
  bool all_ready = false;
  bool steady = false;  // and for kSteadyAfter
  int times_ready = 0;
  bool available = false;
  bool completed = false;
  bool begun = false;   // its making was asked for, or it stays as it is
  std::string refusal;  // why it gets no pods yet, in the cluster's words

  bool up() const { return available || completed; }
  bool started() const { return up() || (all_ready && (has_check || steady)); }
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_WAITED_FOR_H_
