// Secrets' values in what a target says: a component that logs its own password and then fails would have flow print it.
#ifndef FLOW_DEPLOY_SECRETS_H_
#define FLOW_DEPLOY_SECRETS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
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
        if (line.size() >= kShortestSecret) replacements_.emplace_back(line, "***");
      }
    }
    // A value may be a part of another one.
    std::sort(replacements_.begin(), replacements_.end(),
              [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }

  // The text with "***" for each of the values.
  std::string Without(absl::string_view text) const { return absl::StrReplaceAll(text, replacements_); }

 private:
  std::vector<std::pair<std::string, std::string>> replacements_;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_SECRETS_H_
