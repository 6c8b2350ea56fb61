#include "bench/chart.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "bench/figures.h"

namespace bench {
namespace {

// In the picture's own units, which are a browser's pixels.
constexpr int kWidth = 850;
constexpr int kTop = 64;          // above the first row: the legend, the titles of the columns
constexpr int kBar = 13;          // a bar and the gap below it
constexpr int kRowGap = 12;       // between two rows
constexpr int kTitle = 265;       // where the first column begins
constexpr int kColumn = 310;      // from one column's beginning to the next one's
constexpr double kWhole = 150;    // how long a bar of 1 is
constexpr double kLongest = 1.6;  // what is longer is cut there

constexpr const char kStyle[] =
    "<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.head{font-weight:600}.value{font-size:11px;fill:#59636e}"
    ".flow{fill:#0969da}.other{fill:#afb8c1}.floor{fill:#d4a72c}.spread,.whole{stroke:#59636e}.whole{stroke-dasharray:"
    "2 3}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.value{fill:#9198a1}.other{fill:#656c76}"
    ".spread,.whole{stroke:#9198a1}}</style>\n";

struct Column {
  const char* title;
  const char* unit;
  double Usage::*figure;
};
constexpr Column kColumns[] = {{"wall time", "ms", &Usage::wall_ms}, {"peak memory", "MB", &Usage::memory_mb}};

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"`", ""}});
}

std::string Text(int x, int y, const char* css_class, const std::string& text) {
  return absl::StrFormat("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, css_class, Escaped(text));
}

const char* ColourOf(const std::string& program) {
  return program == "flow" ? "flow" : program == "Compose" ? "other" : "floor";
}

double Length(double ratio) { return kWhole * std::min(ratio, kLongest); }

std::string Bar(const Row& row, const std::string& program, const std::string& against, const Column& column, int x,
                int y) {
  const Spread ratio = row.Ratio(program, against, column.figure);
  const double median = SpreadOf(row.Values(program, column.figure)).median;
  const std::string value = absl::StrFormat("%.*f %s", median < 100 ? 1 : 0, median, column.unit);
  std::string svg =
      absl::StrFormat("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"%s\"><title>%s</title></rect>\n", x,
                      y, Length(ratio.median), kBar - 3, ColourOf(program),
                      Escaped(absl::StrFormat("%s, %s, %s: %s, %.2f of %s (%.2f–%.2f)", row.title, program,
                                              column.title, value, ratio.median, against, ratio.min, ratio.max)));
  if (program != against) {
    absl::StrAppendFormat(&svg, "<path d=\"M%.1f %d H%.1f\" class=\"spread\"/>\n", x + Length(ratio.min),
                          y + (kBar - 3) / 2, x + Length(ratio.max));
  }
  const int end = x + static_cast<int>(Length(std::max(ratio.median, ratio.max))) + 6;
  return svg + Text(end, y + kBar - 4, "value", value);
}

std::string Legend(const std::vector<std::string>& programs) {
  std::string svg;
  int x = 0;
  for (const std::string& program : programs) {
    absl::StrAppendFormat(&svg, "<rect x=\"%d\" y=\"8\" width=\"12\" height=\"10\" class=\"%s\"/>\n", x,
                          ColourOf(program));
    svg += Text(x + 17, 17, "", program);
    x += 90;
  }
  return svg;
}

}  // namespace

std::string Chart(const std::vector<Row>& rows, const std::string& against) {
  std::string bars;
  std::vector<std::string> drawn;  // programs
  int y = kTop;
  for (const Row& row : rows) {
    if (!row.Has(against)) continue;
    bars += Text(0, y + kBar - 4, "", row.title);
    for (const std::string program : kPrograms) {
      if (row.Ratio(program, against, &Usage::wall_ms).max == 0) continue;
      if (std::find(drawn.begin(), drawn.end(), program) == drawn.end()) drawn.push_back(program);
      int x = kTitle;
      for (const Column& column : kColumns) {
        bars += Bar(row, program, against, column, x, y);
        x += kColumn;
      }
      y += kBar;
    }
    y += kRowGap;
  }
  if (drawn.empty()) return "";
  std::string heads;
  int x = kTitle;
  for (const Column& column : kColumns) {
    heads += Text(x, kTop - 14, "head", absl::StrCat(column.title, ", against ", against));
    absl::StrAppendFormat(&heads, "<path d=\"M%.1f %d V%d\" class=\"whole\"/>\n", x + kWhole, kTop - 6, y - kRowGap);
    x += kColumn;
  }
  return absl::StrFormat(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
             "role=\"img\" aria-label=\"flow against %s: wall time and peak memory\">\n",
             kWidth, y, kWidth, y, Escaped(against)) +
         kStyle + Legend(drawn) + heads + bars + "</svg>\n";
}

}  // namespace bench
