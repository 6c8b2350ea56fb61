// flowctl: runs the flow command that does what a verb says.
#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/sibling.h"
#include "cmd/base/standard_streams.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/completion.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/cli/verbs.h"
#include "cmd/state/store.h"

namespace flow {
namespace {

// What the state knows, for completion. What cannot be read is nothing.
class StateNames : public KnownNames {
 public:
  std::vector<std::string> Namespaces(const std::string& state_dir) const override {
    std::set<std::string> names;
    for (const PipelineKey& key : List(state_dir)) names.insert(key.namespace_);
    return {names.begin(), names.end()};
  }
  std::vector<std::string> Pipelines(const std::string& state_dir, const std::string& namespace_) const override {
    std::vector<std::string> names;
    for (const PipelineKey& key : List(state_dir)) {
      if (key.namespace_ == namespace_) names.push_back(key.name);
    }
    return names;
  }
  std::vector<std::string> Components(const std::string& state_dir, const std::string& namespace_,
                                      const std::string& pipeline) const override {
    std::vector<std::string> ids;
    const absl::StatusOr<std::string> folder = StateFolder(state_dir, ProcessEnvironment());
    if (!folder.ok()) return ids;
    const auto state = Store(*folder).ReadDeployment({namespace_, pipeline});
    if (!state.ok()) return ids;
    for (const deploy::Component& component : state->components()) ids.push_back(component.id());
    return ids;
  }

 private:
  static std::vector<PipelineKey> List(const std::string& state_dir) {
    const absl::StatusOr<std::string> folder = StateFolder(state_dir, ProcessEnvironment());
    return folder.ok() ? Store(*folder).List().value_or(std::vector<PipelineKey>()) : std::vector<PipelineKey>();
  }
};

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  flow::OpenClosedStandardStreams();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  // `flowctl __complete COMMAND WORD…`, for the shells' completion scripts.
  if (!arguments.empty() && arguments[0] == "__complete") {
    const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    std::cout << flow::ToText(flow::Complete(words, flow::StateNames()));
    return 0;
  }
  if (const flow::Verb* verb = flow::FindVerb(arguments)) {
    const absl::Status end =
        flow::BecomeSibling(verb->program, {arguments.begin() + verb->words.size(), arguments.end()});
    flow::Tell("flowctl", end);
    return static_cast<int>(flow::ExitCodeOf(end));
  }
  return flow::RunCommand(flow::FlowctlCommand(), argc, argv, [](const flow::Arguments& parsed) {
    const std::vector<std::string>& words = parsed.operands;
    return flow::WrongUsage(flow::FlowctlCommand(),
                            words.empty() ? "it takes one of its verbs" : flow::UnknownVerb(words));
  });
}
