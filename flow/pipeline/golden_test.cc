// Every folder under testdata/pipeline is a case: `pipeline.yaml`, and beside it what it comes to: `pipeline.textproto`
// where it is valid, `diagnostics.txt` where there is something to tell; where there is a `diagnostics.json`, that as
// data too. A first line "# options: …" of the YAML sets options (testing/cases.h).
//
// After a change that is meant, tools/golden writes the expected files anew; read the difference.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/diagnostic_data.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"
#include "flow/text/message.h"

namespace flow::pipeline {
namespace {

void Expect(const std::string& path, const std::string& actual) {
  if (!testing::Updates()) {
    EXPECT_EQ(testing::ReadFile(path), actual) << path;
  } else if (actual.empty()) {
    std::remove(path.c_str());
  } else {
    std::ofstream(path, std::ios::binary) << actual;
  }
}

TEST(Golden, EveryFolderComesToWhatIsWrittenBesideIt) {
  const std::vector<std::string> folders = testing::CaseFolders();
  ASSERT_FALSE(folders.empty());
  for (const std::string& folder : folders) {
    SCOPED_TRACE(folder);
    const std::string yaml = testing::ReadFile(folder + "/pipeline.yaml");
    const ParseResult result = ParsePipeline(yaml, testing::OptionsOf(yaml));
    std::string textproto;
    if (result.ok()) google::protobuf::TextFormat::PrintToString(result.pipeline, &textproto);
    Expect(folder + "/pipeline.textproto", textproto);
    Expect(folder + "/diagnostics.txt", RenderDiagnostics("pipeline.yaml", yaml, result.diagnostics, /*color=*/false));
    DiagnosticList list;
    AppendDiagnostics("pipeline.yaml", result.diagnostics, list);
    const std::string json = folder + "/diagnostics.json";
    if (!testing::ReadFile(json).empty()) Expect(json, text::MessageJson(list));
  }
}

// The fields that a mapping of the format has, and the words that stand in them: "restart_policy: always".
void Collect(YamlNode mapping, Section section, const FieldIndex& index, std::set<std::string>& seen) {
  for (size_t i = 0; mapping.IsMapping() && i < mapping.size(); ++i) {
    const Field* field = index.Find(section, mapping.key(i).text());
    const YamlNode value = mapping.value(i);
    if (field == nullptr || value.IsNull()) continue;
    const std::string name = absl::StrCat(SectionName(section), ".", field->name);
    seen.insert(name);
    for (absl::string_view word : field->rules.words) {
      const absl::string_view begin = absl::StripSuffix(word, "N");
      if (absl::StartsWithIgnoreCase(value.text(), begin)) seen.insert(absl::StrCat(name, ": ", word));
    }
    if (field->kind == Kind::kSection) Collect(value, field->rules.inside, index, seen);
    for (size_t j = 0; field->kind == Kind::kSectionList && j < value.size(); ++j) {
      Collect(value.item(j), field->rules.inside, index, seen);
    }
  }
}

TEST(Golden, EveryFieldAndWordStandsInAValidCase) {
  std::set<std::string> seen;
  const FieldIndex index;
  for (const std::string& folder : testing::CaseFolders()) {
    const std::string yaml = testing::ReadFile(folder + "/pipeline.yaml");
    if (!ParsePipeline(yaml, testing::OptionsOf(yaml)).ok()) continue;
    const SourceText source = ReadSourceText(yaml);
    const YamlResult read = ReadYaml(source.text());
    Collect(read.document.root(), Section::kFile, index, seen);
  }
  for (const Field& field : kFields) {
    const std::string name = absl::StrCat(SectionName(field.section), ".", field.name);
    EXPECT_TRUE(seen.contains(name)) << name;
    if (field.name == "driver") continue;  // driver_test.cc has its words
    for (absl::string_view word : field.rules.words) {
      EXPECT_TRUE(seen.contains(absl::StrCat(name, ": ", word))) << name << ": " << word;
    }
  }
}

}  // namespace
}  // namespace flow::pipeline
