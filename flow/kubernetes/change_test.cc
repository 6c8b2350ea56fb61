// A change of one field of the file changes the lines of its manifests that a reader expects, and no others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/check.h"
#include "flow/kubernetes/manifest.h"
#include "flow/kubernetes/options.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/parse.h"
#include "flow/project/translate.h"

namespace flow::kubernetes {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kFile[] = R"(apiVersion: flowctl/v1
kind: Pipeline
metadata:
  name: p
spec:
  sources:
    - id: a
      image: busybox:1.36
      ports:
        - {containerPort: 80}
      volumes:
        - {name: data, mountPath: /data}
        - {host_path: /srv/c, mountPath: /c, readonly: true}
      secrets:
        - {name: token, host_path: /run/token, env: TOKEN}
        - {name: cert, host_path: /run/cert, type: file}
    - {id: z, image: "busybox:1"}
  sinks:
    - id: b
      image: busybox:1.36
      inputs: [a]
      health_check: /health
)";

std::vector<std::string> Manifest(const std::string& file) {
  const Carried conf = {false, {{"c", 0644, "x"}}};
  const ObjectOptions options = {.carried = {{"/srv/c", conf}, {"/srv/d", conf}}};
  pipeline::ParseOptions parse;
  parse.driver = "kubernetes";
  parse.allowed_host_paths = {"/srv/nodes"};
  parse.judge = [&](const pipeline::Pipeline& pipeline) {
    return Check(pipeline, {.allowed_host_paths = parse.allowed_host_paths, .carried = &options.carried});
  };
  const pipeline::ParseResult parsed = pipeline::ParsePipeline(file, parse);
  EXPECT_TRUE(parsed.ok()) << pipeline::RenderDiagnostics("p.yaml", file, parsed.diagnostics, /*color=*/false);
  return absl::StrSplit(EmitManifest(project::Translate(parsed.pipeline), options), '\n');
}

// The lines that `after` has not ("- …") and those that it has besides ("+ …"), without their indentation, by the longest
// common subsequence; of several that are equal one, with how many there are behind it: "+ replicas: 2 (2)".
std::vector<std::string> Difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::vector<size_t>> common(before.size() + 1, std::vector<size_t>(after.size() + 1));
  for (size_t i = before.size(); i-- > 0;) {
    for (size_t j = after.size(); j-- > 0;) {
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<std::string> lines;
  std::map<std::string, int> times;
  const auto add = [&](const char* sign, const std::string& text) {
    std::string line = absl::StrCat(sign, absl::StripAsciiWhitespace(text));
    if (++times[line] == 1) lines.push_back(std::move(line));
  };
  for (size_t i = 0, j = 0; i < before.size() || j < after.size();) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      ++i, ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      add("- ", before[i++]);
    } else {
      add("+ ", after[j++]);
    }
  }
  for (std::string& line : lines) {
    if (const int count = times[line]; count > 1) absl::StrAppend(&line, " (", count, ")");
  }
  return lines;
}

using Lines = std::vector<std::string>;

// Where whole objects come or go: nothing else does.
const Lines kOnlyMore = {"+ …"}, kOnlyLess = {"- …"};

struct Change {
  const char* field;  // "component.replicas"
  // What of the file becomes what.
  std::string from, to;
  Lines lines;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.field << ": " << change.to; }

// A field more of the component "a".
Change Added(const char* field, const std::string& line, Lines lines) {
  const std::string place = "      ports:\n";
  return {field, place, absl::StrCat("      ", line, "\n", place), std::move(lines)};
}

