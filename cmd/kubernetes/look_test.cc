// What a command finds of pipelines on a made-up cluster.
#include "cmd/kubernetes/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/kubernetes/components.h"
#include "cmd/kubernetes/lookout.h"
#include "cmd/kubernetes/own_state.h"
#include "cmd/kubernetes/session_testing.h"
#include "flow/project/labels.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using testkit::FakeConnection;

// Has the deployment "sink" of the pipeline "p" in the namespace "there", and a pod of it in "measured", where there are
// metrics, and in "unmeasured". In "held" no node takes it, because of a volume. In "busy" five requests are put off. One may
// look in namespaces alone, and at volumes.
void Serve(FakeConnection& connection) {
  int refused = 0;
  for (std::string request; !(request = connection.Read()).empty();) {
    if (absl::StrContains(request, "/namespaces/busy/") && ++refused <= 5) {
      connection.Answer(429, R"({"kind":"Status","message":"too much to do","reason":"TooManyRequests"})");
    } else if (absl::StrContains(request, "/metrics.k8s.io/v1beta1/namespaces/measured/pods?")) {
      connection.Answer(200, R"({"metadata":{},"items":[{"metadata":{"name":"sink-1"},
        "containers":[{"name":"sink","usage":{"cpu":"125m","memory":"64Mi"}}]}]})");
    } else if (absl::StrContains(request, "/metrics.k8s.io/")) {
      connection.Answer(404, "404 page not found\n");
    } else if (absl::StrContains(request, "measured/pods?")) {
      connection.Answer(
          200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"sink-1","namespace":"there",
        "labels":{"com.obsrvr.flow.namespace":"default","com.obsrvr.flow.pipeline":"p","com.obsrvr.flow.component":"sink",
                  "app.kubernetes.io/name":"sink"}},
        "spec":{"containers":[{"name":"sink"}]},
        "status":{"phase":"Running","containerStatuses":[{"name":"sink","ready":true,"state":{"running":{}}}]}}]})");
    } else if (absl::StrContains(request, "/held/pods?")) {
      connection.Answer(
          200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"sink-1","namespace":"there",
        "labels":{"com.obsrvr.flow.namespace":"default","com.obsrvr.flow.pipeline":"p","com.obsrvr.flow.component":"sink"}},
        "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
          "message":"1 node(s) had volume node affinity conflict."}]}}]})");
    } else if (absl::StrContains(request, "/held/persistentvolumeclaims?")) {
      connection.Answer(200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"data"},
        "spec":{"volumeName":"pv1"},"status":{"phase":"Bound"}}]})");
    } else if (absl::StrContains(request, "/api/v1/persistentvolumes/pv1 ")) {
      connection.Answer(200, R"({"kind":"PersistentVolume","apiVersion":"v1","metadata":{"name":"pv1"},
        "spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[
          {"key":"kubernetes.io/hostname","operator":"In","values":["node1"]}]}]}}}})");
    } else if (absl::StrContains(request, " /version ")) {
      connection.Answer(200, R"({"major":"1","minor":"20","gitVersion":"v1.20.2"})");
    } else if (!absl::StrContains(request, "/namespaces/")) {
      connection.Answer(403, R"({"kind":"Status","message":"no right","reason":"Forbidden"})");
    } else if (absl::StrContains(request, "/namespaces/there/deployments?") ||
               absl::StrContains(request, "/namespaces/busy/deployments?")) {
      connection.Answer(200,
                        R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"sink","namespace":"there",
        "labels":{"com.obsrvr.flow.namespace":"default","com.obsrvr.flow.pipeline":"p","com.obsrvr.flow.component":"sink"}},
        "spec":{"replicas":2}}]})");
    } else if (absl::StrContains(request, "/namespaces/ending/services?")) {
      connection.Answer(200,
                        R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"sink","namespace":"ending",
        "labels":{"com.obsrvr.flow.namespace":"default","com.obsrvr.flow.pipeline":"p"},
        "annotations":{"com.obsrvr.flow.component":"sink"}}}]})");
    } else {
      connection.Answer(200, R"({"metadata":{"resourceVersion":"1"},"items":[]})");
    }
  }
}

