// Project → the text of a Compose file, as YAML or JSON (Compose spec, https://github.com/compose-spec/compose-spec).
//
// What `docker compose -f it up` makes of it is what flow makes of the project: the same containers, down to their
// labels. The bytes depend on the project and the options alone.
#ifndef FLOW_COMPOSE_EMIT_H_
#define FLOW_COMPOSE_EMIT_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/health.h"
#include "flow/compose/yaml.h"
#include "flow/pipeline/document_writer.h"
#include "flow/pipeline/json_writer.h"
#include "flow/project/project.pb.h"

namespace flow::compose {

struct EmitOptions {
  // Of the engine that the file is for: Compose refuses start_interval where the engine does not know it.
  ApiVersion api_version = kOldestApiVersion;
  // By service: what a reader should know, a comment line each (notes.h).
  std::map<std::string, std::vector<std::string>> notes = {};
};

namespace internal {

using ServicesByName = absl::flat_hash_map<std::string, const project::Service*>;

// `text` so that Compose gives it back: it replaces variables in every value, and only `$$` is a dollar (Compose spec,
// "Interpolation").
inline std::string Literal(const std::string& text) { return absl::StrReplaceAll(text, {{"$", "$$"}}); }

// A list of names for a comment, which a thousand inputs do not make endless.
inline std::string Listed(const google::protobuf::RepeatedPtrField<std::string>& names) {
  constexpr int kMost = 8;
  if (names.size() <= kMost) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kMost, ", "), " and ", names.size() - kMost,
                      " more");
}

// A mapping; a list of KEY=VALUE where a key begins with "x-", which Compose takes in a mapping for an extension and
// leaves out (Compose spec, "Extensions"; in services and volumes it does not). Keys of a mapping are not interpolated.
inline void EmitLabels(pipeline::DocumentWriter& out, int level,
                       const google::protobuf::Map<std::string, std::string>& labels) {
  if (labels.empty()) return;
  out.Open(level, "labels");
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  const bool as_list =
      std::any_of(sorted.begin(), sorted.end(), [](const auto& label) { return absl::StartsWith(label.first, "x-"); });
  for (const auto& [key, value] : sorted) {
    if (as_list) {
      out.Item(level + 1, Literal(absl::StrCat(key, "=", value)));
    } else {
      out.String(level + 1, key, Literal(value));
    }
  }
}

inline void EmitList(pipeline::DocumentWriter& out, int level, const std::string& key,
                     const google::protobuf::RepeatedPtrField<std::string>& texts) {
  if (texts.empty()) return;
  out.Open(level, key);
  for (const std::string& text : texts) out.Item(level + 1, Literal(text));
}

// Secret variables stand among the others, each as a variable that Compose takes from its own environment and insists
// on.
inline void EmitEnvironment(pipeline::DocumentWriter& out, const project::Service& service) {
  std::map<std::string, const project::SecretVariable*> secrets;
  for (const project::SecretVariable& secret : service.secret_environment()) secrets[secret.name()] = &secret;
  std::map<std::string, std::string> values(service.environment().begin(), service.environment().end());
  for (const auto& [name, secret] : secrets) values[name] = absl::StrCat("${", secret->compose_variable(), ":?}");
  if (values.empty()) return;
  out.Open(2, "environment");
  for (const auto& [name, value] : values) {
    const auto secret = secrets.find(name);
    if (secret == secrets.end()) {
      out.String(3, name, Literal(value));
      continue;
    }
    out.Comment(3, absl::StrCat("The content of ", YamlString(secret->second->host_path())));
    out.String(3, name, value);
  }
}

inline void EmitPorts(pipeline::DocumentWriter& out, const project::Service& service) {
  if (service.ports().empty()) return;
  out.Open(2, "ports");
  for (const project::Port& port : service.ports()) {
    out.BeginItem();
    out.Literal(4, "target", absl::StrCat(port.target()));
    // Without it the engine picks a free one.
    if (port.published() != 0) out.String(4, "published", absl::StrCat(port.published()));
    if (!port.host_ip().empty()) out.String(4, "host_ip", port.host_ip());
    out.String(4, "protocol", port.protocol());
  }
}

