// What tests of the machines on a cluster in memory share: pipelines are deployed, and go on from there.
#ifndef FLOW_KUBERNETES_TESTING_CLUSTER_TEST_H_
#define FLOW_KUBERNETES_TESTING_CLUSTER_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/testing/projects.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/testing/fake_cluster.h"
#include "flow/kubernetes/testing/world.h"

namespace flow::kubernetes::testing {

class ClusterTest : public ::testing::Test {
 protected:
  using ApplyWorld = World<Apply>;

  static api::ObjectName Name(api::Kind kind, const std::string& name) {
    return {kind, kind == api::Kind::kNamespace ? "" : "flow-x", name};
  }
  // The pod of a component that its first change made.
  static api::ObjectName Pod(const std::string& component, int generation = 1) {
    return Name(api::Kind::kPod, absl::StrCat(component, "-", generation, "-1"));
  }

  ApplyInput MakeInput(const std::vector<std::string>& components) const {
    ApplyInput input;
    input.project = deploy::testing::MakeProject("x", components);
    input.secrets = secrets_;
    return input;
  }

  // So many components like this one: a1, a2, ….
  static std::vector<std::string> Many(int count, const std::string& like = "") {
    std::vector<std::string> components;
    for (int number = 1; number <= count; ++number) components.push_back(absl::StrCat("a", number, " ", like));
    return components;
  }

  template <typename Machine>
  World<Machine> Begin(Machine machine) const {
    World<Machine> world{std::move(machine)};
    world.cluster = cluster_;
    world.Begin();
    return world;
  }

  // Lets happen what goes well by itself, until `done`, or nothing happens any more.
  template <typename W>
  static void RunUntil(W& world, const std::function<bool()>& done) {
    for (int steps = 0; steps < 2000 && !world.finished.has_value() && !done(); ++steps) {
      const std::vector<Choice> choices = Choices(world);
      if (choices.empty()) return;
      world.Happen(choices.front());
    }
  }
  template <typename W>
  static void Run(W& world) {
    RunUntil(world, [] { return false; });
  }
  // The longest timer fires: the timeout.
  template <typename W>
  static void LetTimePass(W& world) {
    auto longest = world.timers.begin();
    for (auto timer = world.timers.begin(); timer != world.timers.end(); ++timer) {
      if (timer->second > longest->second) longest = timer;
    }
    world.Happen({Choice::Kind::kTimer, static_cast<int>(longest->first)});
  }

  // Deploys a pipeline, so that it is there.
  void Deploy(const std::vector<std::string>& components) {
    ApplyWorld world = Begin(Apply(MakeInput(components)));
    Run(world);
    ASSERT_TRUE(world.finished.has_value()) << "stuck: " << world.DebugString();
    ASSERT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
    cluster_ = world.cluster;
    cluster_.events().clear();
    saved_ = world.saved;
  }

  FakeCluster cluster_;
  std::vector<SecretContent> secrets_;
  std::shared_ptr<const Deployment> saved_;
};

}  // namespace flow::kubernetes::testing

#endif  // FLOW_KUBERNETES_TESTING_CLUSTER_TEST_H_
