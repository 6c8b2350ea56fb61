// Texts in the columns of a terminal.
#ifndef FLOW_DEPLOY_COLUMNS_H_
#define FLOW_DEPLOY_COLUMNS_H_

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "flow/pipeline/harmless.h"
#include "flow/pipeline/source_text.h"

namespace flow::deploy {

// How many columns a text takes, where each code point takes one.
inline size_t Columns(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The text's beginning, of at most so many columns, and nothing in it that moves a cursor.
inline std::string Fitted(absl::string_view text, size_t columns) {
  std::string out;
  for (; !text.empty() && columns > 0; --columns) {
    const pipeline::Character c = pipeline::FirstCharacter(text);
    const absl::string_view bytes = text.substr(0, c.length == 0 ? 1 : c.length);
    out += c.length == 0 ? "�" : pipeline::IsHarmful(c.code) ? " " : std::string(bytes);
    text.remove_prefix(bytes.size());
  }
  return out;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_COLUMNS_H_
