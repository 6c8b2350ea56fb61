// The text of a pipeline file → Pipeline, and everything that is wrong with the text, at its place.
//
//   ParseOptions options;
//   options.base_directory = "/home/me/pipelines";
//   const ParseResult result = ParsePipeline(text, options);
//   std::cerr << RenderDiagnostics("payments.yaml", text, result.diagnostics, /*color=*/false);
//   if (result.ok()) Deploy(result.pipeline);
//
// Pure: nothing is read but the arguments. Time and memory are bounded for whatever text (yaml_reader.h). All problems
// are told at once, but for those that keep the text from being YAML, which end the reading.
#ifndef FLOW_PIPELINE_PARSE_H_
#define FLOW_PIPELINE_PARSE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/component.h"
#include "flow/pipeline/config.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/driver.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/kubernetes_overlay.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/other_format.h"
#include "flow/pipeline/parse_options.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/place.h"
#include "flow/pipeline/source_text.h"
#include "flow/pipeline/tell_findings.h"
#include "flow/pipeline/wiring.h"
#include "flow/pipeline/yaml_reader.h"

namespace flow::pipeline {

struct ParseResult {
  // Complete where ok(); else what could be read of it.
  Pipeline pipeline;
  // Sorted by place.
  std::vector<Diagnostic> diagnostics;

