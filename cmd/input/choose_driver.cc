#include "cmd/input/choose_driver.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cmd/base/exit_status.h"
#include "flow/pipeline/driver.h"

namespace flow {
namespace {

constexpr char kVariable[] = "FLOW_DRIVER";

// `said_by`: of an error.
absl::StatusOr<RunsOn> Meaning(absl::string_view word, absl::string_view said_by) {
  using Use = pipeline::Driver::Use;
  const pipeline::Driver* const driver = pipeline::FindDriver(word);
  if (driver == nullptr || driver->use == Use::kElsewhere) {
    return ExitWith(ExitCode::kUsage, absl::StrCat("flow runs no pipelines on \"", word, "\", which ", said_by,
                                                   " says; it does on docker and on kubernetes"));
  }
  return driver->use == Use::kCluster ? RunsOn::kCluster : RunsOn::kEngine;
}

// Where the state says that the pipeline is; empty: on an engine, or there is none that can be read.
std::string DriverOfState(const Options& options, const Environment& environment, const PipelineKey& key) {
  const absl::StatusOr<std::string> folder = StateFolder(options.state_dir, environment);
  if (key.name.empty() || !folder.ok()) return "";
  const absl::StatusOr<deploy::Deployment> deployment = Store(*folder).ReadDeployment(key);
  return deployment.ok() ? deployment->driver() : "";
}

}  // namespace

std::string DriverGiven(const Options& options, const Environment& environment) {
  return options.driver.empty() ? Variable(environment, kVariable) : options.driver;
}

absl::StatusOr<RunsOn> ChooseDriver(const Options& options, const Environment& environment, const std::string& of_file,
                                    const PipelineKey& key) {
  if (!options.driver.empty()) return Meaning(options.driver, "--driver");
  if (const std::string given = DriverGiven(options, environment); !given.empty()) return Meaning(given, kVariable);
  if (!of_file.empty()) return Meaning(of_file, "the file");
  const std::string of_state = DriverOfState(options, environment, key);
  return of_state.empty() ? RunsOn::kEngine : Meaning(of_state, "the state");
}

}  // namespace flow
