// What goes wrong on a real Kubernetes cluster: an apply fails when the cluster knows and not at the timeout, says of which
// component and why, with its last lines, and leaves nothing.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A source that runs, and a sink that reads it and has these fields, indented by six.
std::string WithSink(const std::string& name, const std::string& fields) {
  return Pipeline(name, absl::Substitute(R"(
  sources:
    - {id: source, image: "busybox:1.36", command: $0}
  sinks:
    - id: sink
      inputs: [source]
$1)",
                                         kRunsUntilTold, fields));
}

struct Trouble {
  std::string name;
  std::string sink;  // its fields
  std::vector<std::string> says;
  std::vector<std::string> flags = {};
};

void PrintTo(const Trouble& trouble, std::ostream* out) { *out << trouble.name; }

class TroubleTest : public ClusterTest, public testing::WithParamInterface<Trouble> {};

TEST_P(TroubleTest, IsToldAndNothingIsLeft) {
  const std::string name = Owned(Name(GetParam().name));
  const Finished& apply = ApplyThere(WithSink(name, GetParam().sink), GetParam().flags);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  for (const std::string& words : GetParam().says) EXPECT_THAT(apply.err, HasSubstr(words));
  EXPECT_THAT(apply.err, HasSubstr("nothing of the pipeline is left on the cluster"));
  EXPECT_EQ(Kubectl({"get", "namespaces", NamespaceOf(name), "--ignore-not-found"}).out, "");
}

std::vector<Trouble> Troubles() {
  return {
      {"crash",
       "      image: busybox:1.36\n      command: [sh, -c, 'echo boom; sleep 1; exit 3']\n",
       {"sink: exited with code 3 for the second time (pod sink-", "what it wrote last:\n    boom"}},
      {"failed-job",
       "      image: busybox:1.36\n      restart_policy: 'no'\n      command: [sh, -c, 'echo boom; exit 3']\n",
       {"sink: exited with code 3 (pod sink-", "what it wrote last:\n    boom"}},
      {"no-command",
       "      image: busybox:1.36\n      command: [no-such-program]\n",
       {"sink: cannot be started: RunContainerError", "no-such-program"}},
      {"never-pulled",
       "      image: no-node/has:1\n",
       {"sink: cannot be started: ErrImageNeverPull", "no-node/has:1"},
       {"--pull=never"}},
      {"unhealthy",
       "      image: busybox:1.36\n      command: [httpd, -f, -p, '127.0.0.1:8080', -h, /etc]\n"
       "      health_check: /hostname\n      health_port: 8080\n      health_start_period: 1s\n"
       "      health_interval: 1s\n      health_retries: 1\n",
       {"sink: is unhealthy; its last health probe: Startup probe failed", "connection refused (pod sink-",
        "perhaps the program listens on 127.0.0.1 alone", "gets more time by `health_start_period`"}},
      {"no-node",
       "      image: busybox:1.36\n      resources: {requests: {cpu: 64}}\n",
       {"sink: warning: waits for a node: 0/2 nodes are available: 2 Insufficient cpu",
        "sink: is not ready after 15s (--timeout)"},
       {"--timeout=15s"}},
      {"no-account",
       "      image: busybox:1.36\n      x-kubernetes: {pod: {serviceAccountName: nobody}}\n",
       {"sink: warning: waits for its service account: ", "sink: is not ready after 15s (--timeout); ",
        "serviceaccount \"nobody\" not found"},
       {"--timeout=15s"}},
      {"no-class",
       "      image: busybox:1.36\n      volumes: [{name: data, mountPath: /data}]\n",
       {"sink: its claim data (class no-such-class, ReadWriteOnce) is not bound: storageclass.storage.k8s.io "
        "\"no-such-class\" not found",
        "hint: `--storage_class` names another class"},
       {"--storage_class=no-such-class"}},
  };
}

INSTANTIATE_TEST_SUITE_P(Each, TroubleTest, testing::ValuesIn(Troubles()), [](const auto& one) {
  return absl::StrReplaceAll(one.param.name, {{"-", "_"}});
});

