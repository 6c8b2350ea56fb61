// The table of fields as a JSON Schema, for editors: docs/flowctl-v1.schema.json. It knows what can be said of one
// value by itself; what values say of each other (ids, cycles, quantities) only the parser does, and so whether a field
// stands there in two spellings: one may be a default that was merged in. What the parser takes without an error the
// schema takes.
//
// Draft 7: the newest that the YAML language server and the schema store's tools know in full.
#ifndef FLOW_PIPELINE_SCHEMA_H_
#define FLOW_PIPELINE_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/json_writer.h"

namespace flow::pipeline {

namespace schema_internal {

// YAML's readers make numbers and booleans of texts without quotes, which flow takes as written.
inline constexpr absl::string_view kTextTypes = R"("string", "number", "boolean")";

// ["a", "b"], of the words and JSON texts.
inline std::string Array(const std::vector<std::string>& parts) {
  return absl::StrCat("[", absl::StrJoin(parts, ", "), "]");
}

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

class SchemaWriter {
 public:
  std::string Run() {
    json_.String(0, "$schema", "http://json-schema.org/draft-07/schema#");
    json_.String(0, "title", "A pipeline of flowctl/v1");
    WriteSection(0, Section::kFile);
    json_.Open(0, "definitions");
    for (Section section : {Section::kMetadata, Section::kSpec, Section::kComponent, Section::kPort, Section::kVolume,
                            Section::kSecret, Section::kResources, Section::kQuantities, Section::kLogging}) {
      json_.Open(1, Name(section));
      WriteSection(2, section);
    }
    return json_.Take();
  }

 private:
  // "a component" → "component".
  static std::string Name(Section section) {
    absl::string_view name = SectionName(section);
    absl::ConsumePrefix(&name, "a ");
    return section == Section::kQuantities ? "quantities" : std::string(name);
  }

