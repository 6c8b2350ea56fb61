// What a cluster cannot hold of a pipeline, or does not do: told at its place in the file, all at once, with the way out.
#ifndef FLOW_KUBERNETES_CHECK_H_
#define FLOW_KUBERNETES_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/carried.h"
#include "flow/kubernetes/check_claims.h"
#include "flow/kubernetes/check_overlay.h"
#include "flow/kubernetes/check_texts.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/quantity.h"
#include "flow/kubernetes/services.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/host_path.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/control_plane.h"

namespace flow::kubernetes {

struct CheckOptions {
  // kubectl puts it there, which knows no order.
  bool at_once = false;
  // The flow namespace, instead of the file's; empty: the file's.
  std::string namespace_;
  // Everything goes to a namespace that is there, so the pipeline's name makes none.
  bool given_namespace = false;
  // Host paths that are meant to be the nodes' own (--allow_host_path).
  std::vector<std::string> allowed_host_paths;
  // What was read of the others (null: nothing), and what was wrong with those that could not be carried along: by host
  // path, a sentence without its end.
  const CarriedPaths* carried = nullptr;
  std::map<std::string, std::string> not_carried;
  // The host paths of secrets that are not required and not there, which whoever can look leaves out; and of those that are
  // larger than a secret of a cluster (kMostCarriedBytes).
  std::set<std::string> missing_secrets;
  std::set<std::string> large_secrets;
};

// Errors: names that are too long or meet, host paths, sizes, and what is wrong in x-kubernetes. Warnings: what is lost or
// different, each field once. The pipeline is as the parser left it, also where the file has errors of its own.
std::vector<pipeline::Finding> Check(const pipeline::Pipeline& pipeline, const CheckOptions& options);

// Whether a host path is meant to be the nodes' own.
inline bool IsNodesPath(absl::string_view path, const std::vector<std::string>& allowed) {
  for (const std::string& permitted : allowed) {
    const std::string normal = pipeline::NormalPath(permitted);
    if (normal == "/" || path == normal || absl::StartsWith(path, absl::StrCat(normal, "/"))) return true;
  }
  return false;
}

namespace internal {

using pipeline::Finding;
using pipeline::Path;
using pipeline::Quoted;

class PipelineCheck {
 public:
  PipelineCheck(const pipeline::Pipeline& pipeline, const CheckOptions& options)
      : pipeline_(pipeline), options_(options) {
    for (const pipeline::Component& component : pipeline.components()) {
      const pipeline::RestartPolicy& restart = component.restart();
      const bool ends =
          restart.mode() == pipeline::RestartPolicy::NO || restart.mode() == pipeline::RestartPolicy::ON_FAILURE;
      if (restart.written() && ends) run_once_.insert(component.id());
    }
  }

  std::vector<Finding> Run() {
    CheckNamespace();
    CheckTags();
    Lost({"spec", "logging"}, kLoggingLost);
    CheckOverlay(pipeline_.kubernetes(), {"spec", "x-kubernetes"}, findings_);
    const std::vector<Path> paths = pipeline::ComponentPaths(pipeline_);
    for (int i = 0; i < pipeline_.components_size(); ++i) CheckComponent(pipeline_.components(i), paths[i]);
    CheckClaims(pipeline_, findings_);
    if (options_.at_once) CheckTexts(pipeline_, findings_);
    return std::move(findings_);
  }

 private:
  // What has a name, or a port, first.
  struct First {
    std::string what;
    Path path;
  };

  static constexpr char kLoggingLost[] =
      "has no meaning on a cluster, whose nodes decide where output goes; `kubectl logs` shows it";

  // `first`: what it meets.
  void Error(const Path& path, std::string message, std::optional<Path> first = std::nullopt) {
    findings_.push_back({.path = path, .message = std::move(message), .first = std::move(first)});
  }
  // Of a file on this machine that the pipeline names.
  void FileError(const Path& path, std::string message) {
    findings_.push_back({.path = path, .message = std::move(message), .on_disk = true});
  }
  void Warning(const Path& path, std::string message) {
    findings_.push_back({.severity = pipeline::Severity::kWarning, .path = path, .message = std::move(message)});
  }
  // A warning of a field that the file writes, and not of its default.
  void Lost(const Path& path, std::string message) {
    Warning(path, std::move(message));
    findings_.back().if_written = true;
  }

