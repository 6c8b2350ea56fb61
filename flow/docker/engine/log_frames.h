// The stream that the engine sends the output of a container in (Engine API, "Attach to a container", "Stream format"):
// frames of an 8-byte header, whose first byte is the stream and whose last four are the length, big-endian.
#ifndef FLOW_DOCKER_ENGINE_LOG_FRAMES_H_
#define FLOW_DOCKER_ENGINE_LOG_FRAMES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace flow::docker::engine {

struct LogFrame {
  // kError: not the container's output, but why the engine cannot go on (moby, pkg/stdcopy, "Systemerr").
  enum class Stream { kStdin = 0, kStdout = 1, kStderr = 2, kError = 3 };
  Stream stream;
  std::string bytes;
};

// Takes frames from a stream that arrives in pieces of any size.
class LogFrameReader {
 public:
  // An engine's frame is a line or a part of one, of 16 KiB (Docker). A longer one than this comes as several, so that
  // a length that is none does not fill the memory.
  static constexpr size_t kMostFrame = 1 << 20;

  // Takes the next piece; returns the frames that it completes, in order.
  std::vector<LogFrame> Read(absl::string_view piece) {
    buffer_.append(piece.data(), piece.size());
    std::vector<LogFrame> frames;
    size_t at = 0;
    while (open_ || buffer_.size() - at >= kHeader) {
      if (!open_) Open(at);
      const size_t part = std::min(left_, kMostFrame);
      if (buffer_.size() - at < part) break;
      frames.push_back({stream_, buffer_.substr(at, part)});
      at += part;
      left_ -= part;
      open_ = left_ > 0;
    }
    buffer_.erase(0, at);
    return frames;
  }

 private:
  static constexpr size_t kHeader = 8;

  // Takes the header at `at`, which then is behind it.
  void Open(size_t& at) {
    uint32_t length = 0;
    for (size_t i = 4; i < kHeader; ++i) length = length << 8 | static_cast<uint8_t>(buffer_[at + i]);
    open_ = true;
    stream_ = LogFrame::Stream(buffer_[at] & 3);
    left_ = length;
    at += kHeader;
  }

  std::string buffer_;
  // The frame whose header was read: how much of it is still to be handed over.
  bool open_ = false;
  LogFrame::Stream stream_ = LogFrame::Stream::kStdin;
  size_t left_ = 0;
};

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_LOG_FRAMES_H_
