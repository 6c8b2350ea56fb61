#include "cmd/input/choose_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "cmd/base/exit_status.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

const PipelineKey kKey = {"default", "p"};

class ChooseDriverTest : public ::testing::Test {
 protected:
  void SetUp() override { options_.state_dir = folder_.path(); }

  RunsOn Choose(const std::string& of_file = "", const PipelineKey& key = kKey) {
    const absl::StatusOr<RunsOn> chosen = ChooseDriver(options_, environment_, of_file, key);
    EXPECT_TRUE(chosen.ok()) << chosen.status();
    return chosen.value_or(RunsOn::kEngine);
  }

  testkit::TemporaryFolder folder_;
  Options options_;
  Environment environment_;
};

TEST_F(ChooseDriverTest, TheFlagGoesBeforeTheVariableTheFileAndTheState) {
  EXPECT_EQ(Choose(), RunsOn::kEngine);
  deploy::Deployment deployment;
  deployment.set_name(kKey.name);
  deployment.set_namespace_(kKey.namespace_);
  deployment.set_phase(deploy::Deployment::APPLIED);
  deployment.set_driver("kubernetes");
  ASSERT_TRUE(Store(folder_.path()).WriteDeployment(kKey, deployment).ok());
  EXPECT_EQ(Choose(), RunsOn::kCluster);
  EXPECT_EQ(Choose("docker"), RunsOn::kEngine);
  environment_["FLOW_DRIVER"] = "k8s";
  EXPECT_EQ(Choose("docker"), RunsOn::kCluster);
  options_.driver = "docker";
  EXPECT_EQ(Choose("kubernetes"), RunsOn::kEngine);
}

TEST_F(ChooseDriverTest, AllPipelinesAreThoseOfAnEngineUnlessSaidOtherwise) {
  EXPECT_EQ(Choose("", {"default", ""}), RunsOn::kEngine);
  environment_["FLOW_DRIVER"] = "kubernetes";
  EXPECT_EQ(Choose("", {"default", ""}), RunsOn::kCluster);
}

TEST_F(ChooseDriverTest, WhatRunsProgramsElsewhereRunsContainersHere) { EXPECT_EQ(Choose("process"), RunsOn::kEngine); }

TEST_F(ChooseDriverTest, WhatIsNeitherIsWrongUsageAndSaysWhoSaidSo) {
  environment_["FLOW_DRIVER"] = "nomad";
  const absl::Status status = ChooseDriver(options_, environment_, "", kKey).status();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr("FLOW_DRIVER"));
  environment_["FLOW_DRIVER"] = "dokcer";
  EXPECT_EQ(ExitCodeOf(ChooseDriver(options_, environment_, "", kKey).status()), ExitCode::kUsage);
}

}  // namespace
}  // namespace flow
