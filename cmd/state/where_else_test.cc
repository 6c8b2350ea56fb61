#include "cmd/state/where_else.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

constexpr char kEngine[] = "";
constexpr char kCluster[] = "kubernetes";

class WhereElseTest : public ::testing::Test {
 protected:
  void Keep(const PipelineKey& key, const char* driver = kEngine, const char* host = "unix:///run/docker.sock",
            const char* place = "an id") {
    deploy::Deployment deployment;
    deployment.set_name(key.name);
    deployment.set_namespace_(key.namespace_);
    deployment.set_phase(deploy::Deployment::APPLIED);
    deployment.set_driver(driver);
    deployment.set_engine_host(host);
    deployment.set_engine_id(place);
    EXPECT_TRUE(store_.WriteDeployment(key, deployment).ok());
  }

  const testkit::TemporaryFolder folder_;
  const Store store_{folder_ / "state"};
};

TEST_F(WhereElseTest, TheStateOfATargetOfAnotherKindTellsWhereItIs) {
  const PipelineKey key{"default", "payments"};
  Keep(key, kCluster, "https://10.0.0.1:6443", "flow-payments");
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kEngine, ""),
            "the cluster https://10.0.0.1:6443, namespace flow-payments");
  EXPECT_EQ(WhereElse(store_, key, kEngine),
            "; by its state it is on the cluster https://10.0.0.1:6443, namespace flow-payments");
  Keep(key);
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kCluster, "team"), "the engine unix:///run/docker.sock");
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kEngine, ""), "");
  // It is of another engine, which was warned of.
  EXPECT_EQ(WhereElse(store_, key, kEngine), "");
}

TEST_F(WhereElseTest, AnotherNamespaceOfAClusterIsAnotherTarget) {
  const PipelineKey key{"default", "payments"};
  Keep(key, kCluster, "https://10.0.0.1:6443", "flow-payments");
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kCluster, ""), "");
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kCluster, "flow-payments"), "");
  EXPECT_EQ(OtherTarget(*store_.ReadDeployment(key), kCluster, "team"),
            "the cluster https://10.0.0.1:6443, namespace flow-payments");
  EXPECT_EQ(WhereElse(store_, key, kCluster),
            "; by its state it is on the cluster https://10.0.0.1:6443, namespace flow-payments");
}

TEST_F(WhereElseTest, ANameOfAnotherNamespaceOrNearToItIsSuggested) {
  EXPECT_EQ(WhereElse(store_, {"default", "payments"}, kEngine), "");
  Keep({"staging", "payments"});
  Keep({"default", "orders"});
  EXPECT_EQ(WhereElse(store_, {"default", "payments"}, kEngine),
            "; there is one in namespace \"staging\" (--namespace=staging)");
  EXPECT_EQ(WhereElse(store_, {"default", "oders"}, kEngine), "; did you mean \"orders\"?");
  EXPECT_EQ(WhereElse(store_, {"staging", "oders"}, kEngine), "");
}

TEST_F(WhereElseTest, WithoutAStateFolderNothingIsKnown) {
  EXPECT_EQ(WhereElse(Store(kNoStateFolder), {"default", "payments"}, kEngine), "");
}

}  // namespace
}  // namespace flow
