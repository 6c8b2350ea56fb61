#include "flow/pipeline/source_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::pipeline {
namespace {

std::string Problem(absl::string_view bytes) { return ReadSourceText(bytes).problem; }

TEST(ReadSourceText, MakesOneOfAllLineEnds) { EXPECT_EQ(ReadSourceText("a\r\nb\rc\n\r\n").text(), "a\nb\nc\n\n"); }

TEST(ReadSourceText, CopiesNothingWhereNothingChanges) {
  const std::string bytes =
      "\xEF\xBB\xBF"
      "a: ä\n";
  EXPECT_EQ(ReadSourceText(bytes).text().data(), bytes.data() + 3);
}

TEST(ReadSourceText, TakesAByteOrderMark) {
  EXPECT_EQ(ReadSourceText("\xEF\xBB\xBF"
                           "a")
                .text(),
            "a");
}

TEST(ReadSourceText, NamesUtf16) {
  EXPECT_THAT(Problem(absl::string_view("\xFF\xFE"
                                        "a\0",
                                        4)),
              testing::HasSubstr("UTF-16"));
  EXPECT_THAT(Problem(absl::string_view("\xFE\xFF\0a", 4)), testing::HasSubstr("UTF-16"));
  EXPECT_THAT(Problem(absl::string_view("a\0p\0", 4)), testing::HasSubstr("UTF-16"));
  EXPECT_THAT(Problem(absl::string_view("\0a\0p", 4)), testing::HasSubstr("UTF-16"));
  EXPECT_THAT(Problem(absl::string_view("\xFF\xFE\0\0a\0\0\0", 8)), testing::HasSubstr("UTF-32"));
}

TEST(ReadSourceText, RefusesWhatIsNotUtf8) {
  for (absl::string_view bytes : {"\xFF", "\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\xC3", "\xF8\x88\x80\x80\x80", "\xC3("}) {
    EXPECT_THAT(Problem(bytes), testing::HasSubstr("is not UTF-8"));
  }
  EXPECT_EQ(Problem("ß€😀\xF4\x8F\xBF\xBD"), "");
}

TEST(ReadSourceText, SaysWhereAByteIsWrong) {
  const SourceText source = ReadSourceText("a\r\nb\xFF");
  EXPECT_EQ(source.problem_offset, 3u);
  EXPECT_EQ(source.text(), "a\nb");
  EXPECT_EQ(ReadSourceText("ab\xFF").problem_offset, 2u);
  EXPECT_EQ(ReadSourceText("ab\xFF").text(), "ab");
}

TEST(ReadSourceText, RefusesNulAndControlCharacters) {
  EXPECT_THAT(Problem(absl::string_view("abc\0def", 7)), testing::HasSubstr("NUL"));
  EXPECT_THAT(Problem("a\x04"
                      "b"),
              testing::HasSubstr("U+0004"));  // which yaml-cpp takes for the end
  EXPECT_THAT(Problem("a\x1b[2J"), testing::HasSubstr("U+001B"));
  EXPECT_THAT(Problem("a\xC2\x9B"), testing::HasSubstr("U+009B"));
  EXPECT_EQ(Problem("a\tb\n"), "");
}

TEST(ReadSourceText, RefusesOver16MiB) {
  EXPECT_EQ(Problem(std::string(kMaxFileBytes, 'a')), "");
  EXPECT_THAT(Problem(std::string(kMaxFileBytes + 1, 'a')), testing::HasSubstr("16 MiB"));
}

}  // namespace
}  // namespace flow::pipeline
