#include "flow/text/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/text/json.h"
#include "flow/text/view.h"

namespace flow::text {
namespace {

using ::testing::HasSubstr;

std::string ReadAndPrinted(absl::string_view json) {
  const absl::StatusOr<Value> value = ReadJson(json);
  return value.ok() ? Json(*value, JsonLayout::kCompact) : std::string(value.status().message());
}

TEST(JsonReader, KeepsOrderAndHowNumbersAreWritten) {
  for (const char* json : {R"({"b":1,"a":[2,-3.50,1e+9,0.000001,9007199254740993],"":{"c":null,"d":true,"e":false}})",
                           "[]", "{}", "\"\"", "0", "-0", "12E-3", "[[],[{}]]"}) {
    EXPECT_EQ(ReadAndPrinted(json), json);
  }
  EXPECT_EQ(ReadAndPrinted(" {\t\"a\" :\r\n[ 1 , 2 ] } \n"), R"({"a":[1,2]})");
}

TEST(JsonReader, LeavesOutMembersOfSomeNamesButForTextsAndNumbers) {
  const absl::string_view without[] = {"a", "b"};
  const auto read = ReadJson(R"({"a":{"c":1},"list":[{"b":[1],"c":{"b":"text","a":2}}],"ab":{}})", without);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Json(*read, JsonLayout::kCompact), R"({"list":[{"c":{"b":"text","a":2}}],"ab":{}})");
}

TEST(JsonReader, ReadsEveryEscape) {
  const absl::StatusOr<Value> value = ReadJson(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD83D\uDE00 ü")");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(View(*value).text(), "\"\\/\b\f\n\r\tAé€😀 ü");
}

TEST(JsonReader, HalfACharacterIsNone) {
  for (const char* json : {R"("\ud83d!")", R"("\ude00!")", R"("\ud83d\u0021")"}) {
    EXPECT_EQ(View(*ReadJson(json)).text(), "\uFFFD!") << json;
  }
}

TEST(JsonReader, RefusesWhatIsNoJsonAndSaysWhere) {
  for (const char* json :
       {"",        " ",          "{",       "[",         "[1",          "[1,",    "[1,]", "[1 2]", "{\"a\"",
        "{\"a\":", "{\"a\":1,}", "{a:1}",   "{\"a\" 1}", "{1:2}",       "]",      "tru",  "nul",   "01",
        "1.",      ".5",         "1e",      "1e+",       "+1",          "-",      "NaN",  "0x1",   "\"",
        "\"a",     "\"\\",       "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "1 2",  "{}{}",  "<html>"}) {
    EXPECT_FALSE(ReadJson(json).ok()) << json;
  }
  EXPECT_EQ(ReadAndPrinted("[1, x]"), "no JSON: no value of JSON at byte 4");
  EXPECT_EQ(ReadAndPrinted("{} {}"), "no JSON: more follows at byte 3");
}

TEST(JsonReader, EndsWhereItIsNestedTooDeeply) {
  const std::string most = absl::StrCat(std::string(kMostJsonLevels, '['), std::string(kMostJsonLevels, ']'));
  EXPECT_EQ(ReadAndPrinted(most), most);
  EXPECT_THAT(ReadAndPrinted(std::string(1000000, '[')), HasSubstr("nested too deeply"));
}

TEST(JsonReader, EveryCutOfADocumentIsAnError) {
  const std::string json = R"({"kind":"Pod","list":[1.5e3,null,true,"\ud83d\ude00\n"],"empty":{}})";
  for (size_t cut = 0; cut < json.size(); ++cut) EXPECT_FALSE(ReadJson(json.substr(0, cut)).ok()) << cut;
}

TEST(View, WhatIsNotThereIsNothing) {
  const Value document = *ReadJson(R"({"a":{"b":[{"c":"text","n":7,"t":true}]},"none":null})");
  const View view(document);
  const View entry(view["a"]["b"].list().at(0));
  EXPECT_EQ(entry["c"].text(), "text");
  EXPECT_EQ(entry["n"].number(), 7);
  EXPECT_EQ(entry["n"].text(), "7");
  EXPECT_TRUE(entry["t"].flag());

  EXPECT_TRUE(view["a"]);
  EXPECT_FALSE(view["none"]);
  EXPECT_FALSE(view["b"]["c"]["d"]);
  EXPECT_EQ(view["a"].text(), "");
  EXPECT_EQ(entry["c"].number(-1), -1);
  EXPECT_TRUE(entry["c"].flag(true));
  EXPECT_TRUE(view["a"].list().empty());
  EXPECT_TRUE(view["a"]["b"].members().empty());
  EXPECT_EQ(view.members().size(), 2u);
}

}  // namespace
}  // namespace flow::text
