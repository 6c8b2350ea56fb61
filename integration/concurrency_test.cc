// Two commands at once.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ConcurrencyTest : public DockerTest {};

// The second command is told who holds the pipeline, and a killed holder holds nothing.
TEST_F(ConcurrencyTest, TheSecondCommandIsToldWhoHoldsThePipeline) {
  const std::string name = Name("holder");
  wire().Hold(Wire::Point::kAfter, [](const std::string& request) { return absl::StrContains(request, "/start"); });
  Process& first = StartApply(Chain(name));
  ASSERT_TRUE(wire().WaitUntilHeld());

  const std::string holder = absl::StrCat(first.pid());
  const Finished& apply = Apply(Chain(name));
  EXPECT_EQ(apply.exit_code, 5) << apply.Describe();
  EXPECT_LT(apply.took, absl::Seconds(1));
  EXPECT_THAT(apply.err, AllOf(HasSubstr(name), HasSubstr(holder)));
  const Finished& deleted = Delete(name);
  EXPECT_EQ(deleted.exit_code, 5) << deleted.Describe();
  EXPECT_LT(deleted.took, absl::Seconds(1));
  EXPECT_THAT(deleted.err, AllOf(HasSubstr(name), HasSubstr(holder)));
  // Looking is always allowed.
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "applying");
  EXPECT_THAT(status.message, HasSubstr(holder));
  // Another pipeline is another lock.
  const std::string other = Name("other");
  EXPECT_EQ(Apply(Pipeline(other, "  sources:\n" + Idle("source"))).exit_code, 0);

  first.Signal(SIGKILL);
  first.Wait();
  wire().Release();
  const Finished& again = Apply(Chain(name));
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// The lock is one of a state folder. Of two appliers with folders of their own one succeeds at least, and the engine
// holds one network and one container each.
TEST_F(ConcurrencyTest, OfTwoAppliersWithTheirOwnStateOneSucceeds) {
  const std::string name = Name("two"), project = "flow-" + name;
  const std::string state = environment()["FLOW_STATE_DIR"];
  Process& one = StartApply(Chain(name));
  environment()["FLOW_STATE_DIR"] = state + "-of-another";
  Process& two = StartApply(Chain(name));
  const Finished &first = one.Wait(), &second = two.Wait();
  EXPECT_TRUE(first.exit_code == 0 || second.exit_code == 0) << first.Describe() << second.Describe();
  if (first.exit_code == 0) environment()["FLOW_STATE_DIR"] = state;

  EXPECT_THAT(engine().Of(name).containers,
              testing::ElementsAre(project + "-processor-1", project + "-sink-1", project + "-source-1"));
  EXPECT_THAT(engine().Of(name).networks, testing::ElementsAre(project + "_default"));
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Empty(name));
}

// What the second one sees of the first is half-made: containers that were not started yet, and not all of them. It looks
// again until that holds still. Where the first is slower than that they meet, and nothing of what the one stands on is
// taken away by the other.
TEST_F(ConcurrencyTest, AnApplyThatFindsAnotherAtWorkTakesNothingAwayFromIt) {
  for (const bool differ : {false, true}) {
    const std::string name = Name(differ ? "differ" : "same"), project = "flow-" + name;
    const std::string state = environment()["FLOW_STATE_DIR"];
    wire().Hold(Wire::Point::kBefore, [&](const std::string& request) {
      return absl::StrContains(request, "/containers/create") && absl::StrContains(request, "-processor-1");
    });
    Process& one = StartApply(Chain(name));
    ASSERT_TRUE(wire().WaitUntilHeld());
    environment()["FLOW_STATE_DIR"] = state + "-of-another";
    Process& other = StartApply(Chain(name, differ ? "      env: {LEVEL: debug}\n" : ""));
    // It has waited for what is half-made, in vain, and creates by itself.
    ASSERT_TRUE(Eventually([&] { return other.Ended() || engine().Of(name).containers.size() > 2; }));
    wire().Release();
    const Finished &first = one.Wait(), &second = other.Wait();
    for (const Finished* finished : {&first, &second}) {
      EXPECT_THAT(finished->exit_code, testing::AnyOf(0, 5)) << finished->Describe();
      EXPECT_THAT(finished->err, testing::Not(HasSubstr("failed: "))) << finished->Describe();
    }
    EXPECT_TRUE(first.exit_code == 0 || second.exit_code == 0) << first.Describe() << second.Describe();
    EXPECT_THAT(engine().Of(name).containers,
                testing::IsSupersetOf({project + "-processor-1", project + "-sink-1", project + "-source-1"}));
    EXPECT_THAT(engine().Of(name).networks, testing::ElementsAre(project + "_default"));
    for (const char* component : {"-processor-1", "-sink-1", "-source-1"}) {
      EXPECT_EQ(Text(At(engine().Inspect(project + component), {"State", "Status"})), "running") << component;
    }
    EXPECT_EQ(Delete(name).exit_code, 0);
    EXPECT_TRUE(Empty(name));
    environment()["FLOW_STATE_DIR"] = state;
    Delete(name, {"--ignore_not_found"});
  }
}

