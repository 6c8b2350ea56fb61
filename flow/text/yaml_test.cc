#include "flow/text/yaml.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace flow::text {
namespace {

// Every text below, and every pair of them joined, must come back as it went in.
const std::vector<std::string>& Texts() {
  static const auto& texts = *new std::vector<std::string>{
      "",
      "yes",
      "No",
      "on",
      "OFF",
      "y",
      "n",
      "true",
      "False",
      "null",
      "Null",
      "~",
      "0755",
      "1e3",
      "1E3",
      "22:22",
      "1.10",
      "0x1F",
      "0o17",
      "1_000",
      ".5",
      ".inf",
      "-.INF",
      ".nan",
      "NaN",
      "+1",
      "-1",
      "2024-01-01",
      "<<",
      "=",
      "-",
      "--",
      "---",
      "...",
      "?",
      ":",
      "a:",
      "a: b",
      ": a",
      "a #b",
      "#",
      "&a",
      "*a",
      "!a",
      "|",
      ">",
      "%",
      "@a",
      "`a",
      "[",
      "]",
      "{",
      "}",
      ",",
      "a,b",
      "'",
      "\"",
      "it's",
      "\\",
      "\\n",
      " ",
      " a",
      "a ",
      "\t",
      "a\tb",
      "\n",
      "a\n",
      "a\nb",
      "a\nb\n",
      "a\n\n",
      "\na",
      " a\n",
      "a \nb",
      "a\n b\n",
      "a\n\tb",
      "a\n\nb",
      "a\n  \nb",
      "a\r\nb",
      "\r",
      "a\n---\nb",
      "größe",
      "漢字",
      "🚀",
      "\xEF\xBB\xBF",
      "\xC2\x85",
      "\xE2\x80\xA8",
      "\xE2\x80\xAE",
      "\x07",
      "\x7F",
      "\x1B[0m",
      "$A",
      "${A:?}",
      "/a/b",
      "busybox:1.36",
      "_",
      "com.a.b",
      "12345678901234567890",
      "a\n#b\n",
      "key: |\n  a\n",
  };
  return texts;
}

void ExpectRoundTrip(const std::string& text) {
  const std::string written = Yaml({{"map", Mapping{{text, text}, {text + "'s neighbour", "b"}}},
                                    {"list", List{text, Mapping{{"x", text}, {"y", text}}, List{text, text}}}});
  const YAML::Node read = YAML::Load(written);
  ASSERT_EQ(read["map"].size(), 2) << written;
  EXPECT_EQ(read["map"].begin()->first.Scalar(), text) << written;
  EXPECT_EQ(read["map"].begin()->second.Scalar(), text) << written;
  ASSERT_EQ(read["list"].size(), 3) << written;
  EXPECT_EQ(read["list"][0].Scalar(), text) << written;
  EXPECT_EQ(read["list"][1]["x"].Scalar(), text) << written;
  EXPECT_EQ(read["list"][1]["y"].Scalar(), text) << written;
  EXPECT_EQ(read["list"][2][0].Scalar(), text) << written;
  EXPECT_EQ(read["list"][2][1].Scalar(), text) << written;
  for (const YAML::Node& node : {read["map"].begin()->second, read["list"][0]}) {
    EXPECT_TRUE(node.IsScalar()) << written;
    // "?": yaml-cpp saw no quotes, so that the text's form decides what it is.
    EXPECT_TRUE(node.Tag() != "?" || internal::IsPlainSafe(text)) << written;
  }
}

TEST(YamlTest, EveryTextComesBack) {
  for (const std::string& text : Texts()) ExpectRoundTrip(text);
}

TEST(YamlTest, EveryJoinOfTwoTextsComesBack) {
  for (const std::string& a : Texts()) {
    for (const std::string& b : Texts()) ExpectRoundTrip(a + b);
  }
}

TEST(YamlTest, RandomTextsComeBack) {
  const std::vector<std::string> atoms = {"a", "Z", "0", " ", "  ", "\n", "\n\n",     "\t", "\r",
                                          ":", "#", "-", "'", "\"", "\\", "|",        ">",  "&",
                                          "*", "!", "%", "?", "{",  "[",  "\xC2\x85", "ß",  "漢"};
  std::minstd_rand random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (size_t left = random() % 12; left > 0; --left) text += atoms[random() % atoms.size()];
    ExpectRoundTrip(text);
  }
}

