// Lists for messages, which a thousand entries do not make endless.
#ifndef FLOW_TEXT_LISTED_H_
#define FLOW_TEXT_LISTED_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace flow::text {

// Up to so many entries are told one by one.
inline constexpr size_t kMostListed = 8;

// The first entries, and how many there are besides: "a, b, c, d, e, f, g, h and 992 more".
template <typename Entries>
std::string Listed(const Entries& entries, size_t most = kMostListed);

// The same of entries that have a line each; the last line is "and 992 more". Without a line end.
template <typename Lines>
std::string ListedLines(const Lines& lines, size_t most = kMostListed);

// How it is done

namespace internal {

template <typename Entries>
std::string Beginning(const Entries& entries, size_t most, const char* between, const char* before_count) {
  const size_t size = entries.size(), told = std::min(size, most);
  std::string text = absl::StrJoin(entries.begin(), std::next(entries.begin(), told), between);
  if (told < size) absl::StrAppend(&text, before_count, "and ", size - told, " more");
  return text;
}

}  // namespace internal

template <typename Entries>
std::string Listed(const Entries& entries, size_t most) {
  return internal::Beginning(entries, most, ", ", " ");
}

template <typename Lines>
std::string ListedLines(const Lines& lines, size_t most) {
  return internal::Beginning(lines, most, "\n", "\n");
}

}  // namespace flow::text

#endif  // FLOW_TEXT_LISTED_H_
