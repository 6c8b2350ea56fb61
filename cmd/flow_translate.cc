// flow-translate: the Compose file of a pipeline, or its objects on a cluster. It speaks to neither, and links no libcurl.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

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
#include "cmd/input/carried_files.h"
#include "cmd/input/load.h"
#include "cmd/input/object_options.h"
#include "cmd/registry/config_file.h"
#include "cmd/state/store.h"
#include "flow/compose/emit.h"
#include "flow/compose/notes.h"
#include "flow/docker/learn_metadata.h"
#include "flow/kubernetes/manifest.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/options.h"
#include "flow/kubernetes/pull_secrets.h"
#include "flow/pipeline/driver.h"
#include "flow/pipeline/names.h"
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

std::string TextProto(const project::Project& project) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(project, &text);
  return text;
}

// The registries of a project that the user is logged in to: nodes need a secret there. No helper is run, and no value read,
// which the file would not have anyway.
std::set<std::string> LoginsOf(const project::Project& project) {
  const std::set<std::string> registries = kubernetes::Registries(project);
  if (registries.empty()) return {};
  absl::StatusOr<std::set<std::string>> logins = LoggedInTo(DockerConfigFolder(ProcessEnvironment()), registries);
  if (logins.ok()) return *std::move(logins);
  Warn(TranslateCommand().name, absl::StrCat(logins.status().message(),
                                             ": where images are private, name the secret that nodes pull with by "
                                             "--pull_secret"));
  return {};
}

// What the objects of a loaded pipeline are made by.
kubernetes::ObjectOptions ObjectsOf(const Options& options, const project::Project& project, LoadedPipeline& loaded) {
  kubernetes::ObjectOptions objects = ObjectOptionsOf(options, std::move(loaded.carried->carried));
  if (options.pull_secret.empty()) objects.logins = LoginsOf(project);
  return objects;
}

// The pipeline in the format that is asked for. What yaml and json are of, a Compose file or the objects of a cluster, the
// driver says.
std::string Written(const Options& options, const compose::EmitOptions& emit, LoadedPipeline& loaded) {
  const std::string& format = options.output;
  const bool for_cluster = pipeline::IsClusterDriver(loaded.pipeline.driver()) && format != "docker-compose";
  if (for_cluster) LeaveOutMissingSecrets(*loaded.carried, loaded.pipeline);
  const project::Project project =
      project::Translate(loaded.pipeline, {.digests = !for_cluster || format == "textproto"});
  if (format == "mermaid") return project::MermaidText(project::PictureOf(project));
  if (format == "dot") return project::DotText(project::PictureOf(project));
  if (format == "textproto") return TextProto(project);
  const bool json = format == "json";
  if (!for_cluster) {
    return json ? compose::EmitComposeJson(project, emit) : compose::EmitCompose(project, emit);
  }
  const kubernetes::ObjectOptions objects = ObjectsOf(options, project, loaded);
  return json ? kubernetes::EmitManifestJson(project, objects) : kubernetes::EmitManifest(project, objects, emit.notes);
}

// The file that is read, where the answer would take its place; empty: it takes none's.
std::string Overwritten(const Options& options, const std::string& file, const Environment& environment) {
  if (options.to_file.empty()) return "";
  const std::string written = ResolvePath(options.to_file, environment);
  std::vector<std::string> read = options.env_files;
  read.push_back(file);
  for (const std::string& one : read) {
    std::error_code error;
    if (std::filesystem::equivalent(written, ResolvePath(one, environment), error)) return one;
  }
  return "";
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
  if (const std::string wrong = ClusterFlagProblem(options); !wrong.empty()) {
    return WrongUsage(TranslateCommand(), wrong);
  }
  const Environment environment = ProcessEnvironment();
  const std::string file = options.file.empty() ? arguments.operands[0] : options.file;
  if (const std::string lost = Overwritten(options, file, environment); !lost.empty()) {
    return WrongUsage(TranslateCommand(), absl::StrCat("--to_file is ", lost, " itself, which it would overwrite"));
  }
  absl::StatusOr<LoadedPipeline> loaded = LoadPipeline(file, options, environment, /*deploy=*/false);
  if (!loaded.ok()) return loaded.status();
  if (!loaded->valid) return Invalid(*loaded);
  emit.notes = compose::MetadataNotes(loaded->pipeline, UseKnownMetadata(options.state_dir, environment, *loaded));
  if (!loaded->valid) return Invalid(*loaded);
  const std::string text = Written(options, emit, *loaded);
  return options.to_file.empty() ? Print(text) : WriteFile(ResolvePath(options.to_file, environment), text);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::TranslateCommand(), argc, argv, flow::TranslateFile); }
