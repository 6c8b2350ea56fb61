#include "flow/stream/frame_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "flow/stream/frame.h"

namespace flow::stream {
namespace {

TEST(FrameQueue, FramesOfAnySizeComeOutAsTheyWentIn) {
  FrameQueue queue;
  std::deque<std::string> expected;
  size_t bytes = 0;
  for (int i = 0; i < 3000; ++i) {
    const size_t size = i % 100 == 0 ? 100000 : static_cast<size_t>(i * 37 % 900);
    expected.push_back(Framed(std::string(size, static_cast<char>('a' + i % 26))));
    queue.Push(expected.back());
    bytes += expected.back().size();
    // It grows, shrinks to nothing, and grows again.
    for (int many = i % 1000 > 600 ? 3 : i % 2; many > 0 && !expected.empty(); --many) {
      ASSERT_EQ(queue.front(), expected.front()) << i;
      bytes -= expected.front().size();
      expected.pop_front();
      queue.Pop();
    }
    ASSERT_EQ(queue.empty(), expected.empty());
    ASSERT_EQ(queue.frames(), static_cast<int64_t>(expected.size()));
    ASSERT_EQ(queue.bytes(), bytes);
  }
}

}  // namespace
}  // namespace flow::stream
