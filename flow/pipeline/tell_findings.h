// What a target has against a pipeline (finding.h), told among the diagnostics of its file.
#ifndef FLOW_PIPELINE_TELL_FINDINGS_H_
#define FLOW_PIPELINE_TELL_FINDINGS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/yaml_document.h"

namespace flow::pipeline {

// `root`: of the file. What is written nowhere is told at the nearest thing that it would be in.
void TellFindings(Context& context, YamlNode root, const std::vector<Finding>& findings);

namespace tell_findings_internal {

// Whether two keys are spellings of one field: "mountPath", "mount_path".
inline bool IsSameField(absl::string_view a, absl::string_view b) {
  size_t i = 0, j = 0;
  while (true) {
    while (i < a.size() && a[i] == '_') ++i;
    while (j < b.size() && b[j] == '_') ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (absl::ascii_tolower(a[i++]) != absl::ascii_tolower(b[j++])) return false;
  }
}

// The key of a mapping that a step means: its very text first, then another spelling. npos: none.
inline size_t FindKey(YamlNode mapping, absl::string_view step) {
  size_t found = std::string::npos;
  for (size_t i = 0; i < mapping.size(); ++i) {
    const absl::string_view key = mapping.key(i).text();
    if (key == step) return i;
    if (found == std::string::npos && IsSameField(key, step)) found = i;
  }
  return found;
}

struct Found {
  size_t offset;
  bool whole = true;  // all steps are there
};

inline Found Find(YamlNode node, const Path& path, bool of_key = false) {
  size_t key_offset = node.offset();
  for (const Path::Step& step : path.steps()) {
    if (const auto* const index = std::get_if<size_t>(&step)) {
      if (!node.IsSequence() || *index >= node.size()) return {node.offset(), false};
      node = node.item(*index);
      key_offset = node.offset();
      continue;
    }
    const size_t at = node.IsMapping() ? FindKey(node, std::get<std::string>(step)) : std::string::npos;
    if (at == std::string::npos) return {node.offset(), false};
    key_offset = node.key(at).offset();
    node = node.value(at);
  }
  return {of_key ? key_offset : node.offset()};
}

}  // namespace tell_findings_internal

inline void TellFindings(Context& context, YamlNode root, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const tell_findings_internal::Found found = tell_findings_internal::Find(root, finding.path, finding.of_key);
    if (finding.if_written && !found.whole) continue;
    std::vector<Note> notes;
    if (finding.first.has_value()) {
      notes.push_back(context.NoteAt(tell_findings_internal::Find(root, *finding.first).offset, "first defined here"));
    }
    context.Report(finding.severity, found.offset, finding.path.ToString(), finding.message, std::move(notes),
                   finding.suggestion, finding.on_disk);
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_TELL_FINDINGS_H_
