#include "flow/pipeline/config_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "flow/pipeline/yaml_reader.h"

namespace flow::pipeline {
namespace {

std::string Text(absl::string_view yaml) {
  const YamlResult result = ReadYaml(yaml);
  EXPECT_TRUE(result.readable) << yaml;
  return ConfigText(result.document.root());
}

TEST(ConfigText, LeavesScalarsAsWritten) {
  for (absl::string_view text : {"0755", "1e3", "yes", "22:22", "1.10", "0x1F", "2024-01-01", "12345678901234567890"}) {
    EXPECT_EQ(Text(text), text);
  }
}

TEST(ConfigText, MakesJsonOfListsAndMappings) {
  EXPECT_EQ(Text("[1, -0.5, 1e3, 1.10, TRUE, no, null, 'null', 0755, .5, 1., +1, 0x1]"),
            R"([1,-0.5,1e3,1.10,true,"no",null,"null","0755",".5","1.","+1","0x1"])");
  EXPECT_EQ(Text(R"({a: "q\"\\\t\x01ü"})"), "{\"a\":\"q\\\"\\\\\\t\\u0001ü\"}");
}

TEST(ConfigText, SortsKeys) { EXPECT_EQ(Text("{b: 1, a: {d: 1, c: 2}}"), R"({"a":{"c":2,"d":1},"b":1})"); }

}  // namespace
}  // namespace flow::pipeline
