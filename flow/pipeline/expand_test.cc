#include "flow/pipeline/expand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace flow::pipeline {
namespace {

Expansion With(const std::map<std::string, std::string>& variables, absl::string_view text) {
  return Expand(text, [&](absl::string_view name) -> const std::string* {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? nullptr : &found->second;
  });
}

std::string Text(absl::string_view text) {
  const Expansion expansion = With({{"A", "value"}, {"EMPTY", ""}, {"D", "$A"}}, text);
  EXPECT_TRUE(expansion.problems.empty()) << text;
  return expansion.text;
}

TEST(Expand, ReplacesVariables) {
  EXPECT_EQ(Text("<$A>${A}"), "<value>value");
  EXPECT_EQ(Text("$A.$A"), "value.value");
  EXPECT_EQ(Text("${A}b"), "valueb");
}

TEST(Expand, TakesDefaults) {
  EXPECT_EQ(Text("${X:-d}${EMPTY:-d}${A:-d}"), "ddvalue");
  EXPECT_EQ(Text("${X-d}<${EMPTY-d}>"), "d<>");
  EXPECT_EQ(Text("${X:-}"), "");
  EXPECT_EQ(Text("${X:-a b:?c}"), "a b:?c");
}

TEST(Expand, ExpandsDefaultsInTurn) {
  EXPECT_EQ(Text("${X:-${Y:-$A}}"), "value");
  EXPECT_EQ(Text("${X:-{\"a\": {\"b\": 1}}}"), "{\"a\": {\"b\": 1}}");
  EXPECT_EQ(Text("${A:-$UNSET}"), "value");  // a default that is not needed
}

TEST(Expand, DoesNotExpandValues) { EXPECT_EQ(Text("$D"), "$A"); }

TEST(Expand, MakesADollarOfTwo) {  // P49
  EXPECT_EQ(Text("pa$$word $$A $$$A"), "pa$word $A $value");
}

TEST(Expand, LeavesOtherDollars) {  // P49
  EXPECT_EQ(Text("cost $5, 3$, $-, $"), "cost $5, 3$, $-, $");
}

TEST(Expand, TellsVariablesThatAreNotSet) {
  const Expansion expansion = With({}, "a$word ${B}");
  EXPECT_EQ(expansion.text, "a ");
  ASSERT_EQ(expansion.problems.size(), 2u);
  EXPECT_EQ(expansion.problems[0].variable, "word");
  EXPECT_EQ(expansion.problems[0].reference, "$word");
  EXPECT_EQ(expansion.problems[1].reference, "${B}");
}

TEST(Expand, TellsTheAuthorsMessageAsItIs) {  // P51
  const Expansion expansion = With({{"E", ""}}, "${V:?say $why {now}}${E:?}");
  ASSERT_EQ(expansion.problems.size(), 2u);
  EXPECT_EQ(expansion.problems[0].message, "say $why {now}");
  EXPECT_EQ(expansion.problems[1].variable, "E");
}

TEST(Expand, LeavesAndTellsWhatIsNoReference) {
  for (absl::string_view text : {"${", "${A", "${}", "${1}", "${A:+x}", "${A:}", "${A b}", "${A?x}"}) {
    const Expansion expansion = With({{"A", "x"}}, text);
    EXPECT_EQ(expansion.text, text);
    ASSERT_EQ(expansion.problems.size(), 1u) << text;
    EXPECT_EQ(expansion.problems[0].kind, ExpansionProblem::Kind::kUnfinished);
  }
}

TEST(Expand, StaysWithinBounds) {
  std::string nested;
  for (int i = 0; i < 200000; ++i) nested += "${A:-";
  EXPECT_EQ(With({}, nested).text, nested);
  for (int i = 0; i < 200000; ++i) nested += "}";
  EXPECT_FALSE(With({}, nested).problems.empty());
  const Expansion bomb =
      With({{"A", std::string(100000, 'x')}}, nested.substr(0, 0) + std::string("$A$A$A$A$A$A$A$A$A$A$A$A"));
  EXPECT_LE(bomb.text.size(), kMaxExpandedText);
  EXPECT_EQ(bomb.problems.back().kind, ExpansionProblem::Kind::kTooLong);
}

}  // namespace
}  // namespace flow::pipeline
