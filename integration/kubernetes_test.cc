// Pipelines on a real Kubernetes cluster, put there by kubectl from what flow-translate prints.
#include "integration/kubernetes.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/strings/substitute.h"
#include "flow/text/json.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

// Pipelines that kubectl puts there.
class KubernetesTest : public ClusterTest {
 protected:
  // What `flow-translate --output=kubernetes` prints of a file.
  std::string Translated(const std::string& path) {
    const Finished& run = Flow("flow-translate", {"--output=kubernetes", path});
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    return run.out;
  }
  // The same of a pipeline whose namespace is the test's.
  std::string Translated(const std::string& name, const std::string& path) {
    Owned(name);
    return Translated(path);
  }

  // What kubectl says against the manifests on a dry run of this kind; empty: nothing.
  std::string Objections(const std::vector<std::string>& how, const std::string& manifests) {
    std::vector<std::string> arguments = {"apply", "--dry-run=server", "-f", "-"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Finished run = Kubectl(arguments, manifests);
    return run.exit_code == 0 ? run.err : run.Describe();
  }

  // Makes the secrets by the commands in the manifest's comments.
  void MakeSecrets(const std::string& manifests) {
    for (absl::string_view line : absl::StrSplit(manifests, '\n')) {
      if (!absl::ConsumePrefix(&line, "#   kubectl create secret")) continue;
      const Finished run = Run("sh", {"-c", absl::StrCat("kubectl create secret", line)});
      EXPECT_EQ(run.exit_code, 0) << run.Describe();
    }
  }

  // Waits until all deployments of a pipeline run; what there is of it where they do not.
  testing::AssertionResult Runs(const std::string& name) {
    const std::string namespace_ = absl::StrCat("flow-", name);
    const Finished run =
        Kubectl({"wait", "deployments", "--all", "--for=condition=Available", "--timeout=3m", "-n", namespace_});
    if (run.exit_code == 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << run.Describe() << Kubectl({"describe", "pods", "-n", namespace_}).out;
  }
};

// The namespace that manifests are for, and another in its place.
std::string InNamespace(const std::string& manifests, const std::string& namespace_) {
  const bool json = absl::StartsWith(manifests, "{");
  const std::string key = json ? "\"namespace\": \"" : "\n  namespace: ";
  const size_t at = manifests.find(key) + key.size();
  const std::string old = manifests.substr(at, manifests.find_first_of("\"\n", at) - at);
  return absl::StrReplaceAll(manifests, {{absl::StrCat(key, old), absl::StrCat(key, namespace_)}});
}

TEST_F(KubernetesTest, TheServerTakesAllManifestsWithoutAWarning) {
  const std::string namespace_ = MakeNamespace(Name("golden"));
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator("testdata/kubernetes")) {
    for (const char* file : {"/manifest.yaml", "/manifest.json"}) {
      const std::string manifests = ReadFile(entry.path().string() + file);
      if (!manifests.empty()) all.push_back(manifests);
    }
  }
  for (const auto& entry : fs::directory_iterator("examples")) {
    if (entry.path().extension() != ".yaml") continue;
    all.push_back(Translated(entry.path().string()));
  }
  ASSERT_GT(all.size(), 20);
  for (const std::string& manifests : all) {
    const std::string moved = InNamespace(manifests, namespace_);
    EXPECT_EQ(Objections({}, moved), "") << moved.substr(0, 200);
    EXPECT_EQ(Objections({"--server-side"}, moved), "") << moved.substr(0, 200);
  }
}

struct Example {
  const char* name;
  const char* workload;           // which writes …
  std::vector<std::string> says;  // … lines that hold these
};

// All at once: what is started again for lack of another waits for that in pauses that grow.
TEST_F(KubernetesTest, EachExampleDoesWhatItSaysAndLeavesNothing) {
  const std::vector<Example> examples = {
      {"minimal", "deployment/sink", {"APPLE letters=5", "CHERRY letters=6"}},
      {"fan-out-and-join", "deployment/report", {"price 2 24", "amount 2 3"}},
      {"run-once", "deployment/print", {"1 ada", "3 edsger"}},
      {"health-checked-chain", "deployment/poll", {"UTC"}},
      {"volumes-and-secrets", "deployment/reader", {"token of 11 letters, file 12", "; info"}}};
  fs::copy("examples/secrets", folder() + "/secrets", fs::copy_options::recursive);
  std::vector<std::string> manifests;
  for (const Example& example : examples) {
    const std::string name = Name(example.name);
    const std::string path =
        Write(absl::StrCat(example.name, ".yaml"),
              absl::StrReplaceAll(ReadFile(absl::StrCat("examples/", example.name, ".yaml")),
                                  {{absl::StrCat("name: ", example.name, "\n"), absl::StrCat("name: ", name, "\n")}}));
    manifests.push_back(Translated(name, path));
    const Finished apply = Kubectl({"apply", "-f", "-"}, manifests.back());
    ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
    EXPECT_EQ(apply.err, "");
    MakeSecrets(manifests.back());
  }
  for (const Example& example : examples) {
    const std::string name = Name(example.name);
    EXPECT_TRUE(Runs(name)) << example.name;
    EXPECT_TRUE(Eventually([&] {
      const std::string log = Logs(name, example.workload);
      return std::all_of(example.says.begin(), example.says.end(),
                         [&](const std::string& words) { return absl::StrContains(log, words); });
    })) << example.name
        << Logs(name, example.workload);
  }

  // What is in a namespace may go with it before kubectl asks for it.
  std::deque<Process> deletes;
  for (const std::string& one : manifests) {
    deletes.push_back(StartTool("kubectl", {"delete", "--ignore-not-found", "-f", "-"}, one));
  }
  for (Process& one : deletes) EXPECT_EQ(one.Wait(kLongest).exit_code, 0) << one.Wait().Describe();
  EXPECT_TRUE(Eventually([&] {
    const std::string left = Kubectl({"get", "namespaces,persistentvolumes", "--all-namespaces"}).out;
    return std::none_of(examples.begin(), examples.end(), [&](const Example& example) {
      return absl::StrContains(left, absl::StrCat("flow-", Name(example.name)));
    });
  }));
}

// Under names that are none on a cluster, or as long as one may be: pods' names are longer still.
TEST_F(KubernetesTest, DataFlowsAcrossNodesWhateverComponentsAreCalled) {
  const std::vector<std::string> nodes =
      absl::StrSplit(Kubectl({"get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"}).out, ' ');
  ASSERT_GE(nodes.size(), 2);
  const std::string name = Name("across"), longest(63, 's'), sink = absl::StrCat("deployment/", longest);
  const std::string path =
      Write("across.yaml", Pipeline(name, absl::Substitute(R"(
  sources:
    - id: ttp_proc
      image: busybox:1.36
      command: [nc, -ll, -p, "8000", -e, echo, from another node]
      ports: [{containerPort: 8000}]
      x-kubernetes: {pod: {nodeName: $0}}
  sinks:
    - id: $2
      image: busybox:1.36
      inputs: [ttp_proc]
      command: [sh, -c, 'while sleep 1; do nc "$${FLOW_INPUT_TTP_PROC%:*}" 8000; done']
      x-kubernetes: {pod: {nodeName: $1}}
  pipelines:
    - {id: $3, image: "busybox:1.36", command: [echo, done]}
)",
                                                           nodes[0], nodes[1], longest, std::string(63, 'j'))));
  ASSERT_EQ(Kubectl({"apply", "-f", "-"}, Translated(name, path)).exit_code, 0);
  EXPECT_TRUE(Runs(name));
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(Logs(name, sink), "from another node"); }));
  const Finished job = Kubectl({"wait", "--for=condition=complete", "--timeout=60s", "-n", absl::StrCat("flow-", name),
                                absl::StrCat("job/", std::string(63, 'j'))});
  EXPECT_EQ(job.exit_code, 0) << job.Describe();
}

