// `env` and `config`: what becomes a component's variables.
#ifndef FLOW_PIPELINE_VARIABLES_H_
#define FLOW_PIPELINE_VARIABLES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/config_value.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"
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

// Tells what a variable's value cannot or most likely should not be.
inline void CheckVariable(Context& context, const Value& entry, absl::string_view name, absl::string_view value) {
  if (name.size() + 1 + value.size() > kMaxArgumentBytes) {
    context.Error(entry,
                  absl::StrCat(name, " has ", value.size(), " bytes; Linux starts no program with a variable of over ",
                               "128 KiB: put it in a file and mount that"));
  }
  if (NamesLoopback(value)) {
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

// A component's `config` with the defaults of spec.config behind it. `metadata`: of the component's reference, or null.
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
    CheckVariable(context, entry, absl::StrCat("FLOW_CONFIG_", EnvironmentName(key)), variable->value());
    if (component.reference().empty()) continue;
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
    variable->set_variable(std::move(name));
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_VARIABLES_H_
