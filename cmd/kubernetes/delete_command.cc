#include "cmd/kubernetes/delete_command.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/cli/print.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/own_state.h"
#include "cmd/output/progress.h"
#include "cmd/state/lock.h"
#include "cmd/target/drive.h"
#include "cmd/target/look.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/kubernetes/delete.h"
#include "flow/kubernetes/names.h"

namespace flow {

namespace {

// The --kube_namespace that the pipeline was put into; empty: it has a namespace of its own. Error (exit_status.h): the
// cluster cannot be asked.
absl::StatusOr<std::string> PutInto(const Options& options, ClusterSession& session, const PipelineKey& key,
                                    const std::optional<deploy::Deployment>& state, const std::string& found_in) {
  if (!options.kube_namespace.empty()) return options.kube_namespace;
  std::string where = found_in.empty() && state.has_value() ? state->engine_id() : found_in;
  if (where.empty()) {
    absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(session);
    if (!caller.ok()) return caller.status();
    const LookOptions what{.namespace_ = key.namespace_, .pipeline = key.name};
    absl::StatusOr<std::string> looked = WhereToLook(*caller, what, "");
    if (!looked.ok()) return looked.status();
    where = *std::move(looked);
  }
  return where == kubernetes::NamespaceName(key.namespace_, key.name) ? "" : where;
}

}  // namespace

absl::Status DeleteOnCluster(const Options& options, const Environment& environment, ClusterSession& session,
                             const PipelineKey& key, const std::string& found_in) {
  const absl::StatusOr<Lock> lock = Lock::Acquire(session.store(), key);
  if (absl::IsResourceExhausted(lock.status())) {
    session.Warn(absl::StrCat(lock.status().message(), "; deleting all the same"));
  } else if (!lock.ok()) {
    return lock.status();
  }
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  // A state that speaks of another target stays as it is.
  ClusterState state = ReadClusterState(session, key);
  const bool elsewhere = !state.known && session.ReadState(key).ok();
  const absl::StatusOr<ControlPlaneChoice> told =
      ChooseControlPlane(options.control_plane, state.deployment, environment);
  if (!told.ok()) return told.status();
  const absl::StatusOr<std::string> put_into = PutInto(options, session, key, state.deployment, found_in);
  if (!put_into.ok()) return put_into.status();
  kubernetes::Delete machine({.namespace_ = key.namespace_,
                              .pipeline = key.name,
                              .kube_namespace = *put_into,
                              .previous = std::move(state.deployment),
                              .has_state = state.known,
                              .keep_volumes = options.keep_volumes,
                              .ignore_not_found = options.ignore_not_found,
                              .timeout = options.timeout});
  Progress progress(Progress::ModeOf(options.progress, options.verbose, environment), environment,
                    absl::StrCat("delete ", key.name), absl::Now());
  progress.Tell({deploy::Report::Kind::kNote, "", session.WhereText(machine.place().namespace_)}, absl::Now());
  absl::Status forgotten;
  const auto save = [&](const deploy::Deployment& deployment) {
    return elsewhere ? absl::OkStatus() : session.store().WriteDeployment(key, deployment);
  };
  const auto forget = [&] {
    if (!elsewhere) forgotten = session.store().Remove(key);
  };
  ClusterWire wire = session.MakeWire();
  const absl::StatusOr<deploy::Finish> finish =
      RunMachine(wire, session, progress, {.save = save, .forget = forget}, machine, {});
  if (!finish.ok()) return finish.status();
  if (told->before.has_value()) Leave(session, environment, key, *told->before);
  Leave(session, environment, key, told->registered);
  if (!forgotten.ok()) return forgotten;
  if (finish->unchanged) return absl::OkStatus();  // it was not there, and that is no error
  return Print(absl::StrCat("Pipeline deleted: ", key.name, "\n"));
}

}  // namespace flow
