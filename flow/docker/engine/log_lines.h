// The lines of one container's output, from the answer of GET /containers/{id}/logs with timestamps=1, which arrives in
// pieces of any size. The engine cuts a line of over 16 KiB into parts, each with a time of its own: they are one line
// again here.
#ifndef FLOW_DOCKER_ENGINE_LOG_LINES_H_
#define FLOW_DOCKER_ENGINE_LOG_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/deploy/log_line.h"
#include "flow/docker/engine/log_frames.h"

namespace flow::docker::engine {

using deploy::LogLine;

// "2026-11-26T08:00:00.000000000Z text" → the time, and the text behind the space. False: no such time stands there.
inline bool TakeTimestamp(absl::string_view* text, absl::Time* time) {
  const size_t space = text->find(' ');
  // Shorter where a program wrote nothing: the engine leaves the space all the same, Podman not always.
  const absl::string_view stamp = text->substr(0, space);
  if (stamp.size() < 20 || stamp.size() > 40 || stamp[4] != '-' || stamp[10] != 'T') return false;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, stamp, time, &error)) return false;
  text->remove_prefix(space == absl::string_view::npos ? text->size() : space + 1);
  return true;
}

class LogLineReader {
 public:
  // `terminal`: the container has one (Config.Tty), so its output comes as it is, without frames.
  explicit LogLineReader(bool terminal) : terminal_(terminal) {}

  // Takes the next piece; returns the lines that it completes, in order.
  std::vector<LogLine> Read(absl::string_view piece) {
    std::vector<LogLine> lines;
    if (terminal_) {
      AddRaw(piece, &lines);
    } else {
      for (const LogFrame& frame : frames_.Read(piece)) {
        if (frame.stream == LogFrame::Stream::kError) {
          error_ = std::string(absl::StripAsciiWhitespace(frame.bytes.substr(0, kPart)));
        } else {
          AddPart(frame.stream, frame.bytes, &lines);
        }
      }
    }
    return lines;
  }

  // The stream has ended: what is left is a last line that has no end.
  std::vector<LogLine> End() {
    std::vector<LogLine> lines;
    if (!raw_.empty()) AddParts(std::exchange(raw_, std::string()), &lines);
    for (LogLine& open : open_) {
      if (open.time != absl::InfinitePast()) Complete(open, &lines);
    }
    return lines;
  }

  // Why the engine does not read on, in its words; empty: it said nothing of that kind.
  const std::string& error() const { return error_; }

 private:
  // What the engine cuts lines at (moby, daemon/logger/copier.go).
  static constexpr size_t kPart = 16 * 1024;
  // A program that never ends its line must not fill the memory: what is longer than this comes as several lines.
  static constexpr size_t kMostLine = 1024 * 1024;

  // One part of a line, or all of it, with the time before it.
  void AddPart(LogFrame::Stream stream, absl::string_view part, std::vector<LogLine>* lines) {
    LogLine& open = open_[stream == LogFrame::Stream::kStderr];
    absl::Time time;
    // The rest of what was cut into several lines has none.
    if (!TakeTimestamp(&part, &time)) time = latest_;
    latest_ = time;
    if (open.time == absl::InfinitePast()) {
      open = {stream == LogFrame::Stream::kStderr ? deploy::OutputStream::kStderr : deploy::OutputStream::kStdout, time,
              ""};
    }
    const bool whole = absl::ConsumeSuffix(&part, "\n");
    open.text.append(part.data(), part.size());
    if (whole || open.text.size() >= kMostLine) Complete(open, lines);
  }

  static void Complete(LogLine& open, std::vector<LogLine>* lines) {
    if (!open.text.empty() && open.text.back() == '\r') open.text.pop_back();
    lines->push_back(std::exchange(open, {.time = absl::InfinitePast(), .text = ""}));
  }

  // Without frames a line's parts follow one another, each with its time before it.
  void AddRaw(absl::string_view piece, std::vector<LogLine>* lines) {
    size_t at = 0, from = raw_.size();  // what came before holds no end
    raw_.append(piece.data(), piece.size());
    for (size_t end; (end = raw_.find('\n', from)) != std::string::npos; at = from = end + 1) {
      AddParts(absl::string_view(raw_).substr(at, end + 1 - at), lines);
    }
    raw_.erase(0, at);
    if (raw_.size() >= kMostLine) AddParts(std::exchange(raw_, std::string()) + "\n", lines);
  }

  void AddParts(absl::string_view line, std::vector<LogLine>* lines) {
    const size_t stamp = line.find(' ') + 1;
    while (line.size() > stamp + kPart) {
      absl::string_view rest = line.substr(stamp + kPart);
      absl::Time time;
      if (!TakeTimestamp(&rest, &time)) break;
      AddPart(LogFrame::Stream::kStdout, line.substr(0, stamp + kPart), lines);
      line.remove_prefix(stamp + kPart);
    }
    AddPart(LogFrame::Stream::kStdout, line, lines);
  }

  bool terminal_;
  LogFrameReader frames_;
  std::string raw_;
  std::string error_;
  absl::Time latest_ = absl::UnixEpoch();  // the last time that was told
  // The line that is not complete, of either stream; of the infinite past where there is none.
  LogLine open_[2] = {{.time = absl::InfinitePast(), .text = ""}, {.time = absl::InfinitePast(), .text = ""}};
};

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_LOG_LINES_H_