inline void EmitMounts(pipeline::DocumentWriter& out, const project::Service& service) {
  if (service.mounts().empty()) return;
  out.Open(2, "volumes");
  for (const project::Mount& mount : service.mounts()) {
    const bool bind = mount.type() == project::Mount::BIND;
    out.BeginItem();
    out.String(4, "type", bind ? "bind" : "volume");
    out.String(4, "source", Literal(mount.source()));
    out.String(4, "target", Literal(mount.target()));
    if (mount.read_only()) out.Literal(4, "read_only", "true");
    if (!bind) continue;
    // A missing source is an error: what the engine would make in its place is an empty folder of root's.
    out.Open(4, "bind");
    out.Literal(5, "create_host_path", "false");
  }
}

inline void EmitNetworks(pipeline::DocumentWriter& out, const project::Service& service) {
  if (service.aliases().empty()) return;  // then the default network is Compose's own doing
  out.Open(2, "networks");
  out.Open(3, "default");
  EmitList(out, 4, "aliases", service.aliases());
}

// "1m30s", "250ms". (Zero needs its unit: Compose takes no number for a duration.)
inline std::string DurationWord(absl::Duration duration) {
  return duration == absl::ZeroDuration() ? "0s" : absl::FormatDuration(duration);
}

inline void EmitHealthCheck(pipeline::DocumentWriter& out, const project::Service& service, ApiVersion api_version) {
  if (!service.has_health_check()) return;
  const FittedHealthCheck check = FitHealthCheck(service.health_check(), api_version);
  out.Open(2, "healthcheck");
  out.Open(3, "test");
  out.Item(4, "CMD-SHELL");
  out.Item(4, Literal(check.shell_test));
  out.Word(3, "interval", DurationWord(check.interval));
  out.Word(3, "timeout", DurationWord(check.timeout));
  out.Literal(3, "retries", absl::StrCat(check.retries));
  out.Word(3, "start_period", DurationWord(check.start_period));
  if (check.start_interval > absl::ZeroDuration()) {
    out.Word(3, "start_interval", DurationWord(check.start_interval));
  }
}

// Compose spec, "depends_on". (An image's own health check counts for flow; Compose cannot be told to wait for it where
// there is one and not to fail where there is none.)
inline const char* Condition(const project::Dependency& dependency, const ServicesByName& services) {
  if (dependency.condition() == project::Dependency::COMPLETED) return "service_completed_successfully";
  const auto service = services.find(dependency.service());
  return service != services.end() && service->second->has_health_check() ? "service_healthy" : "service_started";
}

inline void EmitDependencies(pipeline::DocumentWriter& out, const project::Service& service,
                             const ServicesByName& services) {
  if (service.depends_on().empty()) return;
  out.Open(2, "depends_on");
  for (const project::Dependency& dependency : service.depends_on()) {
    out.Open(3, dependency.service());
    out.Word(4, "condition", Condition(dependency, services));
  }
}

