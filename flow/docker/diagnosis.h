// Asking why: what failed containers wrote last, and what their health probes answered, before they are taken away. And
// where an answer never came, whether the engine did what was asked. A part of the apply machine.
#ifndef FLOW_DOCKER_DIAGNOSIS_H_
#define FLOW_DOCKER_DIAGNOSIS_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/failure.h"
#include "flow/docker/observed.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class Diagnosis {
 public:
  // Asks about every failure that has a container.
  void Ask(const std::vector<Failure>& failures, Outbox& out) {
    for (size_t index = 0; index < failures.size(); ++index) {
      const std::string& id = failures[index].container_id;
      if (id.empty()) continue;
      about_[out.Request(engine::InspectContainer{id}, kDeadline)] = index;
      about_[out.Request(engine::TailLogs{id}, kDeadline)] = index;
    }
  }

  // Asks what there is of the pipeline now.
  void Search(const project::Project& project, Outbox& out) {
    for (engine::Call& call : ObservingCalls(project)) {
      search_.insert(out.Request(std::move(call), kSearchDeadline));
    }
  }

  // Takes an answer to one of its questions, and adds to the failure what it tells. A question that is not answered is
  // not asked again: the failure itself is what counts.
  void Take(const Answer& answer, std::vector<Failure>& failures) {
    if (search_.erase(answer.request) > 0) {
      if (answer.reply.ok()) ReadInto(*answer.reply, &found_);
      return;
    }
    const auto about = about_.extract(answer.request);
    if (about.empty() || !answer.reply.ok()) return;
    Failure& failure = failures[about.mapped()];
    if (const auto* inspect = std::get_if<engine::ContainerInspect>(&*answer.reply)) AddInspection(*inspect, &failure);
    if (const auto* log = std::get_if<engine::LogLines>(&*answer.reply)) failure.log = log->lines;
  }

  bool Done() const { return about_.empty() && search_.empty(); }
  const Observed& found() const { return found_; }
  size_t pending() const { return about_.size() + search_.size(); }

 private:
  // What is asked about a failure must not keep it from being told.
  static constexpr absl::Duration kDeadline = absl::Seconds(5);
  // Without it something might stay that a request made whose answer was lost: an engine that restarts is waited for.
  static constexpr absl::Duration kSearchDeadline = absl::Seconds(30);

  std::map<RequestId, size_t> about_;  // request → failure
  std::set<RequestId> search_;
  Observed found_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_DIAGNOSIS_H_
