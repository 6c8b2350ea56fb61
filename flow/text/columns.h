// Texts in the columns of a terminal: how many they take, cut and filled to so many, and tables of them.
#ifndef FLOW_TEXT_COLUMNS_H_
#define FLOW_TEXT_COLUMNS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"
#include "flow/text/harmless.h"

namespace flow::text {

// How many columns a text takes that is harmless and one line.
size_t Columns(absl::string_view text);

// The text's beginning, of at most so many columns, and nothing in it that moves a cursor.
std::string Fitted(absl::string_view text, size_t columns);

// The text with spaces behind it, up to so many columns.
std::string Padded(std::string text, size_t columns);

using Row = std::vector<std::string>;

// Rows as lines without their ends, whose cells stand below one another, two spaces apart, without spaces behind the
// last. What cells hold does nothing to a terminal.
std::vector<std::string> AlignedLines(std::vector<Row> rows);

// The same as one text. The first row is the heading.
std::string Table(const std::vector<Row>& rows);

inline size_t Columns(absl::string_view text) {
  size_t columns = 0;
  while (!text.empty()) columns += Width(TakeCharacter(text).code);
  return columns;
}

inline std::string Fitted(absl::string_view text, size_t columns) {
  std::string out;
  while (!text.empty()) {
    const Character character = TakeCharacter(text);
    const bool harmful = IsHarmful(character.code);
    const size_t width = harmful ? 1 : Width(character.code);
    if (width > columns) break;
    columns -= width;
    absl::StrAppend(&out, harmful ? " " : character.bytes);
  }
  return out;
}

inline std::string Padded(std::string text, size_t columns) {
  const size_t taken = Columns(text);
  if (taken < columns) text.append(columns - taken, ' ');
  return text;
}

inline std::vector<std::string> AlignedLines(std::vector<Row> rows) {
  std::vector<size_t> widths;
  for (Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t column = 0; column < row.size(); ++column) {
      row[column] = HarmlessLine(row[column]);
      widths[column] = std::max(widths[column], Columns(row[column]));
    }
  }
  std::vector<std::string> lines;
  for (Row& row : rows) {
    std::string& line = lines.emplace_back();
    for (size_t column = 0; column < row.size(); ++column) line += Padded(std::move(row[column]), widths[column] + 2);
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

inline std::string Table(const std::vector<Row>& rows) {
  std::string text;
  for (const std::string& line : AlignedLines(rows)) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace flow::text

#endif  // FLOW_TEXT_COLUMNS_H_
