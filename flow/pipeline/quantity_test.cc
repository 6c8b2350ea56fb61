#include "flow/pipeline/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

std::string MemoryProblem(absl::string_view text) { return std::string(ParseMemory(text).status().message()); }

TEST(ParseCpu, TakesCoresAndThousandths) {
  EXPECT_EQ(*ParseCpu("500m"), 0.5);
  EXPECT_EQ(*ParseCpu("0.5"), 0.5);
  EXPECT_EQ(*ParseCpu("2"), 2);
  EXPECT_EQ(*ParseCpu("64"), 64);
}

TEST(ParseCpu, RefusesOtherTexts) {
  for (absl::string_view text :
       {"", "m", "-1", "1k", "1e3", "1.2.3", "two", " 1", "1 ", "99999999", "inf", "nan", "0x1"}) {
    EXPECT_FALSE(ParseCpu(text).ok()) << text;
  }
}

TEST(ParseMemory, TakesBytesAndAllUnits) {
  EXPECT_EQ(*ParseMemory("1024"), 1024);
  EXPECT_EQ(*ParseMemory("1k"), 1e3);
  EXPECT_EQ(*ParseMemory("1M"), 1e6);
  EXPECT_EQ(*ParseMemory("0.5G"), 5e8);
  EXPECT_EQ(*ParseMemory("1T"), 1e12);
  EXPECT_EQ(*ParseMemory("1.5Ki"), 1536);
  EXPECT_EQ(*ParseMemory("4Mi"), 4194304);
  EXPECT_EQ(*ParseMemory("1Gi"), 1073741824);
  EXPECT_EQ(*ParseMemory("1Ti"), 1099511627776);
  EXPECT_EQ(*ParseMemory("1Pi"), 1125899906842624);
  EXPECT_EQ(*ParseMemory("1Ei"), 1152921504606846976);
}

TEST(ParseMemory, GivesWholeBytes) {
  EXPECT_EQ(*ParseMemory("0.1Gi"), 107374182);
  EXPECT_EQ(*ParseMemory("1.1k"), 1100);
}

TEST(ParseMemory, SuggestsTheUnitThatWasMeant) {
  EXPECT_THAT(MemoryProblem("512m"), testing::AllOf(testing::HasSubstr("\"512M\""), testing::HasSubstr("\"512Mi\"")));
  EXPECT_THAT(MemoryProblem("1GB"), testing::HasSubstr("\"1G\""));
  EXPECT_THAT(MemoryProblem("1gib"), testing::HasSubstr("\"1Gi\""));
  EXPECT_THAT(MemoryProblem("1K"), testing::HasSubstr("\"1k\""));
  EXPECT_THAT(MemoryProblem("100b"), testing::HasSubstr("\"100\""));
}

TEST(ParseMemory, RefusesWhatNoMachineHas) { EXPECT_THAT(MemoryProblem("8Ei"), testing::HasSubstr("more memory")); }

TEST(ParseSeconds, TakesDurationsWithUnits) {
  EXPECT_EQ(*ParseSeconds("10s"), 10);
  EXPECT_EQ(*ParseSeconds("1m30s"), 90);
  EXPECT_EQ(*ParseSeconds("500ms"), 0.5);
  EXPECT_EQ(*ParseSeconds("0"), 0);
}

TEST(ParseSeconds, SuggestsTheUnit) {
  EXPECT_THAT(std::string(ParseSeconds("10").status().message()), testing::HasSubstr("\"10s\""));
  for (absl::string_view text : {"", "-1s", "inf", "soon", "99999999h"}) EXPECT_FALSE(ParseSeconds(text).ok()) << text;
}

}  // namespace
}  // namespace flow::pipeline
