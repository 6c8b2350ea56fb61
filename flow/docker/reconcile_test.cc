// What is decided, as the plan's own text.
#include "flow/docker/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/images.h"
#include "flow/docker/testing/projects.h"

namespace flow::docker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeProject;

constexpr char kImage[] = "docker.io/library/busybox:1.36";

// A container of a component as its own apply would have left it.
Container Running(const project::Project& project, const std::string& component, int number = 1) {
  Container container;
  container.id = absl::StrCat("id-", component, number);
  container.name = project::ContainerName(project.name(), component, number);
  container.component = component;
  container.number = number;
  container.digest = "1";
  container.image_id = "sha256:1";
  container.state = "running";
  container.network_ids = {"net"};
  return container;
}

// All that the project asks for, running.
Observed AsDeployed(const project::Project& project) {
  Observed observed;
  observed.image_ids[kImage] = "sha256:1";
  engine::NetworkSummary& network = observed.networks.emplace_back();
  network.set_id("net");
  network.set_name(project.network().name());
  (*network.mutable_labels())[project::kNamespaceLabel] = "default";
  (*network.mutable_labels())[project::kPipelineLabel] = project.pipeline();
  for (const project::Volume& volume : project.volumes()) {
    engine::VolumeSummary& summary = observed.volumes.emplace_back();
    summary.set_name(volume.name());
    *summary.mutable_labels() = network.labels();
  }
  for (const project::Service& service : project.services()) {
    for (uint32_t number = 1; number <= service.replicas(); ++number) {
      observed.containers.push_back(Running(project, service.name(), number));
    }
  }
  return observed;
}

std::string Decide(const project::Project& project, const Observed& observed, ReconcileOptions options = {}) {
  const Reconciliation decision = Reconcile(project, observed, options);
  EXPECT_THAT(decision.conflicts, IsEmpty());
  return PlanText(decision.plan);
}

TEST(Reconcile, PlansNothingForWhatIsAsAskedFor) {
  const project::Project project = MakeProject("x", {"volume=data", "a replicas=2", "b reads=a"});
  EXPECT_EQ(Decide(project, AsDeployed(project)), "");
}

TEST(Reconcile, CreatesEverythingBeforeAnythingStarts) {
  const project::Project project = MakeProject("x", {"volume=data", "a", "b reads=a"});
  Observed nothing;
  nothing.image_ids[kImage] = "sha256:1";
  EXPECT_EQ(Decide(project, nothing),
            "create network flow-x_default: not there\n"
            "create volume flow-x_data: not there\n"
            "create container flow-x-a-1: not there\n"
            "create container flow-x-b-1: not there\n"
            "start container flow-x-a-1: not there\n"
            "start container flow-x-b-1: not there\n");
}

TEST(Reconcile, ReplacesWhatDiffersUnderAnotherNameFirst) {
  const project::Project project = MakeProject("x", {"a", "b reads=a"});
  Observed observed = AsDeployed(project);
  observed.containers[1].digest = "0";
  EXPECT_EQ(Decide(project, observed),
            "create container flow-x-b-1.new: configuration changed\n"
            "stop container flow-x-b-1: configuration changed\n"
            "remove container flow-x-b-1: configuration changed\n"
            "rename container to flow-x-b-1: configuration changed\n"
            "start container flow-x-b-1: configuration changed\n");
}

TEST(Reconcile, KeepsAReplacedContainerRunningUntilWhatItsReplacementReadsIsThere) {
  const project::Project project = MakeProject("x", {"a", "b reads=a"});
  Observed observed = AsDeployed(project);
  observed.containers[1].digest = "0";
  const Plan plan = Reconcile(project, observed, {}).plan;
  ASSERT_EQ(KindOf(plan.operations(1)), OperationKind::kStopContainer);
  ASSERT_EQ(plan.operations(1).wait_size(), 1);
  EXPECT_EQ(plan.operations(1).wait(0).component(), "a");
}

struct Drift {
  const char* name;
  void (*happens)(Container&);
  const char* plan;
};

