#include "cmd/deploy/delete_pipeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/print.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/state/lock.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

absl::Status DeletePipeline(CommandSession& session, const Options& options, const PipelineKey& key,
                            const Deletion& deletion) {
  const absl::StatusOr<Lock> lock = Lock::Acquire(session.store(), key);
  if (absl::IsResourceExhausted(lock.status())) {
    session.Warn(absl::StrCat(lock.status().message(), "; deleting all the same"));
  } else if (!lock.ok()) {
    return lock.status();
  }
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  OwnState state = deletion.read_state();
  const absl::StatusOr<ControlPlaneChoice> told =
      ChooseControlPlane(options.control_plane, state.deployment, session.environment());
  if (!told.ok()) return told.status();
  const bool elsewhere = state.elsewhere;
  absl::Status forgotten;
  const auto save = [&](const deploy::Deployment& deployment) {
    return elsewhere ? absl::OkStatus() : session.store().WriteDeployment(key, deployment);
  };
  const auto forget = [&] {
    if (!elsewhere) forgotten = session.store().Remove(key);
  };
  Progress progress(options, session.environment(), absl::StrCat("delete ", key.name));
  const absl::StatusOr<deploy::Finish> finish =
      deletion.run(std::move(state), progress, {.save = save, .forget = forget});
  if (ExitCodeOf(finish.status()) == ExitCode::kNoSuchPipeline) return session.NoSuchPipeline(key);
  if (!finish.ok()) return finish.status();
  if (told->before.has_value()) Leave(session, key, *told->before);
  Leave(session, key, told->registered);
  if (!forgotten.ok()) return forgotten;
  if (finish->unchanged) return absl::OkStatus();  // it was not there, and that is no error
  return Print(absl::StrCat("Pipeline deleted: ", key.name, "\n"));
}

}  // namespace flow
