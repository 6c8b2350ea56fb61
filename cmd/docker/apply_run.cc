#include "cmd/docker/apply_run.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/working_time.h"
#include "cmd/docker/docker_config.h"
#include "cmd/docker/drive.h"
#include "cmd/registry/config_file.h"
#include "cmd/state/state_writer.h"
#include "flow/docker/learn_metadata.h"
#include "flow/project/digest.h"
#include "flow/project/translate.h"

namespace flow {
namespace {

// The values of secret variables, by the names that they have in the Compose file.
std::map<std::string, std::string> SecretValues(const project::Project& project, const HostFiles& files) {
  std::map<std::string, std::string> values;
  for (const project::Service& service : project.services()) {
    const auto secrets = files.secrets.find(service.name());
    if (secrets == files.secrets.end()) continue;
    for (const project::SecretVariable& variable : service.secret_environment()) {
      const auto value = secrets->second.find(variable.name());
      if (value != secrets->second.end()) values[variable.compose_variable()] = value->second;
    }
  }
  return values;
}

// What the Docker configuration says of proxies. One that cannot be read is warned of: the engine was chosen without it.
std::map<std::string, std::string> Proxies(const ApplyRun& run) {
  auto proxies = ProxyVariables(DockerConfigFolder(run.session.environment()), run.session.endpoint().address);
  if (proxies.ok()) return *std::move(proxies);
  run.session.Warn(absl::StrCat(proxies.status().message(), ": containers get no proxies from it"));
  return {};
}

}  // namespace

absl::Status Learn(ApplyRun& run, docker::ApplyInput& input) {
  docker::LearnInput wanted = docker::WhatToLearn(run.loaded.pipeline, input.previous);
  if (wanted.references.empty()) return absl::OkStatus();
  wanted.pull = run.options.pull;
  wanted.dry_run = run.options.dry_run;
  wanted.timeout = run.options.timeout;
  docker::LearnMetadata machine(std::move(wanted));
  const absl::Duration began = WorkingTime();
  StateWriter writer(run.session.store(), run.key, run.loaded.text);
  const auto save = [&](deploy::Deployment deployment) { return writer.Save(std::move(deployment)); };
  const absl::StatusOr<deploy::Finish> finish =
      Drive(run.session, run.progress, {.save = save, .forget = [] {}}, machine);
  if (!finish.ok()) return finish.status();
  for (const std::string& image : machine.unknown()) {
    run.session.Warn(absl::StrCat("what ", docker::kMetadataPaths[0], " of image ", image,
                                  " says is not known before an apply reads it: this plan takes config's upper-case "
                                  "names for the variables"));
  }
  input.metadata = machine.metadata();
  input.known = machine.known();
  input.took = WorkingTime() - began;
  ParseWithMetadata(docker::ForParser(input.metadata), run.session.environment(), run.loaded);
  return run.loaded.valid ? absl::OkStatus() : Invalid(run.loaded);
}

HostFilesOptions HostFilesOf(const ApplyRun& run) {
  const Endpoint& engine = run.session.endpoint();
  return {.engine_is_here = engine.kind == Endpoint::Kind::kUnix,
          .make = !run.options.dry_run,
          .allowed = run.loaded.options.allowed_host_paths,
          .socket = engine.socket};
}

void PlaceContainers(const ApplyRun& run, docker::ApplyInput& input) {
  const Store& store = run.session.store();
  input.placement.config_files = store.ComposeFile(run.key);
  input.placement.working_dir = store.FolderOf(run.key);
  input.placement.variables = Proxies(run);
}

docker::ApplyInput DescribeInput(const ApplyRun& run, const HostFiles& files, const std::string& control_plane,
                                 docker::ApplyInput input) {
  const pipeline::Pipeline& pipeline = run.loaded.pipeline;
  project::TranslateOptions translate;
  translate.secret_digests = DigestSecrets(pipeline, files);
  translate.mounted = files.mounted;
  translate.control_plane = control_plane;
  input.options = run.options;
  input.project = project::Translate(pipeline, translate);
  input.placement.run_id = run.run_id;
  input.placement.secrets = SecretValues(input.project, files);
  input.file_digest = project::Sha256(run.loaded.text);
  input.engine_host = run.session.endpoint().address;
  input.annotations.insert(pipeline.annotations().begin(), pipeline.annotations().end());
  return input;
}

}  // namespace flow
