// flow-translate: the Compose file of a pipeline. It speaks to no engine, and links no libcurl.
#include <algorithm>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/file.h"
#include "cmd/base/paths.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/input/load.h"
#include "cmd/state/store.h"
#include "flow/compose/emit.h"
#include "flow/compose/notes.h"
#include "flow/docker/learn_metadata.h"
#include "flow/project/dot.h"
#include "flow/project/mermaid.h"
#include "flow/project/picture.h"
#include "flow/project/translate.h"
#include "google/protobuf/text_format.h"

namespace flow {
namespace {

// Reads the file again with what the last apply learned of the images that component references name. The references of
// which that is: none where there is no state that can be read, as only flow-apply asks images.
std::set<std::string> UseKnownMetadata(const std::string& state_dir, const Environment& environment,
                                       LoadedPipeline& loaded) {
  const auto& components = loaded.pipeline.components();
  const bool refers = std::any_of(components.begin(), components.end(),
                                  [](const pipeline::Component& component) { return !component.reference().empty(); });
  const absl::StatusOr<std::string> folder = StateFolder(state_dir, environment);
  if (!refers || !folder.ok()) return {};
  const absl::StatusOr<deploy::Deployment> state =
      Store(*folder).ReadDeployment({loaded.pipeline.namespace_(), loaded.pipeline.name()});
  if (!state.ok() || state->metadata().empty()) return {};
  std::set<std::string> references;
  for (const deploy::ImageMetadata& known : state->metadata()) references.insert(known.reference());
  ParseWithMetadata(docker::ForParser({state->metadata().begin(), state->metadata().end()}), environment, loaded);
  return references;
}

// The project in a format: a Compose file as yaml, docker-compose or json; textproto; a picture as mermaid or dot.
std::string Format(const project::Project& project, const compose::EmitOptions& options, const std::string& format) {
  if (format == "yaml" || format == "docker-compose") return compose::EmitCompose(project, options);
  if (format == "json") return compose::EmitComposeJson(project, options);
  if (format == "mermaid") return project::MermaidText(project::PictureOf(project));
  if (format == "dot") return project::DotText(project::PictureOf(project));
  std::string text;
  google::protobuf::TextFormat::PrintToString(project, &text);
  return text;
}

absl::Status TranslateFile(const Arguments& arguments) {
  const Options& options = arguments.options;
  compose::EmitOptions emit;
  if (!options.engine_api.empty()) {
    const absl::StatusOr<compose::ApiVersion> version = compose::ParseApiVersion(options.engine_api);
    if (!version.ok()) {
      return WrongUsage(TranslateCommand(), absl::StrCat("--engine_api: ", version.status().message()));
    }
    emit.api_version = *version;
  }
  if (arguments.operands.empty() == options.file.empty()) {
    return WrongUsage(TranslateCommand(), "it takes one pipeline file, as FILE or as -f FILE");
  }
  if (const absl::Status wrong = CheckFileOptions(options); !wrong.ok()) {
    return WrongUsage(TranslateCommand(), wrong.message());
  }
  const Environment environment = ProcessEnvironment();
  const std::string file = options.file.empty() ? arguments.operands[0] : options.file;
  absl::StatusOr<LoadedPipeline> loaded = LoadPipeline(file, options, environment, /*deploy=*/false);
  if (!loaded.ok()) return loaded.status();
  if (!loaded->valid) return ExitWith(ExitCode::kInvalidFile);
  emit.notes = compose::MetadataNotes(loaded->pipeline, UseKnownMetadata(options.state_dir, environment, *loaded));
  if (!loaded->valid) return ExitWith(ExitCode::kInvalidFile);
  const std::string text = Format(project::Translate(loaded->pipeline), emit, options.output);
  return options.to_file.empty() ? Print(text) : WriteFile(ResolvePath(options.to_file, environment), text);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::TranslateCommand(), argc, argv, flow::TranslateFile); }
