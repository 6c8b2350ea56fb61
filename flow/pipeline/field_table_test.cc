#include "flow/pipeline/field_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace flow::pipeline {
namespace {

using testing::ElementsAre;

const Field& Find(absl::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return field;
  }
  ADD_FAILURE() << name;
  return kFields[0];
}

TEST(Spellings, AreCamelAndSnakeCase) {
  EXPECT_THAT(Spellings(Find("mountPath")), ElementsAre("mountPath", "mount_path"));
  EXPECT_THAT(Spellings(Find("health_check")), ElementsAre("health_check", "healthCheck"));
  EXPECT_THAT(Spellings(Find("readonly")), ElementsAre("readonly", "read_only", "readOnly"));
  EXPECT_THAT(Spellings(Find("hostIP")), ElementsAre("hostIP", "host_ip", "hostIp"));
  EXPECT_THAT(Spellings(Find("apiVersion")), ElementsAre("apiVersion", "api_version"));
  EXPECT_THAT(Spellings(Find("id")), ElementsAre("id"));
}

TEST(FieldTable, HasNoSpellingTwiceInOneMapping) {
  std::set<std::pair<Section, std::string>> seen;
  for (const Field& field : kFields) {
    for (const std::string& spelling : Spellings(field)) {
      EXPECT_TRUE(seen.emplace(field.section, spelling).second) << spelling;
    }
  }
}

TEST(FieldTable, DocumentsEveryField) {
  for (const Field& field : kFields) EXPECT_FALSE(field.doc.empty()) << field.name;
}

TEST(FieldTable, HasWhatOtherWordsMeanInTheirMapping) {
  for (const OtherWord& other : kOtherWords) {
    EXPECT_EQ(other.word, SnakeCase(other.word));
    EXPECT_EQ(FieldIndex().Find(other.section, other.word), nullptr) << other.word;
    EXPECT_FALSE(other.field.empty() && other.advice.empty()) << other.word;
    EXPECT_TRUE(other.field.empty() || FieldIndex().Find(other.section, other.field) != nullptr) << other.word;
  }
}

}  // namespace
}  // namespace flow::pipeline
