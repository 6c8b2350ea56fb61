// `env` of a component, and what holds of every variable.
#ifndef FLOW_PIPELINE_VARIABLES_H_
#define FLOW_PIPELINE_VARIABLES_H_

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_VARIABLES_H_