TEST(Reconcile, BringsBackWhatDrifted) {
  static const Drift kDrifts[] = {
      {"stopped", [](Container& c) { c.state = "exited"; }, "start container flow-x-a-1: not running\n"},
      {"never started", [](Container& c) { c.state = "created"; }, "start container flow-x-a-1: not running\n"},
      {"paused", [](Container& c) { c.state = "paused"; }, "unpause container flow-x-a-1: paused\n"},
      {"renamed", [](Container& c) { c.name = "other"; }, "rename container to flow-x-a-1: has another name\n"},
      {"restarting", [](Container& c) { c.state = "restarting"; }, ""},
      {"of another image", [](Container& c) { c.image_id = "sha256:0"; },
       "create container flow-x-a-1.new: image changed\n"
       "stop container flow-x-a-1: image changed\n"
       "remove container flow-x-a-1: image changed\n"
       "rename container to flow-x-a-1: image changed\n"
       "start container flow-x-a-1: image changed\n"},
      {"dead", [](Container& c) { c.state = "dead"; },
       "create container flow-x-a-1.new: dead\n"
       "remove container flow-x-a-1: dead\n"
       "rename container to flow-x-a-1: dead\n"
       "start container flow-x-a-1: dead\n"},
      {"in a network that is gone",
       [](Container& c) {
         c.state = "exited";
         c.network_ids = {"old"};
       },
       "create container flow-x-a-1.new: not in the pipeline's network\n"
       "remove container flow-x-a-1: not in the pipeline's network\n"
       "rename container to flow-x-a-1: not in the pipeline's network\n"
       "start container flow-x-a-1: not in the pipeline's network\n"},
  };
  const project::Project project = MakeProject("x", {"a"});
  for (const Drift& drift : kDrifts) {
    Observed observed = AsDeployed(project);
    drift.happens(observed.containers[0]);
    EXPECT_EQ(Decide(project, observed), drift.plan) << drift.name;
  }
}

TEST(Reconcile, RunsARunOnceAgainOnlyWhereItFailedOrChanged) {
  const project::Project project = MakeProject("x", {"job once"});
  Observed observed = AsDeployed(project);
  observed.containers[0].state = "exited";
  EXPECT_EQ(Decide(project, observed), "");
  observed.containers[0].exit_code = 3;
  EXPECT_EQ(Decide(project, observed), "start container flow-x-job-1: not running\n");
}

TEST(Reconcile, ForcedRecreatesAll) {
  const project::Project project = MakeProject("x", {"a"});
  EXPECT_THAT(Decide(project, AsDeployed(project), {.force_recreate = true}),
              HasSubstr("create container flow-x-a-1.new: forced\n"));
}

TEST(Reconcile, ScalesByNumber) {
  const project::Project two = MakeProject("x", {"a replicas=2"}), one = MakeProject("x", {"a"});
  EXPECT_EQ(Decide(one, AsDeployed(two)),
            "stop container flow-x-a-2: one too many\n"
            "remove container flow-x-a-2: one too many\n");
  EXPECT_EQ(Decide(two, AsDeployed(one)),
            "create container flow-x-a-2: not there\n"
            "start container flow-x-a-2: not there\n");
}

TEST(Reconcile, RemovesWhatHasLeftTheFileAndKeepsItsVolume) {
  const project::Project before = MakeProject("x", {"volume=data", "a", "b reads=a"}), after = MakeProject("x", {"a"});
  const Reconciliation decision = Reconcile(after, AsDeployed(before), {});
  EXPECT_EQ(PlanText(decision.plan),
            "stop container flow-x-b-1: no longer in the file\n"
            "remove container flow-x-b-1: no longer in the file\n");
  EXPECT_THAT(decision.notes, ElementsAre(HasSubstr("flow-x_data is no longer in the file")));
}

TEST(Reconcile, RemovesWhatAnApplyThatWasCutOffLeft) {
  const project::Project project = MakeProject("x", {"a"});
  Observed observed = AsDeployed(project);
  Container replacement = Running(project, "a");
  replacement.id = "id-new";
  replacement.name += ".new";
  replacement.state = "created";
  observed.containers.push_back(replacement);
  EXPECT_EQ(Decide(project, observed), "remove container flow-x-a-1.new: one too many\n");
  // The old one was removed already: the new one takes its place.
  observed.containers.erase(observed.containers.begin());
  EXPECT_EQ(Decide(project, observed),
            "rename container to flow-x-a-1: has another name\n"
            "start container flow-x-a-1: not running\n");
}

TEST(Reconcile, FreesAPortBeforeAnotherComponentTakesIt) {
  const project::Project before = MakeProject("x", {"old port=8080"});
  const project::Project after = MakeProject("x", {"new port=8080"});
  Observed observed = AsDeployed(before);
  observed.containers[0].ports.emplace_back().set_public_port(8080);
  observed.containers[0].ports[0].set_type("tcp");
  const Plan plan = Reconcile(after, observed, {}).plan;
  const Operation& start = plan.operations(plan.operations_size() - 1);
  ASSERT_EQ(KindOf(start), OperationKind::kStartContainer);
  bool after_removal = false;
  for (const uint32_t earlier : start.after()) {
    after_removal |= KindOf(plan.operations(earlier)) == OperationKind::kRemoveContainer;
  }
  EXPECT_TRUE(after_removal);
}