class LookTest : public ::testing::Test {
 protected:
  // What the state says: that a pipeline is in this namespace of the cluster.
  void Keep(const std::string& name, const std::string& kube_namespace) {
    deploy::Deployment state;
    state.set_name(name);
    state.set_namespace_("default");
    state.set_driver("kubernetes");
    state.set_engine_host(session_->access().server);
    state.set_engine_id(kube_namespace);
    state.set_phase(deploy::Deployment::FAILED);
    state.mutable_project()->add_services()->set_name("sink");
    ASSERT_TRUE(session_->store().WriteDeployment({"default", name}, state).ok());
  }

  MadeUpCluster cluster_{Serve};
  std::unique_ptr<ClusterSession> session_ = cluster_.Open();
  std::unique_ptr<ClusterCaller> caller_ = std::make_unique<ClusterCaller>(*ClusterCaller::Connect(*session_));
};

TEST_F(LookTest, LooksInTheNamespaceThatIsGivenElseInThePipelinesOwn) {
  EXPECT_EQ(*WhereToLook(*caller_, {.pipeline = "p"}, "there"), "there");
  EXPECT_EQ(*WhereToLook(*caller_, {.pipeline = "p"}, ""), "flow-p");  // all of the cluster may not be looked at
  EXPECT_EQ(*WhereToLook(*caller_, {}, ""), "");
}

TEST_F(LookTest, ShowsWhatTheClusterIsAskedFor) {
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, {.pipeline = "p", .output = "table"}, "there");
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_THAT(look->text, HasSubstr("0/2"));
  EXPECT_FALSE(look->well);
}

TEST_F(LookTest, WhatTheClusterPutsOffIsAskedAgain) {
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, {.pipeline = "p", .output = "table"}, "busy");
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_THAT(look->text, HasSubstr("0/2"));
}

// The service outlives the pods of a namespace that someone deletes.
TEST_F(LookTest, APipelineOfWhichNothingIsLeftThatRunsIsNone) {
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, {.pipeline = "p", .output = "table"}, "ending");
  EXPECT_EQ(ExitCodeOf(look.status()), ExitCode::kNoSuchPipeline) << look->text;
}

// Least of all is it gone.
TEST_F(LookTest, AStateOfAnotherNamespaceThanTheOneThatIsMeantSaysWhereThePipelineIs) {
  Keep("kept", "flow-kept");
  const std::unique_ptr<ClusterSession> session = cluster_.Open("team");
  ClusterCaller caller = *ClusterCaller::Connect(*session);
  const absl::Status one = LookAt(*session, caller, {.pipeline = "kept", .output = "table"}, "team").status();
  EXPECT_EQ(ExitCodeOf(one), ExitCode::kNoSuchPipeline) << one;
  EXPECT_THAT(std::string(one.message()), HasSubstr("namespace flow-kept"));
  const absl::Status all = LookAt(*session, caller, {.output = "table"}, "team").status();
  EXPECT_EQ(std::string(all.message()),
            absl::StrCat("there are no pipelines on the cluster ", session->access().server, ", namespace team"));
  EXPECT_TRUE(LookAt(*session_, *caller_, {.pipeline = "kept", .output = "table"}, "flow-kept").ok());
}

TEST_F(LookTest, WhatPodsUseIsWhatTheMetricsServerTells) {
  const LookOptions options{.pipeline = "p", .output = "table", .stats = true};
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, options, "measured");
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_THAT(look->text, HasSubstr("sink-1     12.5%  64.0MiB  -      -       -        -     -"));
  EXPECT_THAT(look->text, Not(HasSubstr("not known")));
}

