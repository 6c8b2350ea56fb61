// flow-translate: the Compose file of a pipeline. It speaks to no engine, and links no libcurl.
#include <algorithm>
#include <set>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/input/load.h"
#include "cmd/output/print.h"
#include "cmd/state/store.h"
#include "flow/compose/emit.h"
#include "flow/compose/notes.h"
#include "flow/docker/learn_metadata.h"
#include "flow/project/translate.h"
#include "google/protobuf/text_format.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-translate";

// Reads the file again with what the last apply learned of the images that component references name; the references of
// which that is. None where there is no state, or none that can be read: the images are flow-apply's to ask.
std::set<std::string> UseKnownMetadata(const Environment& environment, LoadedPipeline& loaded) {
  const auto& components = loaded.pipeline.components();
  const bool refers = std::any_of(components.begin(), components.end(),
                                  [](const pipeline::Component& component) { return !component.reference().empty(); });
  const absl::StatusOr<std::string> folder = StateFolder(FLAGS_state_dir, environment);
  if (!refers || !folder.ok()) return {};
  const absl::StatusOr<deploy::Deployment> state =
      Store(*folder).ReadDeployment({loaded.pipeline.namespace_(), loaded.pipeline.name()});
  if (!state.ok() || state->metadata().empty()) return {};
  std::set<std::string> references;
  for (const deploy::ImageMetadata& known : state->metadata()) references.insert(known.reference());
  ParseWithMetadata(docker::ForParser({state->metadata().begin(), state->metadata().end()}), environment, loaded);
  return references;
}

ExitCode Main(const Arguments& arguments) {
  compose::EmitOptions options;
  if (!FLAGS_engine_api.empty()) {
    const absl::StatusOr<compose::ApiVersion> version = compose::ParseApiVersion(FLAGS_engine_api);
    if (!version.ok())
      return WrongUsage(TranslateCommand(), absl::StrCat("--engine_api: ", version.status().message()));
    options.api_version = *version;
  }
  if (arguments.operands.empty() == FLAGS_file.empty()) {
    return WrongUsage(TranslateCommand(), "it takes one pipeline file, as FILE or as -f FILE");
  }
  if (const absl::Status flags = CheckFileFlags(); !flags.ok()) return WrongUsage(TranslateCommand(), flags.message());
  const Environment environment = ProcessEnvironment();
  absl::StatusOr<LoadedPipeline> loaded =
      LoadPipeline(FLAGS_file.empty() ? arguments.operands[0] : FLAGS_file, arguments, environment, /*deploy=*/false);
  if (!loaded.ok()) return Fail(kName, ExitCode::kFailed, loaded.status().message());
  if (!loaded->valid) return ExitCode::kInvalidFile;
  options.notes = compose::MetadataNotes(loaded->pipeline, UseKnownMetadata(environment, *loaded));
  if (!loaded->valid) return ExitCode::kInvalidFile;
  const project::Project project = project::Translate(loaded->pipeline);
  std::string text;
  if (FLAGS_output == "yaml") text = compose::EmitCompose(project, options);
  if (FLAGS_output == "json") text = compose::EmitComposeJson(project, options);
  if (FLAGS_output == "textproto") google::protobuf::TextFormat::PrintToString(project, &text);
  return Print(kName, ExitCode::kDone, text);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::TranslateCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
