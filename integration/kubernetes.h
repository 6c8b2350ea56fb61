// What every scenario on a Kubernetes cluster starts from: FLOW_KUBECONFIG names the cluster (tools/cluster makes one),
// which has busybox:1.36. What a test makes there is taken away at its end, also where it fails.
//
//   TEST_F(ClusterTest, DeploysAndLeavesNothing) {
//     const std::string name = Owned(Name("demo"));
//     EXPECT_EQ(ApplyThere(Pipeline(name, …)).exit_code, 0);
//     EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
//     EXPECT_TRUE(NothingIsLeft(name));
//   }
#ifndef INTEGRATION_KUBERNETES_H_
#define INTEGRATION_KUBERNETES_H_

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {

// This machine, as the nodes of tools/cluster see it: they pull from registries there without TLS.
inline constexpr char kHostOfNodes[] = "10.232.0.1";

// A command that does nothing, and ends at once when it is told.
inline constexpr char kRunsUntilTold[] = "[sh, -c, 'trap exit TERM; while :; do sleep 0.2; done']";

class ClusterTest : public DockerTest {
 protected:
  static constexpr absl::Duration kLongest = absl::Minutes(4);  // of what waits by itself

  void SetUp() override {
    const char* const kubeconfig = std::getenv("FLOW_KUBECONFIG");
    ASSERT_NE(kubeconfig, nullptr) << "FLOW_KUBECONFIG names no cluster";
    kubeconfig_ = kubeconfig;
    environment()["KUBECONFIG"] = kubeconfig_;
  }
  void TearDown() override {
    for (const std::string& namespace_ : namespaces_)
      Kubectl({"delete", "namespace", namespace_, "--ignore-not-found", "--wait=false"});
  }

  Process StartTool(const std::string& program, std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), program);
    Environment environment = this->environment();
    environment["KUBECONFIG"] = kubeconfig_;
    environment["HOME"] = folder();  // where kubectl keeps what it has learned of the cluster
    return Process("/usr/bin/env", arguments, environment, input);
  }
  Finished Run(const std::string& program, const std::vector<std::string>& arguments, const std::string& input = "") {
    return StartTool(program, arguments, input).Wait(kLongest);
  }
  // As the cluster's administrator.
  Finished Kubectl(const std::vector<std::string>& arguments, const std::string& input = "") {
    return Run("kubectl", arguments, input);
  }

  static std::string NamespaceOf(const std::string& pipeline) { return absl::StrCat("flow-", pipeline); }
  // A pipeline of the test's: its namespace is taken away at the end.
  std::string Owned(const std::string& pipeline) {
    namespaces_.insert(NamespaceOf(pipeline));
    return pipeline;
  }
  // A namespace that is there before any pipeline is.
  std::string MakeNamespace(const std::string& namespace_) {
    namespaces_.insert(namespace_);
    const Finished made = Kubectl({"create", "namespace", namespace_});
    EXPECT_EQ(made.exit_code, 0) << made.Describe();
    return namespace_;
  }

  std::string Logs(const std::string& pipeline, const std::string& workload) {
    return Kubectl({"logs", "-n", NamespaceOf(pipeline), workload}).out;
  }

  const Finished& ApplyThere(const std::string& yaml, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"--driver=kubernetes", Write("on-cluster.yaml", yaml)};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Flow("flow-apply", arguments);
  }
  bool NothingIsLeft(const std::string& pipeline) {
    return !absl::StrContains(Kubectl({"get", "namespaces,persistentvolumes"}).out, NamespaceOf(pipeline)) &&
           !std::filesystem::exists(StateOf(pipeline));
  }

 private:
  std::string kubeconfig_;
  std::set<std::string> namespaces_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_KUBERNETES_H_
