// Who reads whom, and the order that follows from it: components stop in the direction in which the data flows, sources
// first, so that what is on its way still arrives.
#ifndef FLOW_DEPLOY_INPUTS_H_
#define FLOW_DEPLOY_INPUTS_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/project/project.pb.h"

namespace flow::deploy {

// What each component reads: id → ids.
using Inputs = std::map<std::string, std::set<std::string>>;

// The inputs that the project tells of.
inline Inputs InputsOf(const project::Project& project) {
  Inputs inputs;
  for (const project::Service& service : project.services()) {
    for (const project::Dependency& dependency : service.depends_on()) {
      inputs[service.name()].insert(dependency.service());
    }
  }
  return inputs;
}

// The inputs as far as the components' types tell, for when the project is not known: processors read sources, sinks read
// both. `types`: component → its type.
inline Inputs InputsByType(const std::map<std::string, std::string>& types) {
  Inputs inputs;
  for (const auto& [reader, type] : types) {
    for (const auto& [read, other] : types) {
      if ((type == "sink" && other != "sink") || (type == "processor" && other == "source"))
        inputs[reader].insert(read);
    }
  }
  return inputs;
}

// The components, each behind those that it reads. Inputs of a file have no cycle, as the parser refuses one. Labels that
// somebody changed may have one: its components come last, in any order.
inline std::vector<std::string> InDataFlowOrder(const std::set<std::string>& components, const Inputs& inputs) {
  std::vector<std::string> order;
  std::map<std::string, int> missing;  // how many of a component's inputs are not in the order yet
  std::map<std::string, std::vector<std::string>> readers;
  for (const std::string& component : components) {
    if (const auto found = inputs.find(component); found != inputs.end()) {
      for (const std::string& input : found->second) {
        if (!components.contains(input) || input == component) continue;
        ++missing[component];
        readers[input].push_back(component);
      }
    }
    if (missing[component] == 0) order.push_back(component);
  }
  for (size_t next = 0; next < order.size(); ++next) {
    for (const std::string& reader : readers[order[next]]) {
      if (--missing[reader] == 0) order.push_back(reader);
    }
  }
  for (const std::string& component : components) {
    if (missing[component] > 0) order.push_back(component);
  }
  return order;
}

// All that read one of the components, or what reads one, and so on.
inline std::set<std::string> ReadersOf(const std::set<std::string>& components, const Inputs& inputs) {
  std::map<std::string, std::vector<std::string>> readers_of;
  for (const auto& [reader, of] : inputs) {
    for (const std::string& input : of) readers_of[input].push_back(reader);
  }
  std::set<std::string> readers;
  std::vector<std::string> open(components.begin(), components.end());  // whose readers are still to be found
  while (!open.empty()) {
    const std::string component = std::move(open.back());
    open.pop_back();
    for (const std::string& reader : readers_of[component]) {
      if (readers.insert(reader).second) open.push_back(reader);
    }
  }
  return readers;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_INPUTS_H_
