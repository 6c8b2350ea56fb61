// What commands besides flow-apply and flow-delete do on a cluster, and with which rights.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/control_plane.h"
#include "integration/kubernetes.h"
#include "testkit/file.h"

namespace flow::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClusterCommandsTest : public ClusterTest {
 protected:
  // A source that is read.
  static std::string Pair(const std::string& name) {
    return Pipeline(name,
                    absl::StrCat("\n  sources:\n    - {id: source, image: \"busybox:1.36\", ports: ",
                                 "[{containerPort: 8000}], command: [nc, -ll, -p, \"8000\", -e, echo, hello]}\n",
                                 "  sinks:\n    - {id: sink, image: \"busybox:1.36\", inputs: [source], command: ",
                                 "[sh, -c, 'trap exit TERM; echo begun; while sleep 0.2; do :; done']}\n"));
  }

  // A new service account of a namespace, which has no right yet: the kubeconfig by which one is it.
  std::string KubeconfigOf(const std::string& namespace_, const std::string& account) {
    Kubectl({"create", "serviceaccount", account, "-n", namespace_});
    Kubectl(
        {"apply", "-f", "-"},
        absl::StrCat("apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {name: token, "
                     "namespace: ",
                     namespace_, ", annotations: {kubernetes.io/service-account.name: ", account, "}}\n"));
    std::string token;
    EXPECT_TRUE(Eventually([&] {
      token =
          Kubectl({"get", "secret", "token", "-n", namespace_, "-o", "go-template={{.data.token | base64decode}}"}).out;
      return absl::StartsWith(token, "ey");
    }));
    const auto of_cluster = [&](const std::string& field) {
      const std::string path = absl::StrCat("jsonpath={.clusters[0].cluster.", field, "}");
      return Kubectl({"config", "view", "--raw", "--minify", "-o", path}).out;
    };
    return Write("kubeconfig-of-account",
                 absl::StrCat("clusters: [{name: c, cluster: {server: \"", of_cluster("server"),
                              "\", certificate-authority-data: ", of_cluster("certificate-authority-data"),
                              "}}]\nusers: [{name: u, user: {token: ", token,
                              "}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n"));
  }

  // The account may do what docs/kubernetes.md says that flow needs.
  void GiveDocumentedRole(const std::string& namespace_, const std::string& account) {
    const std::string page = testkit::ReadFile("docs/kubernetes.md");
    const size_t begin = page.find("apiVersion: rbac.authorization.k8s.io/v1");
    const std::string role = page.substr(begin, page.find("```", begin) - begin);
    const Finished made = Kubectl({"apply", "-f", "-"}, absl::StrReplaceAll(role, {{"NAME", namespace_}}));
    EXPECT_EQ(made.exit_code, 0) << made.Describe();
    Kubectl({"create", "rolebinding", account, "--role=flow",
             absl::StrCat("--serviceaccount=", namespace_, ":", account), "-n", namespace_});
  }
};

TEST_F(ClusterCommandsTest, AllOfANamespaceAreDeletedWhereverTheyAre) {
  const std::string space = Name("all"), elsewhere = MakeNamespace(absl::StrCat("elsewhere-", space));
  const std::vector<std::string> in = {"--namespace", space};
  for (const char* name : {"a", "b"}) {
    Owned(absl::StrCat(space, "--", name));
    std::vector<std::string> flags = in;
    if (*name == 'b') flags.push_back(absl::StrCat("--kube_namespace=", elsewhere));
    ASSERT_EQ(ApplyThere(Pair(name), flags).exit_code, 0);
  }
  const Finished& deleted = Flow("flow-delete", {"--driver=kubernetes", "--all", "-n", space});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_THAT(deleted.err, HasSubstr("will delete a"));
  EXPECT_THAT(deleted.out, HasSubstr("Pipeline deleted: b"));
  EXPECT_FALSE(absl::StrContains(Kubectl({"get", "namespaces"}).out, absl::StrCat("flow-", space)));
  EXPECT_THAT(Kubectl({"get", "deployments,services", "-n", elsewhere, "-o", "name"}).out, IsEmpty());
}

