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

TEST(Document, MadeHasNothingThatIsMadeLater) {
  int times = 0;
  const Value value = Mapping{{"later", Later([&] {
                                 ++times;
                                 return List{Later([] { return "inner"; }), 1};
                               })},
                              {"entries", Entries([](const auto& take) { take(Later([] { return true; })); })}};
  EXPECT_EQ(times, 0);
  const Value made = Made(value);
  EXPECT_EQ(times, 1);
  const auto& members = std::get<Mapping>(made.any());
  EXPECT_EQ(std::get<List>(members.Find("later")->any()).size(), 2u);
  EXPECT_EQ(Text(members), R"({"later":["inner",1],"entries":[true]})");
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace flow::text
