#include "flow/kubernetes/carried.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "flow/text/json.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;

TEST(CarriedTest, AKeyIsTheFilesPathWhereThatIsOne) {
  EXPECT_THAT(CarriedKeys({true, {{"app.yaml"}, {"sub/b"}, {"with space"}}}),
              ElementsAre("app.yaml", "sub_b", "with_space"));
}

TEST(CarriedTest, NoTwoFilesHaveOneKey) {
  const std::vector<std::string> keys =
      CarriedKeys({true, {{"a/b"}, {"a b"}, {"a_b"}, {std::string(300, 'x')}, {std::string(301, 'x')}}});
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 5);
  EXPECT_EQ(keys[2], "a_b");
  for (const std::string& key : keys) EXPECT_LE(key.size(), 253);
}

TEST(CarriedTest, WhatIsNoTextIsBinaryData) {
  const Carried carried{
      true,
      {{"bad", 0644, "\xFF"}, {"control", 0644, "\x7F"}, {"nul", 0644, std::string("a\0", 2)}, {"text", 0644, "é\n"}}};
  text::Mapping config_map;
  AddCarriedData(carried, config_map);
  EXPECT_EQ(text::Json(config_map, text::JsonLayout::kCompact),
            R"({"data":{"text":"é\n"},"binaryData":{"bad":"/w==","control":"fw==","nul":"YQA="}})");
}

TEST(CarriedTest, TheDigestChangesWithTheContentsAndNotWithTheMode) {
  const auto digest = [](const CarriedFile& file) { return CarriedDigest("/conf", {false, {file}}); };
  EXPECT_EQ(digest({"a", 0644, "x"}), digest({"a", 0755, "x"}));  // the pod tells that already
  EXPECT_NE(digest({"a", 0644, "x"}), digest({"a", 0644, "y"}));
  EXPECT_NE(digest({"a", 0644, "x"}), digest({"b", 0644, "x"}));
}

}  // namespace
}  // namespace flow::kubernetes
