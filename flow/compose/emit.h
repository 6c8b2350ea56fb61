// Project → the text of a Compose file (Compose spec, https://github.com/compose-spec/compose-spec).
//
// What `docker compose -f it up` makes of it is what flow makes of the project: the same containers, down to their
// labels. The bytes depend on the project and the options alone.
#ifndef FLOW_COMPOSE_EMIT_H_
#define FLOW_COMPOSE_EMIT_H_

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/health.h"
#include "flow/compose/project.pb.h"
#include "flow/compose/yaml.h"

namespace flow::compose {

struct EmitOptions {
  // Of the engine that the file is for: Compose refuses start_interval where the engine does not know it.
  ApiVersion api_version = kOldestApiVersion;
  // By service: what a reader should know, a comment line each.
  std::map<std::string, std::vector<std::string>> notes = {};
};

namespace internal {

using ServicesByName = absl::flat_hash_map<std::string, const Service*>;

// `text` so that Compose gives it back: it replaces variables in every value, and only `$$` is a dollar (Compose spec,
// "Interpolation"). Keys are left alone.
inline std::string Literal(const std::string& text) { return absl::StrReplaceAll(text, {{"$", "$$"}}); }

// A list of names for a comment, which a thousand inputs do not make endless.
inline std::string Listed(const google::protobuf::RepeatedPtrField<std::string>& names) {
  constexpr int kMost = 8;
  if (names.size() <= kMost) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kMost, ", "), " and ", names.size() - kMost,
                      " more");
}

inline void EmitMapping(YamlWriter& yaml, int level, const std::string& key,
                        const google::protobuf::Map<std::string, std::string>& entries) {
  if (entries.empty()) return;
  yaml.Open(level, key);
  const std::map<std::string, std::string> sorted(entries.begin(), entries.end());
  for (const auto& [name, value] : sorted) yaml.String(level + 1, name, Literal(value));
}

inline void EmitList(YamlWriter& yaml, int level, const std::string& key,
                     const google::protobuf::RepeatedPtrField<std::string>& texts) {
  if (texts.empty()) return;
  yaml.Open(level, key);
  for (const std::string& text : texts) yaml.Item(level + 1, Literal(text));
}

// Secret variables stand among the others, each as a variable that Compose takes from its own environment and insists
// on.
inline void EmitEnvironment(YamlWriter& yaml, const Service& service) {
  std::map<std::string, const SecretVariable*> secrets;
  for (const SecretVariable& secret : service.secret_environment()) secrets[secret.name()] = &secret;
  std::map<std::string, std::string> values(service.environment().begin(), service.environment().end());
  for (const auto& [name, secret] : secrets) values[name] = absl::StrCat("${", secret->compose_variable(), ":?}");
  if (values.empty()) return;
  yaml.Open(2, "environment");
  for (const auto& [name, value] : values) {
    const auto secret = secrets.find(name);
    if (secret == secrets.end()) {
      yaml.String(3, name, Literal(value));
      continue;
    }
    yaml.Comment(3, absl::StrCat("The content of ", YamlString(secret->second->host_path())));
    yaml.String(3, name, value);
  }
}

inline void EmitPorts(YamlWriter& yaml, const Service& service) {
  if (service.ports().empty()) return;
  yaml.Open(2, "ports");
  for (const Port& port : service.ports()) {
    yaml.BeginItem();
    yaml.Word(4, "target", absl::StrCat(port.target()));
    // Without it the engine picks a free one.
    if (port.published() != 0) yaml.Word(4, "published", absl::StrCat("\"", port.published(), "\""));
    if (!port.host_ip().empty()) yaml.String(4, "host_ip", port.host_ip());
    yaml.String(4, "protocol", port.protocol());
  }
}