TEST(YamlTest, WhatReadersTakeForAnotherTypeIsQuoted) {
  for (const char* text :
       {"",    "yes",   "No",   "on",   "OFF",  "y",          "N",  "true", "False", "null", "~",  "0755",
        "1e3", "22:22", "1.10", "0x1F", ".inf", "2024-01-01", "+1", "-1",   "<<",    "=",    "10s"}) {
    EXPECT_EQ(YamlString(text), std::string("\"") + text + "\"");
  }
}

TEST(YamlTest, WhatNobodyMisreadsStandsPlain) {
  for (const char* text : {"busybox:1.36", "docker.io/a/b@sha256:0f", "/var/lib/x", "SIGINT", "com.obsrvr.flow.type",
                           "unless-stopped", "on-failure:3", "http://x:80/y", "_A1", "yesterday"}) {
    EXPECT_EQ(YamlString(text), text);
  }
}

TEST(YamlTest, TheQuotesAreThoseThatNeedNoEscapes) {
  EXPECT_EQ(YamlString("it's"), "\"it's\"");
  EXPECT_EQ(YamlString(R"({"a": 'b'})"), R"('{"a": ''b''}')");
  EXPECT_EQ(YamlString("\"\n"), R"("\"\n")");
}

TEST(YamlTest, WhatCannotBeSeenIsEscaped) {
  EXPECT_EQ(YamlString("\xEF\xBB\xBF\xE2\x80\xAE\xC2\x85\x07"), R"("\uFEFF\u202E\x85\x07")");
  EXPECT_EQ(YamlString(std::string("a\0b", 3)), R"("a\x00b")");
}

TEST(YamlTest, BytesThatAreNoUtf8AreReplaced) {
  for (const char* text : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    const std::string read = YAML::Load(YamlString(text)).Scalar();
    EXPECT_EQ(read.substr(0, 3), "\xEF\xBF\xBD");
  }
}

TEST(YamlTest, NestsWithTwoSpacesALevel) {
  Mapping inner = {{"target", 80}};
  inner.Comment("until then");
  inner.Add("after", Word("10s"));
  Mapping document;
  document.Comment("For a person.");
  document.Add("name", "10s");
  document.Blank();
  document.Add("ports", List{inner, List{"x", List{true, "y"}}, "z", Mapping(), List()});
  document.Add("later", Later([] { return Mapping{{"list", List()}, {"mapping", Mapping()}}; }));
  EXPECT_EQ(Yaml(document),
            "# For a person.\n"
            "name: \"10s\"\n"
            "\n"
            "ports:\n"
            "  - target: 80\n"
            "    # until then\n"
            "    after: 10s\n"
            "  - - x\n"
            "    - - true\n"
            "      - \"y\"\n"
            "  - z\n"
            "  - {}\n"
            "  - []\n"
            "later:\n"
            "  list: []\n"
            "  mapping: {}\n");
  EXPECT_EQ(Yaml({}), "{}\n");
}

TEST(YamlTest, AListWhoseEntriesAreMadeLaterIsPrintedAsOneThatWasThere) {
  const auto made = [](int count) {
    return Entries([count](const std::function<void(const Value&)>& take) {
      for (int i = 0; i < count; ++i) take(Mapping{{"a", i}, {"b", List{"c"}}});
    });
  };
  const Mapping one = {{"a", 0}, {"b", List{"c"}}}, two = {{"a", 1}, {"b", List{"c"}}};
  EXPECT_EQ(Yaml({{"list", made(2)}, {"in a list", List{made(2), made(0)}}, {"none", made(0)}}),
            Yaml({{"list", List{one, two}}, {"in a list", List{List{one, two}, List()}}, {"none", List()}}));
}

TEST(YamlTest, ScriptsAreLiteralBlocks) {
  EXPECT_EQ(Yaml({{"command", List{"set -e\n\nif true; then\n  echo\nfi\n", "a\nb", "trailing \nspace"}}}),
            "command:\n"
            "  - |\n"
            "    set -e\n"
            "\n"
            "    if true; then\n"
            "      echo\n"
            "    fi\n"
            "  - |-\n"
            "    a\n"
            "    b\n"
            "  - \"trailing \\nspace\"\n");
}

TEST(YamlTest, AKeyThatIsTooLongForALineIsAnnounced) {
  const std::string key(2000, 'k');
  const YAML::Node read =
      YAML::Load(Yaml({{"labels", Mapping{{key, "v"}, {key + "2", "two\nlines"}, {key + "3", List{"a"}}}}}));
  EXPECT_EQ(read["labels"][key].Scalar(), "v");
  EXPECT_EQ(read["labels"][key + "2"].Scalar(), "two\nlines");
  EXPECT_EQ(read["labels"][key + "3"][0].Scalar(), "a");
}

}  // namespace
}  // namespace flow::text
