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

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/health.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/project/role.h"
#include "flow/text/document.h"
#include "flow/text/json.h"
#include "flow/text/yaml.h"

namespace flow::compose {

struct EmitOptions {
  // Of the engine that the file is for: Compose refuses start_interval where the engine does not know it.
  ApiVersion api_version = kOldestApiVersion;
  // By service: what a reader should know, a comment line each (notes.h).
  std::map<std::string, std::vector<std::string>> notes = {};
};

// The Compose file, UTF-8, ending in a line break. Cannot fail.
std::string EmitCompose(const project::Project& project, const EmitOptions& options = {});

// The same as JSON, which Compose reads as well. Without the comments.
std::string EmitComposeJson(const project::Project& project, const EmitOptions& options = {});

namespace internal {

using text::List;
using text::Mapping;

using Texts = google::protobuf::RepeatedPtrField<std::string>;
using TextsByName = google::protobuf::Map<std::string, std::string>;
// Those services that have a health check.
using Probed = absl::flat_hash_set<absl::string_view>;

// `text` so that Compose gives it back: it replaces variables in every value, and only `$$` is a dollar (Compose spec,
// "Interpolation").
inline std::string Verbatim(absl::string_view text) { return absl::StrReplaceAll(text, {{"$", "$$"}}); }

inline List Verbatim(const Texts& texts) {
  List list;
  for (const std::string& text : texts) list.push_back(Verbatim(text));
  return list;
}

inline Mapping Verbatim(const TextsByName& texts) {
  Mapping mapping;
  for (const auto& [key, text] : std::map<absl::string_view, absl::string_view>(texts.begin(), texts.end())) {
    mapping.Add(std::string(key), Verbatim(text));
  }
  return mapping;
}

// A mapping; a list of KEY=VALUE where a key begins with "x-", which Compose takes in a mapping for an extension and
// leaves out (Compose spec, "Extensions"; in services and volumes it does not). Keys of a mapping are not interpolated.
inline text::Value Labels(const TextsByName& labels) {
  if (std::none_of(labels.begin(), labels.end(),
                   [](const auto& label) { return absl::StartsWith(label.first, "x-"); })) {
    return Verbatim(labels);
  }
  List list;
  for (const auto& [key, value] : std::map<absl::string_view, absl::string_view>(labels.begin(), labels.end())) {
    list.push_back(Verbatim(absl::StrCat(key, "=", value)));
  }
  return list;
}

// Secret variables stand among the others, each as a variable that Compose takes from its own environment and insists
// on.
inline Mapping Environment(const project::Service& service) {
  std::map<absl::string_view, const project::SecretVariable*> names;
  for (const auto& [name, value] : service.environment()) names[name] = nullptr;
  for (const project::SecretVariable& secret : service.secret_environment()) names[secret.name()] = &secret;
  Mapping environment;
  for (const auto& [view, secret] : names) {
    const std::string name(view);
    if (secret == nullptr) {
      environment.Add(name, Verbatim(service.environment().at(name)));
    } else {
      environment.Comment(absl::StrCat("The content of ", text::YamlString(secret->host_path())));
      environment.Add(name, absl::StrCat("${", secret->compose_variable(), ":?}"));
    }
  }
  return environment;
}

inline List Ports(const project::Service& service) {
  List ports;
  for (const project::Port& given : service.ports()) {
    Mapping port = {{"target", given.target()}};
    // Without it the engine picks a free one.
    if (given.published() != 0) port.Add("published", absl::StrCat(given.published()));
    port.AddUnlessEmpty("host_ip", given.host_ip());
    port.Add("protocol", given.protocol());
    ports.push_back(std::move(port));
  }
  return ports;
}

inline List Mounts(const project::Service& service) {
  List mounts;
  for (const project::Mount& given : service.mounts()) {
    const bool bind = given.type() == project::Mount::BIND;
    Mapping mount = {
        {"type", bind ? "bind" : "volume"}, {"source", Verbatim(given.source())}, {"target", Verbatim(given.target())}};
    if (given.read_only()) mount.Add("read_only", true);
    // A missing source is an error: what the engine would make in its place is an empty folder of root's.
    if (bind) mount.Add("bind", Mapping{{"create_host_path", false}});
    // Compose hands a plain volume on to the engine as "NAME:PATH:rw", which no path with a colon fits into; with labels,
    // which are those of a volume that is there already, as it stands here.
    if (!bind && absl::StrContains(given.target(), ':')) {
      const std::string pipeline = project::Label(service.labels(), project::kPipelineLabel);
      mount.Add("volume", Mapping{{"labels", Mapping{{project::kPipelineLabel, pipeline}}}});
    }
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

// Without aliases the default network is Compose's own doing.
inline Mapping Networks(const project::Service& service) {
  if (service.aliases().empty()) return {};
  return {{"default", Mapping{{"aliases", Verbatim(service.aliases())}}}};
}

// "1m30s", "250ms". (Zero needs its unit: Compose takes no number for a duration.)
inline text::Scalar DurationWord(absl::Duration duration) {
  return text::Word(duration == absl::ZeroDuration() ? "0s" : absl::FormatDuration(duration));
}

inline Mapping HealthCheck(const project::Service& service, ApiVersion api_version) {
  if (!SaysHealthCheck(service)) return {};
  const EngineHealthCheck fitted = ForApiVersion(service, api_version);
  Mapping check;
  const auto add = [&](const char* name, absl::Duration duration) {
    if (duration > absl::ZeroDuration()) check.Add(name, DurationWord(duration));
  };
  if (!fitted.shell_test.empty()) check.Add("test", List{"CMD-SHELL", Verbatim(fitted.shell_test)});
  add("interval", fitted.interval);
  add("timeout", fitted.timeout);
  if (fitted.retries > 0) check.Add("retries", fitted.retries);
  add("start_period", fitted.start_period);
  add("start_interval", fitted.start_interval);
  return check;
}

// Compose spec, "depends_on". (An image's own health check counts for flow; Compose cannot be told to wait for it where
// there is one and not to fail where there is none.)
inline const char* Condition(const project::Dependency& dependency, const Probed& probed) {
  if (dependency.condition() == project::Dependency::COMPLETED) return "service_completed_successfully";
  return probed.contains(dependency.service()) ? "service_healthy" : "service_started";
}

inline Mapping Dependencies(const project::Service& service, const Probed& probed) {
  Mapping dependencies;
  for (const project::Dependency& dependency : service.depends_on()) {
    dependencies.Add(dependency.service(), Mapping{{"condition", Condition(dependency, probed)}});
  }
  return dependencies;
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
inline text::Scalar BytesWord(double bytes) {
  static constexpr std::pair<uint64_t, const char*> kUnits[] = {{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}};
  const uint64_t whole = static_cast<uint64_t>(bytes);
  for (const auto& [size, unit] : kUnits) {
    if (whole % size == 0) return text::Word(absl::StrCat(whole / size, unit));
  }
  return text::Word(absl::StrCat(whole));
}

inline void AddResources(const project::Resources& resources, Mapping& to) {
  if (resources.limit_cpus() > 0) to.Add("cpus", text::Literal(CpusWord(resources.limit_cpus())));
  if (resources.cpu_shares() > 0) to.Add("cpu_shares", resources.cpu_shares());
  if (resources.limit_memory_bytes() > 0) to.Add("mem_limit", BytesWord(resources.limit_memory_bytes()));
  if (resources.reserved_memory_bytes() > 0) to.Add("mem_reservation", BytesWord(resources.reserved_memory_bytes()));
}

inline Mapping Logging(const project::Service& service) {
  Mapping logging;
  logging.AddUnlessEmpty("driver", service.logging().driver());
  logging.AddUnlessEmpty("options", Verbatim(service.logging().options()));
  return logging;
}

inline Mapping ServiceOf(const project::Service& service, const Probed& probed, ApiVersion api_version) {
  Mapping out = {{"image", Verbatim(service.image())}};
  out.AddUnlessEmpty("command", Verbatim(service.command()));
  out.AddUnlessEmpty("environment", Environment(service));
  out.AddUnlessEmpty("ports", Ports(service));
  out.AddUnlessEmpty("volumes", Mounts(service));
  out.AddUnlessEmpty("networks", Networks(service));
  out.AddUnlessEmpty("extra_hosts", Verbatim(service.extra_hosts()));
  out.AddUnlessEmpty("healthcheck", HealthCheck(service, api_version));
  out.AddUnlessEmpty("depends_on", Dependencies(service, probed));
  out.Add("restart", RestartWord(service.restart()));
  out.Add("init", service.init());
  out.Add("stop_grace_period", DurationWord(absl::Seconds(service.stop_grace_period_seconds())));
  out.AddUnlessEmpty("stop_signal", Verbatim(service.stop_signal()));
  if (service.replicas() != 1) out.Add("scale", service.replicas());
  AddResources(service.resources(), out);
  out.AddUnlessEmpty("logging", Logging(service));
  out.AddUnlessEmpty("labels", Labels(service.labels()));
  return out;
}

inline Mapping Services(const project::Project& project, const Probed& probed, const EmitOptions& options) {
  Mapping out;
  for (const project::Service& service : project.services()) {
    if (!out.empty()) out.Blank();
    out.Comment(project::Role(service));
    if (const auto notes = options.notes.find(service.name()); notes != options.notes.end()) {
      for (const std::string& note : notes->second) out.Comment(note);
    }
    out.Add(service.name(), text::Later([&] { return ServiceOf(service, probed, options.api_version); }));
  }
  return out;
}

// A network or volume.
inline Mapping Named(const std::string& name, const project::Project& project) {
  Mapping out = {{"name", name}};
  out.AddUnlessEmpty("labels", Labels(project.labels()));
  return out;
}

// The file, printed by `print`.
template <typename Print>
std::string Emit(const project::Project& project, const EmitOptions& options, Print print) {
  Probed probed;
  for (const project::Service& service : project.services()) {
    if (service.has_health_check()) probed.insert(service.name());
  }
  Mapping file;
  file.Comment(absl::StrCat("The pipeline ", project.pipeline(), " of the namespace ", project.namespace_(),
                            ", written by flow: change the pipeline's file, not this one."));
  file.Comment(absl::StrCat("For engines with API ", options.api_version.ToString(),
                            " and later; `docker compose -f FILE up -d` makes what flow-apply makes."));
  file.Add("name", project.name());
  file.Blank();
  file.Add("services", Services(project, probed, options));
  file.Blank();
  file.Add("networks", Mapping{{project.network().key(), Named(project.network().name(), project)}});
  if (!project.volumes().empty()) {
    Mapping volumes;
    for (const project::Volume& volume : project.volumes()) volumes.Add(volume.key(), Named(volume.name(), project));
    file.Blank();
    file.Add("volumes", std::move(volumes));
  }
  return print(file);
}

}  // namespace internal

inline std::string EmitCompose(const project::Project& project, const EmitOptions& options) {
  return internal::Emit(project, options, text::Yaml);
}

inline std::string EmitComposeJson(const project::Project& project, const EmitOptions& options) {
  return internal::Emit(project, options,
                        [](const text::Mapping& file) { return text::Json(file, text::JsonLayout::kLines); });
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_EMIT_H_
