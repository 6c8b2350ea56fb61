// Where the last lines of a log begin, whatever the engine counts.
#include "flow/docker/log_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/testing/fake_log.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;
using testing::FakeLog;
using ::testing::IsEmpty;

class TailSearchTest : public ::testing::Test {
 protected:
  // What of the log is shown.
  std::vector<std::string> Find(TailSearch search) {
    std::optional<deploy::LogPosition> position;
    for (asked_ = 0; !position.has_value(); ++asked_) {
      if (asked_ > 30) return {"it never ends"};
      search.Reopen(/*terminal=*/false);
      search.Read(log_.Read(absl::InfinitePast(), static_cast<size_t>(search.parts())));
      position = search.End();
    }
    std::vector<std::string> shown;
    engine::LogLineReader reader(false);
    position->Reopen();
    for (const engine::LogLine& line : reader.Read(log_.Read(position->since()))) {
      if (position->Take(line.time)) shown.push_back(line.text.substr(0, 10));
    }
    return shown;
  }

  FakeLog log_;
  int asked_ = 0;
};

TEST_F(TailSearchTest, OfShortLinesNoMoreIsReadThanThese) {
  const char* const texts[] = {"one", "two", "three", "four"};
  for (int line = 0; line < 4; ++line) log_.Add(1, 2 * line, absl::StrCat(texts[line], "\n"));
  EXPECT_THAT(Find(TailSearch(2)), ElementsAre("three", "four"));
  EXPECT_EQ(asked_, 1);
  EXPECT_THAT(Find(TailSearch(4)), ElementsAre("one", "two", "three", "four"));
  EXPECT_THAT(Find(TailSearch(100)), ElementsAre("one", "two", "three", "four"));
}

TEST_F(TailSearchTest, ALineOfManyPartsIsOne) {
  for (const char* text : {"one", "two"}) log_.Write(1, text);
  log_.Write(1, std::string(100000, 'x'));
  EXPECT_THAT(Find(TailSearch(1)), ElementsAre("xxxxxxxxxx"));
  EXPECT_THAT(Find(TailSearch(2)), ElementsAre("two", "xxxxxxxxxx"));
}

TEST_F(TailSearchTest, WithoutALineItIsBehindTheLast) {
  EXPECT_THAT(Find(TailSearch(0)), IsEmpty());
  log_.Write(1, "one");
  EXPECT_THAT(Find(TailSearch(0)), IsEmpty());
  log_.Write(1, std::string(100000, 'x'));
  EXPECT_THAT(Find(TailSearch(0)), IsEmpty());
}

// Podman tells times to the second.
TEST_F(TailSearchTest, OfLinesOfTheSameTimeTheLastAreShown) {
  for (int line = 0; line < 40; ++line) log_.Add(1, 100 + line / 20, absl::StrCat(line, "\n"));
  EXPECT_THAT(Find(TailSearch(3)), ElementsAre("37", "38", "39"));
  EXPECT_THAT(Find(TailSearch(22)).size(), 22u);
}

// Standard output's long line is over after standard error's, which is younger.
TEST_F(TailSearchTest, TheOrderIsThatInWhichLinesAreOver) {
  log_.Add(1, 1, "before\n");
  log_.Add(1, 2, std::string(16384, 'x'));
  log_.Add(2, 3, "between\n");
  log_.Add(1, 2, "end\n");
  EXPECT_THAT(Find(TailSearch(1)), ElementsAre("xxxxxxxxxx"));
  EXPECT_THAT(Find(TailSearch(2)), ElementsAre("between", "xxxxxxxxxx"));
}

TEST_F(TailSearchTest, SinceAndUntilHoldToo) {
  for (int line = 1; line <= 20; ++line) log_.Add(1, line, absl::StrCat(line, "\n"));
  const auto at = [](int second) { return absl::FromUnixSeconds(second); };
  EXPECT_THAT(Find(TailSearch(2, at(20))), ElementsAre("20"));
  // The engine leaves out what is after the time.
  EXPECT_EQ(Find(TailSearch(2, absl::InfinitePast(), at(10))).front(), "9");
}

}  // namespace
}  // namespace flow::docker
