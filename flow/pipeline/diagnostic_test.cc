#include "flow/pipeline/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::pipeline {
namespace {

std::string Render(absl::string_view text, int line, int column) {
  return RenderDiagnostics("f.yaml", text, {Diagnostic{Severity::kError, line, column, "spec.a", "wrong", {}}}, false);
}

TEST(RenderDiagnostics, ShowsPlacePathLineAndCaret) {
  EXPECT_EQ(Render("one\ntwo: three\n", 2, 6), "f.yaml:2:6: error: spec.a: wrong\ntwo: three\n     ^\n");
}

TEST(RenderDiagnostics, ShowsNotes) {
  Diagnostic diagnostic{
      Severity::kWarning, 1, 1, "", "odd", {Note{2, 3, "first defined here"}, Note{0, 0, "and 3 more"}}};
  EXPECT_EQ(RenderDiagnostics("f.yaml", "a\nb\n", {diagnostic}, false),
            "f.yaml:1:1: warning: odd\na\n^\nf.yaml:2:3: note: first defined here\nf.yaml: note: and 3 more\n");
}

TEST(RenderDiagnostics, ReadsCrLfAndAByteOrderMark) {
  EXPECT_EQ(Render("\xEF\xBB\xBFone\r\ntwo\r\n", 2, 1), "f.yaml:2:1: error: spec.a: wrong\ntwo\n^\n");
  EXPECT_EQ(Render("\xEF\xBB\xBFone\r\n", 1, 1), "f.yaml:1:1: error: spec.a: wrong\none\n^\n");
}

TEST(RenderDiagnostics, PutsTheCaretUnderWideCharacters) {
  EXPECT_EQ(Render("日本: x", 1, 5), "f.yaml:1:5: error: spec.a: wrong\n日本: x\n      ^\n");
  EXPECT_EQ(Render("ü: x", 1, 4), "f.yaml:1:4: error: spec.a: wrong\nü: x\n   ^\n");
}

TEST(RenderDiagnostics, MakesControlCharactersHarmless) {
  const std::string shown = Render(
      "a\x1b[2J\t\xE2\x80\xAE"
      "b\xFF",
      1, 1);
  EXPECT_EQ(shown, "f.yaml:1:1: error: spec.a: wrong\na�[2J �b�\n^\n");
}

TEST(RenderDiagnostics, MakesHarmlessWhatMessagesTookFromTheFile) {
  const Diagnostic diagnostic{Severity::kWarning,          1, 1, "spec.\x1b]0;", "reads \x1b[2J\n",
                              {Note{2, 3, "\x1b[31mhere"}}};
  EXPECT_EQ(RenderDiagnostics("f\x1b", "a\nb\n", {diagnostic}, false),
            "f\\x1B:1:1: warning: spec.\\x1B]0;: reads \\x1B[2J\\n\na\n^\nf\\x1B:2:3: note: \\x1B[31mhere\n");
}

TEST(RenderDiagnostics, CutsLongLinesAroundThePlace) {
  const std::string shown = Render(std::string(1000000, 'x') + "HERE" + std::string(1000000, 'y'), 1, 1000001);
  EXPECT_LT(shown.size(), 400u);
  EXPECT_THAT(shown, testing::HasSubstr("xxHEREyy"));
}

TEST(RenderDiagnostics, SurvivesPlacesThatAreNotThere) {
  EXPECT_EQ(Render("a", 7, 9), "f.yaml:7:9: error: spec.a: wrong\n");
  EXPECT_EQ(Render("", 1, 1), "f.yaml:1:1: error: spec.a: wrong\n");
}

TEST(RenderDiagnostics, ColoursOnlyWhenAsked) {
  EXPECT_THAT(Render("a", 1, 1), testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(RenderDiagnostics("f", "a", {Diagnostic{}}, true), testing::HasSubstr("\x1b[1;31merror:\x1b[0m"));
}

TEST(RenderDiagnostics, HasNoSignsOfItsOwnBeyondAsciiWhereNoneAreShown) {
  const std::string line = std::string(100, 'x') + "\x1b" + std::string(100, 'y');
  const Diagnostic diagnostic{Severity::kError, 1, 102, "", "a → b: \"x…\"", {Note{0, 0, "b → c"}}};
  EXPECT_EQ(RenderDiagnostics("f\xFF", line, {diagnostic}, false, text::Signs::kAscii),
            "f?:1:102: error: a -> b: \"x...\"\n..." + std::string(59, 'x') + "?" + std::string(50, 'y') + "...\n" +
                std::string(63, ' ') + "^\nf?: note: b -> c\n");
}

TEST(SortDiagnostics, GoesByPlaceErrorsFirst) {
  std::vector<Diagnostic> all = {Diagnostic{Severity::kError, 2, 1, "", "c", {}},
                                 Diagnostic{Severity::kWarning, 1, 5, "", "b", {}},
                                 Diagnostic{Severity::kError, 1, 5, "", "a", {}}};
  SortDiagnostics(all);
  EXPECT_EQ(all[0].message + all[1].message + all[2].message, "abc");
}

TEST(Quoted, CutsAndEscapes) {
  EXPECT_EQ(Quoted("a\x1b\n\xFF"), "\"a\\x1B\\n�\"");
  EXPECT_EQ(Quoted(std::string(100, 'a')), "\"" + std::string(60, 'a') + "…\"");
}

}  // namespace
}  // namespace flow::pipeline
