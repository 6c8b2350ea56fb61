#include "cmd/input/load.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/paths.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/print.h"
#include "cmd/cli/terminal.h"
#include "cmd/input/carried_files.h"
#include "cmd/input/choose_driver.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/kubernetes/check.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/driver.h"
#include "flow/pipeline/env_file.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/image_reference.h"
#include "flow/pipeline/parse.h"

namespace flow {
namespace {

DiagnosticSink StandardError(const Environment& environment) {
  const bool colour = InspectTerminal(STDERR_FILENO, environment).colour;
  return [&environment, colour](const std::string& file, const std::string& text,
                                const std::vector<pipeline::Diagnostic>& diagnostics) {
    if (!SpeaksJson()) return WriteError(ShownDiagnostics(file, text, diagnostics, colour, environment));
    for (const pipeline::Diagnostic& one : diagnostics) {
      TellLines(one.severity == pipeline::Severity::kError ? "error" : "warning",
                ShownDiagnostics(file, text, {one}, /*colour=*/false, environment));
    }
  };
}

// What a shell has in PWD: the folder that one stands in, by the way through links that the environment tells where it
// leads there. A service has no PWD, and one that was started in another folder may have that of before.
std::string WorkingFolderOfShell(const Environment& environment) {
  const std::string folder = WorkingFolder(environment), told = Variable(environment, "PWD");
  std::error_code error;
  return absl::StartsWith(told, "/") && std::filesystem::equivalent(told, folder, error) ? told : folder;
}

// The process's variables, and those of the files, which win, each as if it stood behind those before it. Nothing: a
// file has errors, which were told.
absl::StatusOr<std::optional<std::map<std::string, std::string>>> Variables(const Options& options,
                                                                            const Environment& environment,
                                                                            const DiagnosticSink& tell) {
  std::map<std::string, std::string> variables = environment;
  variables["PWD"] = WorkingFolderOfShell(environment);
  bool valid = true;
  for (const std::string& file : options.env_files) {
    const absl::StatusOr<std::string> text = ReadInput(file, environment);
    if (!text.ok()) return text.status();
    const pipeline::EnvFileResult parsed = pipeline::ParseEnvFile(*text, variables, options.strict);
    tell(file, *text, parsed.diagnostics);
    valid &= parsed.ok();
    for (const auto& [name, value] : parsed.variables) variables[name] = value;
  }
  if (!valid) return std::nullopt;
  return variables;
}

// Whether the state knows a control plane for this pipeline, which an apply tells the components of.
bool StateHasControlPlane(const pipeline::Pipeline& pipeline, const Options& options, const Environment& environment) {
  const PipelineKey key{options.namespace_.empty() ? pipeline.namespace_() : options.namespace_, pipeline.name()};
  const absl::StatusOr<std::string> folder = StateFolder(options.state_dir, environment);
  if (!folder.ok() || !CheckKey(key).ok()) return false;
  const absl::StatusOr<deploy::Deployment> state = Store(*folder).ReadDeployment(key);
  return state.ok() && !state->control_plane().address().empty();
}

// What a cluster has against a pipeline that is for one. The files that go along are read into `files`.
std::vector<pipeline::Finding> JudgeForCluster(const pipeline::Pipeline& pipeline, kubernetes::CheckOptions check,
                                               CarriedFiles& files) {
  if (!pipeline::IsClusterDriver(pipeline.driver())) return {};
  files = ReadCarriedFiles(pipeline, check.allowed_host_paths);
  check.carried = &files.carried;
  check.not_carried = files.problems;
  check.missing_secrets = files.missing_secrets;
  check.large_secrets = files.large_secrets;
  return kubernetes::Check(pipeline, check);
}

// Takes what the text was parsed to, and tells what is new.
void Take(pipeline::ParseResult result, const DiagnosticSink& tell, LoadedPipeline& loaded) {
  std::vector<pipeline::Diagnostic> unheard;
  for (const pipeline::Diagnostic& found : result.diagnostics) {
    const bool told = std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), [&](const auto& before) {
      return before.line == found.line && before.column == found.column && before.message == found.message;
    });
    if (!told) unheard.push_back(found);
  }
  tell(loaded.file, loaded.text, unheard);
  if (!loaded.namespace_.empty()) result.pipeline.set_namespace_(loaded.namespace_);
  loaded.valid = result.ok();
  loaded.pipeline = std::move(result.pipeline);
  loaded.diagnostics = std::move(result.diagnostics);
}

}  // namespace

