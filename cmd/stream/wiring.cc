#include "cmd/stream/wiring.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "flow/http/authority.h"
#include "flow/pipeline/component_reference.h"

namespace flow {
namespace {

std::map<std::string, int> HealthPortsOf(const deploy::Deployment& state) {
  std::map<std::string, int> ports;
  for (const deploy::ImageMetadata& image : state.metadata()) {
    const std::optional<std::string> name = pipeline::ReferencedImage(image.reference());
    if (name.has_value()) ports[*name] = static_cast<int>(image.health_port());
  }
  return ports;
}

// Empty: it cannot be reached.
std::string AddressOf(const docker::Container& container, int port, const std::string& network,
                      const Endpoint& engine) {
  if (engine.kind == Endpoint::Kind::kTcp && !http::IsLoopback(engine.host)) {
    for (const docker::engine::PublishedPort& published : container.ports) {
      if (static_cast<int>(published.private_port()) != port || published.public_port() == 0) continue;
      return http::AuthorityText({engine.host, static_cast<int>(published.public_port())});
    }
    return "";
  }
  const auto found = container.addresses.find(network);
  return found == container.addresses.end() ? "" : http::AuthorityText({found->second, port});
}

}  // namespace

absl::StatusOr<Wiring> WiringOf(const PipelineKey& key, const std::optional<deploy::Deployment>& state) {
  if (!state.has_value()) {
    return ExitWith(ExitCode::kFailed,
                    absl::StrCat("what reads what in pipeline \"", key.name,
                                 "\" is not known here: run this where it was applied, or apply it here"));
  }
  Wiring wiring{stream::TopologyOf(state->project(), HealthPortsOf(*state)), state->project().network().name()};
  const std::vector<stream::Component>& components = wiring.topology.components;
  if (std::all_of(components.begin(), components.end(), [](const auto& one) { return one.readers.empty(); })) {
    return ExitWith(ExitCode::kFailed, absl::StrCat("pipeline \"", key.name, "\" has no source or processor that ",
                                                    "another component reads: there is nothing to move"));
  }
  return wiring;
}

std::vector<Place> PlacesOf(const Wiring& wiring, const std::vector<docker::Container>& containers,
                            const Endpoint& engine) {
  std::vector<Place> places;
  std::set<std::pair<int, int>> placed;
  for (const docker::Container& container : containers) {
    const int component = wiring.topology.Find(container.component);
    const bool runs = container.state == "running" || container.state == "paused";
    if (component < 0 || !runs) continue;
    std::string address = AddressOf(container, wiring.topology.components[component].port, wiring.network, engine);
    if (address.empty() || !placed.emplace(component, container.number).second) continue;
    places.push_back({component, container.number, std::move(address), container.id});
  }
  return places;
}

}  // namespace flow