TEST_F(KubernetesTest, APrivateImageIsPulledWithTheSecretThatTheManifestsTellHowToMake) {
  const std::string registry = absl::StrCat(kHostOfNodes, ":", StartRegistry("", /*with_password=*/true));
  environment()["DOCKER_CONFIG"] = folder();
  Write("config.json", absl::StrCat(R"({"credsStore": "never-asked", "auths": {")", registry, R"(": {}}})"));
  const std::string name = Name("private");
  const std::string manifests = Translated(
      name, Write("private.yaml",
                  Pipeline(name, absl::StrCat("  sources: [{id: source, image: '", registry,
                                              "/team/my:1', command: [sleep, '1000'], stop_grace_period: 1s}]\n"))));
  EXPECT_THAT(manifests, Not(HasSubstr("pa:ss")));
  ASSERT_EQ(Kubectl({"apply", "-f", "-"}, manifests).exit_code, 0);
  const auto waiting_for = [&] {
    return Kubectl({"get", "pods", "-n", absl::StrCat("flow-", name), "-o",
                    "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}"})
        .out;
  };
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(waiting_for(), "Image"); })) << waiting_for();
  MakeSecrets(absl::StrReplaceAll(manifests, {{"=USER", "=user"}, {"=PASSWORD", "=pa:ss"}}));
  // What could not be pulled is tried again in pauses that grow; a new pod tries at once.
  ASSERT_EQ(Kubectl({"delete", "pods", "--all", "-n", absl::StrCat("flow-", name)}).exit_code, 0);
  EXPECT_TRUE(Runs(name));
}

