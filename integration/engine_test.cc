// Which engine is spoken to, in which version, and how often; and what is told where there is none.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "integration/harness.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testkit::FakeConnection;
using testkit::FakeServer;

class EngineTest : public DockerTest {
 protected:
  // Each command that speaks to an engine, with what it needs to get that far.
  std::vector<std::pair<std::string, std::vector<std::string>>> Commands() {
    return {{"flow-apply", {Write("p.yaml", Pipeline(Name("none"), "  sources:\n" + Idle("source")))}},
            {"flow-status", {}},
            {"flow-status", {Name("none")}},
            {"flow-delete", {Name("none")}}};
  }
};

// That no engine is there is told at once, with the address and where that came from.
TEST_F(EngineTest, WhereThereIsNoneTheAddressAndItsOriginAreTold) {
  const std::string address = "unix://" + folder() + "/no.sock";
  environment()["DOCKER_HOST"] = address;
  for (const auto& [binary, arguments] : Commands()) {
    const Finished& run = Flow(binary, arguments);
    EXPECT_EQ(run.exit_code, 4) << run.Describe();
    EXPECT_LT(run.took, absl::Seconds(1));
    EXPECT_THAT(run.err, AllOf(HasSubstr(address), HasSubstr("DOCKER_HOST"))) << run.Describe();
    EXPECT_EQ(run.out, "");
  }
  const Finished& flag = Flow("flow-status", {"--host=" + address + "2"});
  EXPECT_EQ(flag.exit_code, 4) << flag.Describe();
  EXPECT_THAT(flag.err, AllOf(HasSubstr(address + "2"), HasSubstr("--host")));
  const Finished& tcp = Flow("flow-status", {"--host=tcp://127.0.0.1:1"});
  EXPECT_EQ(tcp.exit_code, 4) << tcp.Describe();
  EXPECT_LT(tcp.took, absl::Seconds(1));
  EXPECT_THAT(tcp.err, HasSubstr("tcp://127.0.0.1:1"));
}

// A dead DOCKER_HOST beats the context that is alive, and that is told.
TEST_F(EngineTest, AContextThatIsNotUsedBecauseOfDockerHostIsTold) {
  const std::string live = environment()["DOCKER_HOST"];
  // The folder of a context's file is the SHA-256 of its name.
  const std::string meta =
      folder() + "/.docker/contexts/meta/ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
  std::filesystem::create_directories(meta);
  Write(".docker/config.json", R"({"currentContext": "a"})");
  Write(meta.substr(folder().size() + 1) + "/meta.json",
        absl::StrCat(R"({"Name": "a", "Endpoints": {"docker": {"Host": ")", live, R"("}}})"));
  environment()["DOCKER_HOST"] = "unix://" + folder() + "/dead.sock";
  const Finished& dead = Flow("flow-status", {});
  EXPECT_EQ(dead.exit_code, 4) << dead.Describe();
  EXPECT_THAT(dead.err, AllOf(HasSubstr("/dead.sock"), HasSubstr("DOCKER_HOST"), HasSubstr("\"a\"")));

  environment().erase("DOCKER_HOST");
  wire().Forget();
  const Finished& used = Flow("flow-status", {});
  EXPECT_EQ(used.exit_code, 0) << used.Describe();
  EXPECT_THAT(wire().Requests(), testing::Not(IsEmpty()));
}

// A running pipeline's table takes two requests at most, an unchanged apply five, and none of them changes
// anything.
TEST_F(EngineTest, StatusTakesTwoRequestsAndAnUnchangedApplyFive) {
  const std::string name = Name("counted");
  ASSERT_EQ(Apply(Chain(name)).exit_code, 0);
  wire().Forget();
  EXPECT_EQ(Flow("flow-status", {name}).exit_code, 0);
  EXPECT_THAT(wire().Requests(), SizeIs(testing::Le(2)));
  EXPECT_THAT(wire().Changes(), IsEmpty());

  wire().Forget();
  EXPECT_EQ(Apply(Chain(name)).exit_code, 0);
  EXPECT_THAT(wire().Requests(), SizeIs(testing::Le(5)));
  EXPECT_THAT(wire().Changes(), IsEmpty());
}

// Every path carries a version that the engine offers.
TEST_F(EngineTest, EveryPathCarriesAVersionOfTheEngines) {
  const std::string name = Name("version");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Json offered = engine().Do("GET", "/version");
  const auto newest = compose::ParseApiVersion(Text(At(offered, {"ApiVersion"})));
  const auto oldest = compose::ParseApiVersion(Text(At(offered, {"MinAPIVersion"})));
  for (const std::string& request : wire().Requests()) {
    if (absl::EndsWith(request, " /_ping")) continue;
    const std::vector<std::string> parts = absl::StrSplit(request, '/');
    ASSERT_THAT(parts[1], StartsWith("v")) << request;
    const auto version = compose::ParseApiVersion(parts[1].substr(1));
    ASSERT_TRUE(version.ok()) << request;
    EXPECT_TRUE(*oldest <= *version && *version <= *newest) << request;
  }
}

