#include "cmd/target/command_session.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/write_out.h"
#include "cmd/state/where_else.h"
#include "flow/project/names.h"

namespace flow {

absl::StatusOr<CommandSession::Basis> CommandSession::Take(const char* command, State state,
                                                           const EngineOptions& options, Environment environment) {
  absl::StatusOr<std::string> folder = StateFolder(options.state_dir, environment);
  if (!folder.ok() && state == State::kRead) folder = kNoStateFolder;
  if (!folder.ok()) return folder.status();
  absl::StatusOr<Signals> signals = Signals::Take();
  if (!signals.ok()) return signals.status();
  return Basis{command, options.verbose, std::move(environment), Store(*std::move(folder)), *std::move(signals)};
}

absl::StatusOr<deploy::Deployment> CommandSession::ReadState(const PipelineKey& key) const {
  absl::StatusOr<deploy::Deployment> deployment = store_.ReadDeployment(key);
  if (!deployment.ok() && !absl::IsNotFound(deployment.status())) {
    Warn(absl::StrCat(deployment.status().message(), "; going by the labels on the engine instead"));
  }
  return deployment;
}

void CommandSession::Trace(const http::Request& request) const {
  if (!verbose_) return;
  const std::string text = absl::StrCat(request.method, " ", request.target);
  SpeaksJson() ? TellEvent("request", "", text) : WriteError(absl::StrCat("> ", text, "\n"));
}

absl::Status CommandSession::NoSuchPipeline(const PipelineKey& key) const {
  return ExitWith(ExitCode::kNoSuchPipeline,
                  absl::StrCat(project::NoSuchPipeline(key.namespace_, key.name), WhereElse(store_, key, driver())));
}

absl::Status CommandSession::NoPipelines(const std::string& namespace_) const {
  const std::string in = namespace_.empty() ? "" : absl::StrCat(" in namespace \"", namespace_, "\"");
  return ExitWith(ExitCode::kDone, absl::StrCat("there are no pipelines", in, " on ", Where()));
}

void CommandSession::WarnOfOtherTarget(const PipelineKey& key, const OwnState& state) const {
  std::string other;
  if (state.deployment.has_value()) {
    other = OtherTarget(*state.deployment, driver(), NamespaceFor(key));
  } else if (state.elsewhere) {
    const absl::StatusOr<deploy::Deployment> left_out = store_.ReadDeployment(key);
    if (left_out.ok()) other = OtherTarget(*left_out, driver(), NamespaceFor(key));
  }
  if (other.empty()) return;
  Warn(absl::StrCat("by its state pipeline \"", key.name, "\" is on ", other,
                    ", where it stays; an apply here writes over that state"));
}

}  // namespace flow
