// Every state that the apply of a pipeline of three components, and an update of two of them, can reach on a cluster, over
// each order of completions that differs, with a fault at every request, event and wait; and from each state of the first
// a crash, after which another apply or delete must do.
//
//        e (job) ───┐
//                   ├─▶ b
//        a (check) ─┘
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "flow/deploy/testing/explorer.h"
#include "flow/deploy/testing/projects.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/delete.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/testing/fake_cluster.h"
#include "flow/kubernetes/testing/world.h"

namespace flow::kubernetes {
namespace {

using api::Kind;
using deploy::testing::Explorer;
using deploy::testing::RunToEnd;
using testing::Choice;
using testing::Choices;
using testing::FakeCluster;
using testing::Fingerprint;
using ApplyWorld = testing::World<Apply>;
using DeleteWorld = testing::World<Delete>;

constexpr char kSecret[] = "hunter22";

const std::vector<std::string> kThree = {"a check", "e once", "b reads=a,e"};

ApplyInput Input(const std::vector<std::string>& components, std::optional<Deployment> previous = std::nullopt) {
  ApplyInput input;
  input.project = deploy::testing::MakeProject("three", components);
  input.secrets = {{"b", "token", {{"token", kSecret}}}};
  input.previous = std::move(previous);
  return input;
}

// Somebody else's, in the namespace that all pipelines have theirs beside.
const api::ObjectName kForeign = {Kind::kConfigMap, "theirs", "c"};

FakeCluster NewCluster() {
  FakeCluster cluster;
  cluster.AddForeign(kForeign, {}, "them");
  cluster.SetLog(absl::StrCat("the token is ", kSecret));
  return cluster;
}

bool IsThere(const FakeCluster& cluster, Kind kind, const std::string& name) {
  return cluster.Find(kind, name) != nullptr;
}

// Whether a component is where what reads it needs it.
bool IsUp(const FakeCluster& cluster, const std::string& component) {
  for (const api::ObjectName& pod : cluster.Pods()) {
    if (!absl::StartsWith(pod.name, absl::StrCat(component, "-"))) continue;
    return cluster.StateOf(pod) == (component == "e" ? "Succeeded" : "Ready");
  }
  return false;
}

// Holds every change against the cluster's own truth: the intent is saved by then, it is of the pipeline, and what a
// workload reads is there.
void ExpectInOrder(const ApplyWorld& world, const api::Call& call) {
  const auto* apply = std::get_if<api::Apply>(&call);
  const auto* removal = std::get_if<api::Delete>(&call);
  if (removal != nullptr) {
    EXPECT_NE(world.saved, nullptr) << "removed before the intent was saved";
    EXPECT_FALSE(removal->only.uid.empty()) << "removed whatever has the name";
    const bool is_pod = removal->object.kind == Kind::kPod;
    const api::Object* const pod = is_pod ? world.cluster.Find(Kind::kPod, removal->object.name) : nullptr;
    EXPECT_TRUE(pod == nullptr || pod->uid() != removal->only.uid || IsAtRest(*pod)) << "removed a pod that runs";
  }
  if (apply == nullptr || apply->dry_run) return;
  EXPECT_NE(world.saved, nullptr) << "changed before the intent was saved";
  EXPECT_FALSE(apply->only.uid.empty() && apply->only.resource_version.empty()) << "changed whatever has the name";
  if (apply->object.kind != Kind::kDeployment || apply->object.name != "b") return;
  EXPECT_TRUE(IsUp(world.cluster, "e"));
  EXPECT_TRUE(world.machine.project().services_size() < 3 || IsThere(world.cluster, Kind::kDeployment, "a"));
}

// What can go wrong.
std::vector<Choice> Faults(ApplyWorld& world) {
  using CK = Choice::Kind;
  std::vector<Choice> faults;
  for (const int number : world.Answerable()) {
    for (const CK kind : {CK::kRefuse, CK::kLoseRequest, CK::kLoseAnswer}) faults.push_back({kind, number});
  }
  if (world.save_asked) faults.push_back({CK::kFailToSave});
  if (world.stream_open) {
    faults.push_back({CK::kStreamEnds});
    faults.push_back({CK::kStreamTooOld});
  }
  for (const auto& [number, after] : world.timers) {
    if (after >= absl::Seconds(5)) faults.push_back({CK::kTimer, static_cast<int>(number)});
  }
  for (const api::ObjectName& pod : world.cluster.Pods()) {
    const std::string state = world.cluster.StateOf(pod);
    if (state == "Ready" || state == "Running") faults.push_back({CK::kCrash, 0, pod});
    if (state == "Ready" && world.cluster.HasCheck(pod)) faults.push_back({CK::kUnhealthy, 0, pod});
  }
  faults.push_back({CK::kSignal});
  return faults;
}

// All are where an apply leaves them; what befell them when it had ended is no concern of it.
void ExpectAllRuns(const ApplyWorld& world, const std::string& path) {
  std::map<std::string, std::string> states, all;
  for (const api::ObjectName& pod : world.cluster.Pods()) {
    const std::string state = world.cluster.StateOf(pod);
    states[pod.name.substr(0, 1)] = state == "Running" ? "Ready" : state;
  }
  for (const project::Service& service : world.machine.project().services()) {
    all[service.name()] = service.name() == "e" ? "Succeeded" : "Ready";
  }
  EXPECT_EQ(states, all) << path;
}

template <typename W>
void ExpectNoSecret(const W& world, const std::string& path) {
  for (const std::string& report : world.reports)
    EXPECT_FALSE(absl::StrContains(report, kSecret)) << report << " after " << path;
  EXPECT_FALSE(world.saved != nullptr && absl::StrContains(world.saved->error(), kSecret)) << path;
  EXPECT_FALSE(world.finished.has_value() && absl::StrContains(world.finished->message, kSecret)) << path;
}

// Nothing is left but what somebody else has.
bool NothingIsLeft(const FakeCluster& cluster) { return cluster.Names() == std::vector<std::string>{"config map c"}; }

// A crash here: what the cluster and the disk have must do for another apply, and for a delete.
class CrashCheck {
 public:
  template <typename Text>
  void operator()(const ApplyWorld& world, const Text& path) {
    FakeCluster cluster = world.cluster;
    cluster.events().clear();
    if (!seen_.insert(Fingerprint().Add(cluster).Add(world.saved).value()).second) return;
    // What is on its way out is gone when somebody comes again.
    for (const api::ObjectName& name : cluster.Going()) cluster.FinishRemoval(name);
    cluster.events().clear();
    ApplyWorld again{Apply(Input(kThree, world.Previous()))};
    again.cluster = cluster;
    again.saved = world.saved;
    again.Begin();
    RunToEnd<Choice>(again, Choices);
    ASSERT_TRUE(again.finished.has_value()) << path();
    if (again.finished->code == ExitCode::kDone) {
      ExpectAllRuns(again, absl::StrCat("a crash and another apply after ", path()));
    } else {
      // A health check that fails already, or a program that is down for the second time.
      const bool told = absl::StrContains(again.finished->message, "unhealthy") ||
                        absl::StrContains(again.finished->message, "exited") ||
                        absl::StrContains(again.finished->message, "is not ready");
      EXPECT_TRUE(told) << again.finished->message << " after " << path() << world.DebugString();
    }

    DeleteInput input{.namespace_ = "default",
                      .pipeline = "three",
                      .previous = world.Previous(),
                      .has_state = world.saved != nullptr,
                      .ignore_not_found = true};
    DeleteWorld gone{Delete(std::move(input))};
    gone.cluster = cluster;
    gone.saved = world.saved;
    gone.Begin();
    RunToEnd<Choice>(gone, Choices);
    EXPECT_EQ(gone.finished->code, ExitCode::kDone) << gone.finished->message << path();
    EXPECT_TRUE(NothingIsLeft(gone.cluster)) << "left by a delete after a crash: " << gone.DebugString() << path();
    EXPECT_EQ(gone.saved, nullptr);
  }