  bool ok() const { return !HasErrors(diagnostics); }
};

// Never fails: a text that is no pipeline comes back with diagnostics that say why.
ParseResult ParsePipeline(absl::string_view bytes, const ParseOptions& options);

namespace parse_internal {

// The name of a pipeline or namespace; what is wrong with it is told.
inline std::string ReadName(Context& context, const Value& value, absl::string_view what, bool underscores) {
  const absl::string_view text = value.node.text();
  if (text.size() > kMaxName) {
    context.Error(value, absl::StrCat(what, " has at most ", kMaxName, " characters, this one ", text.size()));
  } else if (!IsLowerName(text, underscores)) {
    const std::string lower = absl::AsciiStrToLower(text);
    context.Error(value,
                  absl::StrCat(Quoted(text), " cannot be ", what, ": lower-case letters, digits and ",
                               underscores ? "\"_\" or \"-\" between" : "\"-\" between"),
                  {}, IsLowerName(lower, underscores) ? lower : "");
  } else if (absl::StrContains(text, "__")) {
    context.Error(value, absl::StrCat(what, " holds no \"__\", which parts namespace and name in the engine's names"));
  }
  return std::string(text);
}

inline void CheckHeader(Context& context, const Fields& file) {
  const absl::string_view version = file.Word("apiVersion");
  if (!version.empty() && version != kApiVersion) {
    context.Warning(file.Get("apiVersion"),
                    absl::StrCat(Quoted(version), " is another name of this format; write ", Quoted(kApiVersion)));
  }
  file.Word("kind");
}

inline void ReadLabels(Context& context, const Fields& metadata, Pipeline& pipeline) {
  for (const Value& label : metadata.Map("labels")) {
    const absl::string_view key = label.key.text();
    if (key.empty()) context.Error(label.key.offset(), label.path, "a label needs a name");
    for (absl::string_view reserved : kReservedLabels) {
      if (!absl::StartsWith(key, reserved)) continue;
      context.Error(label.key.offset(), label.path,
                    absl::StrCat("labels that begin with ", Quoted(reserved),
                                 " are how flow and Compose know their own; "
                                 "choose another name"));
    }
    (*pipeline.mutable_labels())[std::string(key)] = std::string(label.node.text());
  }
  for (const Value& annotation : metadata.Map("annotations")) {
    (*pipeline.mutable_annotations())[std::string(annotation.key.text())] = std::string(annotation.node.text());
  }
}

inline void ReadMetadata(Context& context, const Fields& file, Pipeline& pipeline) {
  pipeline.set_namespace_(kDefaultNamespace);
  for (const Fields& metadata : file.Sections("metadata")) {
    if (const Value name = metadata.Get("name")) {
      pipeline.set_name(ReadName(context, name, "a pipeline's name", /*underscores=*/true));
    }
    if (const Value name = metadata.Get("namespace")) {
      pipeline.set_namespace_(ReadName(context, name, "a namespace", /*underscores=*/false));
    }
    pipeline.set_description(std::string(metadata.Text("description")));
    ReadLabels(context, metadata, pipeline);
  }
}

struct ComponentList {
  absl::string_view field;
  Component::Type type;
};
inline constexpr ComponentList kComponentLists[] = {
    {"sources", Component::SOURCE},
    {"processors", Component::PROCESSOR},
    {"sinks", Component::SINK},
    {"pipelines", Component::PIPELINE},
};

inline void ReadSpec(Context& context, const Fields& spec, Pipeline& pipeline) {
  if (spec.broken()) return;
  if (pipeline.description().empty()) pipeline.set_description(std::string(spec.Text("description")));
  const std::string& chosen = context.options().driver;
  pipeline.set_driver(chosen.empty() ? std::string(spec.Text("driver")) : chosen);

  ComponentScope scope;
  scope.config_defaults = ConfigEntries(context, spec);
  scope.logging = ReadLogging(context, spec);
  ReadKubernetesOverlay(context, spec, pipeline);
  scope.driver = pipeline.driver();

  std::vector<ReadComponentResult> components;
  bool complete = true;
  for (const ComponentList& list : kComponentLists) {
    complete = complete && (spec.Get(list.field) || !spec.Has(list.field));
    spec.ForEachSection(list.field, [&](const Fields& fields) {
      if (!context.Spend(fields.value(), sizeof(ReadComponentResult))) return;
      components.push_back(ReadComponent(context, list.type, fields, scope));
    });
  }
  complete = complete && std::any_of(components.begin(), components.end(), [](const ReadComponentResult& read) {
               return read.component.type() == Component::SOURCE || read.component.type() == Component::PIPELINE;
             });  // a missing source is told, and whoever reads it too
  bool images = true;
  for (const ReadComponentResult& read : components) {
    images = images && !read.component.image().empty();
    complete = complete && read.id;
  }
  CheckDriver(context, spec, images);
  if (!context.hopeless()) Wiring(context, components, complete).Run();  // else not all is read
  for (ReadComponentResult& read : components) *pipeline.add_components() = std::move(read.component);
}

}  // namespace parse_internal

inline ParseResult ParsePipeline(absl::string_view bytes, const ParseOptions& options) {
  ParseResult result;
  const SourceText source = ReadSourceText(bytes);
  const Places places(source.text());
  Context context(options, source.text(), places);
  if (!source.problem.empty()) {
    context.Error(source.problem_offset, "", source.problem);
    result.diagnostics = context.TakeDiagnostics();
    return result;
  }

  const YamlResult yaml = ReadYaml(source.text());
  if (yaml.empty) context.Error(0, "", "the file is empty; a pipeline begins with apiVersion: flowctl/v1");
  for (const YamlProblem& problem : yaml.problems) {
    std::vector<Note> notes;
    if (!problem.note.empty()) notes.push_back(context.NoteAt(problem.note_offset, problem.note));
    context.Error(problem.offset, problem.path, problem.message, std::move(notes));
  }
  if (yaml.readable && !TellOtherFormat(context, yaml.document.root())) {
    const Fields file(context, Section::kFile, Value{yaml.document.root(), YamlNode(), ""});
    parse_internal::CheckHeader(context, file);
    parse_internal::ReadMetadata(context, file, result.pipeline);
    for (const Fields& spec : file.Sections("spec")) parse_internal::ReadSpec(context, spec, result.pipeline);
    if (options.judge != nullptr && !context.hopeless()) {
      TellFindings(context, yaml.document.root(), options.judge(result.pipeline));
    }
  }
  result.diagnostics = context.TakeDiagnostics();
  return result;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_PARSE_H_
