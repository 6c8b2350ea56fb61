#include "flow/text/document.h"

#include <gtest/gtest.h>

#include "flow/text/json.h"

namespace flow::text {
namespace {

std::string Text(const Value& value) { return Json(value, JsonLayout::kCompact); }

TEST(Document, ACopyIsAnotherOneFromWhenOneOfThemIsAddedTo) {
  Mapping inner = {{"a", 1}};
  Mapping outer = {{"inner", inner}};
  const Mapping before = outer;
  EXPECT_EQ(&before.entries(), &outer.entries());
  inner.Add("b", 2);
  outer.Add("c", 3);
  EXPECT_EQ(Text(inner), R"({"a":1,"b":2})");
  EXPECT_EQ(Text(outer), R"({"inner":{"a":1},"c":3})");
  EXPECT_EQ(Text(before), R"({"inner":{"a":1}})");
}

TEST(Document, OneWithoutMembersHasAPlaceForThem) {
  Mapping mapping;
  EXPECT_TRUE(mapping.empty());
  EXPECT_EQ(mapping.Find("a"), nullptr);
  mapping.Add("a", List{1, Mapping()});
  EXPECT_EQ(Text(mapping), R"({"a":[1,{}]})");
}

}  // namespace
}  // namespace flow::text
