#include "bench/chart.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Usage Took(double wall_ms, double memory_mb) { return {.wall_ms = wall_ms, .memory_mb = memory_mb}; }

Row Status() {
  Row row{.title = "status", .usages = {}, .requests = {}};
  row.usages["flow"] = {Took(20, 10), Took(30, 10), Took(60, 10)};
  row.usages["Compose"] = {Took(100, 40), Took(100, 40), Took(100, 40)};
  return row;
}

TEST(Chart, ABarIsAsLongAsItsPartOfTheOthers) {
  const std::string svg = Chart({Status()}, "Compose");
  EXPECT_THAT(svg, HasSubstr("status, flow, wall time: 30.0 ms, 0.30 of Compose (0.20–0.60)"));
  EXPECT_THAT(svg, HasSubstr("width=\"45.0\""));          // 0.30 of 150
  EXPECT_THAT(svg, HasSubstr("width=\"150.0\""));         // Compose itself
  EXPECT_THAT(svg, HasSubstr("d=\"M295.0 69 H355.0\""));  // the spread, 0.20 to 0.60
  EXPECT_THAT(svg, HasSubstr("status, flow, peak memory: 10.0 MB, 0.25 of Compose (0.25–0.25)"));
}

TEST(Chart, WhatTheOtherDidNotDoIsLeftOut) {
  Row row = Status();
  row.title = "only ours";
  row.usages.erase("Compose");
  EXPECT_THAT(Chart({Status(), row}, "Compose"), Not(HasSubstr("only ours")));
  EXPECT_EQ(Chart({row}, "Compose"), "");
}

TEST(Chart, TitlesCannotBreakTheDocument) {
  Row row = Status();
  row.title = "`a` <b> & \"c\"";
  EXPECT_THAT(Chart({row}, "Compose"), HasSubstr(">a &lt;b&gt; &amp; &quot;c&quot;</text>"));
}

TEST(Chart, ABarThatIsFarTooLongIsCut) {
  Row row = Status();
  row.usages["flow"] = {Took(90000, 10)};
  EXPECT_THAT(Chart({row}, "Compose"), HasSubstr("width=\"240.0\""));
}

}  // namespace
}  // namespace bench
