// Which component's events go where: a pipeline's sources, processors and sinks with what each reads, as flowctl's SDK
// serves them.
#ifndef FLOW_STREAM_TOPOLOGY_H_
#define FLOW_STREAM_TOPOLOGY_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"

namespace flow::stream {

enum class Kind { kSource, kProcessor, kSink };

// Of events.
using Types = std::set<std::string, std::less<>>;

struct Component {
  std::string id;
  Kind kind = Kind::kSource;
  std::vector<int> inputs;   // what it reads, by its place in Topology::components
  std::vector<int> readers;  // what reads it
  // Of a sink: the types of events that it is given; empty: all.
  Types types;
  int replicas = 1;
  int port = 0;         // where it serves, in its container
  int health_port = 0;  // where it tells its counts by HTTP
  // Of a source: what it is asked for (StreamRequest.params).
  std::map<std::string, std::string> params;

  friend bool operator==(const Component& a, const Component& b) = default;
};

struct Topology {
  std::vector<Component> components;  // what a component reads comes before it

  // The place of the component; -1: there is none.
  int Find(absl::string_view id) const;

  friend bool operator==(const Topology& a, const Topology& b) = default;
};

// The project's sources, processors and sinks. A component that is none of these moves its data by itself, and stands
// in no topology; what reads it gets nothing from it here. `health_ports`: where images' /metadata.json name one.
Topology TopologyOf(const project::Project& project, const std::map<std::string, int>& health_ports);

// How it is done

namespace internal {

// ":50052" and "50052"; 0 for anything else.
inline int PortOf(absl::string_view text) {
  int port = 0;
  absl::ConsumePrefix(&text, ":");
  return absl::SimpleAtoi(text, &port) && port > 0 && port <= 65535 ? port : 0;
}

// The first that is none of 0.
inline int FirstOf(std::initializer_list<int> ports) {
  const auto* const found = std::find_if(ports.begin(), ports.end(), [](int port) { return port != 0; });
  return found == ports.end() ? 0 : *found;
}

inline bool KindOf(absl::string_view type, Kind& kind) {
  if (type == "source") kind = Kind::kSource;
  if (type == "processor") kind = Kind::kProcessor;
  if (type == "sink") kind = Kind::kSink;
  return type == "source" || type == "processor" || type == "sink";
}

// `health_port`: its image's; 0: that names none.
inline Component DescribeService(const project::Service& service, Kind kind, int health_port) {
  constexpr int kPort = 50051, kHealthPort = 8088;  // the SDK's
  const auto variable = [&](const char* name) { return project::Label(service.environment(), name); };
  Component component;
  component.id = service.name();
  component.kind = kind;
  component.replicas = std::max(1, static_cast<int>(service.replicas()));
  component.port = FirstOf({static_cast<int>(service.serving_port()), PortOf(variable("PORT")), kPort});
  component.health_port = FirstOf({PortOf(variable("HEALTH_PORT")), health_port, kHealthPort});
  if (kind == Kind::kSink) {
    component.types.insert(service.input_event_types().begin(), service.input_event_types().end());
  }
  if (kind == Kind::kSource) {
    for (const auto& [param, name] : {std::pair("start_ledger", "START_LEDGER"), {"end_ledger", "END_LEDGER"}}) {
      if (const std::string value = variable(name); !value.empty()) component.params[param] = value;
    }
  }
  return component;
}

}  // namespace internal

inline int Topology::Find(absl::string_view id) const {
  for (size_t i = 0; i < components.size(); ++i) {
    if (components[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

inline Topology TopologyOf(const project::Project& project, const std::map<std::string, int>& health_ports) {
  Topology topology;
  std::vector<const project::Service*> waiting;
  for (const project::Service& service : project.services()) waiting.push_back(&service);
  std::set<std::string> placed;
  // A pipeline has no cycles (pipeline/graph.h), so each round places some.
  while (!waiting.empty()) {
    std::vector<const project::Service*> later;
    for (const project::Service* service : waiting) {
      const auto comes_later = [&](const std::string& input) {
        return std::any_of(waiting.begin(), waiting.end(), [&](const auto* other) { return other->name() == input; }) &&
               !placed.contains(input);
      };
      if (std::any_of(service->inputs().begin(), service->inputs().end(), comes_later)) {
        later.push_back(service);
        continue;
      }
      placed.insert(service->name());
      Kind kind;
      if (!internal::KindOf(service->type(), kind)) continue;
      const auto known = health_ports.find(service->image());
      topology.components.push_back(
          internal::DescribeService(*service, kind, known == health_ports.end() ? 0 : known->second));
      const int reader = static_cast<int>(topology.components.size()) - 1;
      for (const std::string& input : service->inputs()) {
        const int read = topology.Find(input);
        if (read < 0) continue;
        topology.components[reader].inputs.push_back(read);
        topology.components[read].readers.push_back(reader);
      }
    }
    if (later.size() == waiting.size()) break;
    waiting = std::move(later);
  }
  return topology;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_TOPOLOGY_H_
