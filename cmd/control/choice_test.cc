#include "cmd/control/choice.h"

#include "gtest/gtest.h"

namespace flow {
namespace {

deploy::Deployment Told(const std::string& address) {
  deploy::Deployment state;
  state.mutable_control_plane()->set_address(address);
  (*state.mutable_control_plane()->mutable_service_ids())["sink"] = "s1";
  return state;
}

TEST(ChooseControlPlane, IsNoneWhereNothingNamesOne) {
  const auto choice = ChooseControlPlane(std::nullopt, std::nullopt, {});
  ASSERT_TRUE(choice.ok());
  EXPECT_FALSE(choice->endpoint.has_value());
}

TEST(ChooseControlPlane, TheStatesIsKept) {
  for (const std::optional<std::string>& flag : {std::optional<std::string>(), std::optional<std::string>("cp:1")}) {
    const auto choice = ChooseControlPlane(flag, Told("cp:1"), {});
    ASSERT_TRUE(choice.ok());
    EXPECT_EQ(choice->endpoint->url, "http://cp:1");
    EXPECT_EQ(choice->registered.service_ids().at("sink"), "s1");
    EXPECT_FALSE(choice->before.has_value());
  }
}

TEST(ChooseControlPlane, AnotherOneTakesItsPlace) {
  const auto choice = ChooseControlPlane("cp:2", Told("cp:1"), {});
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->endpoint->url, "http://cp:2");
  EXPECT_TRUE(choice->registered.service_ids().empty());
  EXPECT_EQ(choice->before->address(), "cp:1");
}

TEST(ChooseControlPlane, GivenEmptyItIsNone) {
  const auto choice = ChooseControlPlane("", Told("cp:1"), {});
  ASSERT_TRUE(choice.ok());
  EXPECT_FALSE(choice->endpoint.has_value());
  EXPECT_EQ(choice->before->address(), "cp:1");
}

TEST(ChooseControlPlane, AnAddressThatCannotBeUsedIsAnError) {
  EXPECT_TRUE(absl::IsInvalidArgument(ChooseControlPlane("cp", std::nullopt, {}).status()));
}

}  // namespace
}  // namespace flow