 private:
  std::unordered_set<uint64_t> seen_;
};

TEST(ApplyStates, EveryOrderOfAFirstApplyWithAFaultAtEveryPoint) {
  ApplyWorld world{Apply(Input(kThree))};
  world.cluster = NewCluster();
  world.cluster.events().clear();
  const int64_t foreign = world.cluster.VersionOf(kForeign);
  world.before = ExpectInOrder;
  world.Begin();
  Explorer<ApplyWorld, Choice> explorer(Choices, Faults);
  CrashCheck crash;
  explorer.Explore(
      world, /*faults=*/1,
      [&](const ApplyWorld& end, const std::string& path) {
        EXPECT_EQ(end.cluster.VersionOf(kForeign), foreign) << path;
        ExpectNoSecret(end, path);
        if (end.finished->code == ExitCode::kDone) {
          ExpectAllRuns(end, path);
          ASSERT_NE(end.saved, nullptr) << path;
          EXPECT_FALSE(end.disk_full) << path;
          EXPECT_EQ(end.saved->phase(), Deployment::APPLIED) << path;
          for (const deploy::Component& component : end.saved->components()) {
            EXPECT_EQ(component.container_ids_size(), 1) << path;
          }
          return;
        }
        EXPECT_FALSE(end.finished->message.empty()) << path;
        const bool told = absl::StrContains(end.finished->message, "could not be removed") ||
                          absl::StrContains(end.finished->message, "the state cannot be written");
        EXPECT_TRUE(NothingIsLeft(end.cluster) || told) << "left after " << path << ": " << end.DebugString() << "\n"
                                                        << end.finished->message;
        if (end.saved == nullptr) return;
        EXPECT_FALSE(end.saved->has_succeeded()) << path;
        EXPECT_NE(end.saved->phase(), Deployment::APPLIED) << path;
      },
      crash);
  RecordProperty("states", explorer.states());
  RecordProperty("ends", explorer.ends());
  std::cout << explorer.states() << " states, " << explorer.ends() << " ends\n";
  EXPECT_GT(explorer.states(), 1000);
}

TEST(ApplyStates, EveryOrderOfAnUpdateWithAFaultAtEveryPoint) {
  ApplyWorld first{Apply(Input({"e once", "b reads=e"}))};
  first.cluster = NewCluster();
  first.Begin();
  RunToEnd<Choice>(first, Choices);
  ASSERT_EQ(first.finished->code, ExitCode::kDone) << first.finished->message;

  ApplyWorld world{Apply(Input({"e once image=other:1", "b reads=e image=other:1"}, first.Previous()))};
  world.cluster = first.cluster;
  world.cluster.events().clear();
  world.saved = first.saved;
  world.before = ExpectInOrder;
  const int64_t foreign = world.cluster.VersionOf(kForeign);
  world.Begin();
  Explorer<ApplyWorld, Choice> explorer(Choices, Faults);
  const auto nothing = [](const ApplyWorld&, const auto&) {};
  explorer.Explore(
      world, /*faults=*/1,
      [&](const ApplyWorld& end, const std::string& path) {
        EXPECT_EQ(end.cluster.VersionOf(kForeign), foreign) << path;
        ExpectNoSecret(end, path);
        // What it only changes stays, and so does where it is.
        EXPECT_TRUE(IsThere(end.cluster, Kind::kDeployment, "b")) << path;
        EXPECT_TRUE(IsThere(end.cluster, Kind::kSecret, "b.token")) << path;
        EXPECT_TRUE(end.saved->has_succeeded()) << path;
        if (end.finished->code == ExitCode::kDone) return ExpectAllRuns(end, path);
        EXPECT_FALSE(end.finished->message.empty()) << path;
        const bool told = end.disk_full || end.saved->phase() != Deployment::APPLIED ||
                          absl::StrContains(end.finished->message, "nothing was changed") ||
                          end.cluster.Names() == first.cluster.Names();
        EXPECT_TRUE(told) << path << ": " << end.finished->message;
      },
      nothing);
  std::cout << explorer.states() << " states, " << explorer.ends() << " ends\n";
  EXPECT_GT(explorer.states(), 1000);
}

}  // namespace
}  // namespace flow::kubernetes