// The other one has made a second network of the name, and is about to remove it: until then engines that allow that
// start nothing on either.
TEST_F(ConcurrencyTest, AStartWaitsForTheOthersNetworkToGo) {
  const std::string name = Name("second"), network = "flow-" + name + "_default";
  const auto is_start = [](const std::string& request) {
    return absl::StartsWith(request, "POST") && absl::EndsWith(request, "/start");
  };
  wire().Hold(Wire::Point::kBefore, is_start);
  Process& apply = StartApply(IdlePair(name));
  ASSERT_TRUE(wire().WaitUntilHeld());
  const http::Response created =
      engine().Send("POST", "/networks/create",
                    absl::StrCat(R"({"Name": ")", network, R"(", "Labels": {"com.obsrvr.flow.pipeline": ")", name,
                                 R"(", "com.obsrvr.flow.namespace": "default"}})"));
  wire().Release();
  if (created.status == 201) {
    const size_t starts = 2;  // the first is refused, and is sent again
    EXPECT_TRUE(Eventually([&] {
      const std::vector<std::string> changes = wire().Changes();
      return apply.Ended() || static_cast<size_t>(std::count_if(changes.begin(), changes.end(), is_start)) >= starts;
    }));
    engine().Do("DELETE", absl::StrCat("/networks/", Text(At(ParseJson(created.body), {"Id"}))));
  }
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What the last request of a killed apply makes after the next one has looked is found by another look.
TEST_F(ConcurrencyTest, ANameThatIsTakenMeanwhileIsLookedAtAgain) {
  const std::string name = Name("taken"), sink = "flow-" + name + "-sink-1";
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) {
    return absl::StrContains(request, "/containers/create") && absl::StrContains(request, "-sink-1");
  });
  Process& apply = StartApply(IdlePair(name));
  ASSERT_TRUE(wire().WaitUntilHeld());
  engine().Do("POST", "/containers/create?name=" + sink,
              absl::StrCat(R"({"Image": "busybox:1.36", "Cmd": ["true"], "Labels": {"com.obsrvr.flow.pipeline": ")",
                           name, R"(", "com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.component": "sink",)",
                           R"("com.docker.compose.container-number": "1"}})"));
  wire().Release();
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Text(At(engine().Inspect(sink), {"Config", "Cmd", "0"})), "sleep");
  EXPECT_THAT(engine().Of(name).containers, testing::ElementsAre(sink, "flow-" + name + "-source-1"));

  // What is not flow's is named, and nothing of the pipeline is left.
  EXPECT_EQ(Delete(name).exit_code, 0);
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) {
    return absl::StrContains(request, "/containers/create") && absl::StrContains(request, "-sink-1");
  });
  Process& held = StartApply(IdlePair(name));
  ASSERT_TRUE(wire().WaitUntilHeld());
  engine().Run(sink, R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"]})");
  wire().Release();
  const Finished& refused = held.Wait();
  EXPECT_EQ(refused.exit_code, 1) << refused.Describe();
  EXPECT_THAT(refused.err, AllOf(HasSubstr(sink), HasSubstr("not flow's")));
  EXPECT_THAT(engine().Of(name).containers, testing::ElementsAre(sink));
  engine().Do("DELETE", absl::StrCat("/containers/", sink, "?force=1"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
