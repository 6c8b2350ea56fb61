// How far a log has been read: what is read again, after a stream was cut off or a restart, is told from what is new.
// Neither an engine nor a cluster gives a line a number, and each reads on from a time alone:
//
//   LogPosition position;
//   …                                     // asked for position.since()
//   position.Reopen();                    // whatever is asked for again comes in the same order
//   if (position.Take(line.time)) …;      // it is new
//   position.Advance(reader.OpenSince());
#ifndef FLOW_DEPLOY_LOG_POSITION_H_
#define FLOW_DEPLOY_LOG_POSITION_H_

#include <algorithm>
#include <cstddef>
#include <deque>

#include "absl/time/time.h"

namespace flow::deploy {

class LogPosition {
 public:
  // The engine reads standard output and standard error side by side: a line of the one may stand in the log behind
  // a later one of the other, by so much at most.
  static constexpr absl::Duration kDisorder = absl::Seconds(1);

  // Before the first line of that time or of a later one.
  explicit LogPosition(absl::Time from = absl::InfinitePast()) : from_(from) {}

  // From when on the engine is to be asked for the log.
  absl::Time since() const { return from_; }

  // What comes now begins at since().
  void Reopen() {
    again_ = std::count_if(taken_.begin(), taken_.end(), [&](absl::Time time) { return time >= from_; });
  }

  // Whether the next line, which has this time, has not come before.
  bool Take(absl::Time time) {
    // Docker from 23 on leaves out what was before since() up to the first line that was not, and none behind that.
    if (again_ > 0 && time < from_) return false;
    // A log that was rotated may have less of what was there.
    if (again_ > 0 && time <= last_) {
      --again_;
      return false;
    }
    again_ = 0;
    taken_.push_back(time);
    last_ = std::max(last_, time);
    return true;
  }

  // Only the end of the log was read so far: what stands before the first line of that is not to come, later either.
  void BeginHere() {
    if (!taken_.empty()) from_ = std::max(from_, taken_.front());
  }

  // `open`: the time of the earliest line of which a part has come, and the end has not.
  void Advance(absl::Time open) {
    if (again_ > 0) return;
    from_ = std::max(from_, std::min(last_ - kDisorder, open));
    while (!taken_.empty() && taken_.front() < from_) taken_.pop_front();
  }

 private:
  absl::Time from_;
  absl::Time last_ = absl::InfinitePast();  // of all that were taken
  std::deque<absl::Time> taken_;            // the lines that may come again, as they stand in the log
  size_t again_ = 0;                        // how many of them are still to come
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LOG_POSITION_H_
