#include "flow/text/json.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace flow::text {
namespace {

std::string JsonOf(const Value& value) { return Json(value, JsonLayout::kCompact); }

TEST(Json, EscapesWhatJsonHasNoPlaceFor) {
  EXPECT_EQ(JsonOf("a\"b\\c\nd\te\x01\r/ü🚀"), R"("a\"b\\c\nd\te\u0001\u000d/ü🚀")");
  EXPECT_EQ(JsonOf("a\xC3(\xFF"), "\"a\uFFFD(\uFFFD\"");
}

TEST(Json, NumbersHaveAllTheirDigitsAndNoExponent) {
  EXPECT_EQ(JsonOf(List{0, -1, uint64_t{18446744073709551615u}, true, false}),
            "[0,-1,18446744073709551615,true,false]");
  EXPECT_EQ(JsonOf(List{2.0, 12.3, 0.000001, 1048576.0, 1e15, 1.0 / 3}),
            "[2,12.3,0.000001,1048576,1000000000000000,0.3333333333333333]");
}

TEST(Json, HasALayoutForEachUse) {
  Mapping document = {{"name", "a \"b\""}};
  document.Comment("not in JSON");
  document.Add("ports", List{Mapping{{"target", 80}, {"after", Word("10s")}}, List{"x", Literal("1.50")}});
  document.Blank();
  document.Add("nothing", Mapping());
  document.Add("none", List());
  document.Add("last", Later([] { return Mapping{{"true", true}}; }));
  EXPECT_EQ(Json(document, JsonLayout::kCompact),
            R"({"name":"a \"b\"","ports":[{"target":80,"after":"10s"},["x",1.50]],"nothing":{},"none":[],)"
            R"("last":{"true":true}})");
  EXPECT_EQ(Json(document, JsonLayout::kLine),
            R"({"name": "a \"b\"", "ports": [{"target": 80, "after": "10s"}, ["x", 1.50]], "nothing": {}, "none": [], )"
            R"("last": {"true": true}})");
  EXPECT_EQ(Json(document, JsonLayout::kLines), R"({
  "name": "a \"b\"",
  "ports": [
    {
      "target": 80,
      "after": "10s"
    },
    [
      "x",
      1.50
    ]
  ],
  "nothing": {},
  "none": [],
  "last": {
    "true": true
  }
}
)");
  EXPECT_EQ(Json(Mapping(), JsonLayout::kLines), "{}\n");
}

TEST(Mapping, LeavesOutWhatIsEmpty) {
  Mapping mapping;
  mapping.AddUnlessEmpty("a", "");
  mapping.AddUnlessEmpty("b", List());
  mapping.AddUnlessEmpty("c", Mapping());
  mapping.AddUnlessEmpty("d", 0);
  mapping.AddUnlessEmpty("e", "x");
  EXPECT_EQ(JsonOf(mapping), R"({"d":0,"e":"x"})");
}

TEST(Json, AListWhoseEntriesAreMadeLaterIsPrintedAsOneThatWasThere) {
  const auto made = [](int count) {
    return Entries([count](const std::function<void(const Value&)>& take) {
      for (int i = 0; i < count; ++i) take(Mapping{{"a", i}});
    });
  };
  const Mapping later = {{"some", made(2)}, {"none", made(0)}};
  const Mapping there = {{"some", List{Mapping{{"a", 0}}, Mapping{{"a", 1}}}}, {"none", List()}};
  for (const JsonLayout layout : {JsonLayout::kCompact, JsonLayout::kLine, JsonLayout::kLines}) {
    EXPECT_EQ(Json(later, layout), Json(there, layout));
  }
}

}  // namespace
}  // namespace flow::text
