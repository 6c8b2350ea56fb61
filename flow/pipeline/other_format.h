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
#include "flow/pipeline/nearest.h"
#include "flow/pipeline/yaml_document.h"

namespace flow::pipeline {

// Whether a file is of another format, or of a kind that is no pipeline. If so it is told in one error, and nothing else
// needs to be.
bool TellOtherFormat(Context& context, YamlNode file);

namespace other_format_internal {

// A format, by a key that only its files have at the top.
struct OtherFormat {
  absl::string_view key, message;
};
inline constexpr absl::string_view kWholeProgram =
    "this is what a program reads that runs whole pipelines, and no pipeline file; in one, such a program is an entry "
    "of \"pipelines\" under \"spec\": its image, its command, and this file under \"volumes\"";
inline constexpr OtherFormat kOtherFormats[] = {
    {"pipelines", kWholeProgram},
    {"pipeline", kWholeProgram},
    {"services", "this is a Compose file, and no pipeline file; docker compose runs it"},
};
inline constexpr absl::string_view kNoFormat =
    "this is no pipeline file: one has \"apiVersion: flowctl/v1\", \"kind: Pipeline\", \"metadata: {name: NAME}\", and "
    "its components under \"spec\"";

// A kind of file that flowctl has besides pipelines, and what to do with one.
struct OtherKind {
  absl::string_view kind, advice;
};
inline constexpr OtherKind kOtherKinds[] = {
    {"QuickstartPipeline",
     "flowctl has the programs of this one built in; write them as \"sources\", \"processors\" and \"sinks\", with an "
     "image each"},
    {"SandboxServices", "docker compose runs services that stand beside a pipeline"},
};

inline constexpr absl::string_view kOlderFormat =
    "this is flowctl's older format; write it as flowctl/v1: \"apiVersion: flowctl/v1\", \"kind: Pipeline\", "
    "\"metadata: {name: NAME}\", and under \"spec\" the lists \"sources\", \"processors\" and \"sinks\" of components";

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

// Where fields that stand at the top belong.
inline std::vector<Note> MisplacedFieldNotes(const Context& context, YamlNode file) {
  std::vector<Note> notes;
  const auto add = [&](YamlNode key, absl::string_view where) {
    notes.push_back(context.NoteAt(key.offset(), absl::StrCat(Quoted(key.text()), where)));
  };
  for (size_t i = 0; i < file.size(); ++i) {
    const YamlNode key = file.key(i);
    if (context.fields().Find(Section::kMetadata, key.text()) != nullptr) {
      add(key, " stands under \"metadata\"");
    } else if (context.fields().Find(Section::kSpec, key.text()) != nullptr) {
      add(key, " stands under \"spec\"");
    }
    for (const OtherWord& other : kOtherWords) {
      if (other.section == Section::kSpec && other.word == key.text() && !other.advice.empty()) {
        add(key, absl::StrCat(": ", other.advice));
      }
    }
  }
  return notes;
}

// The field of a pipeline file that a key is, or is likely meant for; empty: none.
inline absl::string_view HeaderField(const Context& context, absl::string_view key) {
  if (const Field* field = context.fields().Find(Section::kFile, key)) return field->name;
  std::vector<absl::string_view> names;
  for (const Field* field : FieldsOf(Section::kFile)) names.push_back(field->name);
  return Nearest(key, names);
}

inline bool IsOtherKind(YamlNode kind) {
  return kind && kind.IsScalar() && kind.text() != kKinds[0] && Nearest(kind.text(), kKinds).empty();
}

inline void TellOtherKind(Context& context, YamlNode kind) {
  absl::string_view advice = "flow reads no other kind of file";
  for (const OtherKind& other : kOtherKinds) {
    if (kind.text() == other.kind) advice = other.advice;
  }
  context.Error(kind.offset(), "kind", absl::StrCat("takes ", kKinds[0], ", not ", Quoted(kind.text()), "; ", advice));
}

}  // namespace other_format_internal

inline bool TellOtherFormat(Context& context, YamlNode file) {
  using namespace other_format_internal;
  if (!file.IsMapping()) return false;
  YamlNode kind;
  bool header = false, spec = false, older = false;
  const OtherFormat* format = nullptr;
  for (size_t i = 0; i < file.size(); ++i) {
    const absl::string_view key = file.key(i).text();
    const absl::string_view field = HeaderField(context, key);
    header |= !field.empty();
    spec |= field == "spec";
    if (field == "kind") kind = file.value(i);
    older |= key == "source" || key == "sink";
    for (const OtherFormat& other : kOtherFormats) {
      if (format == nullptr && key == other.key) format = &other;
    }
  }
  if (IsOtherKind(kind)) {
    TellOtherKind(context, kind);
  } else if (older && !spec) {
    context.Error(file.offset(), "", std::string(kOlderFormat), OlderFieldNotes(context, file));
  } else if (header) {
    return false;
  } else if (format != nullptr) {
    context.Error(file.offset(), "", std::string(format->message));
  } else {
    context.Error(file.offset(), "", std::string(kNoFormat), MisplacedFieldNotes(context, file));
  }
  return true;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_OTHER_FORMAT_H_