  void CheckNamespace() {
    const std::string& group = options_.namespace_.empty() ? pipeline_.namespace_() : options_.namespace_;
    const std::string name = NamespaceName(group, pipeline_.name());
    if (options_.given_namespace || name.size() <= kLongestLabel) return;
    const size_t taken = name.size() - pipeline_.name().size();
    const Path metadata = {"metadata"};
    if (taken < kLongestLabel) {
      Error(metadata / "name", absl::StrCat("the cluster's namespace would be ", Quoted(name), ", and has at most ",
                                            kLongestLabel, " characters: ", kLongestLabel - taken,
                                            " are left for the name, which has ", pipeline_.name().size()));
    } else {
      Error(metadata / "namespace",
            absl::StrCat("the cluster's namespace would be ", Quoted(name), ", and has at most ", kLongestLabel,
                         " characters: none are left for the pipeline's name"));
    }
  }

  void CheckTags() {
    const Path metadata = {"metadata"};
    for (const auto& [key, value] : pipeline_.labels()) {
      const Path path = metadata / "labels" / key;
      if (pipeline::IsReservedLabel(key)) continue;  // told
      if (!IsLabelKey(key)) {
        Warning(path, absl::StrCat(Quoted(key), " cannot be a label's name on a cluster, and is left out there"));
      } else if (IsOwnLabel(key)) {
        Warning(path, absl::StrCat("flow sets ", key, " itself on a cluster, and this one is left out there"));
      } else if (!IsLabelValue(value)) {
        Warning(path,
                "is an annotation on a cluster: a label there has at most 63 letters, digits, \"-\", \"_\" and "
                "\".\", with a letter or digit at both ends");
      }
    }
    size_t bytes = 0;
    for (const auto& [key, value] : pipeline_.annotations()) {
      bytes += key.size() + value.size();
      if (IsLabelKey(key)) continue;
      Warning(metadata / "annotations" / key,
              absl::StrCat(Quoted(key), " cannot be an annotation's name on a cluster, and is left out there"));
    }
    if (bytes > kMostClientSideBytes / 2) {
      Error(metadata / "annotations",
            "they come to over 128 KiB; an object of a cluster has at most 256 KiB of them, and "
            "`kubectl apply` keeps it a second time there");
    }
  }

  void CheckComponent(const pipeline::Component& component, const Path& path) {
    CheckId(component, path / "id");
    CheckPorts(component, path / "ports");
    CheckVolumes(component, path / "volumes");
    CheckSecrets(component, path / "secrets");
    CheckVariables(component, path);
    CheckOrder(component, path);
    CheckTimes(component, path);
    CheckLifecycle(component, path);
    CheckOverlay(component.kubernetes(), path / "x-kubernetes", findings_);
  }

  void CheckId(const pipeline::Component& component, const Path& path) {
    const std::string& id = component.id();
    if (id.empty()) return;
    const std::string name = ComponentName(id);
    const auto [found, is_new] = components_.try_emplace(name, First{id, path});
    const First& first = found->second;
    const bool told = pipeline::EnvironmentName(first.what) == pipeline::EnvironmentName(id);  // with the file's own
    if (!is_new && !told) {
      Error(path,
            absl::StrCat(Quoted(id), " and ", Quoted(first.what), " are both ", Quoted(name),
                         " on a cluster, whose names have lower-case letters, digits and \"-\"; rename one"),
            first.path);
    } else if (!IsReachedById(id)) {
      Warning(path, absl::StrCat("on a cluster it is called, and reached as, ", Quoted(name),
                                 ": names in DNS there have ", "letters, digits and \"-\", a letter first"));
    }
  }

