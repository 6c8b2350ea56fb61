// Texts in the columns of a terminal.
#ifndef FLOW_DEPLOY_COLUMNS_H_
#define FLOW_DEPLOY_COLUMNS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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

using Row = std::vector<std::string>;

// Rows as lines without their ends, the cells of a column below one another, two spaces between columns and none at the
// end of a line. What a cell holds does nothing to a terminal.
inline std::vector<std::string> AlignedLines(std::vector<Row> rows) {
  for (Row& row : rows) {
    for (std::string& cell : row) cell = pipeline::HarmlessLine(cell);
  }
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string& line = lines.emplace_back();
    for (size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      line.append(widths[column] - row[column].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

// The same as one text. The first row is the heading.
inline std::string TableText(std::vector<Row> rows) {
  std::string text;
  for (const std::string& line : AlignedLines(std::move(rows))) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_COLUMNS_H_
