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

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "cmd/http/endpoint.h"
#include "integration/harness.h"
#include "integration/json.h"

namespace flow::integration {

// This machine, as the nodes of tools/cluster see it: they pull from registries there without TLS.
inline constexpr char kHostOfNodes[] = "10.232.0.1";

// A command that does nothing, and ends at once when it is told.
inline constexpr char kRunsUntilTold[] = "[sh, -c, 'trap exit TERM; while :; do sleep 0.2; done']";

// A component that runs this script of a shell, as an entry of a list in `spec`: more fields follow, indented by six.
inline std::string Shell(const std::string& id, const std::string& script, const std::string& fields = "") {
  return absl::StrCat("    - id: ", id, "\n      image: busybox:1.36\n      command: [sh, -c, '", script, "']\n",
                      fields);
}
// One that does nothing, and ends at once when it is told.
inline std::string UntilTold(const std::string& id, const std::string& fields = "") {
  return absl::StrCat("    - id: ", id, "\n      image: busybox:1.36\n      command: ", kRunsUntilTold, "\n", fields);
}
// A source and a sink of that kind, and `more` of the spec (of the sinks first).
inline std::string PairUntilTold(const std::string& name, const std::string& more = "") {
  return Pipeline(name, absl::StrCat("  sources:\n", UntilTold("source"), "  sinks:\n",
                                     UntilTold("sink", "      inputs: [source]\n"), more));
}

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

  // Where the cluster's API server is: "https://10.232.0.11:6443".
  std::string Server() {
    return Kubectl({"config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"}).out;
  }

  // The same, to be forwarded to.
  Endpoint ServerEndpoint() {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::kTcp;
    endpoint.url = Server();
    endpoint.host = std::string(absl::StripPrefix(endpoint.url.substr(0, endpoint.url.rfind(':')), "https://"));
    return endpoint;
  }
  // A kubeconfig file of this name by which the API server is spoken to over a port of this machine; its path.
  std::string KubeconfigThrough(int port, const std::string& file) {
    const Endpoint server = ServerEndpoint();
    const std::string config = Kubectl({"config", "view", "--minify", "--raw", "-o", "json"}).out;
    return Write(file, absl::StrReplaceAll(config, {{absl::StrCat("\"", server.url, "\""),
                                                     absl::StrCat("\"https://127.0.0.1:", port,
                                                                  "\", \"tls-server-name\": \"", server.host, "\"")}}));
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
  // What a command of a shell writes in a workload's pod.
  std::string Exec(const std::string& pipeline, const std::string& workload, const std::string& command) {
    return Kubectl({"exec", "-n", NamespaceOf(pipeline), workload, "--", "sh", "-c", command}).out;
  }
  // What kubectl tells of an object of a pipeline's namespace ("job/names"), or of all of a kind; the null value where
  // there is none.
  Json Get(const std::string& pipeline, const std::string& what) {
    return ParseJson(Kubectl({"get", what, "-n", NamespaceOf(pipeline), "-o", "json"}).out);
  }
  // The names of what a pipeline's namespace has of these kinds, "deployment.apps/source" each.
  std::vector<std::string> Names(const std::string& pipeline, const std::string& kinds) {
    return absl::StrSplit(Kubectl({"get", kinds, "-n", NamespaceOf(pipeline), "-o", "name"}).out, '\n',
                          absl::SkipEmpty());
  }
  // The pods of each component by their ids, without those on their way out: what stays the same where nothing is touched.
  std::map<std::string, std::set<std::string>> Pods(const std::string& pipeline) {
    std::map<std::string, std::set<std::string>> pods;
    for (const Json& pod : List(At(Get(pipeline, "pods"), {"items"}))) {
      const Json& metadata = At(pod, {"metadata"});
      if (!Text(At(metadata, {"deletionTimestamp"})).empty()) continue;
      pods[Text(At(metadata, {"labels", "com.obsrvr.flow.component"}))].insert(Text(At(metadata, {"uid"})));
    }
    return pods;
  }

  // Whether a component comes to have a container that runs.
  bool Runs(const std::string& pipeline, const std::string& component) {
    return Eventually([&] {
      const std::vector<Json> pods = List(At(Get(pipeline, "pods"), {"items"}));
      return std::any_of(pods.begin(), pods.end(), [&](const Json& pod) {
        return Text(At(pod, {"metadata", "labels", "com.obsrvr.flow.component"})) == component &&
               Text(At(pod, {"metadata", "deletionTimestamp"})).empty() &&
               At(pod, {"status", "containerStatuses", "0", "state", "running"}).has_struct_value();
      });
    });
  }

  Process& StartApplyThere(const std::string& yaml, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"--driver=kubernetes", WritePipeline(yaml)};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Start("flow-apply", arguments);
  }
  const Finished& ApplyThere(const std::string& yaml, const std::vector<std::string>& flags = {}) {
    return StartApplyThere(yaml, flags).Wait(kLongest);
  }
  bool NothingIsLeft(const std::string& pipeline) {
    // Where a volume is claimed from, too: "NAMESPACE/CLAIM".
    const std::string there = Kubectl({"get", "namespaces,persistentvolumes"}).out;
    const std::set<std::string> words = absl::StrSplit(there, absl::ByAnyChar(" /\n"));
    return !words.contains(NamespaceOf(pipeline)) && !std::filesystem::exists(StateOf(pipeline));
  }

 private:
  std::string kubeconfig_;
  std::set<std::string> namespaces_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_KUBERNETES_H_
