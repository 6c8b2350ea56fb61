// flow-apply: makes the engine, or the cluster, match a pipeline file.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/sibling.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/run.h"
#include "cmd/docker/apply_command.h"
#include "cmd/input/load.h"
#include "cmd/kubernetes/apply_command.h"
#include "flow/pipeline/driver.h"

namespace flow {
namespace {

// --stream: the deployed pipeline's events are moved by this very process from here on.
absl::Status BecomeStream(const Arguments& arguments, const pipeline::Pipeline& pipeline) {
  std::vector<std::string> words = {pipeline.name(), absl::StrCat("--namespace=", pipeline.namespace_())};
  const std::vector<std::string> flags = FlagsFor(StreamCommand(), arguments);
  words.insert(words.end(), flags.begin(), flags.end());
  return BecomeSibling("flow-stream", words);
}

absl::Status ApplyFile(const Arguments& arguments) {
  const Options& options = arguments.options;
  if (arguments.operands.empty() == options.file.empty()) {
    return WrongUsage(ApplyCommand(), "it takes one pipeline file, as FILE or as -f FILE");
  }
  if (const absl::Status wrong = CheckFileOptions(options); !wrong.ok()) {
    return WrongUsage(ApplyCommand(), wrong.message());
  }
  if (options.check && !options.dry_run) {
    return WrongUsage(ApplyCommand(),
                      "--check needs --dry_run, and deploys nothing: it tells by the exit code whether "
                      "there is something to do");
  }
  if (options.stream && options.dry_run) {
    return WrongUsage(ApplyCommand(), "--stream moves events, and --dry_run does nothing");
  }
  const Environment environment = ProcessEnvironment();
  const std::string file = options.file.empty() ? arguments.operands[0] : options.file;
  absl::StatusOr<LoadedPipeline> loaded = LoadPipeline(file, options, environment, /*deploy=*/true);
  if (!loaded.ok()) return loaded.status();
  if (!loaded->valid) return Invalid(*loaded);
  if (pipeline::IsClusterDriver(loaded->pipeline.driver())) return ApplyToCluster(options, environment, *loaded);
  const absl::Status end = ApplyToEngine(options, environment, *loaded);
  return end.ok() && options.stream ? BecomeStream(arguments, loaded->pipeline) : end;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::ApplyCommand(), argc, argv, flow::ApplyFile); }
