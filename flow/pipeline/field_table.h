// The fields of flowctl/v1, in one table. Parsing goes by it (fields.h), so do suggestions for unknown fields; the
// reference in the docs and the JSON Schema are made from it.
#ifndef FLOW_PIPELINE_FIELD_TABLE_H_
#define FLOW_PIPELINE_FIELD_TABLE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "flow/pipeline/names.h"

namespace flow::pipeline {

// A mapping of the format.
enum class Section {
  kFile,
  kMetadata,
  kSpec,
  kComponent,
  kPort,
  kVolume,
  kSecret,
  kResources,
  kQuantities,
  kLogging,
  kKubernetes,
};
inline constexpr int kSections = static_cast<int>(Section::kKubernetes) + 1;

// What a field's value looks like. What it means is checked where it is read.
enum class Kind {
  kText,         // a scalar, as written
  kList,         // of scalars
  kTextOrList,   // a list of scalars, or one scalar: a list of one
  kMap,          // keys → scalars
  kAnyMap,       // keys → anything
  kBoolean,      // true false yes no on off
  kWhole,        // a whole number within [min, max]
  kSection,      // a mapping of the format: `inside`
  kSectionList,  // a list of such mappings
};

using Words = absl::Span<const absl::string_view>;

// What else holds of a field.
struct Rules {
  bool required = false;
  absl::string_view absent = "";    // what an absent one comes to, in words
  Section inside = Section::kFile;  // of kSection and kSectionList
  int64_t min = 0;                  // of kWhole
  int64_t max = 0;
  Words words = {};       // of kText: what it may be. "on-failure:N" stands for a whole number from 1 behind the colon
  bool any_case = false;  // of the words
  // Of kText: what every text that it takes matches (ECMA 262, as JSON Schema asks for), and how long one may be; 0:
  // any length. The parser says what is wrong in words of its own; schema_test.cc holds both to the same.
  absl::string_view pattern = "";
  size_t longest = 0;
  absl::string_view also = "";  // one more spelling, that no rule derives
};

struct Field {
  Section section;
  absl::string_view name;  // as the documentation writes it; camelCase and snake_case are taken alike
  Kind kind;
  absl::string_view doc;
  Rules rules = {};
};

inline constexpr int64_t kMaxPort = 65535;
// A Linux bridge has 1024 ports (BR_MAX_PORTS), and every container of a network takes one.
inline constexpr int64_t kMaxReplicas = 1000;
inline constexpr int64_t kMaxHealthRetries = 1000;
// With the project's name before it ("flow-" and two names of 63 at most) a volume's is a folder's name: 255 bytes.
inline constexpr size_t kMaxVolumeName = 120;

inline constexpr absl::string_view kApiVersion = "flowctl/v1";
// Then what flowctl's own documentation has, and what older files have.
inline constexpr absl::string_view kApiVersions[] = {kApiVersion, "flowctl.io/v1", "v1"};
inline constexpr absl::string_view kKinds[] = {"Pipeline"};
inline constexpr absl::string_view kDriverWords[] = {"docker",     "container", "process", "local",
                                                     "kubernetes", "k8s",       "nomad"};
inline constexpr absl::string_view kRestartPolicies[] = {"no", "always", "on-failure", "on-failure:N",
                                                         "unless-stopped"};
inline constexpr absl::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};
inline constexpr absl::string_view kSecretTypes[] = {"env", "file", "dir"};
// Of kBoolean, in any case.
inline constexpr absl::string_view kTrueWords[] = {"true", "yes", "on"};
inline constexpr absl::string_view kFalseWords[] = {"false", "no", "off"};

inline constexpr absl::string_view kPlainName = "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$";

