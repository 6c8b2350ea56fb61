// Where something stands in a text, as people and editors count: lines and columns from 1, columns in Unicode
// characters.
#ifndef FLOW_PIPELINE_PLACE_H_
#define FLOW_PIPELINE_PLACE_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/text/character.h"

namespace flow::pipeline {

struct Place {
  int line = 1;
  int column = 1;

  bool operator==(const Place&) const = default;
  auto operator<=>(const Place&) const = default;
};

// Byte offsets of one text → places. Building is one pass; a look-up reads at most kStride bytes, whatever the length
// of the lines, so that a hostile file cannot make diagnostics quadratic.
//
//   Places("a: 1\nß: x").At(8) == Place{2, 4}
class Places {
 public:
  // The text must outlive this object. Lines end with LF (source_text.h makes it so).
  explicit Places(absl::string_view text) : text_(text) {
    Place place;
    for (size_t i = 0; i < text.size(); ++i) {
      if (i % kStride == 0) checkpoints_.push_back(place);
      Advance(text[i], place);
    }
    if (text.size() % kStride == 0) checkpoints_.push_back(place);
  }

  // Offsets past the end mean the end.
  Place At(size_t offset) const {
    offset = std::min(offset, text_.size());
    Place place = checkpoints_[offset / kStride];
    for (size_t i = offset / kStride * kStride; i < offset; ++i) Advance(text_[i], place);
    return place;
  }

 private:
  static constexpr size_t kStride = 1024;

  static void Advance(char byte, Place& place) {
    if (byte == '\n') {
      ++place.line;
      place.column = 1;
    } else if (text::BeginsCharacter(byte)) {
      ++place.column;
    }
  }

  absl::string_view text_;
  std::vector<Place> checkpoints_;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_PLACE_H_
