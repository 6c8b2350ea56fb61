#include "flow/pipeline/json_writer.h"

#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

TEST(JsonString, EscapesWhatJsonHasNoPlaceFor) {
  EXPECT_EQ(JsonString("a\"b\\c\nd\te\x01\r/ü🚀"), R"("a\"b\\c\nd\te\u0001\u000d/ü🚀")");
  EXPECT_EQ(JsonString("a\xC3(\xFF"), "\"a\uFFFD(\uFFFD\"");
}

TEST(JsonWriter, NestsAsTheCallsDo) {
  JsonWriter json;
  json.Comment(0, "not in JSON");
  json.String(0, "name", "a \"b\"");
  json.Open(0, "ports");
  json.BeginItem();
  json.Literal(2, "target", "80");
  json.Word(2, "after", "10s");
  json.BeginItem();
  json.Open(2, "inner");
  json.Item(3, "x");
  json.Item(3, "y");
  json.Blank();
  json.Open(0, "nothing");
  json.Open(0, "last");
  json.Literal(1, "true", "true");
  EXPECT_EQ(json.Take(), R"({
  "name": "a \"b\"",
  "ports": [
    {
      "target": 80,
      "after": "10s"
    },
    {
      "inner": [
        "x",
        "y"
      ]
    }
  ],
  "nothing": {},
  "last": {
    "true": true
  }
}
)");
}

TEST(JsonWriter, WithoutACallIsAnEmptyMapping) { EXPECT_EQ(JsonWriter().Take(), "{}\n"); }

}  // namespace
}  // namespace flow::pipeline