TEST_F(LookTest, WithoutAMetricsServerItIsNotKnownAndThatIsSaid) {
  const LookOptions options{.pipeline = "p", .output = "table", .stats = true};
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, options, "unmeasured");
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_THAT(look->text, HasSubstr("sink-1     -    -       -      -       -        -     -"));
  EXPECT_THAT(look->text, HasSubstr("what pods use is not known: the cluster has no metrics server"));
}

TEST_F(LookTest, OfAPodWithoutANodeTheVolumesAreLookedAtThatKeepItFromOne) {
  deploy::Deployment state;
  state.set_name("p");
  state.set_phase(deploy::Deployment::APPLIED);
  state.set_namespace_("default");
  state.set_driver(kClusterDriver);
  state.set_engine_host(session_->access().server);
  project::Service& sink = *state.mutable_project()->add_services();
  sink.set_name("sink");
  sink.set_replicas(1);
  sink.add_mounts()->set_source("data");
  ASSERT_TRUE(session_->store().WriteDeployment({"default", "p"}, state).ok());
  const absl::StatusOr<Look> look = LookAt(*session_, *caller_, {.pipeline = "p", .output = "table"}, "held");
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_THAT(look->text, HasSubstr("sink-1 waits (only node1 can mount its volume data: 1 node(s) had volume"));
}

TEST_F(LookTest, APipelineThatIsNotThereIsToldApartFromOneThatMayNotBeLookedFor) {
  EXPECT_EQ(ExitCodeOf(LookAt(*session_, *caller_, {.pipeline = "p"}, "flow-p").status()), ExitCode::kNoSuchPipeline);
  EXPECT_TRUE(absl::IsPermissionDenied(LookAt(*session_, *caller_, {}, "").status()));
}

TEST_F(LookTest, ALookoutSeesWhatThereIsAndUnderWhichNameItIsReached) {
  const PipelineKey there{"default", "p"}, gone{"default", "gone"};
  ClusterLookout lookout(*session_, *caller_, "there", {project::kPipelineLabel});
  EXPECT_THAT(*lookout.Find({there}), ElementsAre(testing::Eq(std::nullopt)));  // no state of it is kept
  EXPECT_EQ(ExitCodeOf(lookout.Find({there, gone}).status()), ExitCode::kNoSuchPipeline);
  const absl::StatusOr<Sightings> seen = lookout.Look({there, gone}, absl::InfiniteFuture());
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_THAT(seen->pipelines, ElementsAre(Key(there)));
  EXPECT_EQ(seen->pipelines.at(there).status.components(0).replicas(), 2U);
  EXPECT_EQ(lookout.HostOf(there, "My_Sink"), "my-sink.there");
  EXPECT_FALSE(ClusterLookout(*session_, *caller_, "", {}).Look({there}, absl::InfiniteFuture()).ok());
}

TEST_F(LookTest, ComponentsAreThoseOfTheWorkloads) {
  EXPECT_THAT(*ComponentsOf(*session_, *caller_, {.pipeline = "p"}, "there", {}), ElementsAre(Pair("sink", 2)));
  const absl::Status wrong = ComponentsOf(*session_, *caller_, {.pipeline = "p"}, "there", {"snik"}).status();
  EXPECT_EQ(ExitCodeOf(wrong), ExitCode::kUsage);
  EXPECT_THAT(std::string(wrong.message()), HasSubstr("did you mean \"sink\"?"));
}

// A failed first apply leaves the state alone.
TEST_F(LookTest, WhereNothingIsThereOfThemThatIsSaidWithWhatTellsWhy) {
  Keep("gone", "flow-gone");
  testing::internal::CaptureStderr();
  EXPECT_TRUE(ComponentsOf(*session_, *caller_, {.pipeline = "gone"}, "flow-gone", {}).ok());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("`flow-status gone` tells why"));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(ComponentsOf(*session_, *caller_, {.pipeline = "p"}, "there", {"sink"}).ok());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace flow
