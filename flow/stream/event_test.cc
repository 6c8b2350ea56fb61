#include "flow/stream/event.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "flow/stream/testing/world.h"

namespace flow::stream {
namespace {

TEST(Event, ItsTypeAndCursorAreReadAmongEverythingElse) {
  // id, type, payload, metadata, timestamp, source, content type, cursor, and fields of a later version.
  constexpr char kBytes[] =
      "\x0a\x02id\x12\x03t.1\x1a\x04\x00\xff\x12\x00\x22\x06\x0a\x01k\x12\x01v\x2a\x02\x08\x05\x32\x01s\x3a\x01j"
      "\x42\x07\x08\x96\xf8\xb7\x02\x10\x07\x48\x01\x51\x01\x02\x03\x04\x05\x06\x07\x08\x5d\x01\x02\x03\x04";
  const std::string bytes(kBytes, sizeof kBytes - 1);
  const std::optional<EventHead> head = ReadHead(bytes);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->type, "t.1");
  ASSERT_TRUE(head->cursor.has_value());
  EXPECT_EQ(head->cursor->ledger, 5110806u);
  EXPECT_EQ(head->cursor->index, 7u);
}

TEST(Event, WithoutThemItHasNone) {
  const std::optional<EventHead> empty = ReadHead("");
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->type, "");
  EXPECT_FALSE(empty->cursor.has_value());
}

TEST(Event, ACursorOfZeroIsOne) {
  const std::optional<EventHead> head = ReadHead(absl::string_view("\x42\x00", 2));
  ASSERT_TRUE(head.has_value());
  ASSERT_TRUE(head->cursor.has_value());
  EXPECT_EQ(head->cursor->ledger, 0u);
}

TEST(Event, WhatIsCutOffOrNonsenseIsNoEvent) {
  const std::string event = testing::EventBytes("some id", "type", 300, 2);
  int whole = 0;
  for (size_t length = 0; length < event.size(); ++length) {
    // A cut between two fields leaves an event with fewer of them.
    whole += ReadHead(event.substr(0, length)).has_value();
  }
  EXPECT_EQ(whole, 3);
  EXPECT_FALSE(ReadHead("\x0b").has_value());                                          // a group
  EXPECT_FALSE(ReadHead(absl::string_view("\x00\x01", 2)).has_value());                // no such field
  EXPECT_FALSE(ReadHead("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").has_value());  // an endless number
  EXPECT_FALSE(ReadHead("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").has_value());  // longer than memory
  EXPECT_FALSE(ReadHead(absl::string_view("\x42\x02\x08\x80", 4)).has_value());        // within the cursor
}

TEST(Event, NoBytesAreReadBeyondTheirEnd) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    (void)ReadHead(std::string(bytes));
  }
}

TEST(Event, CursorsAreInTheOrderOfTheLedger) {
  EXPECT_TRUE((Cursor{1, 9} <= Cursor{2, 0}));
  EXPECT_TRUE((Cursor{2, 0} <= Cursor{2, 0}));
  EXPECT_FALSE((Cursor{2, 1} <= Cursor{2, 0}));
}

}  // namespace
}  // namespace flow::stream