  static std::string Reference(Section section) {
    return absl::StrCat(R"({"$ref": "#/definitions/)", Name(section), R"("})");
  }

  void WriteSection(int level, Section section) {
    json_.Literal(level, "type", R"("object")");
    json_.Open(level, "properties");
    for (const Field* field : FieldsOf(section)) {
      const std::vector<std::string> spellings = Spellings(*field);
      json_.Open(level + 1, spellings[0]);
      WriteField(level + 2, *field);
      const std::string parent = section == Section::kFile ? "#" : absl::StrCat("#/definitions/", Name(section));
      for (size_t i = 1; i < spellings.size(); ++i) {
        json_.Literal(level + 1, spellings[i],
                      absl::StrCat("{\"$ref\": ", JsonString(absl::StrCat(parent, "/properties/", spellings[0])), "}"));
      }
    }
    json_.Literal(level, "patternProperties", R"({"^x-": true})");
    json_.Literal(level, "additionalProperties", "false");
    WriteRules(level, section);
  }

  // Which fields must be there.
  void WriteRules(int level, Section section) {
    std::vector<std::string> required;
    std::vector<std::string> rules;
    for (const Field* field : FieldsOf(section)) {
      const std::vector<std::string> spellings = Spellings(*field);
      if (field->rules.required && spellings.size() == 1) required.push_back(JsonString(field->name));
      if (field->rules.required && spellings.size() > 1) rules.push_back(AnyOf(Required(*field, "")));
    }
    for (const EitherField& either : kEitherFields) {
      if (either.section != section) continue;
      std::vector<std::string> ways;
      for (const Field* field : FieldsOf(section)) {
        if (field->name != either.first && field->name != either.second) continue;
        const bool list = field->kind == Kind::kSectionList;
        const std::string there =
            list ? R"({"type": "array", "minItems": 1})" : absl::StrCat(R"({"type": [)", kTextTypes, "]}");
        for (std::string& way : Required(*field, there)) ways.push_back(std::move(way));
      }
      rules.push_back(AnyOf(ways));
    }
    if (!required.empty()) json_.Literal(level, "required", Array(required));
    if (rules.empty()) return;
    const std::string indent(static_cast<size_t>(level) * 2 + 2, ' ');
    json_.Literal(level, "allOf",
                  absl::StrCat("[\n  ", indent, absl::StrJoin(rules, ",\n  " + indent), "\n", indent, "]"));
  }

  static std::string AnyOf(const std::vector<std::string>& schemas) {
    return absl::StrCat(R"({"anyOf": )", Array(schemas), "}");
  }

  // A schema for each spelling that says that it is there, and is a `there` unless that is empty.
  static std::vector<std::string> Required(const Field& field, const std::string& there) {
    std::vector<std::string> out;
    for (const std::string& spelling : Spellings(field)) {
      out.push_back(absl::StrCat(
          R"({"required": )", Array({JsonString(spelling)}),
          there.empty() ? "" : absl::StrCat(R"(, "properties": {)", JsonString(spelling), ": ", there, "}"), "}"));
    }
    return out;
  }

  void WriteField(int level, const Field& field) {
    json_.String(level, "description",
                 field.rules.absent.empty() ? std::string(field.doc)
                                            : absl::StrCat(field.doc, ". Without it: ", field.rules.absent));
    const std::string null = field.rules.required ? "" : R"(, "null")";  // an explicit null is an absent field
    const auto types = [&](absl::string_view list) {
      json_.Literal(level, "type", absl::StrCat("[", list, null, "]"));
    };
    const std::string texts = absl::StrCat(R"({"type": [)", kTextTypes, "]}");
    switch (field.kind) {
      case Kind::kText:
        return field.rules.words.empty() ? WriteText(level, field, null) : WriteWords(level, field, null);
      case Kind::kList:
        types(R"("array")");
        return json_.Literal(level, "items", texts);
      case Kind::kTextOrList:
        types(absl::StrCat(R"("array", )", kTextTypes));
        return json_.Literal(level, "items", texts);
      case Kind::kMap:
        types(R"("object")");
        return json_.Literal(level, "additionalProperties", absl::StrCat(R"({"type": [)", kTextTypes, R"(, "null"]})"));
      case Kind::kAnyMap:
        return types(R"("object")");
      case Kind::kBoolean: {
        types(R"("boolean", "string")");
        std::vector<absl::string_view> words(std::begin(kTrueWords), std::end(kTrueWords));
        words.insert(words.end(), std::begin(kFalseWords), std::end(kFalseWords));
        return json_.String(level, "pattern", AnyCasePattern(words));
      }
      case Kind::kWhole:
        types(R"("integer", "string")");
        json_.Literal(level, "minimum", absl::StrCat(field.rules.min));
        json_.Literal(level, "maximum", absl::StrCat(field.rules.max));
        return json_.String(level, "pattern", "^(0|[1-9][0-9]*)$");
      case Kind::kSection:
        if (field.rules.required) return json_.Literal(level, "allOf", Array({Reference(field.rules.inside)}));
        return json_.Literal(level, "anyOf", Array({Reference(field.rules.inside), R"({"type": "null"})"}));
      case Kind::kSectionList:
        types(R"("array")");
        return json_.Literal(level, "items", Reference(field.rules.inside));
    }
  }

  void WriteText(int level, const Field& field, const std::string& null) {
    json_.Literal(level, "type", absl::StrCat("[", kTextTypes, null, "]"));
    if (!field.rules.pattern.empty()) json_.String(level, "pattern", std::string(field.rules.pattern));
    if (field.rules.longest > 0) json_.Literal(level, "maxLength", absl::StrCat(field.rules.longest));
  }

  void WriteWords(int level, const Field& field, const std::string& null) {
    std::vector<std::string> plain, patterns;
    for (absl::string_view word : field.rules.words) {
      if (absl::EndsWith(word, ":N")) {
        patterns.push_back(absl::StrCat("^", absl::StripSuffix(word, "N"), "[1-9][0-9]*$"));
      } else {
        plain.push_back(JsonString(word));
      }
    }
    if (!null.empty()) plain.push_back("null");
    if (field.rules.any_case) patterns.push_back(AnyCasePattern(field.rules.words));
    if (patterns.empty()) return json_.Literal(level, "enum", Array(plain));
    std::vector<std::string> ways = {absl::StrCat(R"({"enum": )", Array(plain), "}")};
    for (const std::string& pattern : patterns) {
      ways.push_back(absl::StrCat(R"({"type": "string", "pattern": )", JsonString(pattern), "}"));
    }
    json_.Literal(level, "anyOf", Array(ways));
  }

  JsonWriter json_;
};

}  // namespace schema_internal

inline std::string JsonSchema() { return schema_internal::SchemaWriter().Run(); }

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_SCHEMA_H_
