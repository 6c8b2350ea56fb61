// Streams arrive in pieces of any size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "flow/docker/engine/event_stream.h"
#include "flow/docker/engine/log_frames.h"
#include "flow/http/stream_lines.h"

namespace flow::docker::engine {
namespace {

std::string Frame(char stream, const std::string& bytes) {
  return std::string({stream, 0, 0, 0, 0, 0, static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())}) +
         bytes;
}

TEST(LogFrameReader, TakesFramesHoweverTheyAreCut) {
  const std::string stream = Frame(1, "out\n") + Frame(2, std::string(700, 'e')) + Frame(1, "");
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    LogFrameReader reader;
    std::vector<LogFrame> frames = reader.Read(stream.substr(0, cut));
    for (LogFrame& frame : reader.Read(stream.substr(cut))) frames.push_back(std::move(frame));
    ASSERT_EQ(frames.size(), 3u) << "cut at " << cut;
    EXPECT_EQ(frames[0].bytes, "out\n");
    EXPECT_EQ(frames[1].stream, LogFrame::Stream::kStderr);
    EXPECT_EQ(frames[1].bytes.size(), 700u);
  }
}

// A length that is none, of what is no engine: 4 GiB are never waited for, nor kept.
TEST(LogFrameReader, HandsAFrameWithoutEndOnInParts) {
  LogFrameReader reader;
  EXPECT_TRUE(reader.Read(std::string("\1\0\0\0\xFF\xFF\xFF\xFF", 8)).empty());
  const std::string piece(LogFrameReader::kMostFrame / 4, 'x');
  size_t bytes = 0;
  for (int i = 0; i < 40; ++i) {
    for (const LogFrame& frame : reader.Read(piece)) {
      EXPECT_EQ(frame.stream, LogFrame::Stream::kStdout);
      EXPECT_EQ(frame.bytes.size(), LogFrameReader::kMostFrame);
      bytes += frame.bytes.size();
    }
  }
  EXPECT_EQ(bytes, 40 * piece.size());
}

TEST(LogFrameReader, FindsTheFrameBehindALongOne) {
  std::string stream("\1\0\0\0\0\x10\0\2", 8);  // 1 MiB and 2 bytes
  stream += std::string(LogFrameReader::kMostFrame + 2, 'x') + Frame(2, "next");
  const std::vector<LogFrame> frames = LogFrameReader().Read(stream);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].bytes, "xx");
  EXPECT_EQ(frames[2].bytes, "next");
}

TEST(StreamLines, PassesOverALineThatIsTooLong) {
  http::StreamLines lines;
  std::vector<std::string> told;
  const auto tell = [&](absl::string_view line) { told.emplace_back(line); };
  lines.Read("one\ntw", tell);
  lines.Read("o\n", tell);
  const std::string piece(1 << 20, 'x');
  for (size_t read = 0; read <= http::StreamLines::kMostLine; read += piece.size()) lines.Read(piece, tell);
  lines.Read("x\nthree\n\n", tell);
  EXPECT_THAT(told, testing::ElementsAre("one", "two", "three", ""));
}

// In small pieces: were each looked at from the line's beginning on, this would take minutes.
TEST(StreamLines, LooksAtEachByteOnce) {
  http::StreamLines lines;
  size_t longest = 0;
  const auto tell = [&](absl::string_view line) { longest = std::max(longest, line.size()); };
  for (size_t i = 0; i < http::StreamLines::kMostLine / 16; ++i) lines.Read("0123456789abcdef", tell);
  lines.Read("\n", tell);
  EXPECT_EQ(longest, http::StreamLines::kMostLine);
}

TEST(EventStreamReader, TakesEventsHoweverTheyAreCut) {
  const std::string stream =
      "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"exitCode\":\"3\"}},"
      "\"timeNano\":5}\n"
      "{\"Type\":\"container\",\"Action\":\"health_status: healthy\",\"Actor\":{\"ID\":\"2\"}}\n";
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    EventStreamReader reader;
    std::vector<Event> events = reader.Read(stream.substr(0, cut));
    for (Event& event : reader.Read(stream.substr(cut))) events.push_back(std::move(event));
    ASSERT_EQ(events.size(), 2u) << "cut at " << cut;
    EXPECT_EQ(events[0].actor().attributes().at("exitCode"), "3");
    EXPECT_EQ(events[0].time_nano(), 5);
    EXPECT_EQ(events[1].action(), "health_status: healthy");
  }
}

TEST(EventStreamReader, PassesOverWhatIsNoEvent) { EXPECT_TRUE(EventStreamReader().Read("\n{}\nnonsense\n").empty()); }

}  // namespace
}  // namespace flow::docker::engine
