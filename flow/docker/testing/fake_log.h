// A container's log as an engine keeps and sends it: in parts, of which only the last of a line has an end.
#ifndef FLOW_DOCKER_TESTING_FAKE_LOG_H_
#define FLOW_DOCKER_TESTING_FAKE_LOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/log_text.h"

namespace flow::docker::testing {

class FakeLog {
 public:
  static constexpr size_t kPart = 16 * 1024;

  struct Part {
    int stream;  // 1: standard output, 2: standard error
    absl::Time time;
    std::string text;

    std::string Frame() const {
      const std::string bytes = absl::StrCat(deploy::TimestampText(time), " ", text);
      std::string frame = {static_cast<char>(stream), 0, 0, 0, 0, 0, 0, 0};
      for (int i = 0; i < 4; ++i) frame[7 - i] = static_cast<char>(bytes.size() >> 8 * i);
      return frame + bytes;
    }
  };

  void Add(int stream, absl::Time time, std::string text) { parts_.push_back({stream, time, std::move(text)}); }
  void Add(int stream, int64_t second, std::string text) {
    Add(stream, absl::FromUnixSeconds(second), std::move(text));
  }

  // A line, a nanosecond after what was written last.
  void Write(int stream, const std::string& line) {
    now_ += absl::Nanoseconds(1);
    size_t at = 0;
    for (; line.size() - at >= kPart; at += kPart) Add(stream, now_, line.substr(at, kPart));
    Add(stream, now_, line.substr(at) + "\n");
  }

  // All of it since a time, or of its last parts.
  std::string Read(absl::Time since, size_t tail = SIZE_MAX) const {
    std::string bytes;
    for (size_t part = parts_.size() - std::min(tail, parts_.size()); part < parts_.size(); ++part) {
      if (parts_[part].time >= since) bytes += parts_[part].Frame();
    }
    return bytes;
  }

  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

}  // namespace flow::docker::testing

#endif  // FLOW_DOCKER_TESTING_FAKE_LOG_H_