inline std::string RestartWord(const project::RestartPolicy& restart) {
  switch (restart.mode()) {
    case project::RestartPolicy::ALWAYS:
      return "always";
    case project::RestartPolicy::ON_FAILURE:
      return restart.max_retries() == 0 ? "on-failure" : absl::StrCat("on-failure:", restart.max_retries());
    case project::RestartPolicy::UNLESS_STOPPED:
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

inline void EmitResources(pipeline::DocumentWriter& out, const project::Resources& resources) {
  if (resources.limit_cpus() > 0) out.Literal(2, "cpus", CpusWord(resources.limit_cpus()));
  if (resources.cpu_shares() > 0) out.Literal(2, "cpu_shares", absl::StrCat(resources.cpu_shares()));
  if (resources.limit_memory_bytes() > 0) out.Word(2, "mem_limit", BytesWord(resources.limit_memory_bytes()));
  if (resources.reserved_memory_bytes() > 0) {
    out.Word(2, "mem_reservation", BytesWord(resources.reserved_memory_bytes()));
  }
}

inline void EmitLifetime(pipeline::DocumentWriter& out, const project::Service& service) {
  out.String(2, "restart", RestartWord(service.restart()));
  out.Literal(2, "init", service.init() ? "true" : "false");
  out.Word(2, "stop_grace_period", DurationWord(absl::Seconds(service.stop_grace_period_seconds())));
  if (!service.stop_signal().empty()) out.String(2, "stop_signal", Literal(service.stop_signal()));
  if (service.replicas() != 1) out.Literal(2, "scale", absl::StrCat(service.replicas()));
}

inline void EmitLogging(pipeline::DocumentWriter& out, const project::Service& service) {
  if (!service.has_logging()) return;
  out.Open(2, "logging");
  if (!service.logging().driver().empty()) out.String(3, "driver", service.logging().driver());
  if (service.logging().options().empty()) return;
  out.Open(3, "options");
  const std::map<std::string, std::string> sorted(service.logging().options().begin(),
                                                  service.logging().options().end());
  for (const auto& [key, value] : sorted) out.String(4, key, Literal(value));
}

// "Processor: reads ledgers, prices"
inline std::string Role(const project::Service& service) {
  std::string role = service.type();
  if (!role.empty()) role[0] = absl::ascii_toupper(role[0]);
  if (!service.inputs().empty()) absl::StrAppend(&role, ": reads ", Listed(service.inputs()));
  return role;
}

inline void EmitService(pipeline::DocumentWriter& out, const project::Service& service, const ServicesByName& services,
                        const EmitOptions& options) {
  out.Comment(1, Role(service));
  if (const auto notes = options.notes.find(service.name()); notes != options.notes.end()) {
    for (const std::string& note : notes->second) out.Comment(1, note);
  }
  out.Open(1, service.name());
  out.String(2, "image", Literal(service.image()));
  EmitList(out, 2, "command", service.command());
  EmitEnvironment(out, service);
  EmitPorts(out, service);
  EmitMounts(out, service);
  EmitNetworks(out, service);
  EmitList(out, 2, "extra_hosts", service.extra_hosts());
  EmitHealthCheck(out, service, options.api_version);
  EmitDependencies(out, service, services);
  EmitLifetime(out, service);
  EmitResources(out, service.resources());
  EmitLogging(out, service);
  EmitLabels(out, 2, service.labels());
}

inline void EmitHeader(pipeline::DocumentWriter& out, const project::Project& project, const EmitOptions& options) {
  out.Comment(0, absl::StrCat("The pipeline ", project.pipeline(), " of the namespace ", project.namespace_(),
                              ", written by flow: change the pipeline's file, not this one."));
  out.Comment(0, absl::StrCat("For engines with API ", options.api_version.ToString(),
                              " and later; `docker compose -f FILE up -d` makes what flow-apply makes."));
  out.String(0, "name", project.name());
}

inline std::string EmitProject(pipeline::DocumentWriter& out, const project::Project& project,
                               const EmitOptions& options) {
  ServicesByName services;
  services.reserve(project.services_size());
  for (const project::Service& service : project.services()) services[service.name()] = &service;

  EmitHeader(out, project, options);
  out.Blank();
  out.Open(0, "services");
  for (int i = 0; i < project.services_size(); ++i) {
    if (i > 0) out.Blank();
    EmitService(out, project.services(i), services, options);
  }
  out.Blank();
  out.Open(0, "networks");
  out.Open(1, project.network().key());
  out.String(2, "name", project.network().name());
  EmitLabels(out, 2, project.labels());
  if (project.volumes().empty()) return out.Take();
  out.Blank();
  out.Open(0, "volumes");
  for (const project::Volume& volume : project.volumes()) {
    out.Open(1, volume.key());
    out.String(2, "name", volume.name());
    EmitLabels(out, 2, project.labels());
  }
  return out.Take();
}

}  // namespace internal

// The Compose file, UTF-8, ending in a line break. Cannot fail.
inline std::string EmitCompose(const project::Project& project, const EmitOptions& options = {}) {
  YamlWriter yaml;
  return internal::EmitProject(yaml, project, options);
}

// The same as JSON, which Compose reads as well. Without the comments.
inline std::string EmitComposeJson(const project::Project& project, const EmitOptions& options = {}) {
  pipeline::JsonWriter json;
  return internal::EmitProject(json, project, options);
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_EMIT_H_
