// Streams arrive in pieces of any size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/engine/event_stream.h"
#include "flow/engine/log_frames.h"

namespace flow::engine {
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
}  // namespace flow::engine
