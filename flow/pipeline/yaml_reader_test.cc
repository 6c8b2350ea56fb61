#include "flow/pipeline/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/config_value.h"
#include "flow/pipeline/place.h"

namespace flow::pipeline {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The document as JSON, its problems as "line:column message".
struct Outcome {
  std::string json;
  std::vector<std::string> problems;
};

Outcome Read(absl::string_view text) {
  const YamlResult result = ReadYaml(text);
  const Places places(text);
  Outcome outcome;
  if (result.readable) outcome.json = ConfigText(result.document.root());
  for (const YamlProblem& problem : result.problems) {
    const Place place = places.At(problem.offset);
    outcome.problems.push_back(absl::StrCat(place.line, ":", place.column, " ", problem.message));
  }
  return outcome;
}

std::string Json(absl::string_view text) {
  const Outcome outcome = Read(text);
  EXPECT_THAT(outcome.problems, IsEmpty()) << text;
  return outcome.json;
}

std::string Problem(absl::string_view text) {
  const Outcome outcome = Read(text);
  EXPECT_EQ(outcome.problems.size(), 1u) << text;
  return outcome.problems.empty() ? "" : outcome.problems[0];
}

TEST(ReadYaml, ReadsAllKindsOfNodes) {
  EXPECT_EQ(Json("a: [1, 'x', \"y\\n\", ~]\nb: {c: d}\n"), R"({"a":[1,"x","y\n",null],"b":{"c":"d"}})");
  EXPECT_EQ(Json("- |\n  a\n  b\n- >\n  a\n  b\n- >-\n  a\n"), R"(["a\nb\n","a b\n","a"])");
  EXPECT_EQ(Json("a:\n"), R"({"a":null})");
}

TEST(ReadYaml, TellsPlainFromQuoted) {
  EXPECT_EQ(Json("[true, 'true', 1, \"1\", !!str 1, !!int 1]"), R"([true,"true",1,"1","1",1])");
}

TEST(ReadYaml, ResolvesAnchorsAndAliases) {
  EXPECT_EQ(Json("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n"), R"({"a":[1],"b":[1],"c":2,"d":2})");
}

TEST(ReadYaml, MergesKeysOwnOnesWinning) {
  EXPECT_EQ(Json("- &a {x: 1, y: 1}\n- &b {y: 2, z: 2}\n- {<<: [*a, *b], x: 0}\n- {x: 0, <<: *b}\n- {<<: ~}"),
            R"([{"x":1,"y":1},{"y":2,"z":2},{"x":0,"y":1,"z":2},{"x":0,"y":2,"z":2},{}])");
  EXPECT_EQ(Json("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n"), R"([{"x":1},{"x":1,"y":2},{"x":1,"y":2}])");
  EXPECT_EQ(Json("{\"<<\": 1}"), R"({"<<":1})");
}

TEST(ReadYaml, TakesOneDocumentWithMarkersAndComments) {
  EXPECT_EQ(Json("# c\n---\na: 1\n...\n# c\n"), R"({"a":1})");
  EXPECT_EQ(Json("%YAML 1.2\n---\na: 1\n---\n"), R"({"a":1})");
}

TEST(ReadYaml, RefusesASecondDocument) {
  EXPECT_THAT(Problem("a: 1\n---\nb: 2\n"), HasSubstr("2:1 a second document"));
  EXPECT_THAT(Problem("a: 1\n...\n---\nb: 2\n"), HasSubstr("3:1 a second document"));
  EXPECT_THAT(Problem("{a: 1}\n{b: 2}\n"), HasSubstr("2:1 not YAML"));
}

TEST(ReadYaml, TellsThatThereIsNothing) {
  for (const char* text : {"", "# nothing\n---\n"}) {
    const YamlResult yaml = ReadYaml(text);
    EXPECT_TRUE(yaml.empty) << text;
    EXPECT_FALSE(yaml.readable) << text;
    EXPECT_TRUE(yaml.problems.empty()) << text;
  }
}

TEST(ReadYaml, TellsAKeyThatComesTwice) {
  const YamlResult result = ReadYaml("a: {b: 1, 'b': 2}\n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].path, "a");
  EXPECT_EQ(result.problems[0].offset, 10u);
  EXPECT_EQ(result.problems[0].note_offset, 4u);
}

TEST(ReadYaml, TellsKeysThatAreNoText) {
  EXPECT_THAT(Problem("? [a]\n: b\n"), HasSubstr("1:3 a key must be a text"));
  EXPECT_THAT(Problem("~: b\n"), HasSubstr("a key is missing here"));
}

TEST(ReadYaml, NamesTheTabInAnIndentation) {
  EXPECT_THAT(Problem("a:\n\tb: 1\n"), HasSubstr("2:1 not YAML: a tab"));
  EXPECT_THAT(Problem("a:\n  - b\n\t- c: d\n"), HasSubstr("3:1 not YAML: a tab"));
  EXPECT_THAT(Problem("a:\n  b:\n  \tc: 1\n"), HasSubstr("3:3 not YAML: a tab"));
  EXPECT_EQ(Json("{\n\t\"a\":\t1,\n\t\"b\": 2\n}\n"), R"({"a":1,"b":2})");  // JSON may be indented so
}

TEST(ReadYaml, NamesTheNonBreakingSpace) {
  EXPECT_THAT(Problem("a:\n \u00A0b: 1\n"), HasSubstr("2:2 a non-breaking space (U+00A0)"));
  EXPECT_THAT(Problem("a:\u00A0b\n"), HasSubstr("1:3 a non-breaking space"));
  EXPECT_THAT(Problem("a:\n  -\u00A0b\n"), HasSubstr("2:4 a non-breaking space"));
  EXPECT_THAT(Problem("a: \u3000b\n"), HasSubstr("1:4 an ideographic space"));
  EXPECT_EQ(Json("a: 10\u00A0km\n"), "{\"a\":\"10\u00A0km\"}");
  EXPECT_EQ(Json("a: \"\u00A0\"\n"), "{\"a\":\"\u00A0\"}");
}

TEST(ReadYaml, CountsColumnsInCharacters) { EXPECT_THAT(Problem("ääää: 1\nüü: [ß, *x]\n"), HasSubstr("2:9 not YAML")); }

TEST(ReadYaml, SaysWhatKeepsATextFromBeingYaml) {
  EXPECT_THAT(Problem("a: b: c\n"), HasSubstr("1:5 not YAML: a \":\""));
  EXPECT_THAT(Problem("a: [1, 2\nb: 3\n"), HasSubstr("\"[\" or a quote before this is never closed"));
  EXPECT_THAT(Problem("a: {b: 1\n"), HasSubstr("\"{\" or a quote before this is never closed"));
  EXPECT_THAT(Problem("a: \"b"), HasSubstr("never closed"));
  EXPECT_THAT(Problem("a: @b\n"), HasSubstr("put the text in quotes"));
  EXPECT_THAT(Problem("a: *b\n"), HasSubstr("no anchor of this name"));
  EXPECT_THAT(Problem("a: \"\\q\"\n"), HasSubstr("no such escape"));
  EXPECT_THAT(Problem("a:\n  - b\n c: d\n"), HasSubstr("3:2 not YAML: this line fits no"));
}

TEST(ReadYaml, RefusesTagsThatMeanNothing) { EXPECT_THAT(Problem("a: !secret b\n"), HasSubstr("1:4 the tag")); }

TEST(ReadYaml, RefusesANulFromAnEscape) { EXPECT_THAT(Problem("a: \"x\\0y\"\n"), HasSubstr("NUL")); }

TEST(ReadYaml, RefusesAnAliasInsideOfItself) {
  EXPECT_THAT(Problem("a: &x [*x]\n"), HasSubstr("1:8 this alias stands inside"));
}

TEST(ReadYaml, TakesTenThousandAliases) {
  std::string text = "a: &a [x]\nb:\n";
  for (int i = 0; i < 10000; ++i) text += "- *a\n";
  EXPECT_THAT(Read(text).problems, IsEmpty());
}

TEST(ReadYaml, RefusesAliasBombs) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&text, j == 0 ? "" : ", ", "*a", i - 1);
    text += "]\n";
  }
  EXPECT_THAT(Problem(text), HasSubstr("over 1000000 values"));
}

