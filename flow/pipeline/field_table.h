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

namespace flow::pipeline {

// A mapping of the format.
enum class Section { kFile, kMetadata, kSpec, kComponent, kPort, kVolume, kSecret, kResources, kQuantities };

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

struct Field {
  Section section;
  absl::string_view name;  // as the documentation writes it; camelCase and snake_case are taken alike
  Kind kind;
  absl::string_view doc;
  bool required = false;
  Section inside = Section::kFile;  // of kSection and kSectionList
  int64_t min = 0;                  // of kWhole
  int64_t max = 0;
  absl::string_view also = "";  // one more spelling, that no rule derives
};

inline constexpr int64_t kMaxPort = 65535;
// A Linux bridge has 1024 ports (BR_MAX_PORTS), and every container of a network takes one.
inline constexpr int64_t kMaxReplicas = 1000;

inline constexpr Field kFields[] = {
    {Section::kFile, "apiVersion", Kind::kText, "`flowctl/v1`", true},
    {Section::kFile, "kind", Kind::kText, "`Pipeline`", true},
    {Section::kFile, "metadata", Kind::kSection, "name, namespace and labels", true, Section::kMetadata},
    {Section::kFile, "spec", Kind::kSection, "the components", true, Section::kSpec},

    {Section::kMetadata, "name", Kind::kText, "the pipeline's name, unique in its namespace", true},
    {Section::kMetadata, "namespace", Kind::kText, "a group of pipelines; `default`"},
    {Section::kMetadata, "description", Kind::kText, "free text"},
    {Section::kMetadata, "labels", Kind::kMap, "put on every container, network and volume"},
    {Section::kMetadata, "annotations", Kind::kMap, "kept in the state, not sent to the engine"},

    {Section::kSpec, "description", Kind::kText, "free text, as metadata.description"},
    {Section::kSpec, "driver", Kind::kText, "`docker`, `container`, `process`, `local`; others are not deployed"},
    {Section::kSpec, "sources", Kind::kSectionList, "components that read from outside", false, Section::kComponent},
    {Section::kSpec, "processors", Kind::kSectionList, "components between", false, Section::kComponent},
    {Section::kSpec, "sinks", Kind::kSectionList, "components that write to outside", false, Section::kComponent},
    {Section::kSpec, "pipelines", Kind::kSectionList, "whole programs, one container each", false, Section::kComponent},
    {Section::kSpec, "config", Kind::kAnyMap, "defaults for every component's `config`"},

    {Section::kComponent, "id", Kind::kText, "its name: of the service, and in the network", true},
    {Section::kComponent, "image", Kind::kText, "OCI reference; `$VAR` is expanded"},
    {Section::kComponent, "type", Kind::kText, "without `image` a component reference, NAME@VERSION; else free text"},
    {Section::kComponent, "command", Kind::kTextOrList, "what the container runs; the image's entrypoint stays"},
    {Section::kComponent, "args", Kind::kTextOrList, "appended to `command`"},
    {Section::kComponent, "inputs", Kind::kList, "ids of the sources, processors and pipelines that it reads"},
    {Section::kComponent, "input_event_types", Kind::kList, "what it reads; a warning where no input produces it"},
    {Section::kComponent, "output_event_types", Kind::kList, "what it produces"},
    {Section::kComponent, "config", Kind::kAnyMap, "each key becomes `FLOW_CONFIG_<KEY>`"},
    {Section::kComponent, "env", Kind::kMap, "variables; `$VAR` is expanded in their values"},
    {Section::kComponent, "ports", Kind::kSectionList, "published ports", false, Section::kPort},
    {Section::kComponent, "volumes", Kind::kSectionList, "named volumes and bind mounts", false, Section::kVolume},
    {Section::kComponent, "secrets", Kind::kSectionList, "files of the host, mounted or as variables", false,
     Section::kSecret},
    {Section::kComponent, "health_check", Kind::kText, "a path probed over HTTP on `health_port`, or a URL"},
    {Section::kComponent, "health_port", Kind::kWhole, "the first `containerPort`, else 8080", false, Section::kFile, 1,
     kMaxPort},
    {Section::kComponent, "replicas", Kind::kWhole, "containers of it; 1", false, Section::kFile, 0, kMaxReplicas},
    {Section::kComponent, "resources", Kind::kSection, "CPU and memory", false, Section::kResources},
    {Section::kComponent, "depends_on", Kind::kList, "ids of components that it starts after"},
    {Section::kComponent, "restart_policy", Kind::kText,
     "`no`, `always`, `on-failure`, `on-failure:N`, `unless-stopped`"},
    {Section::kComponent, "init", Kind::kBoolean, "whether an init process passes signals on; true"},
    {Section::kComponent, "stop_grace_period", Kind::kText, "from the stop signal to the kill; 10s"},
    {Section::kComponent, "stop_signal", Kind::kText, "the image's"},

    {Section::kPort, "name", Kind::kText, "free text"},
    {Section::kPort, "containerPort", Kind::kWhole, "the port inside the container", true, Section::kFile, 1, kMaxPort},
    {Section::kPort, "hostPort", Kind::kWhole, "the port on the host; the same number. 0: the engine picks one", false,
     Section::kFile, 0, kMaxPort},
    {Section::kPort, "protocol", Kind::kText, "TCP, UDP or SCTP; TCP"},
    {Section::kPort, "hostIP", Kind::kText, "the host's address that it binds; 127.0.0.1"},

    {Section::kVolume, "name", Kind::kText, "of the pipeline's volume, shared by all components that name it"},
    {Section::kVolume, "mountPath", Kind::kText, "where it is in the container"},
    {Section::kVolume, "container_path", Kind::kText, "the same; wins over mountPath"},
    {Section::kVolume, "host_path", Kind::kText, "a file or folder of the host instead of a named volume"},
    {Section::kVolume, "readonly", Kind::kBoolean, "false", false, Section::kFile, 0, 0, "read_only"},

    {Section::kSecret, "name", Kind::kText, "its name", true},
    {Section::kSecret, "host_path", Kind::kText, "the file or folder that holds it", true},
    {Section::kSecret, "container_path", Kind::kText, "of type file and dir: `/secrets/NAME`"},
    {Section::kSecret, "env", Kind::kText, "the variable that holds it, or of type file and dir its path"},
    {Section::kSecret, "mode", Kind::kText, "permissions, octal"},
    {Section::kSecret, "type", Kind::kText, "`env`, `file` or `dir`; env"},
    {Section::kSecret, "required", Kind::kBoolean, "whether a missing one is an error; false"},
    {Section::kSecret, "labels", Kind::kMap, "free text"},

    {Section::kResources, "requests", Kind::kSection, "a CPU weight and a memory reservation", false,
     Section::kQuantities},
    {Section::kResources, "limits", Kind::kSection, "hard limits", false, Section::kQuantities},

    {Section::kQuantities, "cpu", Kind::kText, "cores: `500m`, `0.5`, `2`"},
    {Section::kQuantities, "memory", Kind::kText, "bytes, or a number with k M G T Ki Mi Gi Ti Pi Ei"},
};

// What other formats (Compose, Kubernetes) call a field.
struct OtherWord {
  absl::string_view word, field;
};
inline constexpr OtherWord kOtherWords[] = {
    {"environment", "env"},
    {"entrypoint", "command"},
    {"restart", "restart_policy"},
    {"targetPort", "containerPort"},
    {"published", "hostPort"},
    {"volumeMounts", "volumes"},
    {"mounts", "volumes"},
    {"source", "host_path"},
    {"hostpath", "host_path"},
    {"target", "mountPath"},
    {"links", "inputs"},
    {"scale", "replicas"},
    {"livenessProbe", "health_check"},
    {"grace_period", "stop_grace_period"},
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
  for (absl::string_view name : {field.name, field.also}) {
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
  static constexpr size_t kSections = static_cast<size_t>(Section::kQuantities) + 1;
  static constexpr size_t Index(Section section) { return static_cast<size_t>(section); }

  std::array<absl::flat_hash_map<std::string, const Field*>, kSections> by_spelling_;
};

// What a mapping is called in messages.
inline absl::string_view SectionName(Section section) {
  constexpr absl::string_view kNames[] = {"a pipeline file", "metadata", "spec",      "a component",        "a port",
                                          "a volume",        "a secret", "resources", "requests and limits"};
  return kNames[static_cast<size_t>(section)];
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_FIELD_TABLE_H_
