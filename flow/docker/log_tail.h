// Finds where the last lines of a container's log begin. The engine counts parts of 16 KiB by its `tail`, not lines: a
// longer and longer end of the log is read, until it reaches back to before those lines.
//
//   TailSearch search(2);
//   std::optional<deploy::LogPosition> found;
//   while (!found) {
//     search.Reopen(terminal);
//     …                                   // what `tail=search.parts()` brings is told by Read
//     found = search.End();
//   }
#ifndef FLOW_DOCKER_LOG_TAIL_H_
#define FLOW_DOCKER_LOG_TAIL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/docker/engine/log_lines.h"
#include "flow/deploy/log_position.h"

namespace flow::docker {

class TailSearch {
 public:
  // The last `lines` lines of those up to `until`, and of them those since `since`.
  explicit TailSearch(size_t lines, absl::Time since = absl::InfinitePast(), absl::Time until = absl::InfiniteFuture())
      : lines_(lines), since_(since), until_(until), parts_(static_cast<int64_t>(lines) + 3) {}

  // How many parts of the log's end are to be read.
  int64_t parts() const { return parts_; }

  // They come now.
  void Reopen(bool terminal) {
    reader_ = engine::LogLineReader(terminal);
    times_.clear();
    began_.clear();
    earliest_ = absl::InfiniteFuture();
  }
  void Read(absl::string_view piece) { Note(reader_.Read(piece)); }

  // They have come: where those lines begin. Nothing: more parts are to be read.
  std::optional<deploy::LogPosition> End() {
    absl::Time from = reader_.OpenSince();
    const size_t over = times_.size();
    Note(reader_.End());
    const size_t first = times_.size() - std::min(lines_, times_.size());
    // Without a line that is asked for it is behind the last one.
    for (size_t line = first; line < times_.size(); ++line) from = std::min(from, times_[line]);
    if (lines_ == 0 && over > 0) from = std::min(from, times_[over - 1]);
    from -= deploy::LogPosition::kDisorder;
    // All since then have come once there is one of before.
    const bool all = reader_.parts() < parts_;
    const bool enough = !times_.empty() && times_.size() - first == lines_ && earliest_ < from;
    if (!all && !enough) {
      parts_ *= 4;
      return std::nullopt;
    }
    deploy::LogPosition position(std::max(since_, times_.empty() ? absl::InfinitePast() : from));
    // A line that is still being written has not come.
    for (size_t line = 0; line < std::min(first, over); ++line) {
      if (times_[line] >= position.since()) position.Take(times_[line]);
    }
    return position;
  }

  // Why the engine did not read on; empty: it did.
  const std::string& error() const { return reader_.error(); }

 private:
  void Note(const std::vector<engine::LogLine>& lines) {
    for (const engine::LogLine& line : lines) {
      // The first of each stream may have begun long before what was read.
      if (!began_.insert(line.stream).second) earliest_ = std::min(earliest_, line.time);
      if (line.time <= until_) times_.push_back(line.time);
    }
  }

  size_t lines_;
  absl::Time since_, until_;
  int64_t parts_;
  engine::LogLineReader reader_{false};
  std::vector<absl::Time> times_;  // of the lines that have come
  std::set<deploy::OutputStream> began_;
  absl::Time earliest_;  // of the lines that have come whole
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_LOG_TAIL_H_