inline void EmitMounts(YamlWriter& yaml, const Service& service) {
  if (service.mounts().empty()) return;
  yaml.Open(2, "volumes");
  for (const Mount& mount : service.mounts()) {
    const bool bind = mount.type() == Mount::BIND;
    yaml.BeginItem();
    yaml.String(4, "type", bind ? "bind" : "volume");
    yaml.String(4, "source", Literal(mount.source()));
    yaml.String(4, "target", Literal(mount.target()));
    if (mount.read_only()) yaml.Word(4, "read_only", "true");
    if (!bind) continue;
    // A missing source is an error: what the engine would make in its place is an empty folder of root's.
    yaml.Open(4, "bind");
    yaml.Word(5, "create_host_path", "false");
  }
}

inline void EmitNetworks(YamlWriter& yaml, const Service& service) {
  if (service.aliases().empty()) return;  // then the default network is Compose's own doing
  yaml.Open(2, "networks");
  yaml.Open(3, "default");
  EmitList(yaml, 4, "aliases", service.aliases());
}

// "1m30s", "250ms". (Zero needs its unit: Compose takes no number for a duration.)
inline std::string DurationWord(absl::Duration duration) {
  return duration == absl::ZeroDuration() ? "0s" : absl::FormatDuration(duration);
}

inline void EmitHealthCheck(YamlWriter& yaml, const Service& service, ApiVersion api_version) {
  if (!service.has_health_check()) return;
  const FittedHealthCheck check = FitHealthCheck(service.health_check(), api_version);
  yaml.Open(2, "healthcheck");
  yaml.Open(3, "test");
  yaml.Item(4, "CMD-SHELL");
  yaml.Item(4, Literal(check.shell_test));
  yaml.Word(3, "interval", DurationWord(check.interval));
  yaml.Word(3, "timeout", DurationWord(check.timeout));
  yaml.Word(3, "retries", absl::StrCat(check.retries));
  yaml.Word(3, "start_period", DurationWord(check.start_period));
  if (check.start_interval > absl::ZeroDuration()) {
    yaml.Word(3, "start_interval", DurationWord(check.start_interval));
  }
}

// Compose spec, "depends_on". (An image's own health check counts for flow; Compose cannot be told to wait for it where
// there is one and not to fail where there is none.)
inline const char* Condition(const Dependency& dependency, const ServicesByName& services) {
  if (dependency.condition() == Dependency::COMPLETED) return "service_completed_successfully";
  const auto service = services.find(dependency.service());
  return service != services.end() && service->second->has_health_check() ? "service_healthy" : "service_started";
}

inline void EmitDependencies(YamlWriter& yaml, const Service& service, const ServicesByName& services) {
  if (service.depends_on().empty()) return;
  yaml.Open(2, "depends_on");
  for (const Dependency& dependency : service.depends_on()) {
    yaml.Open(3, dependency.service());
    yaml.Word(4, "condition", Condition(dependency, services));
  }
}

inline std::string RestartWord(const RestartPolicy& restart) {
  switch (restart.mode()) {
    case RestartPolicy::ALWAYS:
      return "always";
    case RestartPolicy::ON_FAILURE:
      return restart.max_retries() == 0 ? "on-failure" : absl::StrCat("on-failure:", restart.max_retries());
    case RestartPolicy::UNLESS_STOPPED:
      return "unless-stopped";
    default:
      return "no";
  }
}

// "0.5", "2": decimal, down to the engine's billionth of a core.
inline std::string CpusWord(double cores) {
  std::string word = absl::StrFormat("%.9f", cores);
  word.erase(word.find_last_not_of('0') + 1);
  if (word.back() == '.') word.pop_back();
  return word;
}

// "256m", "1g", or bytes where it is no whole number of a unit (Compose spec, "Specifying byte values": powers of
// 1024).
inline std::string BytesWord(double bytes) {
  static constexpr std::pair<uint64_t, const char*> kUnits[] = {{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}};
  const uint64_t whole = static_cast<uint64_t>(bytes);
  for (const auto& [size, unit] : kUnits) {
    if (whole % size == 0) return absl::StrCat(whole / size, unit);
  }
  return absl::StrCat(whole);
}

