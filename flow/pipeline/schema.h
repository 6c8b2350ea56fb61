// The table of fields as a JSON Schema, for editors: docs/flowctl-v1.schema.json. It knows what can be said of one
// value by itself; what values say of each other (ids, cycles, quantities) only the parser does, and so whether a field
// stands there in two spellings: one may be a default that was merged in. What the parser takes without an error the
// schema takes.
//
// Draft 7: the newest that the YAML language server and the schema store's tools know in full.
#ifndef FLOW_PIPELINE_SCHEMA_H_
#define FLOW_PIPELINE_SCHEMA_H_

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/field_table.h"
#include "flow/text/document.h"
#include "flow/text/json.h"

namespace flow::pipeline {

// The schema as JSON, ending in a line break.
std::string JsonSchema();

namespace schema_internal {

using text::List;
using text::Mapping;
using text::Value;

// What is short stands on one line.
inline Value OnOneLine(const Value& value) { return text::Literal(text::Json(value, text::JsonLayout::kLine)); }

// YAML's readers make numbers and booleans of texts without quotes, which flow takes as written.
inline List TextTypes() { return {"string", "number", "boolean"}; }

// "TCP" → "[Tt][Cc][Pp]".
inline std::string AnyCase(absl::string_view word) {
  std::string out;
  for (char c : word) {
    const char upper = absl::ascii_toupper(c), lower = absl::ascii_tolower(c);
    out += upper == lower ? std::string(1, c) : absl::StrCat("[", std::string{upper, lower}, "]");
  }
  return out;
}

// What one of the words matches, in any case.
inline std::string AnyCasePattern(Words words) {
  return absl::StrCat(
      "^(",
      absl::StrJoin(words, "|", [](std::string* out, absl::string_view word) { absl::StrAppend(out, AnyCase(word)); }),
      ")$");
}

// "a component" → "component".
inline std::string Name(Section section) {
  absl::string_view name = SectionName(section);
  absl::ConsumePrefix(&name, "a ");
  return section == Section::kQuantities ? "quantities" : std::string(name);
}

inline Mapping Reference(Section section) { return {{"$ref", absl::StrCat("#/definitions/", Name(section))}}; }

inline Mapping AnyOf(List schemas) { return {{"anyOf", std::move(schemas)}}; }

// Appends for each spelling a schema that says that it is there, and is a `there` unless that is empty.
inline void AppendRequired(const Field& field, const Mapping& there, List& schemas) {
  for (const std::string& spelling : Spellings(field)) {
    Mapping schema = {{"required", List{spelling}}};
    if (!there.empty()) schema.Add("properties", Mapping{{spelling, there}});
    schemas.push_back(std::move(schema));
  }
}

// Which fields must be there.
inline void AddRules(Section section, Mapping& schema) {
  List required, rules;
  for (const Field* field : FieldsOf(section)) {
    const std::vector<std::string> spellings = Spellings(*field);
    if (field->rules.required && spellings.size() == 1) required.push_back(field->name);
    if (field->rules.required && spellings.size() > 1) {
      List ways;
      AppendRequired(*field, {}, ways);
      rules.push_back(OnOneLine(AnyOf(std::move(ways))));
    }
  }
  for (const EitherField& either : kEitherFields) {
    if (either.section != section) continue;
    List ways;
    for (const Field* field : FieldsOf(section)) {
      if (field->name != either.first && field->name != either.second) continue;
      const bool list = field->kind == Kind::kSectionList;
      AppendRequired(*field, list ? Mapping{{"type", "array"}, {"minItems", 1}} : Mapping{{"type", TextTypes()}}, ways);
    }
    rules.push_back(OnOneLine(AnyOf(std::move(ways))));
  }
  if (!required.empty()) schema.Add("required", OnOneLine(required));
  schema.AddUnlessEmpty("allOf", std::move(rules));
}

// Of a text that must be one of some words: "enum", and patterns for those that stand for more than themselves.
inline void AddWords(const Field& field, Mapping& schema) {
  List plain, ways;
  const auto pattern = [&](std::string text) {
    ways.push_back(Mapping{{"type", "string"}, {"pattern", std::move(text)}});
  };
  for (absl::string_view word : field.rules.words) {
    if (absl::EndsWith(word, ":N")) {
      pattern(absl::StrCat("^", absl::StripSuffix(word, "N"), "[1-9][0-9]*$"));
    } else {
      plain.push_back(word);
    }
  }
  if (!field.rules.required) plain.push_back(text::Literal("null"));
  if (field.rules.any_case) pattern(AnyCasePattern(field.rules.words));
  if (ways.empty()) return schema.Add("enum", OnOneLine(plain));
  ways.insert(ways.begin(), Mapping{{"enum", std::move(plain)}});
  schema.Add("anyOf", OnOneLine(ways));
}

inline Mapping FieldSchema(const Field& field) {
  Mapping schema = {{"description", field.rules.absent.empty()
                                        ? std::string(field.doc)
                                        : absl::StrCat(field.doc, ". Without it: ", field.rules.absent)}};
  const auto add_type = [&](List types) {
    if (!field.rules.required) types.push_back("null");  // an explicit null is an absent field
    schema.Add("type", OnOneLine(types));
  };
  const Mapping one_text = {{"type", TextTypes()}};
  switch (field.kind) {
    case Kind::kText:
      if (!field.rules.words.empty()) {
        AddWords(field, schema);
        break;
      }
      add_type(TextTypes());
      schema.AddUnlessEmpty("pattern", field.rules.pattern);
      if (field.rules.longest > 0) schema.Add("maxLength", field.rules.longest);
      break;
    case Kind::kList:
      add_type({"array"});
      schema.Add("items", OnOneLine(one_text));
      break;
    case Kind::kTextOrList:
      add_type({"array", "string", "number", "boolean"});
      schema.Add("items", OnOneLine(one_text));
      break;
    case Kind::kMap:
      add_type({"object"});
      schema.Add("additionalProperties", OnOneLine(Mapping{{"type", List{"string", "number", "boolean", "null"}}}));
      break;
    case Kind::kAnyMap:
      add_type({"object"});
      break;
    case Kind::kBoolean: {
      add_type({"boolean", "string"});
      std::vector<absl::string_view> words(std::begin(kTrueWords), std::end(kTrueWords));
      words.insert(words.end(), std::begin(kFalseWords), std::end(kFalseWords));
      schema.Add("pattern", AnyCasePattern(words));
      break;
    }
    case Kind::kWhole:
      add_type({"integer", "string"});
      schema.Add("minimum", field.rules.min);
      schema.Add("maximum", field.rules.max);
      schema.Add("pattern", "^(0|[1-9][0-9]*)$");
      break;
    case Kind::kSection:
      if (field.rules.required) {
        schema.Add("allOf", OnOneLine(List{Reference(field.rules.inside)}));
      } else {
        schema.Add("anyOf", OnOneLine(List{Reference(field.rules.inside), Mapping{{"type", "null"}}}));
      }
      break;
    case Kind::kSectionList:
      add_type({"array"});
      schema.Add("items", OnOneLine(Reference(field.rules.inside)));
      break;
  }
  return schema;
}

inline void AddSection(Section section, Mapping& schema) {
  Mapping properties;
  const std::string parent = section == Section::kFile ? "#" : absl::StrCat("#/definitions/", Name(section));
  for (const Field* field : FieldsOf(section)) {
    const std::vector<std::string> spellings = Spellings(*field);
    properties.Add(spellings[0], FieldSchema(*field));
    const Mapping same = {{"$ref", absl::StrCat(parent, "/properties/", spellings[0])}};
    for (size_t i = 1; i < spellings.size(); ++i) properties.Add(spellings[i], OnOneLine(same));
  }
  schema.Add("type", "object");
  schema.Add("properties", std::move(properties));
  schema.Add("patternProperties", OnOneLine(Mapping{{"^x-", true}}));
  schema.Add("additionalProperties", false);
  AddRules(section, schema);
}

}  // namespace schema_internal

inline std::string JsonSchema() {
  text::Mapping schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                          {"title", "A pipeline of flowctl/v1"}};
  schema_internal::AddSection(Section::kFile, schema);
  text::Mapping definitions;
  for (Section section :
       {Section::kMetadata, Section::kSpec, Section::kComponent, Section::kPort, Section::kVolume, Section::kSecret,
        Section::kResources, Section::kQuantities, Section::kLogging, Section::kKubernetes}) {
    text::Mapping definition;
    schema_internal::AddSection(section, definition);
    definitions.Add(schema_internal::Name(section), std::move(definition));
  }
  schema.Add("definitions", std::move(definitions));
  return text::Json(schema, text::JsonLayout::kLines);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_SCHEMA_H_
