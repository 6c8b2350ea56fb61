#include "bench/programs.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace bench {
namespace {

std::string FindCompose() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  };
  std::vector<std::string> candidates = {variable("FLOW_COMPOSE")};
  std::istringstream path(variable("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) candidates.push_back(folder + "/docker-compose");
  for (const std::string& folder :
       {variable("HOME") + "/.docker", std::string("/usr/local/lib/docker"), std::string("/usr/local/libexec/docker"),
        std::string("/usr/lib/docker"), std::string("/usr/libexec/docker")}) {
    candidates.push_back(folder + "/cli-plugins/docker-compose");
  }
  for (const std::string& candidate : candidates) {
    if (!candidate.empty() && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

Command Flow(Job job, const Pipeline& pipeline, const std::string& folder) {
  const std::string state = "--state_dir=" + pipeline.state_dir;
  switch (job) {
    case kStatus:
      return {folder + "/flow-status", pipeline.name, state};
    case kDelete:
      return {folder + "/flow-delete", pipeline.name, state};
    default:
      // What a component must run without exiting to count as up is a choice of flow's, not work.
      return {folder + "/flow-apply", pipeline.file, state, "--min_ready=0s"};
  }
}

Command Compose(Job job, const Pipeline& pipeline, const std::string& program) {
  const std::string& file = pipeline.compose_file;
  switch (job) {
    case kStatus:
      return {program, "-f", file, "ps"};
    case kDelete:
      return {program, "-f", file, "down", "-v"};
    default:
      // Compose waits for the health of what others read, but not of the last ones unless told.
      return pipeline.checked ? Command{program, "-f", file, "up", "-d", "--wait"}
                              : Command{program, "-f", file, "up", "-d"};
  }
}

Command Floor(Job job, const Pipeline& pipeline, const std::string& program, const std::string& socket) {
  const std::string order = pipeline.chain ? "chain" : "parallel";
  switch (job) {
    case kDeploy:
      return {program, socket, "deploy", pipeline.records[job], order};
    case kDelete:
      return {program, socket, "delete", "flow-" + pipeline.name + "[-_]", order};
    default:
      return {program, socket, "ask", pipeline.records[job]};
  }
}

}  // namespace

Programs Programs::Find() {
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return {.flow = own.parent_path() / "cmd", .compose = FindCompose(), .floor = own / "floor"};
}

std::string PipelineText(const Pipeline& pipeline) {
  std::ostringstream text;
  text << "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata:\n  name: " << pipeline.name << "\nspec:\n  sources:\n";
  const std::string program = pipeline.checked
                                  ? "command: [sh, -c, 'touch /tmp/health; exec httpd -f -p 8080 -h /tmp'], "
                                    "health_check: /health, health_port: 8080"
                                  : "command: [sleep, '3600']";
  const auto component = [&](int number, const std::string& inputs) {
    text << "    - {id: c" << number << ", image: 'busybox:1.36', " << program << inputs << "}\n";
  };
  component(1, "");
  for (int i = 2; i <= pipeline.components; ++i) {
    if (pipeline.chain && i == 2) text << "  processors:\n";
    if (pipeline.chain && i == pipeline.components) text << "  sinks:\n";
    component(i, pipeline.chain ? ", inputs: [c" + std::to_string(i - 1) + "]" : "");
  }
  return text.str();
}

Command CommandOf(Peer peer, Job job, const Pipeline& pipeline, const Programs& programs, const std::string& socket) {
  switch (peer) {
    case kFlow:
      return Flow(job, pipeline, programs.flow);
    case kCompose:
      return Compose(job, pipeline, programs.compose);
    default:
      return Floor(job, pipeline, programs.floor, socket);
  }
}

}  // namespace bench
