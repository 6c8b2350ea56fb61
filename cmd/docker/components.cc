#include "cmd/docker/components.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/base/exit_status.h"
#include "cmd/docker/own_state.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/pipeline/nearest.h"

namespace flow {
namespace {

absl::Status NoSuchComponent(const PipelineKey& key, const std::string& wanted,
                             const std::map<std::string, int>& components) {
  std::vector<std::string> names;
  for (const auto& [name, replicas] : components) names.push_back(name);
  const std::string near(pipeline::Nearest(wanted, names));
  return ExitWith(ExitCode::kUsage, absl::StrCat("pipeline \"", key.name, "\" has no component \"", wanted, "\"",
                                                 near.empty() ? absl::StrCat("; it has ", absl::StrJoin(names, ", "))
                                                              : absl::StrCat("; did you mean \"", near, "\"?")));
}

}  // namespace

absl::StatusOr<std::map<std::string, int>> ComponentsOf(Session& session, Caller& caller, const PipelineKey& key,
                                                        const std::set<std::string>& wanted) {
  const auto reply = caller.One(docker::ListPipelineContainers(key.namespace_, key.name));
  if (!reply.ok()) return reply.status();
  std::map<std::string, int> components;
  for (const docker::Container& container : docker::ReadContainers(std::get<docker::engine::ContainerList>(*reply))) {
    if (container.component.empty()) continue;
    components[container.component] = std::max(components[container.component], container.number);
  }
  const OwnState state = OwnStates(session).Read(key);
  if (!state.known && components.empty()) return NoSuchPipeline(key);
  if (state.deployment.has_value()) {
    for (const project::Service& service : state.deployment->project().services()) {
      components[service.name()] = std::max(components[service.name()], static_cast<int>(service.replicas()));
    }
  }
  if (wanted.empty()) return components;
  std::map<std::string, int> found;
  for (const std::string& name : wanted) {
    const auto component = components.find(name);
    if (component == components.end()) return NoSuchComponent(key, name, components);
    found.insert(*component);
  }
  return found;
}

}  // namespace flow
