// The schema and the parser agree: on every case of testdata, on every example, and field by field.
#include "flow/pipeline/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"
#include "flow/pipeline/testing/schema_check.h"

namespace flow::pipeline {
namespace {

const testing::SchemaCheck& Schema() {
  static const testing::SchemaCheck& schema = *new testing::SchemaCheck(JsonSchema());
  return schema;
}

bool SchemaAccepts(const std::string& yaml) {
  const SourceText source = ReadSourceText(yaml);
  const YamlResult read = ReadYaml(source.text());
  return read.readable && Schema().Accepts(read.document.root());
}

// Errors that the text itself has, without any option.
std::string Errors(const std::string& yaml, const ParseOptions& options = {}) {
  std::vector<Diagnostic> errors = ParsePipeline(yaml, options).diagnostics;
  std::erase_if(errors, [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kWarning; });
  return RenderDiagnostics("f", yaml, errors, false);
}

void ExpectBothAccept(const std::string& yaml) {
  EXPECT_TRUE(Errors(yaml).empty()) << Errors(yaml);
  EXPECT_TRUE(SchemaAccepts(yaml)) << yaml;
}

void ExpectBothRefuse(const std::string& yaml) {
  EXPECT_FALSE(Errors(yaml).empty()) << yaml;
  EXPECT_FALSE(SchemaAccepts(yaml)) << yaml;
}

// The fields of a mapping, and their values as YAML.
using Mapping = std::map<std::string, std::string>;

// The least that a valid mapping has.
Mapping Least(Section section) {
  switch (section) {
    case Section::kFile:
      return {{"apiVersion", "flowctl/v1"}, {"kind", "Pipeline"}, {"metadata", "{name: a}"}};
    case Section::kMetadata:
      return {{"name", "a"}};
    case Section::kComponent:
      return {{"id", "a"}, {"image", "busybox"}};
    case Section::kPort:
      return {{"containerPort", "80"}};
    case Section::kVolume:
      return {{"name", "a"}, {"mountPath", "/a"}};
    case Section::kSecret:
      return {{"name", "a"}, {"host_path", "a"}, {"env", "A"}};
    default:
      return {};
  }
}

// Where a mapping stands in its parent.
struct Parent {
  Section section;
  const char* field;
};
Parent ParentOf(Section section) {
  switch (section) {
    case Section::kMetadata:
      return {Section::kFile, "metadata"};
    case Section::kSpec:
      return {Section::kFile, "spec"};
    case Section::kComponent:
      return {Section::kSpec, "sources"};
    case Section::kPort:
      return {Section::kComponent, "ports"};
    case Section::kVolume:
      return {Section::kComponent, "volumes"};
    case Section::kSecret:
      return {Section::kComponent, "secrets"};
    case Section::kResources:
      return {Section::kComponent, "resources"};
    case Section::kLogging:
      return {Section::kComponent, "logging"};
    case Section::kKubernetes:
      return {Section::kComponent, "x-kubernetes"};
    default:
      return {Section::kResources, "limits"};
  }
}

// A whole file that has this mapping in it.
std::string FileWith(Section section, const Mapping& mapping) {
  std::string text;
  for (const auto& [key, value] : mapping) absl::StrAppend(&text, text.empty() ? "" : ", ", key, ": ", value);
  text = absl::StrCat("{", text, "}");
  if (section == Section::kFile) return text;
  const Parent parent = ParentOf(section);
  Mapping around = Least(parent.section);
  const bool list = section != Section::kMetadata && section != Section::kSpec && section != Section::kResources &&
                    section != Section::kQuantities && section != Section::kLogging && section != Section::kKubernetes;
  around[parent.field] = list ? absl::StrCat("[", text, "]") : text;
  if (section == Section::kMetadata) around["spec"] = "{pipelines: [{id: a, image: busybox}]}";
  return FileWith(parent.section, around);
}

// The least file but for one mapping, which has `more` besides.
std::string With(Section section, const Mapping& more) {
  Mapping mapping = Least(section);
  if (section == Section::kFile) mapping["spec"] = "{sources: [{id: a, image: busybox}]}";
  if (section == Section::kSpec) mapping["sources"] = "[{id: a, image: busybox}]";
  for (const auto& [key, value] : more) mapping[key] = value;
  return FileWith(section, mapping);
}

// Values that a field takes.
std::vector<std::string> Valid(const Field& field) {
  static const std::map<absl::string_view, std::vector<std::string>> kOwn = {
      {"spec", {"{sources: [{id: a, image: busybox}]}"}},
      {"metadata", {"{name: a, x-own: [1]}"}},
      {"name", {"a", "a-b_1", "\"8\"", "8", std::string(kMaxName, 'a')}},
      {"namespace", {"team-a", "~"}},
      {"host_path", {"a", "/srv/a", "~/a"}},
      {"containerPort", {"1", "65535", "\"2\""}},
      {"id", {"b", "A.b_c-d", "1", std::string(kMaxName, 'a')}},
      {"sources", {"[{id: b, image: busybox}]"}},
      {"image", {"busybox:1.36"}},
      {"type", {"free text"}},
      {"env", {"{A: 1, B: true, C: ~, D: text}"}},
      {"inputs", {"[]"}},
      {"depends_on", {"[]", "~"}},
      {"health_check", {"/health", "http://localhost:80/"}},
      {"health_endpoint", {"/health", "http://localhost:80/"}},
      {"health_start_period", {"1m30s", "0"}},
      {"health_interval", {"500ms", "1h"}},
      {"health_timeout", {"1ms"}},
      {"stop_grace_period", {"1m30s", "0"}},
      {"stop_signal", {"SIGINT", "15"}},
      {"hostIP", {"127.0.0.1", "\"::1\""}},
      {"mountPath", {"/a"}},
      {"container_path", {"/a"}},
      {"mode", {"\"0400\"", "0400"}},
      {"cpu", {"1", "0.5", "500m", ".5", "1."}},
      {"memory", {"1", "1.5Gi", "100k", "\"4096\""}},
      {"driver", {"json-file", "1", "grafana/loki-docker-driver:latest", "~"}},
  };
  if (field.section == Section::kSecret && field.name == "env") return {"A", "_b1"};
  std::vector<std::string> out;
  for (absl::string_view word : field.rules.words) {
    if (!absl::EndsWith(word, ":N")) out.emplace_back(word);
    if (absl::EndsWith(word, ":N")) out.push_back(absl::StrCat(absl::StripSuffix(word, "N"), 12));
    if (field.rules.any_case) out.push_back(absl::AsciiStrToLower(word));
    if (field.rules.any_case) out.push_back(absl::AsciiStrToUpper(word));
  }
  if (!out.empty()) return out;
  if (const auto own = kOwn.find(field.name); own != kOwn.end()) return own->second;
  switch (field.kind) {
    case Kind::kText:
      return {"text", "1", "true", "\"\"", "~"};
    case Kind::kList:
      return {"[a, 1, true]", "[]", "~"};
    case Kind::kTextOrList:
      return {"[a, 1]", "a", "1", "true", "~"};
    case Kind::kMap:
      return {"{a: b, c: 1, d: true, e: ~}", "{}", "~"};
    case Kind::kAnyMap:
      return {"{a: [1], b: {c: d}, e: ~}", "~"};
    case Kind::kBoolean:
      return {"true", "no", "OFF", "Yes", "~"};
    case Kind::kWhole:
      return {absl::StrCat(std::max<int64_t>(field.rules.min, 1)), absl::StrCat(field.rules.max), "\"2\"", "~"};
    case Kind::kSection:
      return {"{}", "{x-own: 1}", "~"};
    case Kind::kSectionList:
      return {"[]", "~"};
  }
  return {};
}

// Values that a field refuses, whatever it means.
std::vector<std::string> Invalid(const Field& field) {
  static const std::map<absl::string_view, std::vector<std::string>> kOwn = {
      {"name", {"a/b", "\"\"", "a\u00E4"}},
      {"namespace", {"a_b", "A"}},
      {"id", {"a/b", "-a"}},
      {"health_check", {"health", "ftp://a"}},
      {"health_endpoint", {"health", "ftp://a"}},
      {"container_path", {"a"}},
      {"mode", {"rw", "\"9\""}},
      {"cpu", {"1k", "lots", "1.1.1"}},
      {"memory", {"512m", "1GB", "1kI", "\".\""}},
      {"driver", {"\"\"", "a b"}},
  };
  std::vector<std::string> out;
  const auto own = kOwn.find(field.name);
  if (own != kOwn.end() && !field.rules.pattern.empty()) out = own->second;
  if (field.rules.longest > 0) out.emplace_back(field.rules.longest + 1, 'a');
  if (field.rules.required) out.push_back("~");
  switch (field.kind) {
    case Kind::kText:
      if (!field.rules.words.empty()) out.insert(out.end(), {"other", "\"\"", "on-failure:0", "on-failure:N", "1"});
      out.insert(out.end(), {"[a]", "{a: b}"});
      break;
    case Kind::kList:
      out.insert(out.end(), {"a", "{a: b}", "[[a]]", "[~]"});
      break;
    case Kind::kTextOrList:
      out.insert(out.end(), {"{a: b}", "[[a]]", "[~]"});
      break;
    case Kind::kMap:
      out.insert(out.end(), {"a", "[a]", "{a: [b]}"});
      break;
    case Kind::kAnyMap:
      out.insert(out.end(), {"a", "[a]"});
      break;
    case Kind::kBoolean:
      out.insert(out.end(), {"maybe", "1", "[true]"});
      break;
    case Kind::kWhole:
      for (int64_t number : {field.rules.min - 1, field.rules.max + 1}) out.push_back(absl::StrCat(number));
      out.insert(out.end(), {"two", "1.5", "-1", "[1]", "\"01\""});
      break;
    case Kind::kSection:
      out.insert(out.end(), {"a", "[]", "{unknown: 1}"});
      break;
    case Kind::kSectionList:
      out.insert(out.end(), {"a", "{}", "[a]", "[~]", "[{unknown: 1}]"});
      break;
  }
  return out;
}

// Where another field of the mapping says the same, without that.
Mapping Without(Section section, absl::string_view name) {
  Mapping mapping = Least(section);
  mapping.erase(std::string(name));
  if (section == Section::kFile && name != "spec") mapping["spec"] = "{sources: [{id: a, image: busybox}]}";
  return mapping;
}

TEST(Schema, TakesEveryValidCase) {
  int accepted = 0;
  for (const std::string& folder : testing::CaseFolders()) {
    const std::string yaml = testing::ReadFile(folder + "/pipeline.yaml");
    ParseOptions options = testing::OptionsOf(yaml);
    options.strict = true;
    if (!ParsePipeline(yaml, options).ok()) continue;
    EXPECT_TRUE(SchemaAccepts(yaml)) << folder;
    ++accepted;
  }
  EXPECT_GT(accepted, 15);
}

TEST(Schema, TakesEveryExample) {
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator("examples")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_TRUE(SchemaAccepts(testing::ReadFile(entry.path().string()))) << entry.path();
    ++examples;
  }
  EXPECT_GT(examples, 0);
}

TEST(Schema, TakesWhatAFieldTakesInEverySpelling) {
  for (const Field& field : kFields) {
    for (const std::string& spelling : Spellings(field)) {
      for (const std::string& value : Valid(field)) {
        Mapping mapping = Without(field.section, field.name);
        mapping[spelling] = value;
        if (field.section == Section::kSpec && field.name != "sources")
          mapping["sources"] = "[{id: z, image: busybox}]";
        ExpectBothAccept(FileWith(field.section, mapping));
      }
    }
  }
}

TEST(Schema, RefusesWhatAFieldRefuses) {
  for (const Field& field : kFields) {
    for (const std::string& spelling : Spellings(field)) {
      for (const std::string& value : Invalid(field)) {
        Mapping mapping = Without(field.section, field.name);
        mapping[spelling] = value;
        if (field.section == Section::kSpec && field.name != "sources")
          mapping["sources"] = "[{id: z, image: busybox}]";
        ExpectBothRefuse(FileWith(field.section, mapping));
      }
    }
  }
}

TEST(Schema, RefusesUnknownFields) {
  for (int i = 0; i < kSections; ++i) {
    ExpectBothAccept(With(static_cast<Section>(i), {{"x-own", "[1]"}}));
    ExpectBothRefuse(With(static_cast<Section>(i), {{"unknown", "1"}}));
  }
}

TEST(Schema, RefusesMissingFields) {
  for (const Field& field : kFields) {
    if (field.rules.required) ExpectBothRefuse(FileWith(field.section, Without(field.section, field.name)));
  }
  for (const EitherField& either : kEitherFields) {
    ExpectBothRefuse(FileWith(either.section, Without(either.section, either.first)));
  }
  ExpectBothRefuse(With(Section::kSpec, {{"sources", "[]"}}));
  ExpectBothAccept(With(Section::kSpec, {{"sources", "[]"}, {"pipelines", "[{id: a, image: busybox}]"}}));
  ExpectBothRefuse("[]");
  ExpectBothRefuse("text");
}

TEST(Schema, LeavesAFieldInTwoSpellingsToTheParser) {
  for (const Field& field : kFields) {
    const std::vector<std::string> spellings = Spellings(field);
    const std::string value = Valid(field)[0];
    for (size_t i = 1; i < spellings.size(); ++i) {
      const std::string yaml = With(field.section, {{spellings[0], value}, {spellings[i], value}});
      EXPECT_FALSE(Errors(yaml).empty()) << yaml;
      EXPECT_TRUE(SchemaAccepts(yaml)) << yaml;
    }
  }
}

}  // namespace
}  // namespace flow::pipeline
