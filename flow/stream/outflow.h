// What is to be sent to one replica of a processor or a sink: whole frames, in their order. It knows which of those that
// were sent the replica may lose if it dies, and holds back what would be too much at once.
//
// A processor answers events in any order, with nothing at all for those that it filters out; a sink does not answer. So
// there is no telling which of the sent events are done with, only how many. Once all of them are, and what they are made
// into has come out, none can be lost any more: that is a safe point. Where none has come by itself for long, nothing is
// sent until one has.
#ifndef FLOW_STREAM_OUTFLOW_H_
#define FLOW_STREAM_OUTFLOW_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/stream/event.h"
#include "flow/stream/frame.h"
#include "flow/stream/frame_queue.h"
#include "flow/stream/topology.h"

namespace flow::stream {

// For each source of a topology the ledger from which on it is to be read so that events come again; kNoLedger: there
// is none of it to be read.
using Ledgers = std::vector<uint64_t>;
inline constexpr uint64_t kNoLedger = std::numeric_limits<uint64_t>::max();

// What was lost with a replica.
struct Doubt {
  Ledgers from;         // bring again what can be
  int64_t unknown = 0;  // events, at most, that carry no cursor: nothing brings them again
};

class Outflow {
 public:
  struct Limits {
    // Sent events without an answer, and their bytes; one is always sent, whatever its size. 0: any number.
    int64_t events = 0;
    size_t bytes = 0;
    // Events between two safe points.
    int64_t doubt = 16384;
    // It answers: what comes of an event may come out of it after it has said that it is done with that.
    bool answers = false;
  };

  Outflow(size_t sources, Limits limits) : limits_(limits), none_(sources, kNoLedger) {}

  // A whole frame, of an event that `from` would bring again; `certain`: all of what it was made from.
  void Push(absl::string_view frame, const Ledgers& from, bool certain);

  // The next bytes to send, `size` at most. 0: nothing is there, or may be sent for now.
  size_t Take(char* to, size_t size);

  // An event came out of the replica.
  void Answered() { Settle(++answered_); }
  // So many of the events sent since Restart are done with.
  void Handled(int64_t events) { Settle(events); }
  // All that was sent counts as done with; safe it is not by that, but more may be sent.
  void PresumeHandled() {
    Count(sent_);
    hold_ = false;
  }
  // All that was sent counts as safe.
  void Presume() {
    Count(sent_);
    DropBatches(total_);
  }
  // Of one that never tells: what is older than half of the limit counts as done with, where that is reached.
  void ForgetOld();

  // The replica is gone, with all that was sent and is not safe; what was not sent is there still.
  Doubt Restart();

  // Of what waits by now, frames of events of other types are not sent, but passed over.
  void PassOnly(const Types& types) {
    types_ = types;
    passed_until_ = pushed_;
    DropRefused();
  }
  // Larger frames are not sent from now on, but dropped.
  void RefuseLargerThan(size_t most) { most_ = most; }
  int64_t refused() const { return refused_; }  // dropped so

  bool empty() const { return queue_.empty(); }
  int64_t waiting() const { return queue_.frames(); }
  size_t waiting_bytes() const { return queue_.bytes(); }

  int64_t sent() const { return sent_; }  // since Restart
  int64_t unsettled() const { return sent_ - settled_; }
  bool answered_all() const { return answered_ >= sent_; }
  // There is something to send, and it may be sent.
  bool ready() const { return offset_ != 0 || MayBegin(); }
  // There is something to send that must wait for answers.
  bool blocked() const { return !empty() && !ready(); }
  // Sends nothing until there is a safe point.
  void Hold() { hold_ = in_doubt() > 0; }
  bool held() const { return hold_ || in_doubt() >= limits_.doubt; }
  int64_t in_doubt() const { return total_ - safe_; }
  // The largest frame that was sent since the last safe point, or is being sent.
  size_t largest() const { return std::max(largest_, offset_ != 0 ? queue_.front().size() : 0); }

  // What brings again all that was sent and is not safe; what comes out of the replica now was made from that.
  Ledgers From() const { return FromUntil(total_); }
  // … and all that waits, too.
  Ledgers FromOfAll() const { return FromUntil(pushed_); }
  // Of those events, at most, that carry no cursor.
  int64_t UnknownOfAll() const;
  bool certain() const {
    return std::all_of(batches_.begin(), batches_.end(),
                       [this](const Batch& batch) { return batch.begin >= total_ || batch.unknown == 0; });
  }

 private:
  // Frames that were pushed one after the other.
  struct Batch {
    int64_t begin, end;  // by their numbers, from 0 on since the beginning of all
    Ledgers from;
    int64_t unknown;
  };
  static constexpr int64_t kMostInBatch = 256;

  Ledgers FromUntil(int64_t end) const;
  bool MayBegin() const;
  void FrameSent();
  void Settle(int64_t settled);
  void Count(int64_t settled);
  void DropBatches(int64_t until);
  void DropFront();
  void DropRefused();
  bool IsPassedOver(absl::string_view frame) const;

