// What is decided, as the plan's own text with its order.
#include "flow/docker/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/testing/projects.h"
#include "flow/docker/images.h"
#include "flow/docker/pulls.h"

namespace flow::docker {
namespace {

using deploy::OrderedPlanText;
using deploy::testing::MakeProject;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  return OrderedPlanText({decision.plan});
}

void Publish(uint32_t port, Container& container) {
  engine::PublishedPort& published = container.ports.emplace_back();
  published.set_public_port(port);
  published.set_type("tcp");
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
            "[1]  create network flow-x_default  not there\n"
            "[2]  create volume flow-x_data      not there\n"
            "then\n"
            "[3]  create container flow-x-a-1    not there\n"
            "[4]  create container flow-x-b-1    not there  after [3]\n"
            "then\n"
            "[5]  start container flow-x-a-1     not there\n"
            "[6]  start container flow-x-b-1     not there  waits for a running\n");
}

// The first container is created alone: of two applies at the same time one finds out so that it comes too late.
TEST(Reconcile, CreatesAllButTheFirstContainerAtOnce) {
  const project::Project project = MakeProject("x", {"a", "b", "c"});
  Observed observed = AsDeployed(project);
  observed.containers.clear();
  EXPECT_EQ(Decide(project, observed),
            "[1]  create container flow-x-a-1  not there\n"
            "[2]  create container flow-x-b-1  not there  after [1]\n"
            "[3]  create container flow-x-c-1  not there  after [1]\n"
            "then\n"
            "[4]  start container flow-x-a-1   not there\n"
            "[5]  start container flow-x-b-1   not there\n"
            "[6]  start container flow-x-c-1   not there\n");
}

TEST(Reconcile, StartsAComponentWhenWhatItReadsIsRunningHealthyOrCompleted) {
  const project::Project project =
      MakeProject("x", {"runs", "answers check", "ends once", "d reads=runs,answers,ends"});
  Observed observed = AsDeployed(project);
  observed.containers[3].state = "exited";
  EXPECT_EQ(Decide(project, observed),
            "[1]  start container flow-x-d-1  not running  waits for runs running, answers healthy, ends completed\n");
}

TEST(Reconcile, RemovesWhatDiffersWhenItsReplacementUnderAnotherNameIsStarted) {
  const project::Project project = MakeProject("x", {"a"});
  Observed observed = AsDeployed(project);
  observed.containers[0].digest = "0";
  EXPECT_EQ(Decide(project, observed),
            "[1]  create container flow-x-a-1.new  configuration changed\n"
            "then\n"
            "[2]  stop container flow-x-a-1        configuration changed\n"
            "[3]  start container flow-x-a-1       configuration changed  after [2]\n"
            "then\n"
            "[4]  remove container flow-x-a-1      configuration changed\n"
            "[5]  rename container to flow-x-a-1   configuration changed  after [4]\n");
}

TEST(Reconcile, ReplacesWhatMountsAnotherFileThanItsOwn) {
  project::Project project = MakeProject("x", {"a mounts=token:/token"});
  project.mutable_services(0)->mutable_mounts(0)->set_source("/srv/token");
  (*project.mutable_services(0)->mutable_labels())[project::kMountedLabel] = "file:2 /token";
  Observed observed = AsDeployed(project);
  observed.containers[0].mounted = "file:1 /token";
  EXPECT_THAT(Decide(project, observed), HasSubstr("create container flow-x-a-1.new  file token changed"));
  observed.containers[0].mounted = "file:2 /token";
  EXPECT_EQ(Decide(project, observed), "");
  observed.containers[0].mounted = "";  // made before there was that label
  EXPECT_EQ(Decide(project, observed), "");
}

TEST(Reconcile, KeepsAReplacedContainerRunningUntilWhatItsReplacementReadsIsThere) {
  const project::Project project = MakeProject("x", {"a", "b reads=a"});
  Observed observed = AsDeployed(project);
  observed.containers[1].digest = "0";
  EXPECT_EQ(Decide(project, observed),
            "[1]  create container flow-x-b-1.new  configuration changed\n"
            "then\n"
            "[2]  stop container flow-x-b-1        configuration changed  waits for a running\n"
            "[3]  start container flow-x-b-1       configuration changed  after [2]  waits for a running\n"
            "then\n"
            "[4]  remove container flow-x-b-1      configuration changed\n"
            "[5]  rename container to flow-x-b-1   configuration changed  after [4]\n");
}

struct Drift {
  const char* name;
  void (*happens)(Container&);
  const char* plan;
};

