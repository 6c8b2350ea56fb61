// Whole frames that wait, in their order, in memory that is little more than theirs: blocks, each of which is given back
// once all that is in it has gone.
#ifndef FLOW_STREAM_FRAME_QUEUE_H_
#define FLOW_STREAM_FRAME_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/strings/string_view.h"
#include "flow/stream/frame.h"

namespace flow::stream {

class FrameQueue {
 public:
  void Push(absl::string_view frame);
  // The first, until Pop; there is one.
  absl::string_view front() const;
  void Pop();

  bool empty() const { return frames_ == 0; }
  int64_t frames() const { return frames_; }
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kBlock = 32 << 10;  // a larger frame has one of its own

  std::deque<std::string> blocks_;
  size_t begin_ = 0;  // of the first frame, in the first of them
  int64_t frames_ = 0;
  size_t bytes_ = 0;
};

// How it is done

inline void FrameQueue::Push(absl::string_view frame) {
  if (blocks_.empty() || (!blocks_.back().empty() && blocks_.back().size() + frame.size() > kBlock)) {
    blocks_.emplace_back().reserve(std::max(kBlock, frame.size()));
  }
  blocks_.back().append(frame.data(), frame.size());
  ++frames_;
  bytes_ += frame.size();
}

inline absl::string_view FrameQueue::front() const {
  const absl::string_view rest = absl::string_view(blocks_.front()).substr(begin_);
  return rest.substr(0, FrameLength(rest));
}

inline void FrameQueue::Pop() {
  const size_t size = front().size();
  begin_ += size;
  --frames_;
  bytes_ -= size;
  if (begin_ < blocks_.front().size()) return;
  begin_ = 0;
  if (blocks_.size() > 1 || blocks_.front().size() > kBlock) return blocks_.pop_front();
  blocks_.front().clear();  // and is used again
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_FRAME_QUEUE_H_
