// The lines of one container's output, from the answer of GET /containers/{id}/logs with timestamps=1, which arrives in
// pieces of any size.
//
// The engine keeps a line in parts of 16 KiB, the last one shorter, all with the time of the first (moby,
// daemon/logger/copier.go). They are one line again here: it is over with a line end, with a part of less than 16 KiB,
// or before a part of another time. So it is over where a run of the container ends without a line end, and where the
// engine leaves a line end out, as Docker 20.10 does behind a long line that its driver `local` keeps.
#ifndef FLOW_DOCKER_ENGINE_LOG_LINES_H_
#define FLOW_DOCKER_ENGINE_LOG_LINES_H_

#include <algorithm>
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

// The lines of a whole answer of a container without a terminal, both streams as they were written.
inline std::vector<std::string> ReadLogLines(absl::string_view body);

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

  // Nothing more comes: what is left is a last line that has no end.
  std::vector<LogLine> End() {
    std::vector<LogLine> lines;
    if (!raw_.empty()) AddParts(std::exchange(raw_, std::string()), &lines);
    for (LogLine& open : open_) {
      if (IsOpen(open)) Complete(open, &lines);
    }
    return lines;
  }

  // The time of the earliest line that is not over yet. InfiniteFuture: all are.
  absl::Time OpenSince() const {
    absl::Time since = absl::InfiniteFuture();
    for (const LogLine& open : open_) {
      if (IsOpen(open)) since = std::min(since, open.time);
    }
    return since;
  }

  // How many parts have come: what the engine counts by its `tail`.
  int64_t parts() const { return parts_; }

  // Why the engine does not read on, in its words; empty: it said nothing of that kind.
  const std::string& error() const { return error_; }

 private:
  static constexpr size_t kPart = 16 * 1024;
  // How long Docker writes a time, with the space behind it.
  static constexpr size_t kTime = sizeof("2026-11-26T08:00:00.000000000Z ") - 1;
  // A program that never ends its line must not fill the memory: what is longer than this comes as several lines.
  static constexpr size_t kMostLine = 1024 * 1024;

  static bool IsOpen(const LogLine& line) { return line.time != absl::InfinitePast(); }

  // One part of a line, or all of it, with the time before it.
  void AddPart(LogFrame::Stream stream, absl::string_view part, std::vector<LogLine>* lines) {
    const bool error = stream == LogFrame::Stream::kStderr;
    LogLine& open = open_[error];
    // The rest of what was cut into several frames has no time.
    absl::Time time = latest_;
    TakeTimestamp(&part, &time);
    latest_ = time;
    ++parts_;
    if (IsOpen(open) && time != open.time) Complete(open, lines);
    if (!IsOpen(open)) open = {error ? deploy::OutputStream::kStderr : deploy::OutputStream::kStdout, time, ""};
    const bool over = absl::ConsumeSuffix(&part, "\n") || part.size() < kPart;
    open.text.append(part.data(), part.size());
    if (over || open.text.size() >= kMostLine) Complete(open, lines);
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

  // A part ends where the time of the next one stands, which is not before its own. A program's own times are: it tells
  // them before the engine has read them.
  void AddParts(absl::string_view line, std::vector<LogLine>* lines) {
    absl::string_view text = line;
    absl::Time time = latest_;
    TakeTimestamp(&text, &time);
    for (size_t end = kTime; (end = line.find("Z ", end)) != absl::string_view::npos; ++end) {
      const size_t start = end + 2 - kTime;
      text = line.substr(start);
      absl::Time next;
      if (!TakeTimestamp(&text, &next) || next < time) continue;
      AddPart(LogFrame::Stream::kStdout, line.substr(0, start), lines);
      line.remove_prefix(start);
      time = next;
      end = kTime - 1;
    }
    AddPart(LogFrame::Stream::kStdout, line, lines);
  }

  bool terminal_;
  LogFrameReader frames_;
  std::string raw_;
  std::string error_;
  int64_t parts_ = 0;
  absl::Time latest_ = absl::UnixEpoch();  // the last time that was told
  // The line that is not complete, of either stream; of the infinite past where there is none.
  LogLine open_[2] = {{.time = absl::InfinitePast(), .text = ""}, {.time = absl::InfinitePast(), .text = ""}};
};

inline std::vector<std::string> ReadLogLines(absl::string_view body) {
  LogLineReader reader(/*terminal=*/false);
  std::vector<std::string> texts;
  for (LogLine& line : reader.Read(body)) texts.push_back(std::move(line.text));
  for (LogLine& line : reader.End()) texts.push_back(std::move(line.text));
  return texts;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_LOG_LINES_H_