  const Limits limits_;
  const Ledgers none_;
  FrameQueue queue_;   // those that were not sent
  size_t offset_ = 0;  // what was taken of the first of them
  std::deque<Batch> batches_;
  int64_t pushed_ = 0, total_ = 0, safe_ = 0;      // frames pushed, sent, and safe, since the beginning of all
  int64_t sent_ = 0, answered_ = 0, settled_ = 0;  // since Restart
  std::deque<size_t> unsettled_sizes_;             // where bytes are limited
  size_t unsettled_bytes_ = 0;
  bool hold_ = false;
  size_t largest_ = 0;
  size_t most_ = std::numeric_limits<size_t>::max();
  int64_t refused_ = 0;
  Types types_;               // of frames before passed_until_
  int64_t passed_until_ = 0;  // by its number
};

// How it is done

inline void Outflow::Push(absl::string_view frame, const Ledgers& from, bool certain) {
  queue_.Push(frame);
  const bool open = !batches_.empty() && batches_.back().end == pushed_ && batches_.back().begin >= total_ &&
                    batches_.back().end - batches_.back().begin < kMostInBatch;
  if (!open) batches_.push_back({pushed_, pushed_, none_, 0});
  Batch& batch = batches_.back();
  batch.end = ++pushed_;
  for (size_t i = 0; i < from.size(); ++i) batch.from[i] = std::min(batch.from[i], from[i]);
  if (!certain) ++batch.unknown;
}

inline bool Outflow::MayBegin() const {
  if (queue_.empty() || held()) return false;
  const int64_t under_way = unsettled();
  if (under_way == 0) return true;
  return (limits_.events == 0 || under_way < limits_.events) &&
         (limits_.bytes == 0 || unsettled_bytes_ + queue_.front().size() <= limits_.bytes);
}

inline size_t Outflow::Take(char* to, size_t size) {
  size_t taken = 0;
  DropRefused();
  while (taken < size && (offset_ != 0 || MayBegin())) {
    const absl::string_view frame = queue_.front();
    const size_t part = frame.copy(to + taken, size - taken, offset_);
    taken += part;
    offset_ += part;
    if (offset_ == frame.size()) FrameSent();
  }
  return taken;
}

inline void Outflow::DropRefused() {
  while (!queue_.empty() && offset_ == 0) {
    const bool refused = queue_.front().size() > most_;
    if (!refused && !IsPassedOver(queue_.front())) return;
    DropFront();
    ++total_;
    if (refused) ++refused_;
    Settle(settled_);
  }
}

inline bool Outflow::IsPassedOver(absl::string_view frame) const {
  if (total_ >= passed_until_) return false;
  const std::optional<EventHead> head = ReadHead(MessageOf(frame));
  return head.has_value() && !types_.contains(head->type);
}

inline void Outflow::FrameSent() {
  const size_t size = queue_.front().size();
  largest_ = std::max(largest_, size);
  if (limits_.bytes != 0) {
    unsettled_sizes_.push_back(size);
    unsettled_bytes_ += size;
  }
  DropFront();
  ++total_;
  ++sent_;
  DropRefused();
}

inline void Outflow::DropFront() {
  queue_.Pop();
  offset_ = 0;
}

inline void Outflow::Count(int64_t settled) {
  settled = std::min(settled, sent_);
  for (; settled_ < settled; ++settled_) {
    if (unsettled_sizes_.empty()) continue;
    unsettled_bytes_ -= unsettled_sizes_.front();
    unsettled_sizes_.pop_front();
  }
}

inline void Outflow::Settle(int64_t settled) {
  Count(settled);
  if (settled_ == sent_ && (!limits_.answers || answered_all())) DropBatches(total_);
}

inline void Outflow::ForgetOld() {
  if (held()) DropBatches(total_ - limits_.doubt / 2);
}

// All that was sent before the frame `until` is safe.
inline void Outflow::DropBatches(int64_t until) {
  while (!batches_.empty() && batches_.front().end <= until) batches_.pop_front();
  safe_ = std::max(safe_, until);
  if (safe_ != total_) return;
  largest_ = 0;
  hold_ = false;
}

inline Ledgers Outflow::FromUntil(int64_t end) const {
  Ledgers from = none_;
  for (const Batch& batch : batches_) {
    if (batch.begin >= end) break;
    for (size_t i = 0; i < from.size(); ++i) from[i] = std::min(from[i], batch.from[i]);
  }
  return from;
}

inline int64_t Outflow::UnknownOfAll() const {
  int64_t unknown = 0;
  for (const Batch& batch : batches_) unknown += std::min(batch.unknown, batch.end - std::max(batch.begin, safe_));
  return unknown;
}

inline Doubt Outflow::Restart() {
  Doubt doubt{From(), 0};
  for (const Batch& batch : batches_) {
    if (batch.begin < total_) doubt.unknown += std::min(batch.unknown, total_ - std::max(batch.begin, safe_));
  }
  doubt.unknown = std::min(doubt.unknown, limits_.answers ? sent_ - answered_ : unsettled());
  DropBatches(total_);
  sent_ = answered_ = settled_ = 0;
  offset_ = 0;
  largest_ = 0;
  unsettled_sizes_.clear();
  unsettled_bytes_ = 0;
  return doubt;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_OUTFLOW_H_