std::vector<Change> Changes() {
  return {
      {"metadata.name",
       "name: p",
       "name: q",
       {"- # The pipeline p of the namespace default, written by flow: change the pipeline's file, not this one.",
        "- # `kubectl apply -f FILE` puts it into the cluster's namespace flow-p. All of it starts at once there: a "
        "component that",
        "+ # The pipeline q of the namespace default, written by flow: change the pipeline's file, not this one.",
        "+ # `kubectl apply -f FILE` puts it into the cluster's namespace flow-q. All of it starts at once there: a "
        "component that",
        "- #   kubectl create secret generic a.token --namespace flow-p --from-literal=token=\"$(cat /run/token)\"",
        "- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "+ #   kubectl create secret generic a.token --namespace flow-q --from-literal=token=\"$(cat /run/token)\"",
        "+ #   kubectl create secret generic a.cert --namespace flow-q --from-file=cert=/run/cert",
        "- name: flow-p",
        "+ name: flow-q",
        "- app.kubernetes.io/instance: flow-p (14)",
        "+ app.kubernetes.io/instance: flow-q (14)",
        "- app.kubernetes.io/part-of: p (10)",
        "+ app.kubernetes.io/part-of: q (10)",
        "- com.obsrvr.flow.pipeline: p (10)",
        "+ com.obsrvr.flow.pipeline: q (10)",
        "- namespace: flow-p (6)",
        "+ namespace: flow-q (6)",
        "- value: p (3)",
        "+ value: q (3)"}},
      {"metadata.namespace",
       "name: p",
       "name: p\n  namespace: team",
       {"- # The pipeline p of the namespace default, written by flow: change the pipeline's file, not this one.",
        "- # `kubectl apply -f FILE` puts it into the cluster's namespace flow-p. All of it starts at once there: a "
        "component that",
        "+ # The pipeline p of the namespace team, written by flow: change the pipeline's file, not this one.",
        "+ # `kubectl apply -f FILE` puts it into the cluster's namespace flow-team--p. All of it starts at once "
        "there: a component that",
        "- #   kubectl create secret generic a.token --namespace flow-p --from-literal=token=\"$(cat /run/token)\"",
        "- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "+ #   kubectl create secret generic a.token --namespace flow-team--p --from-literal=token=\"$(cat "
        "/run/token)\"",
        "+ #   kubectl create secret generic a.cert --namespace flow-team--p --from-file=cert=/run/cert",
        "- name: flow-p", "+ name: flow-team--p", "- app.kubernetes.io/instance: flow-p (14)",
        "+ app.kubernetes.io/instance: flow-team--p (14)", "- com.obsrvr.flow.namespace: default (10)",
        "+ com.obsrvr.flow.namespace: team (10)", "- namespace: flow-p (6)", "+ namespace: flow-team--p (6)",
        "- value: default (3)", "+ value: team (3)"}},
      {"metadata.description",
       "name: p",
       "name: p\n  description: What it does.",
       {"+ annotations:", "+ kubernetes.io/description: \"What it does.\""}},
      {"metadata.labels", "name: p", "name: p\n  labels: {team: data}", {"+ team: data (10)"}},
      {"metadata.annotations",
       "name: p",
       "name: p\n  annotations: {owner: me}",
       {"+ annotations: (9)", "+ owner: me (10)"}},
      {"spec.description",
       "spec:\n",
       "spec:\n  description: What it does.\n",
       {"+ annotations:", "+ kubernetes.io/description: \"What it does.\""}},
      {"spec.driver", "spec:\n", "spec:\n  driver: docker\n", {}},
      {"spec.sources", "  sinks:\n", "    - {id: c, image: busybox}\n  sinks:\n", kOnlyMore},
      {"spec.processors", "  sinks:\n", "  processors: [{id: c, image: busybox, inputs: [a]}]\n  sinks:\n", kOnlyMore},
      {"spec.sinks", "  sinks:\n", "  sinks:\n    - {id: c, image: busybox, inputs: [a]}\n", kOnlyMore},
      {"spec.pipelines", "  sinks:\n", "  pipelines: [{id: c, image: busybox}]\n  sinks:\n", kOnlyMore},
      {"spec.config",
       "spec:\n",
       "spec:\n  config: {region: eu}\n",
       {"+ - name: FLOW_CONFIG_REGION (3)", "+ value: eu (3)"}},
      {"spec.logging", "spec:\n", "spec:\n  logging: {driver: local}\n", {}},
      {"spec.x-kubernetes",
       "spec:\n",
       "spec:\n  x-kubernetes: {pod: {nodeSelector: {disk: ssd}}}\n",
       {"+ nodeSelector: (3)", "+ disk: ssd (3)"}},
      {"component.id",
       "id: b",
       "id: c",
       {"- name: b", "+ name: c", "- app.kubernetes.io/name: b (3)", "+ app.kubernetes.io/name: c (3)",
        "- com.obsrvr.flow.component: b (2)", "+ com.obsrvr.flow.component: c (2)", "- - name: b", "+ - name: c",
        "- value: b", "+ value: c"}},
      {"component.image", "busybox:1.36", "busybox:1.37", {"- image: busybox:1.36", "+ image: busybox:1.37"}},
      Added("component.type", "type: a free text", {}),
      Added("component.command", "command: [sleep, infinity]", {"+ args:", "+ - sleep", "+ - infinity"}),
      Added("component.args", "args: [--fast]", {"+ args:", "+ - \"--fast\""}),
      {"component.inputs",
       "inputs: [a]",
       "inputs: [z, a]",
       {"+ apiVersion: v1",
        "+ kind: Service",
        "+ metadata:",
        "+ name: z",
        "+ namespace: flow-p",
        "+ labels:",
        "+ app.kubernetes.io/component: source",
        "+ app.kubernetes.io/instance: flow-p (2)",
        "+ app.kubernetes.io/managed-by: flow",
        "+ app.kubernetes.io/name: z (2)",
        "+ app.kubernetes.io/part-of: p",
        "+ com.obsrvr.flow.component: z",
        "+ com.obsrvr.flow.namespace: default",
        "+ com.obsrvr.flow.pipeline: p",
        "+ com.obsrvr.flow.type: source",
        "+ spec:",
        "+ type: ClusterIP",
        "+ clusterIP: \"None\"",
        "+ selector:",
        "+ ---",
        "- # Sink: reads a",
        "+ # Sink: reads z, a",
        "- value: a",
        "+ value: \"z,a\""}},
      {"component.input_event_types", "inputs: [a]", "inputs: [a]\n      input_event_types: [row]", {}},
      Added("component.output_event_types", "output_event_types: [row]", {}),
      Added("component.config", "config: {region: us}", {"+ - name: FLOW_CONFIG_REGION", "+ value: us"}),
      Added("component.env", "env: {MODE: fast}", {"+ - name: MODE", "+ value: fast"}),
      {"component.ports",
       "        - {containerPort: 80}\n",
       "        - {containerPort: 80}\n        - {containerPort: 81}\n",
       {"+ - name: tcp-81 (2)", "+ port: 81", "+ targetPort: 81", "+ protocol: TCP (2)", "+ containerPort: 81"}},
      {"component.volumes", "        - {name: data, mountPath: /data}\n", "", kOnlyLess},
      {"component.secrets",
       "        - {name: cert, host_path: /run/cert, type: file}\n",
       "",
       {"- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "- - name: secret-cert (2)", "- mountPath: /secrets/cert", "- readOnly: true", "- subPath: cert",
        "- secret:", "- secretName: a.cert", "- # 0400", "- defaultMode: 256", "- optional: false"}},
      Added("component.health_check", "health_check: /health",
            {"- minReadySeconds: 2", "+ minReadySeconds: 0", "+ startupProbe:", "+ httpGet: (2)", "+ path: /health (2)",
             "+ port: 80 (2)", "+ scheme: HTTP (2)", "+ initialDelaySeconds: 0 (2)", "+ periodSeconds: 1",
             "+ timeoutSeconds: 5 (2)", "+ successThreshold: 1 (2)", "+ failureThreshold: 60",
             "+ readinessProbe:", "+ periodSeconds: 10", "+ failureThreshold: 3"}),
      {"component.health_check",
       "health_check: /health",
       "health_check: /ready",
       {"- path: /health (2)", "+ path: /ready (2)"}},
      {"component.health_endpoint", "health_check: /health", "health_endpoint: /health", {}},
      {"component.health_port",
       "health_check: /health",
       "health_check: /health\n      health_port: 81",
       {"- port: 8080 (2)", "+ port: 81 (2)"}},
      {"component.health_start_period",
       "health_check: /health",
       "health_check: /health\n      health_start_period: 60s",
       {"- failureThreshold: 60", "+ failureThreshold: 90"}},
      {"component.health_interval",
       "health_check: /health",
       "health_check: /health\n      health_interval: 20s",
       {"- failureThreshold: 60", "+ failureThreshold: 90", "- periodSeconds: 10", "+ periodSeconds: 20"}},
      {"component.health_timeout",
       "health_check: /health",
       "health_check: /health\n      health_timeout: 2s",
       {"- timeoutSeconds: 5 (2)", "+ timeoutSeconds: 2 (2)"}},
      {"component.health_retries",
       "health_check: /health",
       "health_check: /health\n      health_retries: 5",
       {"- failureThreshold: 60", "+ failureThreshold: 80", "- failureThreshold: 3", "+ failureThreshold: 5"}},
      Added("component.replicas", "replicas: 2",
            {"- - ReadWriteOnce", "+ - ReadWriteMany", "- replicas: 1", "+ replicas: 2"}),
      Added("component.resources", "resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}",
            {"+ resources:", "+ requests:", "+ cpu: \"1\"", "+ limits:", "+ memory: \"1Gi\""}),
      {"component.depends_on", "inputs: [a]", "inputs: [a]\n      depends_on: [a]", {}},
      Added("component.restart_policy", "restart_policy: always", {}),
      Added("component.restart_policy", "restart_policy: on-failure:2",
            {"- apiVersion: apps/v1", "- kind: Deployment", "+ apiVersion: batch/v1", "+ kind: Job", "- replicas: 1",
             "- strategy:", "- type: Recreate", "- minReadySeconds: 2", "- selector:", "- matchLabels:",
             "- app.kubernetes.io/instance: flow-p", "- app.kubernetes.io/name: a", "+ parallelism: 1",
             "+ completions: 1", "+ backoffLimit: 3", "- restartPolicy: Always", "+ restartPolicy: OnFailure"}),
      Added("component.restart_policy", "restart_policy: \"no\"",
            {"- apiVersion: apps/v1", "- kind: Deployment", "+ apiVersion: batch/v1", "+ kind: Job", "- replicas: 1",
             "- strategy:", "- type: Recreate", "- minReadySeconds: 2", "- selector:", "- matchLabels:",
             "- app.kubernetes.io/instance: flow-p", "- app.kubernetes.io/name: a", "+ parallelism: 1",
             "+ completions: 1", "+ backoffLimit: 0", "- restartPolicy: Always", "+ restartPolicy: Never"}),
      Added("component.init", "init: false", {}),
      Added("component.stop_grace_period", "stop_grace_period: 30s",
            {"- terminationGracePeriodSeconds: 10", "+ terminationGracePeriodSeconds: 30"}),
      Added("component.stop_signal", "stop_signal: SIGINT", {}),
      Added("component.logging", "logging: {driver: local}", {}),
      Added("component.x-kubernetes", "x-kubernetes: {container: {tty: true}}", {"+ tty: true"}),
      {"port.name",
       "{containerPort: 80}",
       "{containerPort: 80, name: http}",
       {"- - name: tcp-80 (2)", "+ - name: http (2)"}},
      {"port.containerPort",
       "{containerPort: 80}",
       "{containerPort: 81}",
       {"- - name: tcp-80 (2)", "- port: 80", "- targetPort: 80", "+ - name: tcp-81 (2)", "+ port: 81",
        "+ targetPort: 81", "- containerPort: 80", "+ containerPort: 81", "- value: a:80", "+ value: a:81"}},
      {"port.hostPort", "{containerPort: 80}", "{containerPort: 80, hostPort: 8080}", {}},
      {"port.hostPort",
       "{containerPort: 80}",
       "{containerPort: 80, hostPort: 30080, hostIP: 0.0.0.0}",
       {"- type: ClusterIP", "+ type: NodePort", "+ nodePort: 30080"}},
      {"port.protocol",
       "{containerPort: 80}",
       "{containerPort: 80, protocol: UDP}",
       {"- - name: tcp-80 (2)", "+ - name: udp-80 (2)", "- protocol: TCP (2)", "+ protocol: UDP (2)"}},
      {"port.hostIP",
       "{containerPort: 80}",
       "{containerPort: 80, hostIP: 0.0.0.0}",
       {"- type: ClusterIP", "+ type: NodePort"}},
      {"volume.name",
       "name: data",
       "name: kept",
       {"- name: data", "+ name: kept", "- - name: volume-data (2)", "+ - name: volume-kept (2)", "- claimName: data",
        "+ claimName: kept"}},
      {"volume.mountPath", "/data", "/kept", {"- mountPath: /data", "+ mountPath: /kept"}},
      {"volume.container_path",
       "mountPath: /c",
       "container_path: /d",
       {"- name: a.c (2)", "+ name: a.d (2)",
        "- com.obsrvr.flow.files: \"1af4864f9b3c7362733b7861a2ad6014b72a734cf1c7b4bf1486b8d5163a333f\"",
        "+ com.obsrvr.flow.files: \"02cabf8aa4a677c1e6abb0239e614f05c1755b7cdc6410060c42d429a0224bec\"",
        "- - name: file-c (2)", "- mountPath: /c", "+ - name: file-d (2)", "+ mountPath: /d"}},
      {"volume.host_path", "host_path: /srv/c", "host_path: /srv/d", {}},
      {"volume.readonly",
       "mountPath: /data",
       "mountPath: /data, readonly: true",
       {"- readOnly: false", "+ readOnly: true"}},
      {"secret.name",
       "name: cert",
       "name: key",
       {"- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "+ #   kubectl create secret generic a.key --namespace flow-p --from-file=key=/run/cert",
        "- - name: secret-cert (2)", "- mountPath: /secrets/cert", "+ - name: secret-key (2)",
        "+ mountPath: /secrets/key", "- subPath: cert", "+ subPath: key", "- secretName: a.cert",
        "+ secretName: a.key"}},
      {"secret.host_path",
       "/run/cert",
       "/run/key",
       {"- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "+ #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/key"}},
      {"secret.container_path",
       "type: file",
       "type: file, container_path: /cert",
       {"- mountPath: /secrets/cert", "+ mountPath: /cert"}},
      {"secret.env", "env: TOKEN", "env: KEY", {"- - name: TOKEN", "+ - name: KEY"}},
      {"secret.env", "type: file", "type: file, env: CERT_FILE", {"+ - name: CERT_FILE", "+ value: /secrets/cert"}},
      {"secret.mode",
       "type: file",
       "type: file, mode: \"0440\"",
       {"- # 0400", "- defaultMode: 256", "+ # 0440", "+ defaultMode: 288"}},
      {"secret.type",
       "type: file",
       "type: dir",
       {"- #   kubectl create secret generic a.cert --namespace flow-p --from-file=cert=/run/cert",
        "+ #   kubectl create secret generic a.cert --namespace flow-p --from-file=/run/cert", "- subPath: cert"}},
      {"secret.required", "type: file", "type: file, required: true", {}},
      {"secret.labels", "type: file", "type: file, labels: {kind: tls}", {}},
      Added("quantities.cpu", "resources: {limits: {cpu: 500m}}", {"+ resources:", "+ limits:", "+ cpu: \"500m\""}),
      Added("quantities.memory", "resources: {requests: {memory: 64Mi}}",
            {"+ resources:", "+ requests:", "+ memory: \"64Mi\""}),
      Added("x-kubernetes.pod", "x-kubernetes: {pod: {serviceAccountName: reader}}", {"+ serviceAccountName: reader"}),
      Added("x-kubernetes.container", "x-kubernetes: {container: {workingDir: /data}}", {"+ workingDir: /data"}),
      Added("x-kubernetes.service", "x-kubernetes: {service: {sessionAffinity: ClientIP}}",
            {"+ sessionAffinity: ClientIP"}),
      Added("x-kubernetes.claim", "x-kubernetes: {claim: {storageClassName: fast}}", {"+ storageClassName: fast"}),
  };
}

class ChangeTest : public ::testing::TestWithParam<Change> {};

TEST_P(ChangeTest, ChangesTheLinesThatItMeans) {
  std::string file = kFile;
  const size_t at = file.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  file.replace(at, GetParam().from.size(), GetParam().to);
  const std::vector<std::string> lines = Difference(Manifest(kFile), Manifest(file));
  if (GetParam().lines == kOnlyMore || GetParam().lines == kOnlyLess) {
    EXPECT_THAT(lines, AllOf(Not(IsEmpty()), Each(StartsWith(GetParam().lines[0].substr(0, 2)))));
    return;
  }
  EXPECT_EQ(absl::StrJoin(lines, "\n"), absl::StrJoin(GetParam().lines, "\n"));
}

INSTANTIATE_TEST_SUITE_P(Fields, ChangeTest, ::testing::ValuesIn(Changes()));

TEST(ChangesTest, EveryFieldOfTheFormatIsAmongThem) {
  static const auto& kWords = *new std::map<pipeline::Section, std::string>{
      {pipeline::Section::kMetadata, "metadata"},     {pipeline::Section::kSpec, "spec"},
      {pipeline::Section::kComponent, "component"},   {pipeline::Section::kPort, "port"},
      {pipeline::Section::kVolume, "volume"},         {pipeline::Section::kSecret, "secret"},
      {pipeline::Section::kQuantities, "quantities"}, {pipeline::Section::kKubernetes, "x-kubernetes"}};
  std::set<std::string> changed;
  for (const Change& change : Changes()) changed.insert(change.field);
  for (const pipeline::Field& field : pipeline::kFields) {
    const auto word = kWords.find(field.section);
    if (word == kWords.end()) continue;  // apiVersion and kind; what is in a field that is lost
    EXPECT_TRUE(changed.contains(absl::StrCat(word->second, ".", field.name))) << word->second << "." << field.name;
  }
}

}  // namespace
}  // namespace flow::kubernetes