// clang-format off
inline constexpr Field kFields[] = {
    {Section::kFile, "apiVersion", Kind::kText, "the format",
     {.required = true, .words = kApiVersions}},
    {Section::kFile, "kind", Kind::kText, "what the file describes", {.required = true, .words = kKinds}},
    {Section::kFile, "metadata", Kind::kSection, "name, namespace and labels",
     {.required = true, .inside = Section::kMetadata}},
    {Section::kFile, "spec", Kind::kSection, "the components", {.required = true, .inside = Section::kSpec}},

    {Section::kMetadata, "name", Kind::kText, "the pipeline's name, unique in its namespace",
     {.required = true, .pattern = "^(?!.*__)[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", .longest = kMaxName}},
    {Section::kMetadata, "namespace", Kind::kText, "a group of pipelines",
     {.absent = "`default`", .pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", .longest = kMaxName}},
    {Section::kMetadata, "description", Kind::kText, "free text"},
    {Section::kMetadata, "labels", Kind::kMap, "put on every container, network and volume"},
    {Section::kMetadata, "annotations", Kind::kMap, "kept in the state, not sent to the engine"},

    {Section::kSpec, "description", Kind::kText, "free text, as `metadata.description`, which wins"},
    {Section::kSpec, "driver", Kind::kText, "what runs the components; `flow-translate` writes for a cluster, too",
     {.absent = "`docker`", .words = kDriverWords}},
    {Section::kSpec, "sources", Kind::kSectionList, "components that read from outside",
     {.inside = Section::kComponent}},
    {Section::kSpec, "processors", Kind::kSectionList, "components between", {.inside = Section::kComponent}},
    {Section::kSpec, "sinks", Kind::kSectionList, "components that write to outside", {.inside = Section::kComponent}},
    {Section::kSpec, "pipelines", Kind::kSectionList, "whole programs, one container each",
     {.inside = Section::kComponent}},
    {Section::kSpec, "config", Kind::kAnyMap, "defaults for every component's `config`"},
    {Section::kSpec, "logging", Kind::kSection, "of every component that has no `logging` of its own",
     {.inside = Section::kLogging}},
    {Section::kSpec, "x-kubernetes", Kind::kSection, "of every component, before its own; ignored on an engine",
     {.inside = Section::kKubernetes}},

    {Section::kComponent, "id", Kind::kText, "its name: of the service, and in the network",
     {.required = true, .pattern = kPlainName, .longest = kMaxName}},
    {Section::kComponent, "image", Kind::kText, "OCI reference",
     {.absent = "what `type` refers to, else `--default_image`"}},
    {Section::kComponent, "type", Kind::kText, "without `image` a component reference, `NAME@VERSION`; else free text"},
    {Section::kComponent, "command", Kind::kTextOrList, "what the container runs; the image's entrypoint stays",
     {.absent = "the image's"}},
    {Section::kComponent, "args", Kind::kTextOrList, "appended to `command`"},
    {Section::kComponent, "inputs", Kind::kList, "ids of the sources, processors and pipelines that it reads",
     {.absent = "of a processor all sources, of a sink all processors, else all sources"}},
    {Section::kComponent, "input_event_types", Kind::kList, "what it reads; a warning where no input produces it",
     {.absent = "the reference's metadata"}},
    {Section::kComponent, "output_event_types", Kind::kList, "what it produces",
     {.absent = "the reference's metadata"}},
    {Section::kComponent, "config", Kind::kAnyMap, "each key becomes `FLOW_CONFIG_<KEY>`"},
    {Section::kComponent, "env", Kind::kMap, "variables"},
    {Section::kComponent, "ports", Kind::kSectionList, "published ports", {.inside = Section::kPort}},
    {Section::kComponent, "volumes", Kind::kSectionList, "named volumes and bind mounts", {.inside = Section::kVolume}},
    {Section::kComponent, "secrets", Kind::kSectionList, "files of the host, mounted or as variables",
     {.inside = Section::kSecret}},
    {Section::kComponent, "health_check", Kind::kText, "a path probed over HTTP on `health_port`, or a URL",
     {.absent = "the image's", .pattern = "^(/|https?://)"}},
    {Section::kComponent, "health_endpoint", Kind::kText, "the same, as files for flowctl have it; `health_check` wins over it",
     {.pattern = "^(/|https?://)"}},
    {Section::kComponent, "health_port", Kind::kWhole, "the port that is probed, inside the container",
     {.absent = "the first `containerPort`, else 8080", .min = 1, .max = kMaxPort}},
    {Section::kComponent, "health_start_period", Kind::kText, "from its start, how long failed probes do not count: `90s`, `2m`",
     {.absent = "`30s`; of the image's check the image's"}},
    {Section::kComponent, "health_interval", Kind::kText, "from one probe to the next",
     {.absent = "`10s`; of the image's check the image's"}},
    {Section::kComponent, "health_timeout", Kind::kText, "how long a probe may take",
     {.absent = "`5s`; of the image's check the image's"}},
    {Section::kComponent, "health_retries", Kind::kWhole, "how many failed probes in a row are unhealthy",
     {.absent = "3; of the image's check the image's", .min = 1, .max = kMaxHealthRetries}},
    {Section::kComponent, "replicas", Kind::kWhole, "containers of it", {.absent = "1", .min = 0, .max = kMaxReplicas}},
    {Section::kComponent, "resources", Kind::kSection, "CPU and memory", {.inside = Section::kResources}},
    {Section::kComponent, "depends_on", Kind::kList, "ids of components that it starts after"},
    {Section::kComponent, "restart_policy", Kind::kText, "what the engine does when its program ends; `N`: how often",
     {.absent = "`unless-stopped`; under `pipelines` `no`", .words = kRestartPolicies}},
    {Section::kComponent, "init", Kind::kBoolean, "whether an init process passes signals on", {.absent = "true"}},
    {Section::kComponent, "stop_grace_period", Kind::kText, "from the stop signal to the kill: `500ms`, `10s`, `1m30s`",
     {.absent = "`10s`"}},
    {Section::kComponent, "stop_signal", Kind::kText, "what its program is told to stop by: `SIGINT`",
     {.absent = "the image's"}},
    {Section::kComponent, "logging", Kind::kSection, "where its output goes; `{}`: as the engine does by itself",
     {.absent = "that of the spec", .inside = Section::kLogging}},
    {Section::kComponent, "x-kubernetes", Kind::kSection, "what only a cluster knows; ignored on an engine",
     {.inside = Section::kKubernetes}},

    {Section::kPort, "name", Kind::kText, "free text"},
    {Section::kPort, "containerPort", Kind::kWhole, "the port inside the container",
     {.required = true, .min = 1, .max = kMaxPort}},
    {Section::kPort, "hostPort", Kind::kWhole, "the port on the host; 0: the engine picks a free one",
     {.absent = "the same number; with `replicas` over 1 a free one", .min = 0, .max = kMaxPort}},
    {Section::kPort, "protocol", Kind::kText, "in any case",
     {.absent = "`TCP`", .words = kProtocols, .any_case = true}},
    {Section::kPort, "hostIP", Kind::kText, "the host's address that it binds; `0.0.0.0`: all",
     {.absent = "`127.0.0.1`"}},

    {Section::kVolume, "name", Kind::kText, "of the pipeline's volume, shared by all components that name it",
     {.pattern = kPlainName, .longest = kMaxVolumeName}},
    {Section::kVolume, "mountPath", Kind::kText, "where it is in the container"},
    {Section::kVolume, "container_path", Kind::kText, "the same; wins over `mountPath`", {.pattern = "^/"}},
    {Section::kVolume, "host_path", Kind::kText, "a file or folder of the host instead of a named volume"},
    {Section::kVolume, "readonly", Kind::kBoolean, "whether the container may only read it",
     {.absent = "false", .also = "read_only"}},

    {Section::kSecret, "name", Kind::kText, "its name", {.required = true, .pattern = kPlainName}},
    {Section::kSecret, "host_path", Kind::kText, "the file or folder that holds it",
     {.required = true}},
    {Section::kSecret, "container_path", Kind::kText, "where it is in the container, of type file and dir",
     {.absent = "`/secrets/NAME`"}},
    {Section::kSecret, "env", Kind::kText, "the variable that holds it, or of type file and dir its path",
     {.pattern = "^[A-Za-z_][A-Za-z0-9_]*$"}},
    {Section::kSecret, "mode", Kind::kText, "permissions, octal", {.pattern = "^[0-7]{3,4}$"}},
    {Section::kSecret, "type", Kind::kText, "in any case",
     {.absent = "`env`", .words = kSecretTypes, .any_case = true}},
    {Section::kSecret, "required", Kind::kBoolean, "whether a missing one is an error", {.absent = "false"}},
    {Section::kSecret, "labels", Kind::kMap, "free text"},

    {Section::kResources, "requests", Kind::kSection, "a CPU weight and a memory reservation",
     {.inside = Section::kQuantities}},
    {Section::kResources, "limits", Kind::kSection, "hard limits", {.inside = Section::kQuantities}},

    {Section::kQuantities, "cpu", Kind::kText, "cores: `500m`, `0.5`, `2`",
     {.pattern = "^([0-9]+[.]?[0-9]*|[.][0-9]+)m?$"}},
    {Section::kQuantities, "memory", Kind::kText, "bytes, or a number with k M G T Ki Mi Gi Ti Pi Ei",
     {.pattern = "^([0-9]+[.]?[0-9]*|[.][0-9]+)([kMGT]|[KMGTPE]i)?$"}},

    {Section::kLogging, "driver", Kind::kText, "the engine's logging driver: `json-file`, `local`, `none`, a plugin's name",
     {.absent = "the engine's", .pattern = "^[a-zA-Z0-9][a-zA-Z0-9_./:-]*$"}},
    {Section::kLogging, "options", Kind::kMap, "the driver's, as `max-size: 10m` and `max-file: 3` of `json-file`"},

    {Section::kKubernetes, "pod", Kind::kAnyMap, "fields of the PodSpec, `labels` and `annotations`"},
    {Section::kKubernetes, "container", Kind::kAnyMap, "fields of the Container"},
    {Section::kKubernetes, "service", Kind::kAnyMap, "fields of the ServiceSpec, `labels` and `annotations`"},
    {Section::kKubernetes, "claim", Kind::kAnyMap,
     "fields of the PersistentVolumeClaimSpec of the named volumes, `labels` and `annotations`"},
};
// clang-format on

// Of two fields of a mapping one must be there; a list of components, with an entry.
struct EitherField {
  Section section;
  absl::string_view first, second;
  absl::string_view missing;  // what is said where neither is
};
inline constexpr EitherField kEitherFields[] = {
    {Section::kSpec, "sources", "pipelines",
     "there is no source; a pipeline has at least one entry under \"sources\", or one under \"pipelines\""},
    {Section::kVolume, "name", "host_path",
     "a volume has a \"name\", or a \"host_path\" for a file or folder of the host"},
    {Section::kVolume, "mountPath", "container_path",
     "the field \"mountPath\" (where the volume is in the container) is missing"},
};

// What others (flowctl's users, Compose, Kubernetes) call a field.
struct OtherWord {
  Section section;
  absl::string_view word;         // camelCase and snake_case are taken alike
  absl::string_view field;        // what it is here; empty: nothing
  absl::string_view advice = "";  // where another name is not all that it takes: what to write instead
};
// clang-format off
inline constexpr OtherWord kOtherWords[] = {
    {Section::kSpec, "executor", "driver"},
    {Section::kSpec, "consumers", "sinks"},
    {Section::kSpec, "components", "sources",
     "they stand in lists by what they do: \"sources\", \"processors\" and \"sinks\""},
    {Section::kSpec, "connections", "", "\"inputs\" of each component names what it reads"},
    {Section::kSpec, "edges", "", "\"inputs\" of each component names what it reads"},
    {Section::kSpec, "flow", "", "\"inputs\" of each component names what it reads"},
    {Section::kComponent, "name", "id"},
    {Section::kComponent, "component", "type"},
    {Section::kComponent, "executor", "", "\"driver\" under spec is for all components"},
    {Section::kComponent, "params", "config",
     "\"config\" makes each key the variable FLOW_CONFIG_<KEY>, \"env\" the variable that it names"},
    {Section::kComponent, "binary", "image", "flow runs containers: give it an \"image\""},
    {Section::kComponent, "plugin", "image", "flow runs containers: give it an \"image\""},
    {Section::kComponent, "working_dir", "",
     "a command begins in the image's folder: write absolute paths, or [sh, -c, \"cd DIR && exec PROGRAM\"]"},
    {Section::kComponent, "retry_policy", "restart_policy",
     "\"restart_policy: on-failure:N\" starts it again, N times at most"},
    {Section::kComponent, "environment", "env"},
    {Section::kComponent, "entrypoint", "command"},
    {Section::kComponent, "restart", "restart_policy"},
    {Section::kComponent, "volume_mounts", "volumes"},
    {Section::kComponent, "mounts", "volumes"},
    {Section::kComponent, "links", "inputs"},
    {Section::kComponent, "scale", "replicas"},
    {Section::kComponent, "liveness_probe", "health_check"},
    {Section::kComponent, "start_period", "health_start_period"},
    {Section::kComponent, "grace_period", "stop_grace_period"},
    {Section::kComponent, "log_driver", "logging"},
    {Section::kPort, "target", "containerPort"},
    {Section::kPort, "target_port", "containerPort"},
    {Section::kPort, "published", "hostPort"},
    {Section::kVolume, "source", "host_path"},
    {Section::kVolume, "target", "mountPath"},
    {Section::kSecret, "source", "host_path"},
    {Section::kSecret, "target", "container_path"},
    {Section::kLogging, "opts", "options"},
};
// clang-format on

// What other formats call a word of a field.
struct OtherValue {
  absl::string_view field, value, word;
};
inline constexpr OtherValue kOtherValues[] = {
    {"driver", "dag", "docker"},  // flowctl, before it had drivers
    {"driver", "docker-compose", "docker"},
    {"restart_policy", "never", "no"},  // Kubernetes
    {"restart_policy", "false", "no"},  // what YAML 1.1 makes of no
    {"restart_policy", "onfailure", "on-failure"},
};

// "mountPath" → "mount_path", "hostIP" → "host_ip".
inline std::string SnakeCase(absl::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool upper = absl::ascii_isupper(name[i]);
    if (upper && i > 0 && !absl::ascii_isupper(name[i - 1]) && name[i - 1] != '_') out += '_';
    out += absl::ascii_tolower(name[i]);
  }
  return out;
}

// "health_check" → "healthCheck".
inline std::string CamelCase(absl::string_view snake) {
  std::string out;
  for (size_t i = 0; i < snake.size(); ++i) {
    if (snake[i] == '_' && i + 1 < snake.size()) {
      out += absl::ascii_toupper(snake[++i]);
    } else {
      out += snake[i];
    }
  }
  return out;
}

// Every way to write a field, the documented one first.
inline std::vector<std::string> Spellings(const Field& field) {
  std::vector<std::string> out = {std::string(field.name)};
  const auto add = [&](std::string spelling) {
    if (std::find(out.begin(), out.end(), spelling) == out.end()) out.push_back(std::move(spelling));
  };
  for (absl::string_view name : {field.name, field.rules.also}) {
    if (name.empty()) continue;
    add(SnakeCase(name));
    add(CamelCase(SnakeCase(name)));
  }
  return out;
}

inline std::vector<const Field*> FieldsOf(Section section) {
  std::vector<const Field*> out;
  for (const Field& field : kFields) {
    if (field.section == section) out.push_back(&field);
  }
  return out;
}

// Finds fields by any of their spellings; made once for a file.
class FieldIndex {
 public:
  FieldIndex() {
    for (const Field& field : kFields) {
      for (std::string& spelling : Spellings(field))
        by_spelling_[Index(field.section)].emplace(std::move(spelling), &field);
    }
  }

  // Null for a key that is no field of this mapping.
  const Field* Find(Section section, absl::string_view key) const {
    const auto found = by_spelling_[Index(section)].find(key);
    return found == by_spelling_[Index(section)].end() ? nullptr : found->second;
  }

 private:
  static constexpr size_t Index(Section section) { return static_cast<size_t>(section); }

  std::array<absl::flat_hash_map<std::string, const Field*>, kSections> by_spelling_;
};

// What a mapping is called in messages.
inline absl::string_view SectionName(Section section) {
  constexpr absl::string_view kNames[] = {"a pipeline file", "metadata", "spec",      "a component",         "a port",
                                          "a volume",        "a secret", "resources", "requests and limits", "logging",
                                          "x-kubernetes"};
  return kNames[static_cast<size_t>(section)];
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_FIELD_TABLE_H_