TEST(Reconcile, DoesNotWaitInACircleWhereTwoComponentsSwapPorts) {
  const project::Project before = MakeProject("x", {"a port=8080", "b reads=a port=8081"});
  const project::Project after = MakeProject("x", {"a port=8081 digest=2", "b reads=a port=8080 digest=2"});
  Observed observed = AsDeployed(before);
  for (size_t i = 0; i < 2; ++i) {
    observed.containers[i].ports.emplace_back().set_public_port(8080 + i);
    observed.containers[i].ports[0].set_type("tcp");
  }
  const Plan plan = Reconcile(after, observed, {}).plan;
  for (const Operation& operation : plan.operations()) {
    EXPECT_TRUE(KindOf(operation) != OperationKind::kStopContainer || operation.wait().empty()) << operation.name();
  }
}

// b waits for a's new container, and that for the port which c, behind b, still has.
TEST(Reconcile, DoesNotWaitInACircleWhereOneTooManyHoldsThePort) {
  const project::Project before = MakeProject("x", {"a", "b reads=a", "c reads=b port=8080"});
  const project::Project after =
      MakeProject("x", {"a port=8080 digest=2", "b reads=a digest=2", "c reads=b replicas=0 digest=2"});
  Observed observed = AsDeployed(before);
  observed.containers[2].ports.emplace_back().set_public_port(8080);
  observed.containers[2].ports[0].set_type("tcp");
  const Plan plan = Reconcile(after, observed, {}).plan;
  for (const Operation& operation : plan.operations()) {
    if (KindOf(operation) != OperationKind::kStopContainer || operation.component() != "c") continue;
    EXPECT_TRUE(operation.wait().empty() && operation.after().empty());
  }
}

TEST(Reconcile, TouchesNothingWhereANameIsHeld) {
  const project::Project project = MakeProject("x", {"volume=data", "a"});
  Observed observed = AsDeployed(project);
  observed.networks[0].mutable_labels()->clear();
  (*observed.volumes[0].mutable_labels())[project::kPipelineLabel] = "other";
  EXPECT_THAT(
      Reconcile(project, observed, {}).conflicts,
      ElementsAre(HasSubstr("network flow-x_default is there already and belongs to something that is not flow's"),
                  HasSubstr("volume flow-x_data is there already and belongs to pipeline \"other\"")));
}

// Podman lists a container's networks by name where the others do by id.
TEST(Reconcile, ANetworkMayBeToldByItsName) {
  const project::Project project = MakeProject("x", {"a"});
  Observed observed = AsDeployed(project);
  observed.containers[0].network_ids = {project.network().name()};
  EXPECT_EQ(Decide(project, observed), "");
}

// A network or volume is never made anew, whatever the file says of it.
TEST(Reconcile, LabelsOfNetworksAndVolumesThatDifferAreToldAndStay) {
  project::Project project = MakeProject("x", {"volume=data", "a"});
  (*project.mutable_labels())["team"] = "new";
  Observed observed = AsDeployed(project);
  (*observed.networks[0].mutable_labels())["team"] = "new";
  (*observed.volumes[0].mutable_labels())["team"] = "old";
  (*observed.volumes[0].mutable_labels())["gone"] = "1";
  (*observed.volumes[0].mutable_labels())[project::kComposeVersionLabel] = "another";
  const Reconciliation decision = Reconcile(project, observed, {});
  EXPECT_EQ(PlanText(decision.plan), "");
  EXPECT_THAT(decision.notes, ElementsAre(AllOf(HasSubstr("volume flow-x_data keeps"), HasSubstr("(gone, team)"))));
}

TEST(ReconcileImages, PullsEachMissingImageOnce) {
  const project::Project project = MakeProject("x", {"a image=my:1", "b image=my:1", "c"});
  Observed observed;
  observed.image_ids[kImage] = "sha256:1";
  EXPECT_EQ(PlanText(ReconcileImages(project, observed, PullPolicy::kMissing).plan),
            "pull image my:1: not on the engine\n");
  EXPECT_EQ(PlanText(ReconcileImages(project, observed, PullPolicy::kAlways).plan),
            "pull image my:1: always pulled\npull image busybox:1.36: always pulled\n");
  EXPECT_THAT(ReconcileImages(project, observed, PullPolicy::kNever).conflicts,
              ElementsAre(HasSubstr("a: the engine has no image my:1")));
}

TEST(ImageIds, FindsAnImageByTagDigestAndId) {
  engine::ImageList images;
  engine::ImageSummary& image = *images.add_images();
  image.set_id("sha256:0123456789abcdef");
  image.add_tags("busybox:1.36");
  image.add_digests("busybox@sha256:aa");
  for (const char* reference : {"busybox:1.36", "docker.io/library/busybox:1.36", "busybox@sha256:aa",
                                "busybox:9@sha256:aa", "sha256:0123456789abcdef", "0123456789ab"}) {
    const project::Project project = MakeProject("x", {absl::StrCat("a image=", reference)});
    EXPECT_EQ(ImageIds(project, images).size(), 1u) << reference;
  }
  EXPECT_THAT(ImageIds(MakeProject("x", {"a image=busybox:1.35"}), images), IsEmpty());
}

}  // namespace
}  // namespace flow::docker
