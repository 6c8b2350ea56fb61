// Amounts of CPU, memory and time as texts: "500m", "1.5Gi", "1m30s".
#ifndef FLOW_PIPELINE_QUANTITY_H_
#define FLOW_PIPELINE_QUANTITY_H_

#include <cmath>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/pipeline/diagnostic.h"

namespace flow::pipeline {

// Cores.
//
//   *ParseCpu("500m") == 0.5
absl::StatusOr<double> ParseCpu(absl::string_view text);

// Whole bytes.
//
//   *ParseMemory("1.5Ki") == 1536
absl::StatusOr<double> ParseMemory(absl::string_view text);

// Seconds, of a duration as Compose and Go write it.
//
//   *ParseSeconds("1m30s") == 90
absl::StatusOr<double> ParseSeconds(absl::string_view text);

namespace quantity_internal {

// A number (digits, perhaps a fraction; no sign, no exponent) and what follows it.
struct Amount {
  double number = 0;
  absl::string_view suffix;
  bool valid = false;
};

inline Amount SplitAmount(absl::string_view text) {
  size_t length = 0, digits = 0, dots = 0;
  for (; length < text.size() && (absl::ascii_isdigit(text[length]) || text[length] == '.'); ++length) {
    (text[length] == '.' ? dots : digits) += 1;
  }
  Amount amount;
  amount.suffix = text.substr(length);
  amount.valid = digits > 0 && digits <= 30 && dots <= 1 && absl::SimpleAtod(text.substr(0, length), &amount.number);
  return amount;
}

struct Unit {
  absl::string_view suffix;
  double factor;
};

// Kubernetes' suffixes (apimachinery, resource.Quantity) without the ones below 1.
inline constexpr Unit kMemoryUnits[] = {
    {"", 1},
    {"k", 1e3},
    {"M", 1e6},
    {"G", 1e9},
    {"T", 1e12},
    {"Ki", 1024.0},
    {"Mi", 1024.0 * 1024},
    {"Gi", 1024.0 * 1024 * 1024},
    {"Ti", 1024.0 * 1024 * 1024 * 1024},
    {"Pi", 1024.0 * 1024 * 1024 * 1024 * 1024},
    {"Ei", 1024.0 * 1024 * 1024 * 1024 * 1024 * 1024},
};

// What other tools call a unit ("512m" of Docker, "512MB") → how it is written here; empty: nothing near.
inline std::string SuggestMemory(absl::string_view number, absl::string_view suffix) {
  std::string lower = absl::AsciiStrToLower(suffix);
  if (absl::EndsWith(lower, "b")) lower.pop_back();
  const bool binary = absl::EndsWith(lower, "i");
  if (binary) lower.pop_back();
  if (lower.empty() && !binary) return absl::StrCat("; write ", Quoted(number), " for bytes");
  if (lower.size() != 1 || !absl::StrContains("kmgtpe", lower)) return "";
  const std::string upper = absl::AsciiStrToUpper(lower);
  const std::string ibi = absl::StrCat(number, upper, "i");
  if (binary || upper == "P" || upper == "E") return absl::StrCat("; write ", Quoted(ibi));
  return absl::StrCat("; write ", Quoted(absl::StrCat(number, upper == "K" ? "k" : upper)), ", or ", Quoted(ibi),
                      " for powers of 1024");
}

}  // namespace quantity_internal

inline absl::StatusOr<double> ParseCpu(absl::string_view text) {
  const quantity_internal::Amount amount = quantity_internal::SplitAmount(text);
  if (amount.valid && amount.number > 1e6) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is more CPU than any machine has"));
  }
  if (amount.valid && amount.suffix.empty()) return amount.number;
  if (amount.valid && amount.suffix == "m") return amount.number / 1000;
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is no amount of CPU; write cores (\"2\", \"0.5\") or thousandths (\"500m\")"));
}

inline absl::StatusOr<double> ParseMemory(absl::string_view text) {
  const quantity_internal::Amount amount = quantity_internal::SplitAmount(text);
  if (amount.valid) {
    for (const quantity_internal::Unit& unit : quantity_internal::kMemoryUnits) {
      if (unit.suffix != amount.suffix) continue;
      const double bytes = std::round(amount.number * unit.factor);
      if (bytes < 9.2e18) return bytes;  // what an engine's 64-bit number holds
      return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is more memory than any machine has"));
    }
  }
  const absl::string_view number = text.substr(0, text.size() - amount.suffix.size());
  const std::string hint = amount.valid ? quantity_internal::SuggestMemory(number, amount.suffix) : "";
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is no amount of memory",
                   hint.empty() ? "; write bytes, or a number with k M G T Ki Mi Gi Ti Pi Ei (\"512Mi\")" : hint));
}

inline absl::StatusOr<double> ParseSeconds(absl::string_view text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration() && duration <= absl::Hours(24 * 365)) {
    return absl::ToDoubleSeconds(duration);
  }
  double number = 0;
  const bool unitless = absl::SimpleAtod(text, &number) && number >= 0;
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is no duration; write ",
                   unitless ? Quoted(absl::StrCat(text, "s")) : std::string("\"10s\", \"1m30s\" or \"500ms\"")));
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_QUANTITY_H_
