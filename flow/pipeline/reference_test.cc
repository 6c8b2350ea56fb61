// The page and the schema in docs/ are what the table of fields comes to. Written anew by tools/golden.
#include "flow/pipeline/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/schema.h"
#include "flow/pipeline/testing/cases.h"

namespace flow::pipeline {
namespace {

using ::testing::HasSubstr;

void ExpectFile(const std::string& path, const std::string& text) {
  if (testing::Updates()) {
    std::ofstream(path, std::ios::binary) << text;
  } else {
    EXPECT_EQ(testing::ReadFile(path), text) << path;
  }
}

TEST(Reference, PageHasTheTablesOfAllFields) {
  const std::string path = testing::InWorkspace("docs/pipeline.md");
  const std::string page = testing::ReadFile(path);
  ASSERT_NE(page, "");
  ExpectFile(path, WithFieldTables(page));
  for (int i = 0; i < kSections; ++i) {
    const Section section = static_cast<Section>(i);
    EXPECT_THAT(WithFieldTables(page), HasSubstr(FieldTable(section)));
    EXPECT_THAT(absl::AsciiStrToLower(page), HasSubstr(absl::StrCat("# ", SectionName(section), "\n")));
  }
}

TEST(Reference, SchemaIsThatOfTheTable) {
  ExpectFile(testing::InWorkspace("docs/flowctl-v1.schema.json"), JsonSchema());
}

TEST(WithFieldTables, LeavesWhatIsAround) {
  EXPECT_EQ(
      WithFieldTables("a\n<!-- the fields of resources -->\nold\n<!-- end -->\nb\n"),
      absl::StrCat("a\n<!-- the fields of resources -->\n", FieldTable(Section::kResources), "<!-- end -->\nb\n"));
  EXPECT_EQ(WithFieldTables("<!-- the fields of nothing -->\n"), "<!-- the fields of nothing -->\n");
}

TEST(FieldTable, TellsSpellingsRulesAndDefaults) {
  EXPECT_THAT(FieldTable(Section::kPort),
              HasSubstr("| `containerPort`, `container_port` | whole number, 1 to 65535 | **required** | "));
  EXPECT_THAT(FieldTable(Section::kPort), HasSubstr("| `protocol` | `TCP` `UDP` `SCTP` | `TCP` | in any case |\n"));
}

}  // namespace
}  // namespace flow::pipeline