  void CheckPorts(const pipeline::Component& component, const Path& path) {
    for (int i = 0; i < component.ports_size(); ++i) {
      const pipeline::Port& port = component.ports(i);
      const Path at = path / static_cast<size_t>(i);
      if (!IsForAll(port.host_ip())) {
        const char* const lost =
            "a cluster has no ports of this machine: `kubectl port-forward` gives it one, and `hostIP: 0.0.0.0` makes "
            "it a "
            "port of every node";
        if (port.host_port() != 0) Lost(at / "hostPort", lost);
        Lost(at / "hostIP", lost);
      } else if (port.host_port() != 0 && (port.host_port() < kFirstNodePort || port.host_port() > kLastNodePort)) {
        Lost(at / "hostPort", absl::StrCat("nodes give away ports from ", kFirstNodePort, " to ", kLastNodePort,
                                           "; the cluster picks one of them"));
      } else if (port.host_port() != 0) {
        CheckNodePort(port, at / "hostPort");
      }
    }
  }

  // One number is one port of the nodes, whatever its address; of two protocols it may be both.
  void CheckNodePort(const pipeline::Port& port, const Path& path) {
    const std::string what = absl::StrCat(port.container_port());
    const auto [found, is_new] = node_ports_.try_emplace({port.host_port(), port.protocol()}, First{what, path});
    if (is_new || found->second.what == what) return;
    Error(path,
          absl::StrCat("port ", port.host_port(),
                       " of the nodes is taken already; hostPort: 0 lets the cluster pick one"),
          found->second.path);
  }

  void CheckVolumes(const pipeline::Component& component, const Path& path) {
    for (int i = 0; i < component.volumes_size(); ++i) {
      const pipeline::Mount& mount = component.volumes(i);
      const Path at = path / static_cast<size_t>(i);
      if (mount.host_path().empty()) {
        CheckVolumeName(mount.name(), at / "name");
      } else {
        CheckHostPath(mount, at / "host_path");
      }
    }
  }

  void CheckVolumeName(const std::string& name, const Path& path) {
    if (name.empty()) return;
    const auto [found, is_new] = claims_.try_emplace(ClaimName(name), First{name, path});
    const First& first = found->second;
    if (is_new || first.what == name) return;
    Error(path,
          absl::StrCat("the volumes ", Quoted(name), " and ", Quoted(first.what), " would be one claim, ",
                       Quoted(found->first), ", on a cluster; rename one"),
          first.path);
  }

  void CheckHostPath(const pipeline::Mount& mount, const Path& path) {
    const std::string& host_path = mount.host_path();
    if (IsNodesPath(host_path, options_.allowed_host_paths)) return;
    const std::string nodes = absl::StrCat("; --allow_host_path=", host_path, " mounts what the nodes have there");
    if (!mount.read_only()) {
      return Error(
          path,
          absl::StrCat("a cluster's nodes do not have the files of this machine: a volume with a \"name\" ",
                       "instead is kept there, and with \"readonly: true\" up to 1 MiB are carried along", nodes));
    }
    if (const auto problem = options_.not_carried.find(host_path); problem != options_.not_carried.end()) {
      return FileError(path, absl::StrCat(problem->second, ", so it cannot be carried along to a cluster", nodes));
    }
    if (options_.carried == nullptr) return;
    const auto carried = options_.carried->find(host_path);
    if (carried == options_.carried->end()) return;
    if (carried->second.bytes() > kMostCarriedBytes) {
      FileError(path,
                absl::StrCat("it has over 1 MiB, and no more is carried along to a cluster; a volume with a \"name\" ",
                             "holds any size", nodes));
    } else if (carried->second.bytes() > kMostClientSideBytes) {
      Warning(path, "over 256 KiB are carried along to a cluster only by `kubectl apply --server-side`");
    }
  }

  void CheckSecrets(const pipeline::Component& component, const Path& path) {
    std::map<std::string, First> taken;
    for (int i = 0; i < component.secrets_size(); ++i) {
      const pipeline::Secret& secret = component.secrets(i);
      const std::string& name = secret.name();
      const Path at = path / static_cast<size_t>(i) / "name";
      if (!secret.required() && options_.missing_secrets.contains(secret.host_path())) {
        Warning(path / static_cast<size_t>(i) / "host_path",
                "it is not there, and the secret is left out; with \"required: true\" pods wait for it");
        continue;
      }
      if (options_.large_secrets.contains(secret.host_path())) {
        FileError(path / static_cast<size_t>(i) / "host_path",
                  "it has over 1 MiB, and a secret of a cluster holds no more");
      }
      if (name.empty()) continue;
      const auto [found, is_new] = taken.try_emplace(SecretName(component.id(), name), First{name, at});
      const First& first = found->second;
      const bool told = pipeline::EnvironmentName(first.what) == pipeline::EnvironmentName(name);
      if (is_new || told) continue;
      Error(at,
            absl::StrCat("the secrets ", Quoted(name), " and ", Quoted(first.what), " would be one, ",
                         Quoted(found->first), ", on a cluster; rename one"),
            first.path);
    }
  }

