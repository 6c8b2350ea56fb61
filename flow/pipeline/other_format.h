// Files of other formats that users of pipelines have at hand. They are known here so that who brings one is told which
// it is and what to do, and not field by field that it is no pipeline.
#ifndef FLOW_PIPELINE_OTHER_FORMAT_H_
#define FLOW_PIPELINE_OTHER_FORMAT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/yaml_document.h"

namespace flow::pipeline {

// A format, by a key that only its files have at the top.
struct OtherFormat {
  absl::string_view key, message;
};
inline constexpr absl::string_view kOlderFormat =
    "this is flowctl's older format; write it as flowctl/v1: \"apiVersion: flowctl/v1\", \"kind: Pipeline\", "
    "\"metadata: {name: NAME}\", and under \"spec\" the lists \"sources\", \"processors\" and \"sinks\" of components";
inline constexpr OtherFormat kOtherFormats[] = {
    {"source", kOlderFormat},
    {"sink", kOlderFormat},
    {"pipelines",
     "this is what a program reads that runs whole pipelines, and no pipeline file; in one, such a program is an entry "
     "of \"pipelines\" under \"spec\": its image, its command, and this file under \"volumes\""},
    {"services", "this is a Compose file, and no pipeline file; docker compose runs it"},
};

// What became of the fields of flowctl's format before flowctl/v1: one source, processors in a row and one sink (flowctl
// documentation, "Migration Guide").
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

inline std::vector<Note> OlderFieldNotes(const Context& context, YamlNode file) {
  std::vector<Note> notes;
  for (size_t i = 0; i < file.size(); ++i) {
    for (const OlderField& field : kOlderFields) {
      if (file.key(i).text() != field.name) continue;
      notes.push_back(context.NoteAt(file.key(i).offset(), absl::StrCat(Quoted(field.name), " is now ", field.now)));
    }
  }
  return notes;
}

// Whether a file is of another format, and has nothing of a pipeline file; if so it is told, and nothing else needs to
// be.
inline bool TellOtherFormat(Context& context, YamlNode file) {
  const OtherFormat* format = nullptr;
  for (size_t i = 0; file.IsMapping() && i < file.size(); ++i) {
    if (context.fields().Find(Section::kFile, file.key(i).text()) != nullptr) return false;
    for (const OtherFormat& other : kOtherFormats) {
      if (format == nullptr && file.key(i).text() == other.key) format = &other;
    }
  }
  if (format == nullptr) return false;
  std::vector<Note> notes;
  if (format->message == kOlderFormat) notes = OlderFieldNotes(context, file);
  context.Error(file.offset(), "", std::string(format->message), std::move(notes));
  return true;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_OTHER_FORMAT_H_
