// Where a pipeline runs that a command is asked for: on a Docker engine, or on a Kubernetes cluster.
#ifndef CMD_INPUT_CHOOSE_DRIVER_H_
#define CMD_INPUT_CHOOSE_DRIVER_H_

#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/state/store.h"

namespace flow {

enum class RunsOn { kEngine, kCluster };

// The first that says something: --driver, FLOW_DRIVER, the file (`of_file`: its driver; empty: there is none, or it says
// nothing), the state of the pipeline; else an engine. `key`: empty names for all pipelines, of which no state is read.
// InvalidArgument (exit_status.h: kUsage), with what says so, where that is neither.
absl::StatusOr<RunsOn> ChooseDriver(const Options& options, const Environment& environment, const std::string& of_file,
                                    const PipelineKey& key);

// The driver by the command line and the environment alone; empty where neither says.
std::string DriverGiven(const Options& options, const Environment& environment);

}  // namespace flow

#endif  // CMD_INPUT_CHOOSE_DRIVER_H_
