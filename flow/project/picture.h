// A pipeline as a picture: what is drawn, as data. mermaid.h and dot.h draw it.
#ifndef FLOW_PROJECT_PICTURE_H_
#define FLOW_PROJECT_PICTURE_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// How a component does, for a colour.
enum class Mood { kUnknown, kWell, kWaiting, kBad };

struct Node {
  std::string id;    // the component's
  std::string type;  // source, processor, sink, pipeline: another shape each
  Mood mood = Mood::kUnknown;
  std::vector<std::string> details;  // below its id, a line each
};

// An arrow, by the places of its ends in Picture::nodes.
struct Edge {
  size_t from = 0, to = 0;
  std::string label;     // the types of events that go along it, where they are known
  bool is_input = true;  // else it only waits for it (depends_on)
};

struct Picture {
  std::string title;
  std::vector<Node> nodes;  // in the order of the file
  std::vector<Edge> edges;
};

// The picture of what should run: its components by role, with replicas (where there are several) and published ports;
// what reads what, and what waits for what.
Picture PictureOf(const Project& project);

// How it is done

namespace internal {

// "127.0.0.1:8080->80/tcp". Without a port of the host the engine takes one.
inline std::string PortText(const Port& port) {
  const bool bracketed = absl::StrContains(port.host_ip(), ':');
  const std::string host = bracketed ? absl::StrCat("[", port.host_ip(), "]") : port.host_ip();
  const std::string published = port.published() == 0 ? "" : absl::StrCat(":", port.published());
  return absl::StrCat(host, published, "->", port.target(), "/", port.protocol());
}

// The types that go from the one to the other: those that both name, or that the one names where the other says
// nothing.
inline std::string EventTypes(const Service& from, const Service& to) {
  const auto& out = from.output_event_types();
  const auto& in = to.input_event_types();
  std::vector<std::string> types;
  for (const std::string& type : out.empty() ? in : out) {
    if (out.empty() || in.empty() || std::find(in.begin(), in.end(), type) != in.end()) types.push_back(type);
  }
  return absl::StrJoin(types, ", ");
}

}  // namespace internal

inline Picture PictureOf(const Project& project) {
  Picture picture{.title = project.pipeline()};
  // An arrow from a component that is not there is none: the state may be of another version.
  const auto draw = [&](const std::string& from, size_t to, bool is_input, const auto& label) {
    for (size_t place = 0; place < static_cast<size_t>(project.services_size()); ++place) {
      const Service& service = project.services(static_cast<int>(place));
      if (service.name() == from) picture.edges.push_back({place, to, label(service), is_input});
    }
  };
  for (const Service& service : project.services()) {
    const size_t to = picture.nodes.size();
    Node& node = picture.nodes.emplace_back(Node{.id = service.name(), .type = service.type()});
    if (service.replicas() != 1) node.details.push_back(absl::StrCat(service.replicas(), " replicas"));
    for (const Port& port : service.ports()) node.details.push_back(internal::PortText(port));
    for (const std::string& input : service.inputs()) {
      draw(input, to, true, [&](const Service& from) { return internal::EventTypes(from, service); });
    }
    for (const Dependency& dependency : service.depends_on()) {
      const auto& inputs = service.inputs();
      if (std::find(inputs.begin(), inputs.end(), dependency.service()) != inputs.end()) continue;
      const bool completed = dependency.condition() == Dependency::COMPLETED;
      draw(dependency.service(), to, false, [=](const Service&) { return completed ? "when completed" : ""; });
    }
  }
  return picture;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_PICTURE_H_
