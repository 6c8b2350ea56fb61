// `env` and `config`: what becomes a component's variables.
#ifndef FLOW_PIPELINE_VARIABLES_H_
#define FLOW_PIPELINE_VARIABLES_H_

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

namespace flow::pipeline {

// Linux takes no longer text as one argument or one "NAME=value" (MAX_ARG_STRLEN, execve(2)), the NUL at its end
// included.
inline constexpr size_t kMaxArgumentBytes = 131072 - 1;

// Whether a text names this very host: "localhost" or "127.0.0.1" as a word of its own.
inline bool NamesLoopback(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  const auto part_of_name = [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; };
  for (absl::string_view name : {"localhost", "127.0.0.1"}) {
    for (size_t at = lower.find(name.data(), 0, name.size()); at != std::string::npos;
         at = lower.find(name.data(), at + 1, name.size())) {
      const size_t end = at + name.size();
      if ((at == 0 || !part_of_name(lower[at - 1])) && (end == lower.size() || !part_of_name(lower[end]))) return true;
    }
  }
  return false;
}

// The variable that holds a control plane's address, as flowctl's components read it.
inline constexpr absl::string_view kControlPlaneVariable = "FLOWCTL_ENDPOINT";

// What keeps a program from being started with this variable, in words; empty: nothing.
inline std::string VariableProblem(absl::string_view name, absl::string_view value) {
  const size_t size = name.size() + 1 + value.size();
  if (size <= kMaxArgumentBytes) return "";
  return absl::StrCat("the variable ", Quoted(name), " takes ", size, " bytes with its name; Linux starts no program ",
                      "with one of over ", kMaxArgumentBytes, " (128 KiB): put it in a file and mount that");
}

// A byte-order mark in front, as some editors write one into a file: to a program it is a part of the value.
inline bool BeginsWithByteOrderMark(absl::string_view value) { return absl::StartsWith(value, "\xEF\xBB\xBF"); }

// Tells what a variable's value cannot or most likely should not be.
inline void CheckVariable(Context& context, const Value& entry, absl::string_view name, absl::string_view value) {
  const std::string problem = VariableProblem(name, value);
  if (!problem.empty()) context.Error(entry, problem);
  if (BeginsWithByteOrderMark(value)) {
    context.Warning(entry, "the value begins with a byte-order mark (U+FEFF), which is a part of it to a program");
  }
  if (NamesLoopback(value) && name == kControlPlaneVariable) {
    if (context.options().control_plane) return;  // which wins
    context.Warning(entry,
                    "inside of the container this is the container itself; flow-apply "
                    "--control_plane=HOST:PORT tells all components one that they reach");
  } else if (NamesLoopback(value)) {
    context.Warning(entry,
                    absl::StrCat("\"localhost\" and \"127.0.0.1\" are the container itself in here; name another ",
                                 "component by its id, the host by host.docker.internal"));
  }
}

inline void ReadEnv(Context& context, const Fields& fields, Component& component) {
  for (const Value& entry : fields.Map("env")) {
    const absl::string_view name = entry.key.text();
    if (IsUsersKey(name)) continue;
    if (!IsVariableName(name)) {
      std::string better(name);
      for (char& c : better) c = absl::ascii_isalnum(c) ? c : '_';
      context.Error(
          entry.key.offset(), entry.path,
          absl::StrCat(Quoted(name), " cannot be the name of a variable: letters, digits and \"_\", no digit first"),
          {}, IsVariableName(better) ? better : "");
    }
    Variable* variable = component.add_env();
    variable->set_name(std::string(name));
    variable->set_value(context.Expanded(entry));
    CheckVariable(context, entry, name, variable->value());
  }
}

// The entries of a `config`; a null is none. Of keys that become the same variable, one that was merged in gives way,
// and two that stand there are told.
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

// Whether a config entry names a file or folder: its key says so, and its value is no URL and looks like a path.
//
//   database_path: ./x.duckdb      output_dir: data      log_file: /var/log/x
inline bool NamesPath(absl::string_view key, absl::string_view value) {
  constexpr absl::string_view kWords[] = {"path", "dir", "directory", "folder", "file", "database"};
  const std::vector<std::string> words = absl::StrSplit(absl::AsciiStrToLower(SnakeCase(key)), absl::ByAnyChar("_-. "));
  const auto* const word = std::find_first_of(std::begin(kWords), std::end(kWords), words.begin(), words.end());
  if (word == std::end(kWords) || value.empty() || absl::StrContains(value, "://")) return false;
  if (absl::StrContains(value, '/')) return true;
  const size_t dot = value.rfind('.');
  const bool named = dot != absl::string_view::npos && dot + 1 < value.size() && absl::ascii_isalpha(value[dot + 1]);
  return named || (words.back() == *word && *word != "database" && *word != "file" && absl::ascii_isalpha(value[0]));
}

// Tells of what a component most likely writes into its container, which goes with it. (flowctl runs the programs of
// component references on the host, where it stays.) After the component's volumes and secrets.
inline void CheckConfigPath(Context& context, const Value& entry, const Component& component) {
  if (!entry.node.IsScalar() || !NamesPath(entry.key.text(), entry.node.text())) return;
  const absl::string_view text = entry.node.text();
  const std::string path = NormalPath(text);
  const auto holds = [&](absl::string_view mount) {
    return !mount.empty() && (path == mount || absl::StartsWith(path, absl::StrCat(mount, "/")));
  };
  std::string volume;  // one that is there to be written to
  bool kept = holds("/dev");
  for (const Mount& mount : component.volumes()) {
    kept = kept || holds(mount.container_path());
    if (volume.empty() && !mount.read_only()) volume = mount.container_path();
  }
  for (const Secret& secret : component.secrets()) kept = kept || holds(secret.container_path());
  if (kept && absl::StartsWith(text, "/")) return;
  const std::string better = absl::StrCat(volume.empty() ? "/data" : volume, path.substr(path.rfind('/')));
  context.Warning(
      entry, absl::StrCat("this is in the container, and goes with it; to keep it, write ", Quoted(better),
                          volume.empty() ? " and mount a volume there: \"volumes: [{name: data, mountPath: /data}]\""
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

// A component's `config` with the defaults of spec.config behind it. `metadata`: of the component's reference, or null.
// After the component's volumes and secrets.
inline void ReadConfig(Context& context, const Fields& fields, const std::vector<Value>& defaults,
                       const ComponentMetadata* metadata, Component& component) {
  if (context.hopeless()) return;
  std::vector<Value> all = ConfigEntries(context, fields);
  absl::flat_hash_set<std::string> own;
  for (const Value& entry : all) own.insert(EnvironmentName(entry.key.text()));
  for (const Value& entry : defaults) {
    if (!own.contains(EnvironmentName(entry.key.text()))) all.push_back(entry);
  }

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
      CheckConfigPath(context, entry, component);
      SetPlainVariable(context, entry, metadata, plain, *variable);
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

#endif  // FLOW_PIPELINE_VARIABLES_H_
