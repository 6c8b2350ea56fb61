#include "flow/docker/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::docker {
namespace {

using ::testing::ElementsAre;

Answer Of(absl::StatusOr<engine::Reply> reply) { return {RequestId(1), std::move(reply)}; }

TEST(WithoutSecrets, TakesThemOutOfWhatAProgramWrote) {
  const Answer answer =
      WithoutSecrets(Of(engine::LogLines{{"password: hunter22", "hunter22hunter2", "nothing"}}), {{"A", "hunter22"}});
  EXPECT_THAT(std::get<engine::LogLines>(*answer.reply).lines, ElementsAre("password: ***", "***hunter2", "nothing"));
}

TEST(WithoutSecrets, TakesThemOutOfErrorsAndProbes) {
  const std::map<std::string, std::string> secrets = {{"A", "hunter22"}};
  const Answer refused = WithoutSecrets(Of(absl::InvalidArgumentError("bad variable P=hunter22")), secrets);
  EXPECT_EQ(refused.reply.status(), absl::InvalidArgumentError("bad variable P=***"));

  engine::ContainerInspect inspect;
  inspect.mutable_state()->set_error("exec hunter22: not found");
  inspect.mutable_state()->mutable_health()->add_log()->set_output("user hunter22 refused");
  const Answer inspected = WithoutSecrets(Of(engine::Reply(inspect)), secrets);
  const auto& state = std::get<engine::ContainerInspect>(*inspected.reply).state();
  EXPECT_EQ(state.error(), "exec ***: not found");
  EXPECT_EQ(state.health().log(0).output(), "user *** refused");
}

// A key of many lines is logged a line at a time. Of values that hold one another the longer goes whole.
TEST(WithoutSecrets, KnowsLinesAndLongerValues) {
  const Answer answer = WithoutSecrets(Of(engine::LogLines{{"-----BEGIN", "MIIEvq==", "hunter22-long"}}),
                                       {{"A", "hunter22"}, {"B", "hunter22-long"}, {"C", "-----BEGIN\n  MIIEvq==\n"}});
  EXPECT_THAT(std::get<engine::LogLines>(*answer.reply).lines, ElementsAre("***", "***", "***"));
}

TEST(WithoutSecrets, LeavesWhatIsInEveryTextAlone) {
  const Answer answer =
      WithoutSecrets(Of(engine::LogLines{{"1 of 10", "a b"}}), {{"A", "1"}, {"B", ""}, {"C", " \n "}});
  EXPECT_THAT(std::get<engine::LogLines>(*answer.reply).lines, ElementsAre("1 of 10", "a b"));
}

}  // namespace
}  // namespace flow::docker
