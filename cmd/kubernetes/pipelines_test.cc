// Which pipelines are found on a made-up cluster.
#include "cmd/kubernetes/pipelines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/kubernetes/session_testing.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::HasSubstr;
using testkit::FakeConnection;

std::string ListOf(const std::string& name, const std::string& namespace_, const std::string& pipeline) {
  return absl::StrCat(R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":")", name,
                      R"(","namespace":")", namespace_, R"(","labels":{"com.obsrvr.flow.namespace":"default",)",
                      R"("com.obsrvr.flow.pipeline":")", pipeline, R"("}}}]})");
}

// Has a deployment of "a" in its own namespace and one of "b" in "there"; of "c" the namespace alone, of "d" a claim.
void Serve(FakeConnection& connection) {
  for (std::string request; !(request = connection.Read()).empty();) {
    const bool there = absl::StrContains(request, "/namespaces/there/");
    if (absl::StrContains(request, " /version ")) {
      connection.Answer(200, R"({"major":"1","minor":"20","gitVersion":"v1.20.2"})");
    } else if (absl::StrContains(request, "/deployments?")) {
      connection.Answer(200, there ? ListOf("sink", "there", "b") : ListOf("sink", "flow-a", "a"));
    } else if (absl::StrContains(request, "/jobs?")) {
      connection.Answer(200, ListOf("sink", "there", "b"));
    } else if (absl::StrContains(request, "/namespaces?")) {
      connection.Answer(200, ListOf("flow-c", "", "c"));
    } else if (absl::StrContains(request, "/persistentvolumeclaims?") && !there) {
      connection.Answer(200, ListOf("data", "flow-d", "d"));
    } else if (absl::StrContains(request, "namespace%3Dhidden")) {
      connection.Answer(403, R"({"kind":"Status","message":"no right","reason":"Forbidden"})");
    } else {
      connection.Answer(200, R"({"metadata":{"resourceVersion":"1"},"items":[]})");
    }
  }
}

class PipelinesTest : public ::testing::Test {
 protected:
  // What the state says: that a pipeline is on a cluster of this address.
  void Keep(const std::string& name, const std::string& server) {
    deploy::Deployment state;
    state.set_name(name);
    state.set_namespace_("default");
    state.set_driver("kubernetes");
    state.set_engine_host(server);
    state.set_phase(deploy::Deployment::APPLYING);
    ASSERT_TRUE(session_->store().WriteDeployment({"default", name}, state).ok());
  }

  MadeUpCluster cluster_{Serve};
  std::unique_ptr<ClusterSession> session_ = cluster_.Open();
};

TEST_F(PipelinesTest, AreThoseOfWhichTheClusterHasAnythingWithWhereItIs) {
  EXPECT_THAT(
      *PipelinesOf(*session_, "default", "", /*volumes=*/true),
      ElementsAre(FieldsAre(PipelineKey{"default", "a"}, "flow-a"), FieldsAre(PipelineKey{"default", "b"}, "there"),
                  FieldsAre(PipelineKey{"default", "c"}, "flow-c"), FieldsAre(PipelineKey{"default", "d"}, "flow-d")));
}

TEST_F(PipelinesTest, WhereVolumesAreKeptThoseAloneAndTheirNamespaceAreNoPipeline) {
  EXPECT_THAT(
      *PipelinesOf(*session_, "default", "", /*volumes=*/false),
      ElementsAre(FieldsAre(PipelineKey{"default", "a"}, "flow-a"), FieldsAre(PipelineKey{"default", "b"}, "there")));
}

TEST_F(PipelinesTest, InANamespaceOfTheClusterAreThoseThatWerePutThere) {
  EXPECT_THAT(*PipelinesOf(*session_, "default", "there", /*volumes=*/true),
              ElementsAre(FieldsAre(PipelineKey{"default", "b"}, "there")));
}

TEST_F(PipelinesTest, ThoseThatOnlyTheStateKnowsCountWhereTheyWereOnThisCluster) {
  Keep("kept", session_->access().server);
  Keep("elsewhere", "https://another.example");
  EXPECT_THAT(
      *PipelinesOf(*session_, "default", "there", /*volumes=*/true),
      ElementsAre(FieldsAre(PipelineKey{"default", "b"}, "there"), FieldsAre(PipelineKey{"default", "kept"}, "")));
}

TEST_F(PipelinesTest, ANameThatIsNoneAndWhatMayNotBeListedAreErrors) {
  EXPECT_EQ(ExitCodeOf(PipelinesOf(*session_, "Not/One", "", true).status()), ExitCode::kUsage);
  EXPECT_TRUE(absl::IsPermissionDenied(PipelinesOf(*session_, "hidden", "", true).status()));
}

}  // namespace
}  // namespace flow