// Answers as an engine that has nothing, and with this to GET /info.
void BeAnEmptyEngine(FakeConnection& connection, int status = 200, const char* info = R"({"ID": "T", "NCPU": 2})") {
  testkit::ServeQuietEngine(connection, [&](const std::string& request) {
    const bool asks_info = absl::StrContains(request, "/info");
    connection.Answer(asks_info ? status : 200, asks_info ? info : testkit::OfEmptyEngine(request));
  });
}

// A state that speaks of another engine says nothing of this one, and is left alone.
TEST_F(EngineTest, AStateOfAnotherEngineIsToldAndKept) {
  const std::string name = Name("moved"), here = environment()["DOCKER_HOST"];
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  FakeServer other([](FakeConnection& connection) { BeAnEmptyEngine(connection); });
  // Behind a proxy, say, that lets through what is necessary alone.
  FakeServer silent([](FakeConnection& connection) { BeAnEmptyEngine(connection, 403, R"({"message": "no"})"); });
  for (FakeServer* engine : {&other, &silent}) {
    environment()["DOCKER_HOST"] = engine->endpoint().address;
    for (const char* command : {"flow-status", "flow-delete"}) {
      const Finished& run = Flow(command, {name});
      EXPECT_EQ(run.exit_code, 6) << run.Describe();
      EXPECT_THAT(run.err, AllOf(HasSubstr("another engine"), HasSubstr(here))) << run.Describe();
    }
    const Finished& all = Flow("flow-delete", {"--all"});
    EXPECT_EQ(all.exit_code, 0) << all.Describe();
    EXPECT_THAT(all.err, Not(HasSubstr("will delete"))) << all.Describe();
  }
  environment()["DOCKER_HOST"] = here;
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What is wrong with the command line or the file is found out without an engine.
TEST_F(EngineTest, AWrongFileOrFlagAsksNoEngine) {
  const Finished& yaml = Flow("flow-apply", {Write("bad.yaml", "apiVersion: flowctl/v1\nkind: [Pipeline\n")});
  EXPECT_EQ(yaml.exit_code, 3) << yaml.Describe();
  EXPECT_THAT(yaml.err, testing::ContainsRegex("bad\\.yaml:[0-9]+:[0-9]+: error: "));
  const Finished& flag = Flow("flow-apply", {"--no_such_flag", Write("p.yaml", Chain(Name("none")))});
  EXPECT_EQ(flag.exit_code, 2) << flag.Describe();
  EXPECT_THAT(flag.err, HasSubstr("no_such_flag"));
  EXPECT_EQ(Flow("flow-apply", {}).exit_code, 2);
  EXPECT_EQ(Flow("flow-delete", {}).exit_code, 2);
  EXPECT_THAT(wire().Requests(), IsEmpty());
}

// --dry_run looks and tells, and changes nothing.
TEST_F(EngineTest, ADryRunSendsNothingButGets) {
  const std::string name = Name("dry");
  const Finished& plan = Flow("flow-apply", {"--dry_run", Write("dry.yaml", Chain(name))});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  EXPECT_THAT(plan.out, AllOf(HasSubstr("flow-" + name + "_default"), HasSubstr("flow-" + name + "-source-1")));
  EXPECT_EQ(Flow("flow-apply", {"--dry_run", "--check", folder() + "/dry.yaml"}).exit_code, 1);
  const Finished& data = Flow("flow-apply", {"--dry_run", "-o", "json", folder() + "/dry.yaml"});
  EXPECT_EQ(Text(At(ParseJson(data.out), {"operations", "0", "reason"})), "not there") << data.Describe();
  EXPECT_THAT(wire().Changes(), IsEmpty());
  EXPECT_TRUE(Gone(name));
}

// What an apply would refuse to do a dry run does not promise.
TEST_F(EngineTest, ADryRunTellsWhatStandsAgainstIt) {
  const std::string name = Name("taken");
  engine().Run("flow-" + name + "-source-1", R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"]})");
  const Finished& plan = Flow("flow-apply", {"--dry_run", Write("taken.yaml", Chain(name))});
  EXPECT_EQ(plan.exit_code, 1) << plan.Describe();
  EXPECT_THAT(plan.err, AllOf(HasSubstr("flow-" + name + "-source-1"), HasSubstr("not flow's")));
  EXPECT_EQ(plan.out, "");
}

}  // namespace
}  // namespace flow::integration