TEST_F(ClusterTest, AnImageThatTheRegistryDoesNotHaveFailsAtTheSecondTry) {
  const std::string registry = absl::StrCat(kHostOfNodes, ":", StartRegistry("", /*with_password=*/false));
  const std::string name = Owned(Name("no-image"));
  const Finished& apply = ApplyThere(WithSink(name, absl::StrCat("      image: '", registry, "/team/other:1'\n")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err,
              AllOf(HasSubstr(absl::StrCat("sink: its image ", registry, "/team/other:1 cannot be pulled: ")),
                    HasSubstr("nothing of the pipeline is left on the cluster")));
}

TEST_F(ClusterTest, AQuotaThatRefusesThePodsIsTold) {
  const std::string namespace_ = MakeNamespace(Name("small"));
  ASSERT_EQ(Kubectl({"create", "quota", "small", "--hard=pods=1", "-n", namespace_}).exit_code, 0);
  const std::string within = absl::StrCat("--kube_namespace=", namespace_);
  for (const char* const policy : {"always", "no"}) {
    const Finished& apply =
        ApplyThere(WithSink(Name("quota"), absl::Substitute("      image: busybox:1.36\n      restart_policy: '$0'\n"
                                                            "      command: $1\n",
                                                            policy, kRunsUntilTold)),
                   {within});
    EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
    EXPECT_THAT(apply.err, AllOf(HasSubstr("sink: its pods are refused: "), HasSubstr("exceeded quota: small"),
                                 HasSubstr("nothing of the pipeline is left on the cluster")));
    EXPECT_EQ(Kubectl({"get", "all", "-n", namespace_, "-o", "name"}).out, "");
  }
}

TEST_F(ClusterTest, AMissingRightIsToldWithWhoLacksItBeforeAnythingIsMade) {
  const std::string namespace_ = MakeNamespace(Name("rights"));
  const auto make = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-n", namespace_});
    const Finished made = Kubectl(arguments);
    EXPECT_EQ(made.exit_code, 0) << made.Describe();
  };
  make({"create", "serviceaccount", "someone"});
  make({"create", "role", "looks", "--verb=get,list,watch",
        "--resource=pods,services,secrets,configmaps,persistentvolumeclaims,events,deployments.apps,jobs.batch"});
  make({"create", "rolebinding", "looks", "--role=looks", absl::StrCat("--serviceaccount=", namespace_, ":someone")});
  std::string token;
  ASSERT_TRUE(Eventually([&] {
    token = Run("sh", {"-c", absl::StrCat("kubectl get secrets -n ", namespace_,
                                          R"( -o jsonpath='{range .items[*]}{.metadata.name} {.data.token}{"\n"}{end}')"
                                          " | sed -n 's/^someone-token-[^ ]* //p' | base64 -d")})
                .out;
    return !token.empty();
  }));
  const std::string kubeconfig = folder() + "/someone";
  ASSERT_EQ(
      Run("sh", {"-c", absl::StrCat("kubectl config view --raw --minify >", kubeconfig, " && kubectl --kubeconfig ",
                                    kubeconfig, " config unset users && kubectl --kubeconfig ", kubeconfig,
                                    " config set-credentials admin --token=", token)})
          .exit_code,
      0);
  const std::string name = Name("rights");
  const Finished& apply =
      ApplyThere(WithSink(name, absl::Substitute("      image: busybox:1.36\n      command: $0\n", kRunsUntilTold)),
                 {absl::StrCat("--kube_namespace=", namespace_), absl::StrCat("--kubeconfig=", kubeconfig)});
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(absl::StrCat("user \"system:serviceaccount:", namespace_,
                                                ":someone\" has no right to patch deployments.apps in the namespace ",
                                                namespace_)));
  EXPECT_THAT(apply.err, Not(HasSubstr(token)));
  EXPECT_EQ(Kubectl({"get", "all", "-n", namespace_, "-o", "name"}).out, "");
}

// Storage classes and volumes are the whole cluster's: those of a test go at its end.
class StorageTest : public ClusterTest {
 protected:
  void TearDown() override {
    ClusterTest::TearDown();
    for (const std::string& object : made_) Kubectl({"delete", object, "--wait=false"});
  }

  // An object of such a kind, with these fields; its name.
  std::string Make(const std::string& api_version, const std::string& kind, const std::string& suffix,
                   const std::string& fields) {
    const std::string name = Name(suffix);
    made_.push_back(absl::StrCat(kind, "/", name));
    const Finished made = Kubectl(
        {"apply", "-f", "-"},
        absl::Substitute("apiVersion: $0\nkind: $1\nmetadata: {name: $2}\n$3\n", api_version, kind, name, fields));
    EXPECT_EQ(made.exit_code, 0) << made.Describe();
    return name;
  }
  std::string MakeClass(const std::string& suffix, const std::string& fields) {
    return Make("storage.k8s.io/v1", "StorageClass", suffix, fields);
  }

