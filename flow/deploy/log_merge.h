// Lines of several sources in the order of their times, as far as that can be known while they still come: a line
// goes on when every source that may have an earlier one has shown a later one, or has been silent for a moment.
#ifndef FLOW_DEPLOY_LOG_MERGE_H_
#define FLOW_DEPLOY_LOG_MERGE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "flow/deploy/log_line.h"

namespace flow::deploy {

struct MergedLine {
  std::string source;
  LogLine line;
};

class LogMerge {
 public:
  // `patience`: how long a line waits for sources that are open and show nothing; infinite where all of them end.
  explicit LogMerge(absl::Duration patience) : patience_(patience) {}

  // From now on the source may bring lines, each not earlier than the one before.
  void Open(const std::string& source) { sources_[source].open = true; }

  void Add(const std::string& source, LogLine line, absl::Time now) {
    Source& its = sources_[source];
    its.bytes += SizeOf(line);
    its.queue.push_back({std::move(line), now});
  }

  // No more lines of it until it is opened again.
  void Close(const std::string& source) { sources_[source].open = false; }

  // What may go on by `now`, in order.
  std::vector<MergedLine> Take(absl::Time now) {
    std::vector<MergedLine> lines;
    for (;;) {
      const auto [first, silent] = First();
      if (first == sources_.end() || (silent && first->second.queue.front().came + patience_ > now)) break;
      Source& its = sources_.at(first->first);
      its.bytes -= SizeOf(its.queue.front().line);
      lines.push_back({first->first, std::move(its.queue.front().line)});
      its.queue.pop_front();
    }
    std::erase_if(sources_, [](const auto& source) { return !source.second.open && source.second.queue.empty(); });
    return lines;
  }

  // When Take may have something although nothing was added. InfiniteFuture: never.
  absl::Time NextDue() const {
    const auto first = First().first;
    return first == sources_.end() ? absl::InfiniteFuture() : first->second.queue.front().came + patience_;
  }

  // What waits of a source, in bytes of memory: where it is much, no more should be read of it for now.
  size_t Waiting(const std::string& source) const {
    const auto found = sources_.find(source);
    return found == sources_.end() ? 0 : found->second.bytes;
  }

  bool Empty() const {
    return std::all_of(sources_.begin(), sources_.end(),
                       [](const auto& source) { return source.second.queue.empty(); });
  }

 private:
  struct Queued {
    LogLine line;
    absl::Time came;
  };
  struct Source {
    bool open = false;
    std::deque<Queued> queue;
    size_t bytes = 0;
  };

  static size_t SizeOf(const LogLine& line) { return sizeof(Queued) + line.text.capacity(); }

  // The source with the earliest line; end(): no line waits. Whether another one may still bring an earlier line.
  std::pair<std::map<std::string, Source>::const_iterator, bool> First() const {
    auto first = sources_.end();
    bool silent = false;
    for (auto source = sources_.begin(); source != sources_.end(); ++source) {
      if (source->second.queue.empty()) {
        silent |= source->second.open;
      } else if (first == sources_.end() ||
                 source->second.queue.front().line.time < first->second.queue.front().line.time) {
        first = source;
      }
    }
    return {first, silent};
  }

  const absl::Duration patience_;
  std::map<std::string, Source> sources_;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LOG_MERGE_H_
