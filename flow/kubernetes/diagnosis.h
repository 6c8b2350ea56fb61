// Asking why: what failed containers wrote last and what their health probes got, before they are taken away; and what
// there is of the pipeline by now. A part of the apply machine.
#ifndef FLOW_KUBERNETES_DIAGNOSIS_H_
#define FLOW_KUBERNETES_DIAGNOSIS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "flow/deploy/failed_text.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/failure.h"

namespace flow::kubernetes {

class Diagnosis {
 public:
  // Asks about every failure that is told and of which a pod can tell more.
  static void Ask(const std::vector<Failure>& failures, const std::string& namespace_, Outbox& out) {
    for (size_t index = 0; index < std::min(failures.size(), deploy::kMostFailures); ++index) {
      const Failure& failure = failures[index];
      if (failure.pod.empty()) continue;
      if (failure.wants_log) {
        out.Request(WhatItWrote{index},
                    api::TailLogs{.namespace_ = namespace_,
                                  .pod = failure.pod,
                                  .container = failure.container,
                                  .previous = failure.of_run_before},
                    kLookDeadline);
      }
      if (failure.by_probe) {
        out.Request(WhatWasTold{index}, api::ListEvents{.object = {api::Kind::kPod, namespace_, failure.pod}},
                    kLookDeadline);
      }
    }
  }

  static bool IsDone(const Outbox& out) { return !out.Awaits<WhatItWrote, WhatWasTold>(); }

  // Each takes an answer in. A question that is not answered is not asked again: the failure itself is what counts.

  static void On(const WhatItWrote& asked, const absl::StatusOr<api::Reply>& reply, std::vector<Failure>& failures) {
    Failure& failure = failures[asked.failure];
    if (reply.ok()) {
      failure.log = std::get<api::LogLines>(*reply).lines;
    } else if (!absl::IsNotFound(reply.status())) {
      failure.no_log = std::string(reply.status().message());
    }
  }

  static void On(const WhatWasTold& asked, const absl::StatusOr<api::Reply>& reply, std::vector<Failure>& failures) {
    if (!reply.ok()) return;
    std::string words;  // of the last probe
    for (const api::Object& event : std::get<api::ObjectList>(*reply).objects) {
      if (event["reason"].text() == "Unhealthy") words = std::string(absl::StripAsciiWhitespace(event["message"].text()));
    }
    if (words.empty()) return;
    Failure& failure = failures[asked.failure];
    absl::StrAppend(&failure.what, "; its last health probe: ", words);
    failure.hint = ProbeHint(words);
  }
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_DIAGNOSIS_H_
