// Whether a value of a YAML document is what a JSON Schema (draft 7) asks for: of its keywords those that schema.h
// writes.
#ifndef FLOW_PIPELINE_TESTING_SCHEMA_CHECK_H_
#define FLOW_PIPELINE_TESTING_SCHEMA_CHECK_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/yaml_document.h"
#include "flow/pipeline/yaml_reader.h"

namespace flow::pipeline::testing {

class SchemaCheck {
 public:
  // JSON is YAML.
  explicit SchemaCheck(const std::string& schema) : schema_(ReadYaml(schema)) { EXPECT_TRUE(schema_.readable); }

  bool Accepts(YamlNode value) const { return Accepts(schema_.document.root(), value); }

 private:
  static YamlNode Member(YamlNode mapping, absl::string_view key) {
    for (size_t i = 0; mapping.IsMapping() && i < mapping.size(); ++i) {
      if (mapping.key(i).text() == key) return mapping.value(i);
    }
    return YamlNode();
  }

  // What editors take a value for (YAML 1.2, 10.3 "Core schema").
  static std::string Type(YamlNode value) {
    if (value.IsNull()) return "null";
    if (value.IsMapping()) return "object";
    if (value.IsSequence()) return "array";
    static const std::regex integer("[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+");
    static const std::regex number("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.inf|\\.nan");
    const std::string text(value.text());
    if (!value.plain()) return "string";
    if (text == "true" || text == "false" || text == "True" || text == "False") return "boolean";
    if (std::regex_match(text, integer)) return "integer";
    return std::regex_match(text, number) ? "number" : "string";
  }

  static bool Matches(absl::string_view text, absl::string_view pattern) {
    return std::regex_search(std::string(text), std::regex(std::string(pattern)));
  }

  YamlNode Resolve(absl::string_view reference) const {
    YamlNode node = schema_.document.root();
    for (absl::string_view part : absl::StrSplit(absl::StripPrefix(reference, "#/"), '/')) node = Member(node, part);
    EXPECT_TRUE(node) << reference;
    return node;
  }

  // A keyword and its argument at a time; all must hold.
  bool Accepts(YamlNode schema, YamlNode value) const {
    if (schema.IsScalar()) return schema.text() == "true";
    for (size_t i = 0; i < schema.size(); ++i) {
      if (!Holds(schema, schema.key(i).text(), schema.value(i), value)) return false;
    }
    return true;
  }

  bool Holds(YamlNode schema, absl::string_view keyword, YamlNode argument, YamlNode value) const {
    const auto accepts = [&](YamlNode inner) { return Accepts(inner, value); };
    if (keyword == "$schema" || keyword == "title" || keyword == "description" || keyword == "definitions") return true;
    if (keyword == "$ref") return accepts(Resolve(argument.text()));
    if (keyword == "type") return IsOfType(argument, Type(value));
    if (keyword == "enum") return Any(argument, [&](YamlNode word) { return Equal(word, value); });
    if (keyword == "anyOf") return Any(argument, accepts);
    if (keyword == "allOf") return !Any(argument, [&](YamlNode inner) { return !Accepts(inner, value); });
    if (keyword == "not") return !accepts(argument);
    if (keyword == "required") {
      return !value.IsMapping() || !Any(argument, [&](YamlNode key) { return !Member(value, key.text()); });
    }
    if (keyword == "properties") return PropertiesHold(argument, value);
    if (keyword == "patternProperties") return true;  // "x-", which takes anything
    if (keyword == "additionalProperties") return OthersHold(schema, argument, value);
    if (keyword == "items") {
      return !value.IsSequence() || !Any(value, [&](YamlNode item) { return !Accepts(argument, item); });
    }
    if (keyword == "minItems") return !value.IsSequence() || value.size() >= Number(argument);
    if (keyword == "minimum") return Type(value) != "integer" || Number(value) >= Number(argument);
    if (keyword == "maximum") return Type(value) != "integer" || Number(value) <= Number(argument);
    if (keyword == "pattern") return Type(value) != "string" || Matches(value.text(), argument.text());
    if (keyword == "maxLength") return Type(value) != "string" || value.text().size() <= Number(argument);
    ADD_FAILURE() << "the check knows no keyword " << keyword;
    return false;
  }

  template <typename Predicate>
  static bool Any(YamlNode list, Predicate holds) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (holds(list.item(i))) return true;
    }
    return false;
  }

  static bool IsOfType(YamlNode types, const std::string& type) {
    const auto is = [&](YamlNode known) {
      return known.text() == type || (known.text() == "number" && type == "integer");
    };
    return types.IsSequence() ? Any(types, is) : is(types);
  }

  static bool Equal(YamlNode word, YamlNode value) {
    return Type(word) == Type(value) && (word.IsNull() || word.text() == value.text());
  }

  static double Number(YamlNode value) {
    double number = 0;
    EXPECT_TRUE(absl::SimpleAtod(value.text(), &number)) << value.text();
    return number;
  }

  bool PropertiesHold(YamlNode properties, YamlNode value) const {
    for (size_t i = 0; value.IsMapping() && i < value.size(); ++i) {
      const YamlNode schema = Member(properties, value.key(i).text());
      if (schema && !Accepts(schema, value.value(i))) return false;
    }
    return true;
  }

  bool OthersHold(YamlNode schema, YamlNode argument, YamlNode value) const {
    const YamlNode known = Member(schema, "properties"), patterns = Member(schema, "patternProperties");
    for (size_t i = 0; value.IsMapping() && i < value.size(); ++i) {
      const absl::string_view key = value.key(i).text();
      if (known && Member(known, key)) continue;
      if (patterns && Matches(key, patterns.key(0).text())) continue;
      if (!Accepts(argument, value.value(i))) return false;
    }
    return true;
  }

  YamlResult schema_;
};

}  // namespace flow::pipeline::testing

#endif  // FLOW_PIPELINE_TESTING_SCHEMA_CHECK_H_
