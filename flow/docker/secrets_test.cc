#include "flow/docker/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <variant>

namespace flow::docker {
namespace {

using ::testing::ElementsAre;

Answer Of(absl::StatusOr<engine::Reply> reply) { return {RequestId(1), std::move(reply)}; }

deploy::SecretFilter Hunter() { return deploy::SecretFilter(std::map<std::string, std::string>{{"A", "hunter22"}}); }

TEST(WithoutSecrets, TakesThemOutOfWhatAProgramWrote) {
  const Answer answer = WithoutSecrets(Of(engine::LogLines{{"password: hunter22", "nothing"}}), Hunter());
  EXPECT_THAT(std::get<engine::LogLines>(*answer.reply).lines, ElementsAre("password: ***", "nothing"));
}

TEST(WithoutSecrets, TakesThemOutOfErrorsAndProbes) {
  const deploy::SecretFilter secrets = Hunter();
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

}  // namespace
}  // namespace flow::docker
