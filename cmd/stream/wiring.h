// How a deployed pipeline is wired, and where its components serve.
#ifndef CMD_STREAM_WIRING_H_
#define CMD_STREAM_WIRING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/http/endpoint.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/docker/observed.h"
#include "flow/stream/topology.h"

namespace flow {

struct Wiring {
  stream::Topology topology;
  std::string network;
};

// By the state. Error (exit_status.h): there is none here, or nothing reads another component.
absl::StatusOr<Wiring> WiringOf(const PipelineKey& key, const std::optional<deploy::Deployment>& state);

// A replica whose container runs.
struct Place {
  int component;        // by its place in the topology
  int number;           // of the replica, from 1
  std::string address;  // HOST:PORT
  std::string container;
};

// In the pipeline's network, which this host can reach where the engine runs on it; else where `engine` publishes the
// port. Those that cannot be reached so are left out.
std::vector<Place> PlacesOf(const Wiring& wiring, const std::vector<docker::Container>& containers,
                            const Endpoint& engine);

}  // namespace flow

#endif  // CMD_STREAM_WIRING_H_
