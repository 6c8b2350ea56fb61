// The output of a container as a cluster streams it: each line behind its time, in pieces of any size.
#ifndef FLOW_KUBERNETES_LOG_LINES_H_
#define FLOW_KUBERNETES_LOG_LINES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/deploy/log_line.h"
#include "flow/http/stream_lines.h"

namespace flow::kubernetes {

class LogLineReader {
 public:
  // Takes the next piece; the lines that it completes, in order. A cluster does not tell the two outputs apart. What has no
  // time is of the kubelet's own (that it cannot read on, say), and passed over: the stream ends then.
  std::vector<deploy::LogLine> Read(absl::string_view piece) {
    std::vector<deploy::LogLine> lines;
    lines_.Read(piece, [&](absl::string_view line) {
      (void)absl::ConsumeSuffix(&line, "\r");
      const size_t space = line.find(' ');
      deploy::LogLine read;
      if (!absl::ParseTime(absl::RFC3339_full, line.substr(0, space), &read.time, /*err=*/nullptr)) return;
      if (space != absl::string_view::npos) read.text = std::string(line.substr(space + 1));
      lines.push_back(std::move(read));
    });
    return lines;
  }

  // Nothing more comes: what has no line end is a line too.
  std::vector<deploy::LogLine> End() { return Read("\n"); }

 private:
  http::StreamLines lines_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_LOG_LINES_H_
