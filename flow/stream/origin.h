// How far a source was read, and from where on it is to be read again.
#ifndef FLOW_STREAM_ORIGIN_H_
#define FLOW_STREAM_ORIGIN_H_

#include <cstdint>
#include <optional>

#include "flow/stream/event.h"
#include "flow/stream/outflow.h"

namespace flow::stream {

class Origin {
 public:
  // The ledger to ask the source for (start_ledger); nothing: as the source is set.
  const std::optional<uint64_t>& from() const { return from_; }
  void ReadFrom(uint64_t ledger) {
    from_ = ledger;
    last_.reset();
  }

  // An event of it has come.
  void Read(const std::optional<Cursor>& cursor) {
    if (!cursor.has_value()) return;
    last_ = cursor;
    if (highest_.has_value() && *cursor <= *highest_) {
      ++again_;
    } else {
      highest_ = cursor;
    }
  }

  // The stream has broken: the ledger of its last event may not have come whole.
  void Broke() {
    if (last_.has_value()) ReadFrom(last_->ledger);
  }

  // Whether all of the ledger, and what follows it, is still to come.
  bool Brings(uint64_t ledger) const {
    return last_.has_value() ? last_->ledger < ledger : from_.has_value() && *from_ <= ledger;
  }

  // The ledger that it is at; kNoLedger: it has told none.
  uint64_t at() const { return last_.has_value() ? last_->ledger : from_.value_or(kNoLedger); }
  // The highest that was read; 0: none.
  uint64_t highest() const { return highest_.has_value() ? highest_->ledger : 0; }
  // How many events have come that were there before.
  int64_t again() const { return again_; }

 private:
  std::optional<uint64_t> from_;
  std::optional<Cursor> last_;     // since it was asked
  std::optional<Cursor> highest_;  // ever
  int64_t again_ = 0;
};

}  // namespace flow::stream

#endif  // FLOW_STREAM_ORIGIN_H_
