// What flow reads of an event (flowctl.v1.Event): its type and its place in the ledger. All else stays the bytes that
// came.
#ifndef FLOW_STREAM_EVENT_H_
#define FLOW_STREAM_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>

#include "absl/strings/string_view.h"

namespace flow::stream {

// flowctl.v1.StellarCursor
struct Cursor {
  uint64_t ledger = 0;  // ledger_sequence
  uint64_t index = 0;   // index_in_ledger

  friend bool operator<=(const Cursor& a, const Cursor& b) {
    return std::tie(a.ledger, a.index) <= std::tie(b.ledger, b.index);
  }
  friend bool operator==(const Cursor& a, const Cursor& b) = default;
};

struct EventHead {
  absl::string_view type;  // of the bytes that were read
  std::optional<Cursor> cursor;
};

// Nothing where the bytes are no message of Protobuf (Encoding, "Message Structure").
std::optional<EventHead> ReadHead(absl::string_view message);

// How it is done

namespace internal {

// Reads the fields of a message one after the other.
class Fields {
 public:
  explicit Fields(absl::string_view bytes) : rest_(bytes) {}

  // The next field; false at the end, or where the bytes are nonsense, which ok() tells.
  bool Next() {
    uint64_t tag = 0;
    if (!ok_ || rest_.empty()) return false;
    ok_ = Varint(tag) && tag >> 3 != 0 && Value(tag & 7);
    number_ = tag >> 3;
    return ok_;
  }

  bool ok() const { return ok_; }
  uint64_t number() const { return number_; }
  // Of a field that is a number, or of one that is bytes; zero, or empty, of any other.
  uint64_t value() const { return value_; }
  absl::string_view bytes() const { return bytes_; }

 private:
  bool Varint(uint64_t& value) {
    value = 0;
    for (size_t i = 0; i < 10 && i < rest_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      value |= uint64_t{byte & 0x7fu} << (7 * i);
      if ((byte & 0x80) != 0) continue;
      rest_.remove_prefix(i + 1);
      return true;
    }
    return false;
  }

  bool Skip(uint64_t length) {
    if (length > rest_.size()) return false;
    bytes_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  bool Value(uint64_t wire_type) {
    value_ = 0;
    bytes_ = {};
    uint64_t length = 0;
    switch (wire_type) {
      case 0:
        return Varint(value_);
      case 1:
        return Skip(8);
      case 2:
        return Varint(length) && Skip(length);
      case 5:
        return Skip(4);
      default:  // groups, which proto3 has not
        return false;
    }
  }

  absl::string_view rest_;
  bool ok_ = true;
  uint64_t number_ = 0, value_ = 0;
  absl::string_view bytes_;
};

inline std::optional<Cursor> ReadCursor(absl::string_view message) {
  Cursor cursor;
  Fields fields(message);
  while (fields.Next()) {
    if (fields.number() == 1) cursor.ledger = fields.value();
    if (fields.number() == 2) cursor.index = fields.value();
  }
  return fields.ok() ? std::optional<Cursor>(cursor) : std::nullopt;
}

}  // namespace internal

inline std::optional<EventHead> ReadHead(absl::string_view message) {
  EventHead head;
  internal::Fields fields(message);
  while (fields.Next()) {
    if (fields.number() == 2) head.type = fields.bytes();
    if (fields.number() == 8) {
      head.cursor = internal::ReadCursor(fields.bytes());
      if (!head.cursor.has_value()) return std::nullopt;
    }
  }
  return fields.ok() ? std::optional<EventHead>(head) : std::nullopt;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_EVENT_H_
