#include "flow/deploy/log_text.h"

#include <gtest/gtest.h>

namespace flow::deploy {
namespace {

TEST(LogText, PutsTheComponentBeforeEachLine) {
  LogText text({});
  text.Expect("a", 1);
  text.Expect("sink", 2);
  EXPECT_EQ(text.Line({"a", 1, {.text = "one"}}), "a      | one\n");
  EXPECT_EQ(text.Line({"sink", 2, {.text = ""}}), "sink-2 |\n");
  EXPECT_EQ(text.Line({"late", 1, {.text = "\033[1mx"}}), "late   | \033[1mx\n");
}

TEST(LogText, PrefixesAreAsWideAsTheyLook) {
  LogText text({});
  text.Expect("größe", 1);
  text.Expect("a\x1b", 1);
  EXPECT_EQ(text.Line({"größe", 1, {.text = "one"}}), "größe | one\n");
  EXPECT_EQ(text.Line({"a\x1b", 1, {.text = "one"}}), "a\\x1B | one\n");
  EXPECT_EQ(text.Line({"b", 1, {.text = "one"}}), "b     | one\n");
}

TEST(LogText, ColoursAndTimesWhereTheyAreWanted) {
  LogText text({.timestamps = true, .colour = true});
  EXPECT_EQ(text.Line({"a", 1, {.time = absl::FromUnixNanos(1), .text = "x"}}),
            "\033[36ma |\033[0m 1970-01-01T00:00:00.000000001Z x\n");
}

TEST(LogJson, IsAnObjectALine) {
  EXPECT_EQ(
      LogJson({"a", 1, {.stream = OutputStream::kStderr, .time = absl::UnixEpoch(), .text = "\"\xff"}}, "flow-x-a-1"),
      "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"component\":\"a\",\"container\":\"flow-x-a-1\","
      "\"stream\":\"stderr\",\"line\":\"\\\"\uFFFD\"}\n");
}

}  // namespace
}  // namespace flow::deploy
