// `config`, of a component and of the spec: entries that become variables.
#ifndef FLOW_PIPELINE_CONFIG_H_
#define FLOW_PIPELINE_CONFIG_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/config_value.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/expand.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/host_path.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/variables.h"

namespace flow::pipeline {

// The entries of a `config`; a null is none. Of keys that become the same variable, one that was merged in gives way,
// and two that stand there are told.
std::vector<Value> ConfigEntries(Context& context, const Fields& fields);

// A component's `config` with the defaults of spec.config behind it. `metadata`: of the component's reference, or null.
// After the component's volumes and secrets.
void ReadConfig(Context& context, const Fields& fields, const std::vector<Value>& defaults,
                const ComponentMetadata* metadata, Component& component);

inline std::vector<Value> ConfigEntries(Context& context, const Fields& fields) {
  const std::vector<Value> written = fields.Map("config");
  std::vector<Value> entries;
  absl::flat_hash_map<std::string, const Value*> seen;
  for (const Value& entry : written) {
    const std::string name = EnvironmentName(entry.key.text());
    const auto [first, is_new] = seen.try_emplace(name, &entry);
    if (entry.node.IsNull() || (!is_new && entry.merged)) continue;
    if (!is_new && !first->second->node.IsNull()) {
      context.Error(entry.key.offset(), entry.path,
                    absl::StrCat(Quoted(entry.key.text()), " and ", Quoted(first->second->key.text()),
                                 " both become the variable FLOW_CONFIG_", name, "; rename one"),
                    {context.NoteAt(first->second->key.offset(), "the other one is here")});
    }
    first->second = &entry;
    entries.push_back(entry);
  }
  return entries;
}

namespace config_internal {

// Whether a config entry names a file or folder: its key says so, and its value is no URL and looks like a path.
//
//   database_path: ./x.duckdb      output_dir: data      log_file: /var/log/x
inline bool NamesPath(absl::string_view key, absl::string_view value) {
  constexpr absl::string_view kWords[] = {"path", "dir", "directory", "folder", "file", "database"};
  constexpr size_t kMaxPath = 4096;  // PATH_MAX
  if (value.empty() || value.size() > kMaxPath || absl::StrContains(value, "://")) return false;
  const std::vector<std::string> words = absl::StrSplit(absl::AsciiStrToLower(SnakeCase(key)), absl::ByAnyChar("_-. "));
  const auto* const word = std::find_first_of(std::begin(kWords), std::end(kWords), words.begin(), words.end());
  if (word == std::end(kWords)) return false;
  if (absl::StrContains(value, '/')) return true;
  const size_t dot = value.rfind('.');
  const bool named = dot != absl::string_view::npos && dot + 1 < value.size() && absl::ascii_isalpha(value[dot + 1]);
  const bool any = words.back() == *word && *word != "database" && *word != "file";
  return named || (any && absl::ascii_isalpha(value[0]));
}

// What a component has mounted, by path in the container.
struct Mounted {
  explicit Mounted(const Component& component) {
    for (const Mount& mount : component.volumes()) {
      paths.insert(mount.container_path());
      if (volume.empty() && !mount.read_only()) volume = mount.container_path();
    }
    for (const Secret& secret : component.secrets()) paths.insert(secret.container_path());
  }

  // Whether an absolute, lexically normal path is in one of them.
  bool Holds(absl::string_view path) const {
    for (; !path.empty(); path = path.substr(0, path.rfind('/'))) {
      if (paths.contains(path)) return true;
    }
    return false;
  }

  absl::flat_hash_set<std::string> paths = {"/dev"};
  std::string volume;  // one to write to; empty: none
};

// Tells of what a component most likely writes into its container, which goes with it. (flowctl runs the programs of
// component references on the host, where it stays.)
inline void CheckPath(Context& context, const Value& entry, const Mounted& mounted) {
  if (!entry.node.IsScalar() || !NamesPath(entry.key.text(), entry.node.text())) return;
  const std::string path = NormalPath(entry.node.text());
  if (absl::StartsWith(entry.node.text(), "/") && mounted.Holds(path)) return;
  const bool none = mounted.volume.empty();
  const std::string better = absl::StrCat(none ? "/data" : mounted.volume, path.substr(path.rfind('/')));
  context.Warning(entry, absl::StrCat("this is in the container, and goes with it; to keep it, write ", Quoted(better),
                                      none ? " and mount a volume there: \"volumes: [{name: data, mountPath: /data}]\""
                                           : ", which is in a volume"));
}

// The variable that holds a config entry besides FLOW_CONFIG_*, of a component whose image was made for flowctl.
// `plain`: those of the entries before.
inline void SetPlainVariable(Context& context, const Value& entry, const ComponentMetadata* metadata,
                             absl::flat_hash_map<std::string, const Value*>& plain, Variable& variable) {
  const std::string key(entry.key.text());
  std::string name = EnvironmentName(key);
  if (metadata != nullptr) {
    const auto mapped = metadata->env_mapping.find(key);
    if (mapped != metadata->env_mapping.end()) name = mapped->second;
  }
  const auto [first, is_new] = plain.try_emplace(name, &entry);
  // Keys that differ in style only are told already.
  if (!is_new && EnvironmentName(first->second->key.text()) != EnvironmentName(key)) {
    context.Error(entry.key.offset(), entry.path,
                  absl::StrCat(Quoted(key), " and ", Quoted(first->second->key.text()), " both become the variable ",
                               name, " of this component; keep one"),
                  {context.NoteAt(first->second->key.offset(), "the other one is here")});
  }
  variable.set_variable(std::move(name));
}

}  // namespace config_internal

inline void ReadConfig(Context& context, const Fields& fields, const std::vector<Value>& defaults,
                       const ComponentMetadata* metadata, Component& component) {
  if (context.hopeless()) return;
  std::vector<Value> all = ConfigEntries(context, fields);
  absl::flat_hash_set<std::string> own;
  for (const Value& entry : all) own.insert(EnvironmentName(entry.key.text()));
  for (const Value& entry : defaults) {
    if (!own.contains(EnvironmentName(entry.key.text()))) all.push_back(entry);
  }

  const config_internal::Mounted mounted(component);
  absl::flat_hash_map<std::string, const Value*> plain;
  for (const Value& entry : all) {
    const std::string key(entry.key.text());
    Variable* variable = component.add_config();
    variable->set_name(key);
    std::string text = ConfigText(entry.node);
    if (!context.Spend(entry, Context::kEntry + key.size() + text.size())) return;
    variable->set_value(std::move(text));
    const std::string own_name = absl::StrCat("FLOW_CONFIG_", EnvironmentName(key));
    CheckVariable(context, entry, own_name, variable->value());
    if (!component.reference().empty()) {
      config_internal::CheckPath(context, entry, mounted);
      config_internal::SetPlainVariable(context, entry, metadata, plain, *variable);
    }
    if (RefersToVariable(variable->value())) {
      const std::string& name = variable->variable().empty() ? own_name : variable->variable();
      context.Warning(entry,
                      absl::StrCat("nothing is replaced in config: the container gets the \"$\" as it stands; where a "
                                   "variable is meant, set ",
                                   name, " under env instead"));
    }
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_CONFIG_H_
