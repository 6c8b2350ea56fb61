// The service of a component: the name and the ports that others reach it by (API reference, "ServiceSpec").
#ifndef FLOW_KUBERNETES_SERVICES_H_
#define FLOW_KUBERNETES_SERVICES_H_

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// The ports that nodes give away (kube-apiserver's --service-node-port-range, as it is without one).
inline constexpr uint32_t kFirstNodePort = 30000, kLastNodePort = 32767;

// A port of a component's pods.
struct PodPort {
  std::string name;
  uint32_t number = 0;
  std::string protocol;    // TCP, UDP, SCTP
  bool on_nodes = false;   // nodes give it away
  uint32_t node_port = 0;  // as this; 0: the cluster picks one
};

// Whether a port is asked for from everywhere, and so from outside of the cluster.
inline bool IsForAll(const std::string& host_ip) { return host_ip == "0.0.0.0" || host_ip == "::"; }

// Each number and protocol once, in the order of the file; without any the port that those who read it know. Names differ.
inline std::vector<PodPort> PodPorts(const project::Service& service) {
  std::vector<PodPort> ports;
  std::set<std::string> names;
  const auto add = [&](const project::Port& from) {
    const bool on_nodes = IsForAll(from.host_ip());
    const bool fits = from.published() >= kFirstNodePort && from.published() <= kLastNodePort;
    const uint32_t node_port = on_nodes && fits ? from.published() : 0;
    const std::string protocol = absl::AsciiStrToUpper(from.protocol());
    for (PodPort& port : ports) {
      if (port.number != from.target() || port.protocol != protocol) continue;
      port.on_nodes |= on_nodes;
      port.node_port = std::max(port.node_port, node_port);
      return;
    }
    std::string name = PortName(from.name(), from.protocol(), from.target());
    if (!names.insert(name).second) names.insert(name = PortName("", from.protocol(), from.target()));
    ports.push_back({std::move(name), from.target(), protocol, on_nodes, node_port});
  };
  for (const project::Port& port : service.ports()) add(port);
  if (ports.empty() && service.serving_port() != 0) {
    project::Port port;
    port.set_target(service.serving_port());
    port.set_protocol("tcp");
    add(port);
  }
  return ports;
}

// "spec" of the service. One without ports is headless: its name leads to the pods themselves.
inline text::Mapping ServiceSpec(const project::Service& service, const Tags& tags) {
  const std::vector<PodPort> pod_ports = PodPorts(service);
  const bool on_nodes =
      std::any_of(pod_ports.begin(), pod_ports.end(), [](const PodPort& port) { return port.on_nodes; });
  text::Mapping spec = {{"type", on_nodes ? "NodePort" : "ClusterIP"}};
  if (pod_ports.empty()) spec.Add("clusterIP", "None");
  spec.Add("selector", Selector(tags));
  text::List ports;
  for (const PodPort& port : pod_ports) {
    text::Mapping entry = {
        {"name", port.name}, {"port", port.number}, {"targetPort", port.number}, {"protocol", port.protocol}};
    if (port.node_port != 0) entry.Add("nodePort", port.node_port);
    ports.push_back(std::move(entry));
  }
  spec.AddUnlessEmpty("ports", std::move(ports));
  return spec;
}

// "ports" of the container.
inline text::List ContainerPorts(const project::Service& service) {
  text::List ports;
  for (const PodPort& port : PodPorts(service)) {
    ports.push_back(text::Mapping{{"name", port.name}, {"containerPort", port.number}, {"protocol", port.protocol}});
  }
  return ports;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_SERVICES_H_