TEST_F(KubernetesTest, StatusAndLogsShowWhatRunsAndWhatOthersWaitFor) {
  environment()["FLOW_DRIVER"] = "kubernetes";
  const std::string name = Name("look");
  const std::string path = Write("look.yaml", Pipeline(name, R"(
  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c, 'i=0; while :; do echo "tick $i"; i=$((i + 1)); sleep 0.2; done']
      ports: [{containerPort: 8000}]
  sinks:
    - {id: task, image: "busybox:1.36", inputs: [source], restart_policy: "no", command: [sh, -c, 'echo one; echo two']}
    - {id: crash, image: "busybox:1.36", inputs: [source], command: [sh, -c, 'echo boom; exit 3']}
    - {id: never, image: "busybox:never", inputs: [source]}
)"));
  // An image that no node takes: flow itself would not.
  const std::string manifests = absl::StrReplaceAll(Translated(name, path), {{"busybox:never", "UPPER/case"}});
  ASSERT_EQ(Kubectl({"apply", "-f", "-"}, manifests).exit_code, 0);
  std::string status;
  EXPECT_TRUE(Eventually([&] {
    status = Flow("flow-status", {name, "-o", "wide"}).out;
    return absl::StrContains(status, "InvalidImageName") && absl::StrContains(status, "CrashLoopBackOff") &&
           absl::StrContains(status, "completed");
  })) << status;
  EXPECT_THAT(status, HasSubstr(absl::StrCat("source.flow-", name, ":8000/tcp")));
  EXPECT_THAT(status, HasSubstr("NODE"));
  EXPECT_THAT(Flow("flow-status", {}).out, HasSubstr(name));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);

  EXPECT_EQ(Flow("flow-logs", {name, "task"}).out, "task | one\ntask | two\n");
  EXPECT_EQ(Flow("flow-logs", {name, "task", "--tail=1"}).out, "task | two\n");
  EXPECT_THAT(Flow("flow-logs", {name}).out, HasSubstr("tick 0\n"));
  // Until the pipeline is gone; nothing twice, and nothing left out.
  Process& follow = Start("flow-logs", {name, "source", "--follow"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(follow.Out(), "tick 60\n"); }));
  Kubectl({"delete", "namespace", NamespaceOf(name), "--wait=false"});
  const Finished& followed = follow.Wait();
  EXPECT_EQ(followed.exit_code, 0) << followed.Describe();
  int next = 0;
  for (const absl::string_view line : absl::StrSplit(followed.out, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(line, absl::StrCat("source | tick ", next++));
  }
  EXPECT_EQ(Flow("flow-status", {name}).exit_code, 6);
}