inline void EmitResources(YamlWriter& yaml, const Resources& resources) {
  if (resources.limit_cpus() > 0) yaml.Word(2, "cpus", CpusWord(resources.limit_cpus()));
  if (resources.cpu_shares() > 0) yaml.Word(2, "cpu_shares", absl::StrCat(resources.cpu_shares()));
  if (resources.limit_memory_bytes() > 0) yaml.Word(2, "mem_limit", BytesWord(resources.limit_memory_bytes()));
  if (resources.reserved_memory_bytes() > 0) {
    yaml.Word(2, "mem_reservation", BytesWord(resources.reserved_memory_bytes()));
  }
}

inline void EmitLifetime(YamlWriter& yaml, const Service& service) {
  yaml.String(2, "restart", RestartWord(service.restart()));
  yaml.Word(2, "init", service.init() ? "true" : "false");
  yaml.Word(2, "stop_grace_period", DurationWord(absl::Seconds(service.stop_grace_period_seconds())));
  if (!service.stop_signal().empty()) yaml.String(2, "stop_signal", Literal(service.stop_signal()));
  if (service.replicas() != 1) yaml.Word(2, "scale", absl::StrCat(service.replicas()));
}

// "Processor: reads ledgers, prices"
inline std::string Role(const Service& service) {
  std::string role = service.type();
  if (!role.empty()) role[0] = absl::ascii_toupper(role[0]);
  if (!service.inputs().empty()) absl::StrAppend(&role, ": reads ", Listed(service.inputs()));
  return role;
}

inline void EmitService(YamlWriter& yaml, const Service& service, const ServicesByName& services,
                        const EmitOptions& options) {
  yaml.Comment(1, Role(service));
  if (const auto notes = options.notes.find(service.name()); notes != options.notes.end()) {
    for (const std::string& note : notes->second) yaml.Comment(1, note);
  }
  yaml.Open(1, service.name());
  yaml.String(2, "image", Literal(service.image()));
  EmitList(yaml, 2, "command", service.command());
  EmitEnvironment(yaml, service);
  EmitPorts(yaml, service);
  EmitMounts(yaml, service);
  EmitNetworks(yaml, service);
  EmitList(yaml, 2, "extra_hosts", service.extra_hosts());
  EmitHealthCheck(yaml, service, options.api_version);
  EmitDependencies(yaml, service, services);
  EmitLifetime(yaml, service);
  EmitResources(yaml, service.resources());
  EmitMapping(yaml, 2, "labels", service.labels());
}

inline void EmitHeader(YamlWriter& yaml, const Project& project, const EmitOptions& options) {
  yaml.Comment(0, absl::StrCat("The pipeline ", project.pipeline(), " of the namespace ", project.namespace_(),
                               ", written by flow: change the pipeline's file, not this one."));
  yaml.Comment(0, absl::StrCat("For engines with API ", options.api_version.ToString(),
                               " and later; `docker compose -f FILE up -d` makes what flow-apply makes."));
  yaml.String(0, "name", project.name());
}

}  // namespace internal

// The Compose file, UTF-8, ending in a line break. Cannot fail.
inline std::string EmitCompose(const Project& project, const EmitOptions& options = {}) {
  internal::ServicesByName services;
  services.reserve(project.services_size());
  for (const Service& service : project.services()) services[service.name()] = &service;

  YamlWriter yaml;
  internal::EmitHeader(yaml, project, options);
  yaml.Blank();
  yaml.Open(0, "services");
  for (int i = 0; i < project.services_size(); ++i) {
    if (i > 0) yaml.Blank();
    internal::EmitService(yaml, project.services(i), services, options);
  }
  yaml.Blank();
  yaml.Open(0, "networks");
  yaml.Open(1, project.network().key());
  yaml.String(2, "name", project.network().name());
  internal::EmitMapping(yaml, 2, "labels", project.labels());
  if (project.volumes().empty()) return yaml.Take();
  yaml.Blank();
  yaml.Open(0, "volumes");
  for (const Volume& volume : project.volumes()) {
    yaml.Open(1, volume.key());
    yaml.String(2, "name", volume.name());
    internal::EmitMapping(yaml, 2, "labels", project.labels());
  }
  return yaml.Take();
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_EMIT_H_
