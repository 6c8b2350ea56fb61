// `ports` of a component, and whether two of a file want the same place on the host.
#ifndef FLOW_PIPELINE_PORTS_H_
#define FLOW_PIPELINE_PORTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::pipeline {

// Whether a text is an IPv4 or IPv6 address (RFC 4291, 2.2), without brackets or zone.
inline bool IsIpAddress(absl::string_view text) {
  const auto is_v4 = [](absl::string_view address) {
    const std::vector<absl::string_view> parts = absl::StrSplit(address, '.');
    for (absl::string_view part : parts) {
      const std::optional<int64_t> number = ReadWhole(part);
      if (!number || *number > 255) return false;
    }
    return parts.size() == 4;
  };
  if (text.find(':') == absl::string_view::npos) return is_v4(text);
  const size_t gap = text.find("::");
  if (gap != absl::string_view::npos && text.find("::", gap + 1) != absl::string_view::npos) return false;
  size_t groups = 0;
  const auto count = [&](absl::string_view part, bool last) {
    if (part.empty()) return true;
    const std::vector<absl::string_view> all = absl::StrSplit(part, ':');
    for (size_t i = 0; i < all.size(); ++i) {
      if (last && i + 1 == all.size() && is_v4(all[i])) {
        groups += 2;
        continue;
      }
      if (all[i].empty() || all[i].size() > 4) return false;
      for (char c : all[i]) {
        if (!absl::ascii_isxdigit(c)) return false;
      }
      ++groups;
    }
    return true;
  };
  if (gap == absl::string_view::npos) return count(text, true) && groups == 8;
  return count(text.substr(0, gap), false) && count(text.substr(gap + 2), true) && groups < 8;
}

// The places on the host that a file has given away.
class HostPorts {
 public:
  // Tells where `port` is taken already. A wildcard takes the port from the addresses of its family: "0.0.0.0" from
  // IPv4 ones, "::" from IPv6 ones, as the engine binds that for IPv6 alone.
  void Take(Context& context, const Port& port, const Value& at) {
    if (port.host_port() == 0) return;
    auto& holders = taken_[{port.host_port(), port.protocol()}];
    for (const auto& [ip, offset] : holders) {
      if (!Clash(ip, port.host_ip())) continue;
      context.Error(
          at,
          absl::StrCat("port ", port.host_port(), "/", absl::AsciiStrToLower(Port::Protocol_Name(port.protocol())),
                       " of ", port.host_ip(), " is taken already; hostPort: 0 lets the engine pick a free one"),
          {context.NoteAt(offset, "by this port")});
      return;
    }
    if (holders.size() < kMaxHolders) holders.emplace_back(port.host_ip(), at.offset());
  }

 private:
  static bool Clash(absl::string_view a, absl::string_view b) {
    const auto is_v6 = [](absl::string_view ip) { return ip.find(':') != absl::string_view::npos; };
    if (is_v6(a) != is_v6(b)) return false;
    const absl::string_view every = is_v6(a) ? "::" : "0.0.0.0";
    return a == b || a == every || b == every;
  }

  // Addresses compared for one port: a host has a handful, a hostile file any number.
  static constexpr size_t kMaxHolders = 64;
  std::map<std::pair<uint32_t, int>, std::vector<std::pair<std::string, size_t>>> taken_;
};

// `replicas` of the component. `host_ports`: null where the pipeline is not for a host.
inline void ReadPorts(Context& context, const Fields& fields, uint32_t replicas, HostPorts* host_ports,
                      Component& component) {
  for (const Fields& written : fields.Sections("ports")) {
    Port* port = component.add_ports();
    const std::optional<int64_t> container_port = written.Whole("containerPort");
    if (!container_port) continue;  // told
    port->set_name(std::string(written.Text("name")));
    port->set_container_port(static_cast<uint32_t>(*container_port));

    const std::optional<int64_t> host_port = written.Whole("hostPort");
    port->set_host_port(static_cast<uint32_t>(host_port.value_or(replicas > 1 ? 0 : *container_port)));
    if (host_ports != nullptr && host_port.value_or(0) > 0 && replicas > 1) {
      context.Error(written.Get("hostPort"),
                    absl::StrCat(replicas, " containers cannot share port ", *host_port,
                                 " of the host; leave hostPort out, and the engine picks a free one for each"));
    }

    Port::Protocol protocol;
    if (Port::Protocol_Parse(std::string(written.Word("protocol")), &protocol)) port->set_protocol(protocol);

    port->set_host_ip("127.0.0.1");
    const Value host_ip = written.Get("hostIP");
    if (host_ip && IsIpAddress(host_ip.node.text())) {
      port->set_host_ip(std::string(host_ip.node.text()));
    } else if (host_ip) {
      context.Error(host_ip,
                    absl::StrCat("takes an address of the host as numbers (\"127.0.0.1\", \"0.0.0.0\" for all), not ",
                                 Describe(host_ip.node)));
    }
    const Value at = host_port ? written.Get("hostPort") : written.Get("containerPort");
    if (host_ports != nullptr && replicas <= 1) host_ports->Take(context, *port, at);
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_PORTS_H_