TEST(ReadYaml, RefusesBombsOfTextAndOfMerges) {
  std::string text = absl::StrCat("a: &a ", std::string(100000, 'x'), "\nb:\n");
  for (int i = 0; i < 1000; ++i) text += "- *a\n";
  EXPECT_THAT(Problem(text), HasSubstr("over 16 MiB of text"));

  std::string merges = "m: &m {";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&merges, "k", i, ": 1, ");
  merges += "}\n";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&merges, "x", i, ": {<<: *m}\n");
  EXPECT_THAT(Problem(merges), HasSubstr("over 1000000 values"));
}

TEST(ReadYaml, TakesNestingOf64LevelsAndNoMoreAlsoByAliases) {
  EXPECT_THAT(Read(std::string(64, '[') + std::string(64, ']')).problems, IsEmpty());
  EXPECT_THAT(Problem(std::string(65, '[') + std::string(65, ']')), HasSubstr("1:65 nested over 64 levels"));
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 10000; ++i) absl::StrAppend(&chain, "a", i, ": &a", i, " [*a", i - 1, "]\n");
  EXPECT_THAT(Problem(chain), HasSubstr("nested over 64 levels"));
}

std::string Repeat(absl::string_view piece, size_t bytes) {
  std::string text;
  text.reserve(bytes);
  while (text.size() + piece.size() <= bytes) text.append(piece.data(), piece.size());
  return text;
}

// Whatever makes scanners slow, hungry or deep; that each ends within the test's minute is a part of the test.
TEST(ReadYaml, RefusesHostileTexts) {
  for (absl::string_view piece : {"[",        "{",      "- ",        "? ",          "&a ", "*a ", "\"",     "'",
                                  "!",        "!!str ", "%",         "a: ",         ": ",  "[]",  "word ",  "{a: b}, ",
                                  "word\n",   "|\n",    "...\n",     "# comment\n", "\n",  " ",   "? a\n",  "- 'x'\n",
                                  "[a]: b\n", "&",      "- - - -\n", "- &a [*a]\n", "*",   "- [", "- {a: ", "\"\\"}) {
    const YamlResult result = ReadYaml(Repeat(piece, 2 << 20));
    EXPECT_FALSE(result.problems.empty()) << piece;
    EXPECT_LE(result.document.nodes.size(), kMaxWrittenNodes + 64) << piece;
  }
}

TEST(ReadYaml, RefusesHostileTextsOf16MiBJustAsFast) {
  for (absl::string_view piece : {"[", "\"", "word\n", "- a\n", "- {a: "}) {
    EXPECT_FALSE(ReadYaml(Repeat(piece, 16 << 20)).problems.empty()) << piece;
  }
}

}  // namespace
}  // namespace flow::pipeline
