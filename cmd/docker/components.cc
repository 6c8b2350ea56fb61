#include "cmd/docker/components.h"

#include <algorithm>
#include <utility>

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
  OwnState state = OwnStates(session).Read(key);
  return ChooseComponents(session, key, {std::move(components), state.known, std::move(state.deployment)}, wanted);
}

}  // namespace flow