TEST_F(ClusterCommandsTest, WhatComponentsWriteIsShownWhileTheyAreDeployed) {
  const std::string name = Owned(Name("shown"));
  const Finished& apply = ApplyThere(Pair(name), {"--logs", "--min_ready=2s"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("sink   | begun"));
  const Finished& status = Flow("flow-status", {name, "--stats"});
  EXPECT_EQ(status.exit_code, 0) << status.Describe();
  EXPECT_THAT(status.out, HasSubstr("CONTAINER"));  // with figures only where the cluster has a metrics server
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(ClusterCommandsTest, AControlPlaneIsToldOfAnApplyHeartbeatsAndADelete) {
  const std::string name = Owned(Name("told"));
  ControlPlane control_plane(folder());
  const Finished& apply = ApplyThere(Pair(name), {control_plane.flag(), "--require_control_plane"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("components are not told of the control plane: no pod reaches"));
  const auto components = control_plane.Components();
  ASSERT_TRUE(components.contains("source") && components.contains("sink"));
  EXPECT_EQ(components.at("source").component().endpoint(), absl::StrCat("source.", NamespaceOf(name), ":8000"));
  ASSERT_EQ(control_plane.Runs().size(), 1U);
  EXPECT_EQ(control_plane.Runs()[0].status(), flowctl::RUN_STATUS_RUNNING);

  Process& heartbeat = Start("flow-heartbeat", {name});  // the state says where it is, and whom to tell
  Kubectl({"scale", "deployment/sink", "--replicas=0", "-n", NamespaceOf(name)});
  Kubectl({"set", "image", "deployment/sink", "sink=busybox:no-such-tag", "-n", NamespaceOf(name)});
  Kubectl({"scale", "deployment/sink", "--replicas=1", "-n", NamespaceOf(name)});
  EXPECT_TRUE(Eventually([&] { return control_plane.HealthOf("sink") != "HEALTHY"; }));
  EXPECT_EQ(control_plane.HealthOf("source"), "HEALTHY");

  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  const Finished ended = heartbeat.Wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.Describe();
  EXPECT_THAT(control_plane.Components(), IsEmpty());
  EXPECT_EQ(control_plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
}

TEST_F(ClusterCommandsTest, TheDocumentedRoleIsEnoughAndWhatIsMissingIsTold) {
  const std::string name = Name("rights"), there = MakeNamespace(absl::StrCat("room-", name));
  const std::string kubeconfig = absl::StrCat("--kubeconfig=", KubeconfigOf(there, "flow"));
  const std::vector<std::string> flags = {kubeconfig, absl::StrCat("--kube_namespace=", there)};
  const Finished& refused = ApplyThere(Pair(name), flags);
  EXPECT_EQ(refused.exit_code, 1) << refused.Describe();
  EXPECT_THAT(refused.err,
              HasSubstr(absl::StrCat("user \"system:serviceaccount:", there, ":flow\" has no right to list ")));
  EXPECT_THAT(refused.err, HasSubstr("the rule of a Role there that grants it is {apiGroups: ["));

  GiveDocumentedRole(there, "flow");
  const Finished& apply = ApplyThere(Pair(name), flags);
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"flow-status", name, "--check"}, {"flow-logs", name}, {"flow-delete", name}}) {
    std::vector<std::string> arguments(command.begin() + 1, command.end());
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Finished& run = Flow(command[0], arguments);
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
  }
  EXPECT_THAT(Kubectl({"get", "deployments,services", "-n", there, "-o", "name"}).out, IsEmpty());
}

// The program and the libraries that it is linked with, or loads, go into a pod that has none of them.
constexpr char kIntoPod[] = R"(
set -e
mkdir flow
cp -L $(ldd "$1" | grep -o '/[^ ]*') /usr/lib/x86_64-linux-gnu/libcurl.so.4 $(ldd /usr/lib/x86_64-linux-gnu/libcurl.so.4 |
    grep -o '/[^ ]*') flow 2>/dev/null || true
cp -L "$1" flow/program
tar c flow | kubectl exec -i -n "$2" inside -- tar x -C /tmp
kubectl exec -n "$2" inside -- /tmp/flow/ld-linux-x86-64.so.2 --library-path /tmp/flow /tmp/flow/program $3
)";

TEST_F(ClusterCommandsTest, InAPodItIsThePodsServiceAccount) {
  const std::string name = Name("inside"), there = MakeNamespace(absl::StrCat("room-", name));
  ASSERT_EQ(ApplyThere(Pair(name), {absl::StrCat("--kube_namespace=", there)}).exit_code, 0);
  Kubectl({"create", "serviceaccount", "flow", "-n", there});
  GiveDocumentedRole(there, "flow");
  Kubectl({"apply", "-f", "-"},
          absl::StrCat(
              "apiVersion: v1\nkind: Pod\nmetadata: {name: inside, namespace: ", there,
              "}\nspec:\n  serviceAccountName: flow\n  containers: [{name: inside, image: \"busybox:1.36\", command: ",
              kRunsUntilTold, "}]\n"));
  Kubectl({"wait", "--for=condition=Ready", "pod/inside", "-n", there, "--timeout=60s"});
  const std::string arguments = absl::StrCat(name, " --driver=kubernetes --check --kube_namespace=", there);
  const Finished looked = Run("sh", {"-c", absl::StrCat("cd ", folder(), kIntoPod), "sh",
                                     std::filesystem::absolute("cmd/flow-status"), there, arguments});
  EXPECT_EQ(looked.exit_code, 0) << looked.Describe();
  EXPECT_THAT(looked.out, HasSubstr("source.")) << looked.Describe();
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
}

}  // namespace
}  // namespace flow::integration
