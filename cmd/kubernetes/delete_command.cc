#include "cmd/kubernetes/delete_command.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "cmd/deploy/delete_pipeline.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/own_state.h"
#include "cmd/output/progress.h"
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

absl::Status DeleteOnCluster(const Options& options, ClusterSession& session, const PipelineKey& key,
                             const std::string& found_in) {
  const auto run = [&](OwnState state, Progress& progress, StateHooks hooks) -> absl::StatusOr<deploy::Finish> {
    const absl::StatusOr<std::string> put_into = PutInto(options, session, key, state.deployment, found_in);
    if (!put_into.ok()) return put_into.status();
    kubernetes::Delete machine({.namespace_ = key.namespace_,
                                .pipeline = key.name,
                                .kube_namespace = *put_into,
                                .engine_host = session.access().server,
                                .previous = std::move(state.deployment),
                                .has_state = state.known,
                                .keep_volumes = options.keep_volumes,
                                .ignore_not_found = options.ignore_not_found,
                                .timeout = options.timeout});
    progress.Tell({deploy::Report::Kind::kNote, "", session.WhereText(machine.place().namespace_)}, absl::Now());
    ClusterWire wire = session.MakeWire();
    return RunMachine(wire, session, progress, std::move(hooks), machine, {});
  };
  return DeletePipeline(session, options, key,
                        {.read_state = [&] { return ReadClusterState(session, key); }, .run = run});
}

}  // namespace flow
