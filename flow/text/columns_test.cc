#include "flow/text/columns.h"

#include <gtest/gtest.h>

namespace flow::text {
namespace {

TEST(Columns, CountsWhatATerminalShows) {
  EXPECT_EQ(Columns("Zürich"), 6);
  EXPECT_EQ(Columns("漢字"), 4);
  EXPECT_EQ(Columns("e\u0301"), 1);
}

TEST(Fitted, CutsBeforeWhatHasNoPlace) {
  EXPECT_EQ(Fitted("Zürich", 3), "Zür");
  EXPECT_EQ(Fitted("a漢字", 4), "a漢");
  EXPECT_EQ(Fitted("e\u0301a", 1), "e\u0301");
  EXPECT_EQ(Fitted("a\x1b[2J\n", 9), "a [2J ");
  EXPECT_EQ(Fitted("\xFF", 9), "\uFFFD");
}

TEST(Padded, FillsUpToItsColumns) {
  EXPECT_EQ(Padded("漢", 4), "漢  ");
  EXPECT_EQ(Padded("abc", 2), "abc");
}

TEST(Table, AlignsCellsOfAnyScript) {
  EXPECT_EQ(Table({{"NAME", "STATE", "UP"}, {"größe", "running", "-"}, {"漢字", "exited", ""}}),
            "NAME   STATE    UP\n"
            "größe  running  -\n"
            "漢字   exited\n");
}

TEST(Table, DoesNothingToATerminal) {
  EXPECT_EQ(Table({{"A", "B"}, {"\x1b[2J\n", "c"}}), "A          B\n\\x1B[2J\\n  c\n");
}

}  // namespace
}  // namespace flow::text