TEST(Reconcile, BringsBackWhatDrifted) {
  static const Drift kDrifts[] = {
      {"stopped", [](Container& c) { c.state = "exited"; }, "[1]  start container flow-x-a-1  not running\n"},
      {"never started", [](Container& c) { c.state = "created"; }, "[1]  start container flow-x-a-1  not running\n"},
      {"paused", [](Container& c) { c.state = "paused"; }, "[1]  unpause container flow-x-a-1  paused\n"},
      {"renamed", [](Container& c) { c.name = "other"; }, "[1]  rename container to flow-x-a-1  has another name\n"},
      {"restarting", [](Container& c) { c.state = "restarting"; }, ""},
      {"of another image", [](Container& c) { c.image_id = "sha256:0"; },
       "[1]  create container flow-x-a-1.new  image changed\n"
       "then\n"
       "[2]  stop container flow-x-a-1        image changed\n"
       "[3]  start container flow-x-a-1       image changed  after [2]\n"
       "then\n"
       "[4]  remove container flow-x-a-1      image changed\n"
       "[5]  rename container to flow-x-a-1   image changed  after [4]\n"},
      {"dead", [](Container& c) { c.state = "dead"; },
       "[1]  create container flow-x-a-1.new  dead\n"
       "then\n"
       "[2]  start container flow-x-a-1       dead\n"
       "then\n"
       "[3]  remove container flow-x-a-1      dead\n"
       "[4]  rename container to flow-x-a-1   dead  after [3]\n"},
      {"in a network that is gone",
       [](Container& c) {
         c.state = "exited";
         c.network_ids = {"old"};
       },
       "[1]  create container flow-x-a-1.new  not in the pipeline's network\n"
       "then\n"
       "[2]  start container flow-x-a-1       not in the pipeline's network\n"
       "then\n"
       "[3]  remove container flow-x-a-1      not in the pipeline's network\n"
       "[4]  rename container to flow-x-a-1   not in the pipeline's network  after [3]\n"},
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
  EXPECT_EQ(Decide(project, observed), "[1]  start container flow-x-job-1  not running\n");
}

TEST(Reconcile, ForcedRecreatesAll) {
  const project::Project project = MakeProject("x", {"a"});
  EXPECT_THAT(Decide(project, AsDeployed(project), {.force_recreate = true}),
              HasSubstr("create container flow-x-a-1.new  forced\n"));
}

TEST(Reconcile, ScalesByNumber) {
  const project::Project two = MakeProject("x", {"a replicas=2"}), one = MakeProject("x", {"a"});
  EXPECT_EQ(Decide(one, AsDeployed(two)),
            "[1]  stop container flow-x-a-2    one too many\n"
            "then\n"
            "[2]  remove container flow-x-a-2  one too many\n");
  EXPECT_EQ(Decide(two, AsDeployed(one)),
            "[1]  create container flow-x-a-2  not there\n"
            "then\n"
            "[2]  start container flow-x-a-2   not there\n");
}

TEST(Reconcile, RemovesWhatHasLeftTheFileAndKeepsItsVolume) {
  const project::Project before = MakeProject("x", {"volume=data", "a", "b reads=a"}), after = MakeProject("x", {"a"});
  const Reconciliation decision = Reconcile(after, AsDeployed(before), {});
  EXPECT_EQ(OrderedPlanText({decision.plan}),
            "[1]  stop container flow-x-b-1    no longer in the file\n"
            "then\n"
            "[2]  remove container flow-x-b-1  no longer in the file\n");
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
  EXPECT_EQ(Decide(project, observed), "[1]  remove container flow-x-a-1.new  one too many\n");
  // The new one is what is wanted: it stays, and gets the name of the old one.
  observed.containers[0].digest = "0";
  EXPECT_EQ(Decide(project, observed),
            "[1]  stop container flow-x-a-1       one too many\n"
            "[2]  start container flow-x-a-1      not running       after [1]\n"
            "then\n"
            "[3]  remove container flow-x-a-1     one too many\n"
            "[4]  rename container to flow-x-a-1  has another name  after [3]\n");
  // The old one was removed already.
  observed.containers.erase(observed.containers.begin());
  EXPECT_EQ(Decide(project, observed),
            "[1]  start container flow-x-a-1      not running\n"
            "then\n"
            "[2]  rename container to flow-x-a-1  has another name\n");
}

// An engine fills a new volume with what the image has at its place when a container is created, and two that do so at
// once fail.
TEST(Reconcile, CreatesWhatSharesANewVolumeOneAfterTheOther) {
  const project::Project project =
      MakeProject("x", {"volume=data", "a", "b replicas=2 mounts=data:/d", "c", "d mounts=data:/d"});
  Observed observed = AsDeployed(project);
  observed.containers.clear();
  const auto creates = [&] {
    const std::string plan = Decide(project, observed);
    return plan.substr(0, plan.rfind("then\n"));
  };
  EXPECT_EQ(creates(),
            "[1]   create container flow-x-a-1  not there\n"
            "[2]   create container flow-x-b-1  not there  after [1]\n"
            "[3]   create container flow-x-b-2  not there  after [1]\n"
            "[4]   create container flow-x-c-1  not there  after [1]\n"
            "[5]   create container flow-x-d-1  not there  after [1]\n");
  observed.volumes.clear();
  EXPECT_EQ(creates(),
            "[1]   create volume flow-x_data    not there\n"
            "then\n"
            "[2]   create container flow-x-a-1  not there\n"
            "[3]   create container flow-x-b-1  not there  after [2]\n"
            "[4]   create container flow-x-b-2  not there  after [2], [3]\n"
            "[5]   create container flow-x-c-1  not there  after [2]\n"
            "[6]   create container flow-x-d-1  not there  after [2], [4]\n");
}

TEST(Reconcile, ListsStartsInTheOrderOfWhatWaitsForWhat) {
  project::Project project = MakeProject("x", {"a", "b reads=a", "c reads=b"});
  project.mutable_services()->SwapElements(0, 2);  // the sink stands first in the file
  Observed observed = AsDeployed(project);
  observed.containers.clear();
  EXPECT_EQ(Decide(project, observed),
            "[1]  create container flow-x-c-1  not there\n"
            "[2]  create container flow-x-b-1  not there  after [1]\n"
            "[3]  create container flow-x-a-1  not there  after [1]\n"
            "then\n"
            "[4]  start container flow-x-a-1   not there\n"
            "[5]  start container flow-x-b-1   not there  waits for a running\n"
            "[6]  start container flow-x-c-1   not there  waits for b running\n");
}

TEST(Reconcile, FreesAPortBeforeAnotherComponentTakesIt) {
  const project::Project before = MakeProject("x", {"old port=8080"});
  const project::Project after = MakeProject("x", {"new port=8080"});
  Observed observed = AsDeployed(before);
  Publish(8080, observed.containers[0]);
  EXPECT_EQ(Decide(after, observed),
            "[1]  create container flow-x-new-1  not there\n"
            "then\n"
            "[2]  stop container flow-x-old-1    no longer in the file\n"
            "[3]  start container flow-x-new-1   not there              after [2]\n"
            "then\n"
            "[4]  remove container flow-x-old-1  no longer in the file\n");
}

TEST(Reconcile, DoesNotWaitInACircleWhereTwoComponentsSwapPorts) {
  const project::Project before = MakeProject("x", {"a port=8080", "b reads=a port=8081"});
  const project::Project after = MakeProject("x", {"a port=8081 digest=2", "b reads=a port=8080 digest=2"});
  Observed observed = AsDeployed(before);
  Publish(8080, observed.containers[0]);
  Publish(8081, observed.containers[1]);
  EXPECT_EQ(Decide(after, observed),
            "[1]   create container flow-x-a-1.new  configuration changed\n"
            "[2]   create container flow-x-b-1.new  configuration changed  after [1]\n"
            "then\n"
            "[3]   stop container flow-x-a-1        configuration changed\n"
            "[4]   stop container flow-x-b-1        configuration changed\n"
            "[5]   start container flow-x-a-1       configuration changed  after [3], [4]\n"
            "[6]   start container flow-x-b-1       configuration changed  after [3], [4]  waits for a running\n"
            "then\n"
            "[7]   remove container flow-x-a-1      configuration changed\n"
            "[8]   remove container flow-x-b-1      configuration changed\n"
            "[9]   rename container to flow-x-a-1   configuration changed  after [7]\n"
            "[10]  rename container to flow-x-b-1   configuration changed  after [8]\n");
}

// b waits for a's new container, and that for the port which c, behind b, still has.
TEST(Reconcile, DoesNotWaitInACircleWhereOneTooManyHoldsThePort) {
  const project::Project before = MakeProject("x", {"a", "b reads=a", "c reads=b port=8080"});
  const project::Project after =
      MakeProject("x", {"a port=8080 digest=2", "b reads=a digest=2", "c reads=b replicas=0 digest=2"});
  Observed observed = AsDeployed(before);
  Publish(8080, observed.containers[2]);
  EXPECT_EQ(Decide(after, observed),
            "[1]   create container flow-x-a-1.new  configuration changed\n"
            "[2]   create container flow-x-b-1.new  configuration changed  after [1]\n"
            "then\n"
            "[3]   stop container flow-x-c-1        one too many\n"
            "[4]   stop container flow-x-a-1        configuration changed\n"
            "[5]   start container flow-x-a-1       configuration changed  after [4], [3]\n"
            "[6]   stop container flow-x-b-1        configuration changed  waits for a running\n"
            "[7]   start container flow-x-b-1       configuration changed  after [6]  waits for a running\n"
            "then\n"
            "[8]   remove container flow-x-a-1      configuration changed\n"
            "[9]   remove container flow-x-b-1      configuration changed\n"
            "[10]  remove container flow-x-c-1      one too many\n"
            "[11]  rename container to flow-x-a-1   configuration changed  after [8]\n"
            "[12]  rename container to flow-x-b-1   configuration changed  after [9]\n");
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
  (*observed.volumes[0].mutable_labels())[engine::kComposeVersionLabel] = "another";
  const Reconciliation decision = Reconcile(project, observed, {});
  EXPECT_EQ(OrderedPlanText({decision.plan}), "");
  EXPECT_THAT(decision.notes, ElementsAre(AllOf(HasSubstr("volume flow-x_data keeps"), HasSubstr("(gone, team)"))));
}

TEST(NameConflicts, AreContainersOfOthersUnderTheNamesThatThePlanMakes) {
  const project::Project project = MakeProject("x", {"a", "b"});
  std::vector<engine::ContainerSummary> holders(3);
  holders[0].add_names("/flow-x-a-1");
  (*holders[0].mutable_labels())[project::kPipelineLabel] = "x-a";
  (*holders[0].mutable_labels())[project::kNamespaceLabel] = "team";
  holders[1].add_names("/flow-x-b-1");
  (*holders[1].mutable_labels())[project::kPipelineLabel] = "x";
  (*holders[1].mutable_labels())[project::kNamespaceLabel] = "default";
  holders[2].add_names("/flow-x-c-1");
  EXPECT_THAT(
      NameConflicts(Reconcile(project, {}, {}).plan, holders, project),
      ElementsAre("a: the container name flow-x-a-1 is held by pipeline \"x-a\" of namespace \"team\"; remove or "
                  "rename that container"));
}

TEST(ReconcileImages, PullsEachMissingImageOnce) {
  const project::Project project = MakeProject("x", {"a image=my:1", "b image=my:1", "c"});
  Observed observed;
  observed.image_ids[kImage] = "sha256:1";
  EXPECT_EQ(OrderedPlanText({ReconcileImages(project, observed, PullPolicy::kMissing).plan}),
            "[1]  pull image my:1  not on the engine\n");
  EXPECT_EQ(OrderedPlanText({ReconcileImages(project, observed, PullPolicy::kAlways).plan}),
            "[1]  pull image my:1          always pulled\n"
            "[2]  pull image busybox:1.36  always pulled\n");
  EXPECT_THAT(ReconcileImages(project, observed, PullPolicy::kNever).conflicts,
              ElementsAre(HasSubstr("a: the engine has no image my:1")));
}

TEST(NotesOnPulls, TellWhatIsReplacedWhereAPullBringsAnotherImage) {
  const project::Project project = MakeProject("x", {"a image=my:1", "b image=my:1 digest=2", "c"});
  Observed observed = AsDeployed(project);
  observed.image_ids["docker.io/library/my:1"] = "sha256:1";
  const auto notes = [&] {
    return NotesOnPulls(project, observed, ReconcileImages(project, observed, PullPolicy::kAlways).plan,
                        Reconcile(project, observed, {}).plan);
  };
  // That b is replaced the plan tells.
  EXPECT_THAT(notes(),
              ElementsAre("where the pull of my:1 brings another image than the engine has, a is replaced as well",
                          HasSubstr("busybox:1.36 brings another image than the engine has, c is")));
  observed.containers.clear();
  EXPECT_THAT(notes(), IsEmpty());
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

TEST(ReconcileImages, NeverPullsAnImageThatIsNamedByItsId) {
  const std::string digits(64, 'a');
  for (const std::string& id : {"sha256:" + digits, digits, std::string("sha256:aaaaaaaaaaaa")}) {
    const project::Project project = MakeProject("x", {"a image=" + id});
    Observed observed;
    for (const PullPolicy policy : {PullPolicy::kMissing, PullPolicy::kAlways, PullPolicy::kNever}) {
      const Reconciliation missing = ReconcileImages(project, observed, policy);
      EXPECT_EQ(OrderedPlanText({missing.plan}), "") << id;
      EXPECT_THAT(missing.conflicts, ElementsAre(HasSubstr("image " + id + " is not on the engine"))) << id;
    }
    observed.image_ids[ImageKey(project.services(0))] = "sha256:" + digits;
    const Reconciliation there = ReconcileImages(project, observed, PullPolicy::kAlways);
    EXPECT_EQ(OrderedPlanText({there.plan}), "") << id;
    EXPECT_THAT(there.conflicts, IsEmpty()) << id;
  }
}

}  // namespace
}  // namespace flow::docker
