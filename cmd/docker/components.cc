#include "cmd/docker/components.h"

#include <algorithm>

#include "cmd/docker/own_state.h"
#include "cmd/target/components.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"

namespace flow {
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
  if (!state.known && components.empty()) return session.NoSuchPipeline(key);
  if (state.deployment.has_value()) {
    for (const project::Service& service : state.deployment->project().services()) {
      components[service.name()] = std::max(components[service.name()], static_cast<int>(service.replicas()));
    }
  }
  return ChooseComponents(key, components, wanted);
}

}  // namespace flow
