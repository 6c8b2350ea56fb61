#include "flow/pipeline/component_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace flow::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(ReadComponentMetadata, TakesWhatTheFormatNames) {
  const absl::StatusOr<ComponentMetadata> metadata = ReadComponentMetadata(R"({
    "name": "duckdb-consumer", "version": "v1.0.0", "tags": ["x"],
    "env_mapping": {"database_path": "DUCKDB_PATH"},
    "config_schema": {"batch": {"type": "integer", "env": "BATCH_SIZE"}, "database_path": {"env": "OTHER"}, "x": {}},
    "input_types": ["contract-event"], "output_types": [],
    "port": 9000, "health_port": "9001"})");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  // Of both, env_mapping wins.
  EXPECT_THAT(metadata->env_mapping, ElementsAre(Pair("batch", "BATCH_SIZE"), Pair("database_path", "DUCKDB_PATH")));
  EXPECT_THAT(metadata->input_types, ElementsAre("contract-event"));
  EXPECT_THAT(metadata->output_types, IsEmpty());
  EXPECT_EQ(metadata->port, 9000u);
  EXPECT_EQ(metadata->health_port, 9001u);
}

TEST(ReadComponentMetadata, TakesTheOtherNamesOfEventTypes) {
  const absl::StatusOr<ComponentMetadata> metadata =
      ReadComponentMetadata(R"({"consumes": ["a", "b"], "produces": ["c"]})");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_THAT(metadata->input_types, ElementsAre("a", "b"));
  EXPECT_THAT(metadata->output_types, ElementsAre("c"));
}

TEST(ReadComponentMetadata, TakesAbsentAndNullAlike) {
  for (const char* text : {"{}", R"({"env_mapping": null, "port": null, "config_schema": null, "consumes": null})"}) {
    const absl::StatusOr<ComponentMetadata> metadata = ReadComponentMetadata(text);
    ASSERT_TRUE(metadata.ok()) << metadata.status();
    EXPECT_THAT(metadata->env_mapping, IsEmpty());
    EXPECT_EQ(metadata->port, 0u);
  }
}

TEST(ReadComponentMetadata, TellsWhichFieldIsMisshapen) {
  const struct {
    const char *text, *told;
  } kCases[] = {
      {R"({"env_mapping": ["A"]})", "env_mapping: "},
      {R"({"env_mapping": {"a.b": "A B"}})", "env_mapping.\"a.b\": "},
      {R"({"env_mapping": {"a": "A=B"}})", "env_mapping.a: "},
      {R"({"env_mapping": {"a": 1}})", "env_mapping.a: "},
      {R"({"config_schema": {"a": {"env": "1A"}}})", "config_schema.a: "},
      {R"({"input_types": "ledger"})", "input_types: "},
      {R"({"produces": [1]})", "produces: "},
      {R"({"port": 0})", "port: "},
      {R"({"port": 80.5})", "port: "},
      {R"({"port": "http"})", "port: "},
      {R"({"health_port": 65536})", "health_port: "},
      {R"({"health_port": true})", "health_port: "},
  };
  for (const auto& [text, told] : kCases) {
    EXPECT_THAT(ReadComponentMetadata(text).status().message(), HasSubstr(told)) << text;
  }
}

TEST(ReadComponentMetadata, RefusesWhatIsNestedTooDeep) {
  const auto nested = [](int levels, const std::string& open, const std::string& close) {
    std::string text = "{\"[\": ";
    for (int i = 1; i < levels; ++i) text += open;
    text += "1";
    for (int i = 1; i < levels; ++i) text += close;
    return text + "}";
  };
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"\\\"{\": ", "}")}) {
    EXPECT_EQ(ReadComponentMetadata(nested(kMaxMetadataDepth, open, close)).status(), absl::OkStatus());
    EXPECT_THAT(ReadComponentMetadata(nested(kMaxMetadataDepth + 1, open, close)).status().message(),
                HasSubstr("levels deep"));
    EXPECT_FALSE(ReadComponentMetadata(nested(100000, open, close)).ok());
  }
}

TEST(ReadComponentMetadata, TellsWhatIsNoJsonObject) {
  for (const std::string& text : {std::string(), std::string("[]"), std::string("null"), std::string("{\"port\": 1"),
                                  std::string("env: A"), std::string("\xff\xfe{}"), std::string(1, '\0')}) {
    EXPECT_EQ(ReadComponentMetadata(text).status().message(), "it is not a JSON object") << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace flow::pipeline
