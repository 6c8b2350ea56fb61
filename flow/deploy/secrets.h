// Secrets' values in what the engine answers: a component that logs its own password and then fails would have flow
// print it.
#ifndef FLOW_DEPLOY_SECRETS_H_
#define FLOW_DEPLOY_SECRETS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/machine.h"
#include "flow/engine/call.h"

namespace flow::deploy {

// What is shorter is in every other text.
inline constexpr size_t kShortestSecret = 4;

namespace internal {

// The lines of the values, the longest first: what is written is told a line at a time.
inline std::vector<std::pair<std::string, std::string>> SecretReplacements(
    const std::map<std::string, std::string>& secrets) {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const auto& [name, value] : secrets) {
    for (absl::string_view line : absl::StrSplit(value, '\n')) {
      line = absl::StripAsciiWhitespace(line);
      if (line.size() >= kShortestSecret) replacements.emplace_back(line, "***");
    }
  }
  std::sort(replacements.begin(), replacements.end(),
            [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return replacements;
}

}  // namespace internal

// The answer with "***" for each of the values in what it quotes: errors, log lines, probes' output.
inline Answer WithoutSecrets(Answer answer, const std::map<std::string, std::string>& secrets) {
  const auto replacements = internal::SecretReplacements(secrets);
  if (replacements.empty()) return answer;
  if (!answer.reply.ok()) {
    answer.reply =
        absl::Status(answer.reply.status().code(), absl::StrReplaceAll(answer.reply.status().message(), replacements));
  } else if (auto* log = std::get_if<engine::LogLines>(&*answer.reply)) {
    for (std::string& line : log->lines) absl::StrReplaceAll(replacements, &line);
  } else if (auto* inspect = std::get_if<engine::ContainerInspect>(&*answer.reply)) {
    absl::StrReplaceAll(replacements, inspect->mutable_state()->mutable_error());
    for (engine::HealthProbe& probe : *inspect->mutable_state()->mutable_health()->mutable_log()) {
      absl::StrReplaceAll(replacements, probe.mutable_output());
    }
  }
  return answer;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_SECRETS_H_
