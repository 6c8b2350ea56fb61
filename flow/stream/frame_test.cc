#include "flow/stream/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flow::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  std::vector<std::string> messages;
  absl::Status status;
};

Read ReadPieces(const std::vector<std::string>& pieces) {
  Read read;
  FrameReader reader;
  for (const std::string& piece : pieces) {
    read.status = reader.Read(piece, [&](absl::string_view frame) {
      read.messages.emplace_back(MessageOf(frame));
      return absl::OkStatus();
    });
    if (!read.status.ok()) break;
  }
  return read;
}

TEST(Frame, MessagesComeWholeWhereverTheBytesAreCut) {
  const std::string bytes = Framed("one") + Framed("") + Framed(std::string(300, 'x')) + Framed("end");
  for (size_t first = 0; first <= bytes.size(); ++first) {
    for (size_t second = first; second <= bytes.size(); second += 7) {
      const Read read = ReadPieces({bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)});
      ASSERT_THAT(read.messages, ElementsAre("one", "", std::string(300, 'x'), "end")) << first << " " << second;
    }
  }
}

TEST(Frame, MessagesComeWholeByteByByte) {
  std::vector<std::string> pieces;
  for (const char c : Framed("a") + Framed("bcd")) pieces.emplace_back(1, c);
  EXPECT_THAT(ReadPieces(pieces).messages, ElementsAre("a", "bcd"));
}

TEST(Frame, WhatIsNoFrameEndsTheReading) {
  const Read compressed = ReadPieces({Framed("a") + std::string("\1\0\0\0\1x", 6)});
  EXPECT_THAT(compressed.messages, ElementsAre("a"));
  EXPECT_TRUE(absl::IsDataLoss(compressed.status)) << compressed.status;
  const Read huge = ReadPieces({std::string("\0\x7f\0\0\0", 5)});
  EXPECT_THAT(huge.messages, IsEmpty());
  EXPECT_THAT(huge.status.message(), HasSubstr("a message of 2130706432 bytes"));
}

TEST(Frame, TheReadingEndsWhereWhoIsToldSaysSo) {
  FrameReader reader;
  int told = 0;
  const auto refuse = [&](absl::string_view) {
    ++told;
    return absl::DataLossError("no");
  };
  EXPECT_FALSE(reader.Read(Framed("a") + Framed("b"), refuse).ok());
  EXPECT_EQ(told, 1);
}

TEST(Frame, AnUnfinishedMessageIsKnown) {
  FrameReader reader;
  const auto ignore = [](absl::string_view) { return absl::OkStatus(); };
  ASSERT_TRUE(reader.Read(Framed("abc").substr(0, 6), ignore).ok());
  EXPECT_EQ(reader.unfinished(), 6u);
  ASSERT_TRUE(reader.Read(Framed("abc").substr(6), ignore).ok());
  EXPECT_EQ(reader.unfinished(), 0u);
}

}  // namespace
}  // namespace flow::stream
