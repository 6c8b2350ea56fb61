#include "cmd/cli/manual.h"

#include "cmd/cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ManualPage, SaysWhatTheHelpSays) {
  const std::string page = ManualPage(ApplyCommand());
  EXPECT_THAT(page, HasSubstr(".TH FLOW\\-APPLY 1"));
  EXPECT_THAT(page, HasSubstr("flow\\-apply \\- deploy a pipeline"));
  EXPECT_THAT(page, HasSubstr(".SS Applying"));
  EXPECT_THAT(page, HasSubstr(".B \\-\\-timeout=DURATION\nGive up after this time, and remove what was created. "
                              "Default: 5m."));
  EXPECT_THAT(page, HasSubstr(".TP\n.B 5\nAnother command is at work on the pipeline."));
  EXPECT_THAT(page, HasSubstr(".BR flow\\-delete (1)"));
  EXPECT_THAT(page, Not(HasSubstr(".BR flow\\-apply (1)")));
}

TEST(ManualPage, WhatTroffWouldTakeForItsOwnIsEscaped) {
  Command command = ApplyCommand();
  command.description = ".env is a \\file\n\n'quoted' it begins";
  const std::string page = ManualPage(command);
  EXPECT_THAT(page, HasSubstr(".PP\n\\&.env is a \\efile\n"));
  EXPECT_THAT(page, HasSubstr(".PP\n\\&'quoted' it begins\n"));
}

}  // namespace
}  // namespace flow