// What a probing program tells of itself: lines "ENV BASE64", "ARGUMENTS BASE64", "FILE MODE PATH BASE64", "INPUT TEXT".
constexpr char kProbe[] = R"sh(
      encoded() { base64 | tr -d '\n'; echo; }
      echo "ENV $(env -0 | encoded)"
      echo "ARGUMENTS $(printf '%s\0' "$@" | encoded)"
      for file in /secrets/file /secrets/folder/* /conf/* /conf/sub/* /etc/one; do
        [ -d $file ] || echo "FILE $(stat -Lc %a $file) $file $(encoded <$file)"
      done
      until text=$(nc ${FLOW_INPUT_SOURCE%:*} ${FLOW_INPUT_SOURCE#*:}); do sleep 0.2; done
      echo "INPUT $text"
      until text=$(nc source 8000); do sleep 0.2; done
      echo "BY ID $text"
      echo END
      exec sleep 1000000
)sh";

// The lines of a probe, its environment without what each target has of its own.
std::set<std::string> Seen(const std::string& log) {
  std::set<std::string> seen;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    std::string environment;
    if (!absl::ConsumePrefix(&line, "ENV ")) {
      seen.insert(std::string(line));
    } else if (absl::Base64Unescape(line, &environment)) {
      for (absl::string_view variable : absl::StrSplit(environment, '\0', absl::SkipEmpty())) {
        if (absl::StartsWith(variable, "KUBERNETES_") || absl::StartsWith(variable, "HOSTNAME=")) continue;
        seen.insert(absl::StrCat("ENV ", variable));
      }
    }
  }
  return seen;
}

TEST_F(KubernetesTest, AProgramSeesWhatItSeesOnAnEngine) {
  const std::string name = Name("probe");
  const auto file = [&](const std::string& path, absl::string_view content, int mode) {
    fs::permissions(Write(path, std::string(content)), fs::perms(mode));
  };
  file("token", "s3cret $(A)\n", 0400);
  file("folder/one", "1\n", 0400);
  file("folder/two", absl::string_view("\0\xFF", 2), 0400);
  file("conf/app.yaml", "level: info\n", 0644);
  file("conf/sub/run.sh", "#!/bin/sh\necho $(date)\n", 0755);
  file("one", "no line break", 0640);
  const std::string path = Write(
      "probe.yaml", Pipeline(name, absl::StrCat(R"(
  sources:
    - {id: source, image: "busybox:1.36", command: [nc, -ll, -p, "8000", -e, echo, hello], ports: [{containerPort: 8000}]}
  sinks:
    - id: probe
      image: busybox:1.36
      inputs: [source]
      config: {nested: {a: [1, "$(A) $$ $x"]}}
      env:
        A: filled in
        DOLLARS: '$$(A) $$$$ $$$$(A) $$x $$'
        LINES: "one\n\ttwo\n"
        QUOTES: "'\"#: \\"
        TEXT: größe → 漢字 😀
        LIKE_A_NUMBER: 0755
        LIKE_A_FLOAT: 1e3
        LIKE_A_TIME: 22:22
        LIKE_A_TRUTH: yes
        LIKE_ANOTHER: "true"
        LIKE_NOTHING: "~"
        n: y
        EMPTY: ""
      args: [sh, -c, )",
                                                text::Json(kProbe, text::JsonLayout::kLine),
                                                R"y(, probe, "$(A)", "$$ $$(A) $x", "", " space ", "line\nbreak", "ü"]
      volumes:
        - {host_path: ./conf, mountPath: /conf, readonly: true}
        - {host_path: ./one, mountPath: /etc/one, readonly: true}
      secrets:
        - {name: token, host_path: ./token, env: TOKEN, required: true}
        - {name: file, host_path: ./token, type: file, env: TOKEN_FILE, required: true}
        - {name: folder, host_path: ./folder, type: dir, required: true}
)y")));

  ASSERT_EQ(Flow("flow-apply", {path}).exit_code, 0);
  std::string on_engine;
  ASSERT_TRUE(Eventually([&] {
    on_engine = engine().Logs(absl::StrCat("flow-", name, "-probe-1"));
    return absl::StrContains(on_engine, "\nEND");
  })) << on_engine;

  const std::string manifests = Translated(name, path);
  ASSERT_EQ(Kubectl({"apply", "-f", "-"}, manifests).exit_code, 0);
  MakeSecrets(manifests);
  ASSERT_TRUE(Runs(name));
  std::string on_cluster;
  ASSERT_TRUE(Eventually([&] {
    on_cluster = Logs(name, "deployment/probe");
    return absl::StrContains(on_cluster, "\nEND");
  })) << on_cluster;

  EXPECT_EQ(Seen(on_cluster), Seen(on_engine));
  EXPECT_THAT(Seen(on_cluster),
              IsSupersetOf({"ENV DOLLARS=$(A) $$ $$(A) $x $", "ENV TOKEN=s3cret $(A)", "INPUT hello"}));
}

}  // namespace
}  // namespace flow::integration
