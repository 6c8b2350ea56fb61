// Amounts of CPU and memory, and times, as Kubernetes writes them (apimachinery, resource.Quantity).
#ifndef FLOW_KUBERNETES_QUANTITY_H_
#define FLOW_KUBERNETES_QUANTITY_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace flow::kubernetes {

// Cores, in whole ones or in thousandths, rounded up: Kubernetes knows nothing smaller.
//
//   CpuQuantity(2) == "2"      CpuQuantity(0.25) == "250m"
inline std::string CpuQuantity(double cores) {
  // A little off, so that 0.07 is not 71m, as 0.07 * 1000 is more than 70.
  const auto thousandths = static_cast<uint64_t>(std::ceil(cores * 1000 - 1e-6));
  if (thousandths % 1000 == 0) return absl::StrCat(thousandths / 1000);
  return absl::StrCat(thousandths, "m");
}

// Bytes, in the largest unit of which they are a whole number; of 1024 rather than of 1000.
//
//   MemoryQuantity(67108864) == "64Mi"      MemoryQuantity(500000000) == "500M"
inline std::string MemoryQuantity(double bytes) {
  static constexpr std::pair<uint64_t, const char*> kUnits[] = {{uint64_t{1} << 60, "Ei"}, {uint64_t{1} << 50, "Pi"},
                                                                {uint64_t{1} << 40, "Ti"}, {1 << 30, "Gi"},
                                                                {1 << 20, "Mi"},           {1 << 10, "Ki"},
                                                                {1'000'000'000'000, "T"},  {1'000'000'000, "G"},
                                                                {1'000'000, "M"},          {1'000, "k"}};
  const auto whole = static_cast<uint64_t>(bytes);
  for (const auto& [size, unit] : kUnits) {
    if (whole >= size && whole % size == 0) return absl::StrCat(whole / size, unit);
  }
  return absl::StrCat(whole);
}

// What such a text says: cores, or bytes. Nothing: it is none.
//
//   *ReadQuantity("156340537n") == 0.156340537      *ReadQuantity("64Mi") == 67108864
inline std::optional<double> ReadQuantity(absl::string_view text) {
  static constexpr std::pair<absl::string_view, double> kUnits[] = {
      {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},     {"M", 1e6},
      {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10},
      {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60}};
  double factor = 1, number = 0;
  for (const auto& [suffix, unit] : kUnits) {
    if (!absl::ConsumeSuffix(&text, suffix)) continue;
    factor = unit;
    break;
  }
  if (!absl::SimpleAtod(text, &number) || !std::isfinite(number)) return std::nullopt;
  return number * factor;
}

// Seconds as probes and grace periods count them: whole ones, rounded up, so that no time that was asked for is cut short
// (a grace of 0 kills at once).
inline int32_t WholeSeconds(double seconds) {
  return static_cast<int32_t>(std::min(std::ceil(seconds), double{std::numeric_limits<int32_t>::max()}));
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_QUANTITY_H_
