#include "flow/text/harmless.h"

#include <gtest/gtest.h>

namespace flow::text {
namespace {

TEST(Harmless, EscapesWhatMovesACursorAndKeepsLines) {
  EXPECT_EQ(Harmless("a\x1b[2J\r\n\tb\x7f"), "a\\x1B[2J\\x0D\n\tb\\x7F");
  EXPECT_EQ(Harmless("\xC2\x9B"
                     "31m \xE2\x80\xAE x"),
            "\\x9B31m \\u202E x");
}

TEST(Harmless, KeepsAllThatIsText) { EXPECT_EQ(Harmless("Zürich 日本 → \"x\" \\n"), "Zürich 日本 → \"x\" \\n"); }

TEST(Harmless, ReplacesWhatIsNoUtf8) { EXPECT_EQ(Harmless("a\xFF\x9B"), "a��"); }

TEST(HarmlessLine, StaysOnItsLine) { EXPECT_EQ(HarmlessLine("a\nb\t\x1b"), "a\\nb\\t\\x1B"); }

}  // namespace
}  // namespace flow::text