 private:
  std::vector<std::string> made_;  // "StorageClass/NAME"
};

constexpr char kMountsData[] = "      volumes: [{name: data, mountPath: /data}]\n";

TEST_F(StorageTest, AClassThatCannotShareAVolumeIsToldWithTheAccessModeAndAllThatMountIt) {
  const std::string name = Owned(Name("shared"));
  const std::string class_name = MakeClass("no-sharing", "provisioner: kubernetes.io/no-provisioner");
  const Finished& apply = ApplyThere(
      Pipeline(name, absl::StrCat("  sources:\n", UntilTold("writer", kMountsData), "  sinks:\n",
                                  UntilTold("reader", "      inputs: [writer]\n      replicas: 3\n"), kMountsData)),
      {absl::StrCat("--storage_class=", class_name)});
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr(absl::StrCat("writer: its claim data (class ", class_name,
                                                      ", ReadWriteMany for writer, 3 pods of reader) is not bound: ")),
                               HasSubstr("hint: not every class can give one volume to several nodes"),
                               HasSubstr("nothing of the pipeline is left on the cluster")));
  EXPECT_EQ(Kubectl({"get", "namespaces", NamespaceOf(name), "--ignore-not-found"}).out, "");
}

// A class that binds late has its volume made for the first pod, so a claim is not waited for before there is one.
TEST_F(StorageTest, AClassWhoseProvisionerNobodyRunsFailsLongBeforeTheTimeoutWhereAPodWantsItsVolume) {
  const std::string name = Owned(Name("nobody"));
  const std::string class_name =
      MakeClass("unserved", "provisioner: example.com/nobody\nvolumeBindingMode: WaitForFirstConsumer");
  const std::vector<std::string> flags = {absl::StrCat("--storage_class=", class_name)};
  const std::string text = absl::StrCat("claim data (class ", class_name, ", ReadWriteOnce) is not bound");
  const Finished& none = ApplyThere(
      Pipeline(name, absl::StrCat("  sources:\n", UntilTold("writer", "      replicas: 0\n"), kMountsData)), flags);
  EXPECT_EQ(none.exit_code, 0) << none.Describe();
  EXPECT_EQ(Status(name).message, absl::StrCat("writer: its ", text));
  ASSERT_EQ(Flow("flow-delete", {name}).exit_code, 0);

  const absl::Time begin = absl::Now();
  const Finished& one =
      ApplyThere(Pipeline(name, absl::StrCat("  sources:\n", UntilTold("writer"), kMountsData)), flags);
  EXPECT_EQ(one.exit_code, 1) << one.Describe();
  EXPECT_LT(absl::Now() - begin, absl::Minutes(2)) << "of 5 minutes";
  EXPECT_THAT(one.err, AllOf(HasSubstr(absl::StrCat("writer: its ", text, ": ")), HasSubstr("example.com/nobody"),
                             HasSubstr("nobody has begun to make it"),
                             HasSubstr("nothing of the pipeline is left on the cluster")));
  EXPECT_EQ(Kubectl({"get", "namespaces", NamespaceOf(name), "--ignore-not-found"}).out, "");
}

TEST_F(StorageTest, AVolumeThatHoldsAPodToANodeIsToldWithThatNode) {
  const std::vector<std::string> nodes =
      absl::StrSplit(Kubectl({"get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"}).out, ' ');
  ASSERT_GE(nodes.size(), 2u);
  const std::string name = Owned(Name("held"));
  const std::string class_name =
      MakeClass("local", "provisioner: kubernetes.io/no-provisioner\nvolumeBindingMode: WaitForFirstConsumer");
  Make("v1", "PersistentVolume", "volume",
       absl::Substitute(R"(spec:
  storageClassName: $0
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteMany]
  hostPath: {path: /tmp}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [
    {key: kubernetes.io/hostname, operator: In, values: [$1]}]}]}})",
                        class_name, nodes[0]));
  const std::string elsewhere =
      absl::StrCat("      x-kubernetes: {pod: {nodeSelector: {kubernetes.io/hostname: ", nodes[1], "}}}\n");
  const Finished& apply = ApplyThere(Pipeline(name, absl::StrCat("  sources:\n", UntilTold("writer", kMountsData),
                                                                 UntilTold("reader", kMountsData), elsewhere)),
                                     {absl::StrCat("--storage_class=", class_name), "--wait=false"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(Status(name).message,
                             absl::StrCat("waits (only ", nodes[0], " can mount its volume data: 0/"));
  })) << Status(name).message;
}

}  // namespace
}  // namespace flow::integration
