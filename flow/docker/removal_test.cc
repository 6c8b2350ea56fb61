// What is taken away, and in which order, as the plan's own text.
#include "flow/docker/removal.h"

#include <gtest/gtest.h>

#include "flow/deploy/plan.h"
#include "flow/deploy/testing/projects.h"

namespace flow::docker {
namespace {

Leaving Make(const std::string& component, const std::string& state, const std::string& type = "processor") {
  Container container;
  container.id = "id-" + component;
  container.name = component + "-1";
  container.component = component;
  container.type = type;
  container.state = state;
  return {container, "deleted"};
}

std::string Remove(const Removal& removal, const Inputs& inputs) {
  return deploy::OrderedPlanText({PlanRemoval(removal, inputs)});
}

TEST(PlanRemoval, StopsWhatIsReadBeforeWhatReadsIt) {
  const Removal removal{.containers = {Make("c", "running"), Make("b", "running"), Make("a", "running")}};
  EXPECT_EQ(Remove(removal, InputsOf(deploy::testing::MakeProject("x", {"a", "b reads=a", "c reads=a,b"}))),
            "[1]  stop container a-1    deleted\n"
            "[2]  stop container b-1    deleted  after [1]\n"
            "[3]  stop container c-1    deleted  after [1], [2]\n"
            "[4]  remove container a-1  deleted  after [1]\n"
            "[5]  remove container b-1  deleted  after [2]\n"
            "[6]  remove container c-1  deleted  after [3]\n");
}

TEST(PlanRemoval, ComesAfterWhatIsReadThroughOneThatDoesNotRun) {
  const Removal removal{.containers = {Make("a", "running"), Make("b", "exited"), Make("c", "running")}};
  EXPECT_EQ(Remove(removal, InputsOf(deploy::testing::MakeProject("x", {"a", "b reads=a", "c reads=b"}))),
            "[1]  stop container a-1    deleted\n"
            "[2]  stop container c-1    deleted  after [1]\n"
            "[3]  remove container a-1  deleted  after [1]\n"
            "[4]  remove container b-1  deleted\n"
            "[5]  remove container c-1  deleted  after [2]\n");
}

TEST(PlanRemoval, WithoutAFileTheTypesTellWhoReadsWhom) {
  const Removal removal{
      .containers = {Make("k", "running", "sink"), Make("p", "running"), Make("s", "running", "source")}};
  std::vector<Container> containers;
  for (const Leaving& leaving : removal.containers) containers.push_back(leaving.container);
  EXPECT_EQ(Remove(removal, InputsByType(containers)),
            "[1]  stop container s-1    deleted\n"
            "[2]  stop container p-1    deleted  after [1]\n"
            "[3]  stop container k-1    deleted  after [2], [1]\n"
            "[4]  remove container s-1  deleted  after [1]\n"
            "[5]  remove container p-1  deleted  after [2]\n"
            "[6]  remove container k-1  deleted  after [3]\n");
}

// Only labels that were tampered with have it so.
TEST(PlanRemoval, ACycleIsTakenAwayInSomeOrder) {
  const Removal removal{.containers = {Make("a", "running"), Make("b", "running")}};
  EXPECT_EQ(Remove(removal, {{"a", {"b"}}, {"b", {"a"}}}),
            "[1]  stop container a-1    deleted\n"
            "[2]  stop container b-1    deleted  after [1]\n"
            "[3]  remove container a-1  deleted  after [1]\n"
            "[4]  remove container b-1  deleted  after [2]\n");
}

TEST(PlanRemoval, NetworksAndVolumesGoWhenAllContainersAreGone) {
  Removal removal{.containers = {Make("a", "exited")}, .volumes = {"flow-x_data"}, .reason = "deleted"};
  engine::NetworkSummary& network = removal.networks.emplace_back();
  network.set_name("flow-x_default");
  EXPECT_EQ(Remove(removal, {}),
            "[1]  remove container a-1           deleted\n"
            "then\n"
            "[2]  remove network flow-x_default  deleted\n"
            "[3]  remove volume flow-x_data      deleted\n");
}

}  // namespace
}  // namespace flow::docker
