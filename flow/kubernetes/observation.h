// Finding out: which version the cluster is, what it has of a pipeline, and what would become of each object that should
// be. A part of the machines that apply and delete; it asks, and keeps what it is told.
#ifndef FLOW_KUBERNETES_OBSERVATION_H_
#define FLOW_KUBERNETES_OBSERVATION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/difference.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/operations.h"
#include "flow/project/labels.h"

namespace flow::kubernetes {

// The kinds of which a pipeline has objects by its labels, but for the namespace.
inline constexpr api::Kind kOwnKinds[] = {api::Kind::kSecret,  api::Kind::kConfigMap,  api::Kind::kClaim,
                                          api::Kind::kService, api::Kind::kDeployment, api::Kind::kJob,
                                          api::Kind::kPod};

// What a dry run of an object came to.
struct Comparison {
  // In what the object that is there would become another (none: in nothing, or it would be made). Nothing: refused.
  std::optional<std::vector<Difference>> differences;
  absl::Status refused;                 // why
  std::vector<std::string> taken_over;  // of whose fields it would get: ".spec.replicas of kubectl-scale"
  ObjectPtr holder;                     // that has its name
};
using Comparisons = std::map<api::ObjectName, Comparison>;

class Observation {
 public:
  // Which version it is, and what it has of the pipeline: all at once.
  void Observe(const Place& place, Outbox& out) const {
    out.Request(WhatIsThere{}, api::GetVersion{}, kVersionDeadline);
    if (place.is_own) out.Request(WhatIsThere{}, place.ListOf(api::Kind::kNamespace), kReadDeadline);
    for (const api::Kind kind : kOwnKinds) out.Request(WhatIsThere{}, place.ListOf(kind), kReadDeadline);
  }

  // From where on events are news.
  void ObserveEvents(const Place& place, Outbox& out) const {
    out.Request(WhatIsThere{}, place.ListOf(api::Kind::kEvent), kReadDeadline);
  }

  // What would become of each object that should be; where the namespace is not there, of that alone.
  void Compare(const Place& place, const Desired& desired, Outbox& out) const {
    const bool alone = place.is_own && observed_.Find(place.NamespaceObject()) == nullptr;
    for (const DesiredObject& one : desired.objects()) {
      if (!alone || one.object.kind == api::Kind::kNamespace) DryRun(one, OnlyIf(one.object), /*forced=*/false, out);
    }
  }

  // What runs or keeps data in the pipeline's own namespace and is not the pipeline's.
  static void ObserveOthers(const Place& place, Outbox& out) {
    for (const api::Kind kind : {api::Kind::kDeployment, api::Kind::kJob, api::Kind::kPod, api::Kind::kClaim}) {
      out.Request(WhatElseIsThere{},
                  api::List{.kind = kind,
                            .namespace_ = place.namespace_,
                            .labels = {absl::StrCat(project::kPipelineLabel, "!=", place.id.pipeline)}},
                  kReadDeadline);
    }
  }

  // Whether all that it asked is answered.
  static bool IsDone(const Outbox& out) { return !out.Awaits<WhatIsThere, WhatWouldBe, WhoHasName, WhatElseIsThere>(); }

  // Each takes an answer in. Error: the cluster's, that keeps anything from being planned; kFailedPrecondition: it is too
  // old.

  absl::Status On(const WhatIsThere&, const absl::StatusOr<api::Reply>& reply, Outbox& out) {
    if (!reply.ok()) return reply.status();
    if (const auto* version = std::get_if<api::ServerVersion>(&*reply)) {
      out.set_version(*version);
      return api::CheckVersion(*version);
    }
    observed_.Keep(std::get<api::ObjectList>(*reply));
    return absl::OkStatus();
  }

  absl::Status On(const WhatWouldBe& asked, const absl::StatusOr<api::Reply>& reply, const Desired& desired,
                  Outbox& out) {
    Comparison& comparison = comparisons_[asked.object];
    if (reply.ok()) {
      const ObjectPtr there = observed_.Find(asked.object);
      comparison.differences.emplace();
      if (there != nullptr) {
        comparison.differences = Differences(there->document, std::get<api::Object>(*reply).document);
      }
      return absl::OkStatus();
    }
    const std::optional<api::Refusal> refusal = api::RefusalOf(reply.status());
    if (!refusal.has_value()) return reply.status();  // it was not asked
    if (SaysNotThere(reply.status())) {
      DryRun(*desired.Find(asked.object), {}, asked.forced, out);
      return absl::OkStatus();
    }
    if (!asked.forced && api::HasCause(*refusal, "FieldManagerConflict")) {
      for (const api::Refusal::Cause& cause : refusal->causes) {
        comparison.taken_over.push_back(absl::StrCat(cause.field, " (", cause.message, ")"));
      }
      DryRun(*desired.Find(asked.object), OnlyIf(asked.object), /*forced=*/true, out);
      return absl::OkStatus();
    }
    if (absl::IsAborted(reply.status())) out.Request(WhoHasName{asked.object}, api::Get{asked.object}, kReadDeadline);
    comparison.refused = reply.status();
    return absl::OkStatus();
  }

  absl::Status On(const WhoHasName& asked, const absl::StatusOr<api::Reply>& reply) {
    if (reply.ok()) {
      comparisons_[asked.object].holder = std::make_shared<const api::Object>(std::get<api::Object>(*reply));
    }
    return absl::OkStatus();  // else the refusal says enough
  }

  absl::Status On(const WhatElseIsThere&, const absl::StatusOr<api::Reply>& reply) {
    if (!reply.ok()) return reply.status();
    for (const api::Object& object : std::get<api::ObjectList>(*reply).objects) others_.push_back(TextOf(object.id()));
    return absl::OkStatus();
  }

  const Observed& observed() const { return observed_; }
  const Comparisons& comparisons() const { return comparisons_; }
  // In words: "pod intruder".
  const std::vector<std::string>& others() const { return others_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [observed, comparisons, others] = *this;
    return std::tie(observed, comparisons, others);
  }

 private:
  // Of what was observed the very object, else none.
  api::Precondition OnlyIf(const api::ObjectName& name) const {
    const ObjectPtr there = observed_.Find(name);
    return there == nullptr ? NotThere() : api::Precondition{.uid = there->uid()};
  }

  static void DryRun(const DesiredObject& one, api::Precondition only, bool forced, Outbox& out) {
    out.Request(
        WhatWouldBe{one.object, forced},
        api::Apply{
            .object = one.object, .document = one.document, .only = std::move(only), .dry_run = true, .force = forced},
        kReadDeadline);
  }

  Observed observed_;
  Comparisons comparisons_;
  std::vector<std::string> others_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OBSERVATION_H_
