// flowctl's format before flowctl/v1: one source, processors in a row and one sink, without components of their own
// names. It is known here so that who brings such a file is told what became of it (flowctl documentation, "Migration
// Guide").
#ifndef FLOW_PIPELINE_OLDER_FORMAT_H_
#define FLOW_PIPELINE_OLDER_FORMAT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/yaml_document.h"

namespace flow::pipeline {

struct OlderField {
  absl::string_view name, now;
};
inline constexpr OlderField kOlderFields[] = {
    {"version", "\"apiVersion: flowctl/v1\""},
    {"log_level", "a variable under the \"env\" of each component that reads one"},
    {"source", "an entry of spec.sources; its \"type\" an \"image\", its \"params\" a \"config\" or \"env\""},
    {"processors",
     "spec.processors; \"name\" is \"id\", \"plugin\" an \"image\", \"params\" a \"config\" or \"env\", and \"inputs\" "
     "names what each reads"},
    {"sink", "an entry of spec.sinks; its \"type\" an \"image\", its \"params\" a \"config\" or \"env\""},
};

// Whether a file is of that format; if so it is told, and nothing else needs to be.
inline bool TellOlderFormat(Context& context, YamlNode file) {
  if (!file.IsMapping()) return false;
  bool older = false;
  std::vector<Note> notes;
  for (size_t i = 0; i < file.size(); ++i) {
    const absl::string_view key = file.key(i).text();
    if (context.fields().Find(Section::kFile, key) != nullptr) return false;
    older = older || key == "source" || key == "sink";
    for (const OlderField& field : kOlderFields) {
      if (key != field.name) continue;
      notes.push_back(context.NoteAt(file.key(i).offset(), absl::StrCat(Quoted(key), " is now ", field.now)));
    }
  }
  if (!older) return false;
  context.Error(file.offset(), "",
                "this is flowctl's older format; write it as flowctl/v1: \"apiVersion: flowctl/v1\", \"kind: "
                "Pipeline\", \"metadata: {name: NAME}\", and under \"spec\" the lists \"sources\", \"processors\" and "
                "\"sinks\" of components",
                std::move(notes));
  return true;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_OLDER_FORMAT_H_
