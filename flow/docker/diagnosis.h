// Asking why: what failed containers wrote last, and what their health probes answered, before they are taken away. And
// what there is by now: because of requests that were not answered, or of someone else. A part of the apply machine.
#ifndef FLOW_DOCKER_DIAGNOSIS_H_
#define FLOW_DOCKER_DIAGNOSIS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/deploy/failed_text.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/failure.h"
#include "flow/docker/observed.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class Diagnosis {
 public:
  // Asks about every failure that is told and has a container, or could not have a port.
  static void Ask(const std::vector<Failure>& failures, Outbox& out) {
    for (size_t index = 0; index < std::min(failures.size(), deploy::kMostFailures); ++index) {
      const std::string& id = failures[index].container_id;
      if (!failures[index].address.empty()) out.Request(WhoHasPort{index}, engine::ListContainers{}, kLookDeadline);
      if (id.empty()) continue;
      out.Request(WhyItFailed{index}, engine::InspectContainer{id}, kLookDeadline);
      out.Request(WhatItWrote{index}, engine::TailLogs{id}, kLookDeadline);
    }
  }

  // Asks which containers there are now: another apply's too, which this one's rollback must leave what it stands on.
  // `unanswered`: some request was, and may have made a network or a volume as well.
  static void Search(const project::Project& project, bool unanswered, Outbox& out) {
    if (!unanswered) {
      const auto containers = ListPipelineContainers(project.namespace_(), project.pipeline());
      return out.Request(WhatThereIsNow{}, containers, kLookDeadline);
    }
    for (engine::Call& call : ObservingCalls(project)) {
      out.Request(WhatThereIsNow{}, std::move(call), kReadDeadline);
    }
  }

  // Whether all that it asked is answered.
  static bool IsDone(const Outbox& out) { return !out.Awaits<WhyItFailed, WhatItWrote, WhoHasPort, WhatThereIsNow>(); }

  // Each takes an answer in; all but the last add to the failure what it tells. A question that is not answered is not
  // asked again: the failure itself is what counts.

  static void On(const WhyItFailed& asked, const absl::StatusOr<engine::Reply>& reply, std::vector<Failure>& failures) {
    if (reply.ok()) AddInspection(std::get<engine::ContainerInspect>(*reply), &failures[asked.failure]);
  }

  static void On(const WhatItWrote& asked, const absl::StatusOr<engine::Reply>& reply, std::vector<Failure>& failures) {
    Failure& failure = failures[asked.failure];
    if (reply.ok()) {
      failure.log = std::get<engine::LogLines>(*reply).lines;
    } else if (!absl::IsNotFound(reply.status())) {
      failure.no_log = std::string(reply.status().message());
    }
  }

  static void On(const WhoHasPort& asked, const absl::StatusOr<engine::Reply>& reply, std::vector<Failure>& failures) {
    if (reply.ok()) AddPortHolder(std::get<engine::ContainerList>(*reply), &failures[asked.failure]);
  }

  void On(const WhatThereIsNow&, const absl::StatusOr<engine::Reply>& reply) {
    if (reply.ok()) ReadInto(*reply, &found_);
  }

  // What the search has found.
  const Observed& found() const { return found_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [found] = *this;
    return std::tie(found);
  }

 private:
  Observed found_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_DIAGNOSIS_H_
