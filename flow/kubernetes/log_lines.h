// The output of a container as a cluster streams it: each line behind its time, in pieces of any size.
#ifndef FLOW_KUBERNETES_LOG_LINES_H_
#define FLOW_KUBERNETES_LOG_LINES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/deploy/log_line.h"
#include "flow/http/stream_lines.h"

namespace flow::kubernetes {

// "2026-11-26T08:00:00.000000000Z text" → the time, and the text behind the space. False: no such time stands there.
inline bool TakeTime(absl::string_view& text, absl::Time& time) {
  constexpr size_t kLongest = 40;
  const absl::string_view front = text.substr(0, kLongest), stamp = front.substr(0, front.find(' '));
  if (!absl::ParseTime(absl::RFC3339_full, stamp, &time, /*err=*/nullptr)) return false;
  text.remove_prefix(std::min(stamp.size() + 1, text.size()));
  return true;
}

class LogLineReader {
 public:
  // Takes the next piece; the lines that it completes, in order. A cluster does not tell the two outputs apart. What has no
  // time is of the kubelet's own (that it cannot read on, say), and passed over: the stream ends then.
  std::vector<deploy::LogLine> Read(absl::string_view piece) {
    std::vector<deploy::LogLine> lines;
    lines_.Read(piece, [&](absl::string_view line) {
      (void)absl::ConsumeSuffix(&line, "\r");
      deploy::LogLine read;
      if (!TakeTime(line, read.time)) return;
      for (absl::string_view part; TakePart(line, read.time, part); ++parts_) absl::StrAppend(&read.text, part);
      absl::StrAppend(&read.text, line);
      ++parts_;
      ++lines_read_;
      lines.push_back(std::move(read));
    });
    return lines;
  }

  // Nothing more comes: what has no line end is a line too.
  std::vector<deploy::LogLine> End() { return Read("\n"); }

  // How many have come: a node counts parts where it is asked for the last lines.
  int64_t parts() const { return parts_; }
  int64_t lines() const { return lines_read_; }

 private:
  // Nodes keep a line in parts of this size; some (those of Docker do) hand them out each behind its time, with no line's
  // end between.
  static constexpr size_t kPart = 16 * 1024;

  // Takes a part off the front of a line of this time, where another one is behind it.
  static bool TakePart(absl::string_view& line, absl::Time time, absl::string_view& part) {
    absl::string_view rest = line.substr(std::min(kPart, line.size()));
    absl::Time of_rest;
    if (!TakeTime(rest, of_rest) || of_rest < time) return false;
    part = line.substr(0, kPart);
    line = rest;
    return true;
  }

  http::StreamLines lines_;
  int64_t parts_ = 0, lines_read_ = 0;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_LOG_LINES_H_