  void CheckVariables(const pipeline::Component& component, const Path& path) {
    const auto check = [&](const pipeline::Variable& variable, const char* field) {
      if (!absl::StrContains(variable.value(), project::kHostName)) return;
      Lost(path / field / variable.name(), absl::StrCat(project::kHostName, " is this machine, as containers of its ",
                                                        "engine know it; a cluster knows no such name"));
    };
    for (const pipeline::Variable& variable : component.env()) check(variable, "env");
    for (const pipeline::Variable& variable : component.config()) check(variable, "config");
  }

  // What is waited for until it has completed, where nobody waits.
  void CheckOrder(const pipeline::Component& component, const Path& path) {
    if (!options_.at_once) return;
    const auto check = [&](const std::string& id, const char* field) {
      if (!run_once_.contains(id)) return;
      Warning(path / field, absl::StrCat("kubectl starts everything at once, and does not wait until ", Quoted(id),
                                         " has completed: what needs that may fail, and is started again, until then"));
    };
    for (const std::string& id : component.inputs()) check(id, "inputs");
    for (const std::string& id : component.depends_on()) check(id, "depends_on");
  }

  void CheckTimes(const pipeline::Component& component, const Path& path) {
    const auto check = [&](double seconds, const char* field) {
      const int32_t whole = WholeSeconds(seconds);
      if (seconds == static_cast<double>(whole)) return;
      Lost(path / field, absl::StrCat("a cluster counts in whole seconds: this is ", whole, " s there"));
    };
    check(component.stop_grace_period_seconds(), "stop_grace_period");
    const pipeline::HealthTiming& timing = component.health_timing();
    check(timing.start_period_seconds(), "health_start_period");
    check(timing.interval_seconds(), "health_interval");
    check(timing.timeout_seconds(), "health_timeout");
    if (component.has_health_check()) return;
    for (const char* const field : {"health_start_period", "health_interval", "health_timeout", "health_retries"}) {
      Lost(path / field, "a cluster does not ask the image's own health check; write health_check");
    }
  }

  void CheckLifecycle(const pipeline::Component& component, const Path& path) {
    Lost(path / "logging", kLoggingLost);
    if (component.init()) {
      Lost(path / "init",
           "has no meaning on a cluster: the program is the container's first process; an image with an "
           "init of its own (tini) passes signals on");
    }
    if (!component.stop_signal().empty()) {
      Lost(path / "stop_signal",
           absl::StrCat("clusters before Kubernetes 1.33 stop by the image's signal; for later ones write ",
                        "\"x-kubernetes: {container: {lifecycle: {stopSignal: SIG…}}, pod: {os: {name: linux}}}\""));
    }
    const auto check_cpu = [&](double cores, const char* list) {
      if (cores > 0 && cores < 0.001) {
        Warning(path / "resources" / list / "cpu",
                "a cluster knows no less than a thousandth of a core, and takes this for 1m");
      }
    };
    check_cpu(component.resources().request_cpus(), "requests");
    check_cpu(component.resources().limit_cpus(), "limits");
  }

  const pipeline::Pipeline& pipeline_;
  const CheckOptions& options_;
  std::vector<Finding> findings_;
  std::set<std::string> run_once_;                        // ids of what others wait for until it has completed
  std::map<std::string, First> components_;               // name on the cluster → id
  std::map<std::string, First> claims_;                   // name on the cluster → volume
  std::map<std::pair<uint32_t, int>, First> node_ports_;  // → port of the container
};

}  // namespace internal

inline std::vector<pipeline::Finding> Check(const pipeline::Pipeline& pipeline, const CheckOptions& options) {
  return internal::PipelineCheck(pipeline, options).Run();
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CHECK_H_