std::string ShownDiagnostics(const std::string& file, const std::string& text,
                             const std::vector<pipeline::Diagnostic>& diagnostics, bool colour,
                             const Environment& environment) {
  return pipeline::RenderDiagnostics(file == "-" ? "standard input" : file, text, diagnostics, colour,
                                     SignsOf(environment));
}

absl::Status Invalid(const LoadedPipeline& loaded) {
  const auto of_text = [](const pipeline::Diagnostic& found) {
    return found.severity == pipeline::Severity::kError && !found.on_disk;
  };
  const auto on_disk = [](const pipeline::Diagnostic& found) { return found.on_disk; };
  const bool by_text = std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), of_text) ||
                       std::none_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), on_disk);
  return ExitWith(by_text ? ExitCode::kInvalidFile : ExitCode::kFailed);
}

absl::Status CheckFileOptions(const Options& options) {
  const absl::Status name = options.namespace_.empty() ? absl::OkStatus() : CheckNamespace(options.namespace_);
  if (!name.ok()) return absl::InvalidArgumentError(absl::StrCat("--namespace: ", name.message()));
  const std::string image = options.default_image.empty() ? "" : pipeline::ImageProblem(options.default_image);
  if (image.empty()) return absl::OkStatus();
  const std::string mended = pipeline::MendedImage(options.default_image);
  return absl::InvalidArgumentError(absl::StrCat("--default_image: ", image, mended.empty() ? "" : "; did you mean \"",
                                                 mended, mended.empty() ? "" : "\"?"));
}

absl::StatusOr<LoadedPipeline> LoadPipeline(const std::string& file, const Options& options,
                                            const Environment& environment, bool deploy, DiagnosticSink tell) {
  absl::StatusOr<std::string> text = ReadInput(file, environment);
  if (tell == nullptr) tell = StandardError(environment);
  if (absl::IsResourceExhausted(text.status())) {
    tell(file, "", {{.line = 1, .column = 1, .message = "the file has over 16 MiB; no pipeline needs that much"}});
    return LoadedPipeline();
  }
  if (!text.ok()) return text.status();

  const auto variables = Variables(options, environment, tell);
  if (!variables.ok()) return variables.status();
  if (!variables->has_value()) return LoadedPipeline();

  LoadedPipeline loaded{.text = *std::move(text), .file = file, .namespace_ = options.namespace_};
  pipeline::ParseOptions& parse = loaded.options;
  parse.variables = **variables;
  parse.default_image = options.default_image;
  parse.driver = options.for_cluster ? "kubernetes" : DriverGiven(options, environment);
  parse.deploy = deploy;
  parse.allowed_host_paths = options.allowed_host_paths;
  parse.strict = options.strict;
  parse.base_directory =
      RealFolder(file == "-" ? WorkingFolder(environment)
                             : std::filesystem::path(ResolvePath(file, environment)).parent_path().string());
  parse.home_directory = Variable(environment, "HOME");
  const kubernetes::CheckOptions check{.at_once = !deploy,
                                       .namespace_ = options.namespace_,
                                       .given_namespace = !options.kube_namespace.empty(),
                                       .allowed_host_paths = options.allowed_host_paths};
  parse.judge = [check, files = loaded.carried](const pipeline::Pipeline& pipeline) {
    return JudgeForCluster(pipeline, check, *files);
  };
  parse.control_plane = !options.control_plane.value_or("").empty();

  pipeline::ParseResult result = pipeline::ParsePipeline(loaded.text, parse);
  if (deploy && !options.control_plane.has_value() && StateHasControlPlane(result.pipeline, options, environment)) {
    parse.control_plane = true;
    result = pipeline::ParsePipeline(loaded.text, parse);
  }
  Take(std::move(result), tell, loaded);
  return loaded;
}

void ParseWithMetadata(std::map<std::string, pipeline::ComponentMetadata> metadata, const Environment& environment,
                       LoadedPipeline& loaded) {
  loaded.options.metadata = std::move(metadata);
  Take(pipeline::ParsePipeline(loaded.text, loaded.options), StandardError(environment), loaded);
}

}  // namespace flow
