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

TEST(Expand, MakesADollarOfTwo) { EXPECT_EQ(Text("pa$$word $$A $$$A"), "pa$word $A $value"); }

TEST(Expand, LeavesOtherDollars) { EXPECT_EQ(Text("cost $5, 3$, $-, $"), "cost $5, 3$, $-, $"); }

TEST(Expand, TellsVariablesThatAreNotSet) {
  const Expansion expansion = With({}, "a$word ${B}");
  EXPECT_EQ(expansion.text, "a ");
  ASSERT_EQ(expansion.problems.size(), 2u);
  EXPECT_EQ(expansion.problems[0].variable, "word");
  EXPECT_EQ(expansion.problems[0].reference, "$word");
  EXPECT_EQ(expansion.problems[1].reference, "${B}");
}

TEST(Expand, TakesTextsWhereAVariableIsThere) {
  EXPECT_EQ(Text("<${A:+x}${A+y}>"), "<xy>");
  EXPECT_EQ(Text("<${EMPTY:+x}${EMPTY+y}>"), "<y>");
  EXPECT_EQ(Text("<${X:+x}${X+y}>"), "<>");
  EXPECT_EQ(Text("--tls=${A:+$A-${A:+${A}s}}"), "--tls=value-values");
}

TEST(Expand, ReadsNothingOfAWordThatIsNotTaken) {
  EXPECT_EQ(Text("${A:-$UNSET}${A-${UNSET:?no}}${A:?$UNSET}${A?${UNSET}}"), "valuevaluevaluevalue");
  EXPECT_EQ(Text("<${X:+$UNSET}${EMPTY:+${UNSET}}${X+${UNSET?no}}>"), "<>");
  EXPECT_EQ(Text("${A:+${X:-${Y-d}}}"), "d");
}

TEST(Expand, LooksForTheFirstSignBehindTheName) {
  EXPECT_EQ(Text("${X:-a:+b}${X-c?d}${A:+e:-f}${A?g-h}"), "a:+bc?de:-fvalue");
  EXPECT_EQ(Text("-?+ ${EMPTY:-/non:-alphanumeric}"), "-?+ /non:-alphanumeric");
}

TEST(Expand, TellsVariablesThatMustBeThere) {
  const Expansion expansion = With({{"E", ""}}, "<${V:?say why}${V?say why}${E:?}${E?no}>");
  EXPECT_EQ(expansion.text, "<>");
  ASSERT_EQ(expansion.problems.size(), 3u);
  EXPECT_EQ(Explain(expansion.problems[0]), "variable \"V\" is not set: say why");
  EXPECT_EQ(Explain(expansion.problems[1]), "variable \"V\" is not set: say why");
  EXPECT_EQ(expansion.problems[1].reference, "${V?say why}");
  EXPECT_EQ(Explain(expansion.problems[2]), "variable \"E\" is empty; give it a value");
}

TEST(Expand, ExpandsAMessageAndShowsItAsItStandsWhereItCannot) {
  const Expansion expansion = With({{"E", ""}, {"A", "x"}}, "${E:?set it like $A}${E:?say $why {now}}");
  ASSERT_EQ(expansion.problems.size(), 2u);
  EXPECT_EQ(expansion.problems[0].message, "set it like x");
  EXPECT_EQ(expansion.problems[1].message, "say $why {now}");
}

TEST(Expand, TellsWhatIsNoReference) {
  for (absl::string_view text : {"${}", "${1}", "${ }", "${A:}", "${A b}", "${ A}", "${A }", "${A!}", "${A:=x}"}) {
    const Expansion expansion = With({{"A", "x"}}, text);
    EXPECT_EQ(expansion.text, "") << text;
    ASSERT_EQ(expansion.problems.size(), 1u) << text;
    EXPECT_EQ(expansion.problems[0].kind, ExpansionProblem::Kind::kMalformed) << text;
    EXPECT_EQ(expansion.problems[0].reference, text);
  }
}

TEST(Expand, TellsAReferenceThatIsNotClosedAndReadsNoFurther) {
  for (absl::string_view text : {"${", "${A", "${A:-{}", "${A:-${B}", "${A$$"}) {
    const Expansion expansion = With({{"A", "x"}}, absl::string_view(text));
    ASSERT_EQ(expansion.problems.size(), 1u) << text;
    EXPECT_EQ(expansion.problems[0].kind, ExpansionProblem::Kind::kUnclosed) << text;
  }
}

TEST(Expand, GoesOnAfterWhatIsNoReference) {
  const Expansion expansion = With({{"A", "x"}}, "$A ${A!} $UNSET ${A?");
  EXPECT_EQ(expansion.text, "x   ");
  ASSERT_EQ(expansion.problems.size(), 3u);
  EXPECT_EQ(expansion.problems[1].variable, "UNSET");
}

TEST(Expand, StaysWithinBounds) {
  for (absl::string_view begin : {"${A:-", "${A:+", "${A:?"}) {
    const std::map<std::string, std::string> variables = {{"A", begin == "${A:+" ? "x" : ""}};
    std::string nested;
    for (int i = 0; i < 200000; ++i) nested.append(begin.data(), begin.size());
    EXPECT_EQ(With(variables, nested).problems.size(), 1u);
    nested.append(200000, '}');
    EXPECT_EQ(With(variables, nested).problems.size(), 1u);
  }
  const Expansion bomb = With({{"A", std::string(100000, 'x')}}, "$A$A$A$A$A$A$A$A$A$A$A$A");
  EXPECT_LE(bomb.text.size(), kMaxExpandedText);
  EXPECT_EQ(bomb.problems.back().kind, ExpansionProblem::Kind::kTooLong);
}

TEST(Expand, TakesThirtyTwoLevels) {
  std::string text = "x";
  for (int i = 0; i < kMaxNestedReferences; ++i) text = "${X:-" + text + "}";
  EXPECT_EQ(Text(text), "x");
  EXPECT_EQ(With({}, "${X:-" + text + "}").problems[0].kind, ExpansionProblem::Kind::kTooDeep);
}

}  // namespace
}  // namespace flow::pipeline
