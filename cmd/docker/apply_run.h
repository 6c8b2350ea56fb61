// What goes before an apply on an engine: what its images say of themselves, and what the machine that applies
// (flow/docker/apply.h) is given.
#ifndef CMD_DOCKER_APPLY_RUN_H_
#define CMD_DOCKER_APPLY_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/docker/session.h"
#include "cmd/input/host_files.h"
#include "cmd/input/load.h"
#include "cmd/output/progress.h"
#include "cmd/state/store.h"
#include "flow/docker/apply_input.h"

namespace flow {

// Everything that one run of flow-apply works with. The session has a client.
struct ApplyRun {
  Session& session;
  LoadedPipeline& loaded;
  const docker::ApplyOptions options;
  const PipelineKey key;
  Progress progress;
  std::string run_id = {};  // of the control plane's run that it begins; empty: there is no control plane
};

// Reads the metadata of the images that component references name, then the file once more with it, and puts what was
// learned into `input`. Error: the end of the command (exit_status.h).
absl::Status Learn(ApplyRun& run, docker::ApplyInput& input);

// Which of the host's files a container of the run's engine can have.
HostFilesOptions HostFilesOf(const ApplyRun& run);

// Puts what all containers have from where they are made into `input`: where the state is, and proxies.
void PlaceContainers(const ApplyRun& run, docker::ApplyInput& input);

// `input` with the project and with what belongs to it. `control_plane`: the HOST:PORT that its components are to find;
// empty: none.
docker::ApplyInput DescribeInput(const ApplyRun& run, const HostFiles& files, const std::string& control_plane,
                                 docker::ApplyInput input);

}  // namespace flow

#endif  // CMD_DOCKER_APPLY_RUN_H_
