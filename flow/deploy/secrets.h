// Secrets' values in what a target says: a component that logs its own password and then fails would have flow print it.
#ifndef FLOW_DEPLOY_SECRETS_H_
#define FLOW_DEPLOY_SECRETS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace flow::deploy {

// What is shorter is in every other text.
inline constexpr size_t kShortestSecret = 4;

class SecretFilter {
 public:
  // `secrets`: name → value. A value of several lines is looked for line by line, as it is told.
  explicit SecretFilter(const std::map<std::string, std::string>& secrets) {
    for (const auto& [name, value] : secrets) {
      for (absl::string_view line : absl::StrSplit(value, '\n')) {
        line = absl::StripAsciiWhitespace(line);
        if (line.size() >= kShortestSecret) values_[line.substr(0, kShortestSecret)].emplace_back(line);
      }
    }
    // A value may be a part of another one.
    for (auto& [beginning, values] : values_) {
      std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    }
  }

  // Whether there is nothing to look for.
  bool empty() const { return values_.empty(); }

  // The text with "***" for each of the values. It is gone through once, however many they are.
  std::string Without(absl::string_view text) const {
    if (empty()) return std::string(text);
    std::string without;
    while (!text.empty()) {
      const size_t secret = SizeAtBeginning(text);
      absl::StrAppend(&without, secret == 0 ? text.substr(0, 1) : "***");
      text.remove_prefix(std::max<size_t>(secret, 1));
    }
    return without;
  }

 private:
  // Of the longest value with which the text begins; 0: it begins with none.
  size_t SizeAtBeginning(absl::string_view text) const {
    const auto found = values_.find(text.substr(0, kShortestSecret));
    if (found == values_.end()) return 0;
    for (const std::string& value : found->second) {
      if (absl::StartsWith(text, value)) return value.size();
    }
    return 0;
  }

  absl::flat_hash_map<std::string, std::vector<std::string>> values_;  // by their first bytes, the longest first
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_SECRETS_H_
