#include "flow/docker/engine/log_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace flow::docker::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kAt[] = "2026-11-26T08:00:00.000000001Z ";
constexpr char kLater[] = "2026-11-26T08:00:00.000000002Z ";

std::string Frame(int stream, const std::string& bytes) {
  std::string frame(8, '\0');
  frame[0] = static_cast<char>(stream);
  for (int i = 0; i < 4; ++i) frame[7 - i] = static_cast<char>(bytes.size() >> 8 * i);
  return frame + bytes;
}

// "1: text" or "2: text" of each line, by its stream.
std::vector<std::string> Texts(const std::vector<LogLine>& lines) {
  std::vector<std::string> texts;
  for (const LogLine& line : lines) {
    texts.push_back(absl::StrCat(line.stream == deploy::OutputStream::kStderr ? "2: " : "1: ", line.text));
  }
  return texts;
}

TEST(LogLineReader, GivesLinesOfBothStreamsWithTheirTimes) {
  LogLineReader reader(false);
  const std::vector<LogLine> lines =
      reader.Read(Frame(1, absl::StrCat(kAt, "out\n")) + Frame(2, absl::StrCat(kLater, "err\r\n")));
  EXPECT_THAT(Texts(lines), ElementsAre("1: out", "2: err"));
  EXPECT_EQ(lines[1].time - lines[0].time, absl::Nanoseconds(1));
  EXPECT_EQ(absl::FormatTime(lines[0].time, absl::UTCTimeZone()), "2026-11-26T08:00:00.000000001+00:00");
  EXPECT_THAT(reader.End(), IsEmpty());
}

TEST(LogLineReader, PiecesMayEndAnywhere) {
  const std::string bytes = Frame(1, absl::StrCat(kAt, "one\n")) + Frame(1, absl::StrCat(kAt, "\n"));
  LogLineReader reader(false);
  std::vector<std::string> texts;
  for (const char byte : bytes) {
    for (const std::string& text : Texts(reader.Read(std::string(1, byte)))) texts.push_back(text);
  }
  EXPECT_THAT(texts, ElementsAre("1: one", "1: "));
}

// The engine cuts what is longer than 16 KiB, and puts the time of the first before each part.
TEST(LogLineReader, PartsOfALineAreOneLine) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(false);
  EXPECT_THAT(reader.Read(Frame(1, kAt + part)), IsEmpty());
  EXPECT_THAT(Texts(reader.Read(Frame(2, absl::StrCat(kLater, "between\n")))), ElementsAre("2: between"));
  EXPECT_EQ(absl::ToUnixNanos(reader.OpenSince()) % 10, 1);
  const std::vector<LogLine> lines = reader.Read(Frame(1, absl::StrCat(kAt, "end\n")));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, part + "end");
  EXPECT_EQ(absl::ToUnixNanos(lines[0].time) % 10, 1);
  EXPECT_EQ(reader.OpenSince(), absl::InfiniteFuture());
  EXPECT_EQ(reader.parts(), 3);
}

// The container runs again, and goes on in the same log.
TEST(LogLineReader, WhatARunWroteLastNeedsNoEnd) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(false);
  EXPECT_THAT(Texts(reader.Read(Frame(1, absl::StrCat(kAt, "fatal")))), ElementsAre("1: fatal"));
  EXPECT_THAT(Texts(reader.Read(Frame(1, absl::StrCat(kLater, "start\n")))), ElementsAre("1: start"));
  EXPECT_THAT(reader.Read(Frame(1, kAt + part)), IsEmpty());
  EXPECT_THAT(Texts(reader.Read(Frame(1, absl::StrCat(kLater, "start\n")))), ElementsAre("1: " + part, "1: start"));
  EXPECT_THAT(reader.Read(Frame(1, kAt + part)), IsEmpty());
  EXPECT_THAT(Texts(reader.End()), ElementsAre("1: " + part));
  EXPECT_THAT(reader.End(), IsEmpty());
}

// Docker 20.10 with the logging driver `local` leaves out the end of a long line.
TEST(LogLineReader, TheLastPartOfALineNeedsNoEnd) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(false);
  reader.Read(Frame(1, kAt + part));
  EXPECT_THAT(Texts(reader.Read(Frame(1, absl::StrCat(kAt, "end")))), ElementsAre("1: " + part + "end"));
  reader.Read(Frame(1, kLater + part));
  EXPECT_THAT(Texts(reader.Read(Frame(1, kLater))), ElementsAre("1: " + part));
}

// A container with a terminal has one stream, without frames.
TEST(LogLineReader, ReadsTheOutputOfATerminal) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(true);
  const std::vector<LogLine> lines =
      reader.Read(absl::StrCat(kAt, "one two\r\n", kAt, part, kAt, part, kAt, "end\r\n", kLater, "open"));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "one two");
  EXPECT_EQ(lines[1].text, part + part + "end");
  EXPECT_THAT(Texts(reader.End()), ElementsAre("1: open"));
}

TEST(LogLineReader, WhatARunWroteLastOnATerminalNeedsNoEnd) {
  LogLineReader reader(true);
  EXPECT_THAT(Texts(reader.Read(absl::StrCat(kAt, "fatal", kLater, "start\r\n"))), ElementsAre("1: fatal", "1: start"));
  // A program's own time is before the engine's.
  EXPECT_THAT(Texts(reader.Read(absl::StrCat(kLater, "at ", kAt, "on\r\n"))),
              ElementsAre(absl::StrCat("1: at ", kAt, "on")));
}

// What never ends is shown all the same, and fills no memory.
TEST(LogLineReader, ALineWithoutBoundComesInSeveral) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(false);
  size_t lines = 0;
  for (int count = 0; count < 200; ++count) lines += reader.Read(Frame(1, kAt + part)).size();
  EXPECT_EQ(lines, 3u);
}

TEST(LogLineReader, ALineOfATerminalWithoutBoundHasNoTimesInIt) {
  const std::string part(16 * 1024, 'x');
  LogLineReader reader(true);
  std::string text;
  for (int count = 0; count < 100; ++count) {
    for (const LogLine& line : reader.Read(kAt + part)) {
      EXPECT_EQ(absl::ToUnixNanos(line.time) % 10, 1);
      text += line.text;
    }
  }
  for (const LogLine& line : reader.End()) text += line.text;
  EXPECT_EQ(text.size(), 100 * part.size());
  EXPECT_EQ(text.find_first_not_of('x'), std::string::npos);
}

// Podman tells times with the machine's offset, and a program's own text may look like anything.
TEST(TakeTimestamp, TakesWhatIsOneAndNothingElse) {
  absl::string_view text = "2026-11-26T09:00:00.5+01:00 text of it";
  absl::Time time;
  ASSERT_TRUE(TakeTimestamp(&text, &time));
  EXPECT_EQ(text, "text of it");
  EXPECT_EQ(absl::FormatTime(time, absl::UTCTimeZone()), "2026-11-26T08:00:00.5+00:00");
  for (absl::string_view other : {"", " ", "no time at all", "2026-11-26 08:00:00 x", "2026-99-26T08:00:00.000Z x"}) {
    const absl::string_view before = other;
    EXPECT_FALSE(TakeTimestamp(&other, &time)) << before;
    EXPECT_EQ(other, before);
  }
}

}  // namespace
}  // namespace flow::docker::engine
