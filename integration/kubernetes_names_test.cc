// Names on a cluster: what a file calls its parts is what every command takes and shows, whatever they are called there; and
// what happens where two pipelines want the same name, or there is no cluster.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"
#include "testkit/fake_server.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ClusterNamesTest : public ClusterTest {};

TEST_F(ClusterNamesTest, IdsThatAreNoNamesThereAreThoseOfTheFileEverywhere) {
  const std::string name = Owned(Name("ids"));
  const auto serving = [](const std::string& id, const std::string& fields) {
    return Shell(id, absl::StrCat("trap exit TERM; echo begun; nc -ll -p 8000 -e echo ", id, " & wait"),
                 absl::StrCat("      ports: [{containerPort: 8000}]\n", fields));
  };
  const Finished& apply = ApplyThere(Pipeline(
      name, "  sources:\n" + serving("My.Source", "") + serving("9lives", "") + "  processors:\n" +
                serving("ttp_proc", "      inputs: [My.Source]\n") + "  sinks:\n" +
                Shell("sink",
                      "trap exit TERM; for a in $FLOW_INPUT_TTP_PROC $FLOW_INPUT_9LIVES my-source:8000; do until nc "
                      "${a%:*} ${a#*:}; do sleep 0.1; done; done; while :; do sleep 0.2; done",
                      "      inputs: [ttp_proc, 9lives]\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_TRUE(Eventually([&] { return Logs(name, "deployment/sink") == "ttp_proc\n9lives\nMy.Source\n"; }))
      << Logs(name, "deployment/sink");
  EXPECT_THAT(Names(name, "deployments"), UnorderedElementsAre("deployment.apps/my-source", "deployment.apps/c-9lives",
                                                               "deployment.apps/ttp-proc", "deployment.apps/sink"));
  EXPECT_THAT(Status(name).components, UnorderedElementsAre(Pair("My.Source", "running"), Pair("9lives", "running"),
                                                            Pair("ttp_proc", "running"), Pair("sink", "running")));
  EXPECT_EQ(Flow("flow-logs", {name, "ttp_proc"}).out, "ttp_proc | begun\n");
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

// What both would own is told before anything is made, by a plan too.
TEST_F(ClusterNamesTest, ANameOfAnotherPipelineIsToldBeforeAnythingIsMade) {
  const std::string first = Name("pay_ments"), second = Owned(Name("pay-ments"));
  ASSERT_EQ(ApplyThere(PairUntilTold(first)).exit_code, 0);
  const auto before = Pods(second);  // they meet in one namespace
  EXPECT_EQ(before.size(), 2U);
  const Finished& met = ApplyThere(PairUntilTold(second));
  EXPECT_EQ(met.exit_code, 1) << met.Describe();
  EXPECT_THAT(met.err, AllOf(HasSubstr(NamespaceOf(second)), HasSubstr(absl::StrCat("\"", first, "\""))));

  const std::string within = absl::StrCat("--kube_namespace=", NamespaceOf(second));
  const std::string other = PairUntilTold(Name("other"));
  for (const std::vector<std::string>& flags : {std::vector<std::string>{within}, {within, "--dry_run"}}) {
    const Finished& held = ApplyThere(other, flags);
    EXPECT_EQ(held.exit_code, 1) << held.Describe();
    EXPECT_THAT(held.err, AllOf(HasSubstr("deployment source"), HasSubstr(absl::StrCat("\"", first, "\""))));
  }
  EXPECT_EQ(Pods(second), before);
  EXPECT_EQ(Status(first).state, "running");
}

TEST_F(ClusterNamesTest, NamesAsLongAsTheyMayBeWorkAndLongerOnesAreToldWithTheirPlace) {
  const auto padded = [](std::string text, size_t size) { return text + std::string(size - text.size(), 'n'); };
  const std::string name = Owned(padded(Name("long"), 58)), id = padded("i", 63);
  const Finished& apply = ApplyThere(PairUntilTold(name, UntilTold(id, "      inputs: [source]\n      replicas: 2\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Status(name).components.at(id), "running");
  EXPECT_EQ(Pods(name).at(id).size(), 2U);

  const Finished& too_long = ApplyThere(PairUntilTold(name + "n"));
  EXPECT_EQ(too_long.exit_code, 3) << too_long.Describe();
  EXPECT_THAT(too_long.err, AllOf(HasSubstr(".yaml:4:9: error:"), HasSubstr("58")));
}

TEST_F(ClusterNamesTest, WhereThereIsNoClusterTheServerAndWhatChoseItAreTold) {
  environment()["FLOW_DRIVER"] = "kubernetes";
  environment()["KUBECONFIG"] = Write("nowhere", R"(
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: c, context: {cluster: c}}]
current-context: c
)");
  const std::string file = WritePipeline(PairUntilTold(Name("none")));
  for (const auto& [binary, arguments] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{{"flow-apply", {file}},
                                                                     {"flow-status", {}},
                                                                     {"flow-status", {Name("none")}},
                                                                     {"flow-delete", {Name("none")}}}) {
    const Finished& run = Flow(binary, arguments);
    EXPECT_EQ(run.exit_code, 4) << run.Describe();
    EXPECT_LT(run.took, absl::Seconds(2));
    EXPECT_THAT(run.err, AllOf(HasSubstr("https://127.0.0.1:1"),
                               HasSubstr(absl::StrCat("context \"c\" (current in ", environment()["KUBECONFIG"]))))
        << run.Describe();
    EXPECT_EQ(run.out, "");
  }
}

// A state that speaks of another cluster says nothing of this one, and is left alone.
TEST_F(ClusterNamesTest, AStateOfAnotherClusterIsToldAndKept) {
  const std::string name = Owned(Name("moved")), here = environment()["KUBECONFIG"], server = Server();
  ASSERT_EQ(ApplyThere(Pipeline(name, "  sources:\n" + UntilTold("source"))).exit_code, 0);
  testkit::FakeServer other(testkit::FakeServer::Tcp{}, [](testkit::FakeConnection& connection) {  // has nothing
    for (std::string request; !(request = connection.Read()).empty();) {
      connection.Answer(200, absl::StrContains(request, " /version ")
                                 ? R"({"major": "1", "minor": "20", "gitVersion": "v1.20.2"})"
                                 : R"({"metadata": {"resourceVersion": "1"}, "items": []})");
    }
  });
  environment()["KUBECONFIG"] =
      Write("other", absl::StrCat("clusters: [{name: c, cluster: {server: \"", other.endpoint().url,
                                  "\"}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"));
  for (const char* command : {"flow-status", "flow-delete"}) {
    const Finished& run = Flow(command, {name});
    EXPECT_EQ(run.exit_code, 6) << run.Describe();
    EXPECT_THAT(run.err, AllOf(HasSubstr("another cluster"), HasSubstr(server))) << run.Describe();
  }
  const Finished& all = Flow("flow-delete", {"--all", "--driver=kubernetes"});
  EXPECT_EQ(all.exit_code, 0) << all.Describe();
  EXPECT_THAT(all.err, Not(HasSubstr("will delete"))) << all.Describe();
  environment()["KUBECONFIG"] = here;
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

}  // namespace
}  // namespace flow::integration
