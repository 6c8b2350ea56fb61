#include "flow/kubernetes/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/parse.h"

namespace flow::kubernetes {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a cluster has against a file with this spec, whose first line is the fifth: "LINE:COLUMN: error: PATH: MESSAGE", and
// "note LINE:COLUMN" behind it.
std::vector<std::string> Told(const std::string& spec, CheckOptions options = {},
                              const std::string& metadata = "{name: a}") {
  pipeline::ParseOptions parse;
  parse.driver = "kubernetes";
  parse.allowed_host_paths = options.allowed_host_paths;
  parse.judge = [&](const pipeline::Pipeline& pipeline) { return Check(pipeline, options); };
  const std::string file =
      absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: ", metadata, "\nspec:\n", spec);
  std::vector<std::string> told;
  for (const pipeline::Diagnostic& found : pipeline::ParsePipeline(file, parse).diagnostics) {
    std::string line = absl::StrCat(found.line, ":", found.column, ": ",
                                    found.severity == pipeline::Severity::kError ? "error: " : "warning: ", found.path,
                                    ": ", found.message);
    for (const pipeline::Note& note : found.notes) absl::StrAppend(&line, " note ", note.line, ":", note.column);
    told.push_back(std::move(line));
  }
  return told;
}

// The same of one source with these fields, in the lines from 8 on.
std::vector<std::string> ToldOf(const std::string& fields, const CheckOptions& options = {}) {
  return Told(absl::StrCat("  sources:\n    - id: a\n      image: busybox\n", fields), options);
}

TEST(CheckTest, ANamespaceThatWouldBeTooLongIsNoneAndHowMuchIsLeftIsTold) {
  const std::string spec = "  sources: [{id: a, image: busybox}]\n";
  const std::string name(60, 'a'), metadata = absl::StrCat("{name: ", name, "}");
  EXPECT_THAT(Told(spec, {}, metadata), ElementsAre(AllOf(StartsWith("3:18: error: metadata.name: "),
                                                          HasSubstr("58 are left for the name, which has 60"))));
  EXPECT_THAT(Told(spec, {.given_namespace = true}, metadata), IsEmpty());
  EXPECT_THAT(Told(spec, {.namespace_ = std::string(60, 'b')}), ElementsAre(HasSubstr("none are left")));
}

TEST(CheckTest, WhatMeetsOnAClusterIsAnErrorWithBothPlaces) {
  EXPECT_THAT(Told("  sources:\n    - {id: c-9a, image: busybox}\n    - {id: 9a, image: busybox}\n"),
              ElementsAre(AllOf(StartsWith("7:12: error: spec.sources[1].id: "), HasSubstr(" note 6:12"))));
  EXPECT_THAT(
      ToldOf("      volumes: [{name: a_b, mountPath: /a}, {name: a.b, mountPath: /b}]\n"),
      ElementsAre(AllOf(StartsWith("8:52: error: spec.sources[0].volumes[1].name: "), HasSubstr(" note 8:24"))));
  EXPECT_THAT(
      ToldOf("      secrets: [{name: a, host_path: /a, env: A}, {name: a-, host_path: /b, env: B}]\n"),
      ElementsAre(AllOf(StartsWith("8:58: error: spec.sources[0].secrets[1].name: "), HasSubstr(" note 8:24"))));
  EXPECT_THAT(
      ToldOf("      ports:\n        - {containerPort: 1, hostPort: 30001, hostIP: 0.0.0.0}\n"
             "        - {containerPort: 2, hostPort: 30001, hostIP: \"::\"}\n"),
      ElementsAre(AllOf(StartsWith("10:40: error: spec.sources[0].ports[1].hostPort: "), HasSubstr(" note 9:40"))));
}

TEST(CheckTest, ComponentsMayAddToTheClaimOfAVolumeAndNotContradictEachOther) {
  const auto told = [](const std::string& a, const std::string& b) {
    const auto component = [](const char* id, const std::string& claim) {
      return absl::StrCat("    - id: ", id, "\n      image: busybox\n      volumes: [{name: data, mountPath: /data}]\n",
                          "      x-kubernetes: {claim: ", claim, "}\n");
    };
    return Told(absl::StrCat("  sources:\n", component("a", a), component("b", b)));
  };
  EXPECT_THAT(told("{storageClassName: fast}", "{storageClassName: fast, accessModes: [ReadWriteMany]}"), IsEmpty());
  EXPECT_THAT(
      told("{storageClassName: fast}", "{storageClassName: slow}"),
      ElementsAre("13:48: error: spec.sources[1].x-kubernetes.claim.storageClassName: the volume \"data\" has one "
                  "claim, and \"a\" says something else of it note 9:48"));
  EXPECT_THAT(told("{resources: {requests: {storage: 1Gi}}}", "{resources: {requests: {storage: 2Gi}}}"),
              ElementsAre(HasSubstr("claim.resources.requests.storage")));
  EXPECT_THAT(told("{resources: {requests: {storage: 1Gi}}}", "{resources: null}"),
              ElementsAre(HasSubstr("claim.resources: ")));
  EXPECT_THAT(told("{accessModes: [ReadWriteMany]}", "{accessModes: [ReadWriteMany, ReadWriteOnce]}"),
              ElementsAre(HasSubstr("claim.accessModes: ")));
}

TEST(CheckTest, AHostPathIsCarriedMeantOrAnError) {
  const std::string read = "      volumes: [{host_path: /srv/a, mountPath: /a, readonly: true}]\n";
  EXPECT_THAT(ToldOf("      volumes: [{host_path: /srv/a, mountPath: /a}]\n"),
              ElementsAre(StartsWith("8:29: error: spec.sources[0].volumes[0].host_path: a cluster's nodes do not")));
  EXPECT_THAT(ToldOf("      volumes: [{host_path: /srv/a, mountPath: /a}]\n", {.allowed_host_paths = {"/srv/"}}),
              IsEmpty());
  EXPECT_THAT(ToldOf(read, {.not_carried = {{"/srv/a", "it is not there"}}}),
              ElementsAre(HasSubstr("error: spec.sources[0].volumes[0].host_path: it is not there, so it cannot be")));
  const auto of_size = [&](size_t bytes) {
    const CarriedPaths carried = {{"/srv/a", {false, {{"a", 0644, std::string(bytes, 'x')}}}}};
    return ToldOf(read, {.carried = &carried});
  };
  EXPECT_THAT(of_size(kMostClientSideBytes), IsEmpty());
  EXPECT_THAT(of_size(kMostClientSideBytes + 1), ElementsAre(HasSubstr("warning: ")));
  EXPECT_THAT(of_size(kMostCarriedBytes), ElementsAre(HasSubstr("only by `kubectl apply --server-side`")));
  EXPECT_THAT(of_size(kMostCarriedBytes + 1), ElementsAre(HasSubstr("error: ")));
}

TEST(CheckTest, ASecretThatIsNotThereIsLeftOutUnlessItIsRequired) {
  const std::string secret = "      secrets: [{name: a, host_path: /run/a, env: A";
  const CheckOptions missing = {.missing_secrets = {"/run/a"}};
  EXPECT_THAT(ToldOf(secret + "}]\n", missing),
              ElementsAre(AllOf(StartsWith("8:38: warning: spec.sources[0].secrets[0].host_path: it is not there"))));
  EXPECT_THAT(ToldOf(secret + ", required: true}]\n", missing), IsEmpty());
  EXPECT_THAT(ToldOf(secret + "}]\n"), IsEmpty());
}

TEST(CheckTest, ASecretOfOver1MiBIsAnError) {
  EXPECT_THAT(ToldOf("      secrets: [{name: a, host_path: /run/a, env: A}]\n", {.large_secrets = {"/run/a"}}),
              ElementsAre(StartsWith("8:38: error: spec.sources[0].secrets[0].host_path: it has over 1 MiB")));
}

TEST(CheckTest, WhatIsLostIsToldWhereTheFileWritesIt) {
  EXPECT_THAT(ToldOf(""), IsEmpty());
  EXPECT_THAT(ToldOf("      init: true\n      stop_signal: SIGINT\n      logging: {driver: local}\n"),
              ElementsAre(StartsWith("8:13: warning: spec.sources[0].init: "),
                          StartsWith("9:20: warning: spec.sources[0].stop_signal: "),
                          StartsWith("10:16: warning: spec.sources[0].logging: ")));
  EXPECT_THAT(ToldOf("      stop_grace_period: 500ms\n"), ElementsAre(HasSubstr("this is 1 s there")));
  EXPECT_THAT(ToldOf("      stop_grace_period: 90s\n"), IsEmpty());
  EXPECT_THAT(ToldOf("      health_interval: 5s\n"), ElementsAre(HasSubstr("write health_check")));
  EXPECT_THAT(ToldOf("      resources: {limits: {cpu: 0.0001}}\n"), ElementsAre(HasSubstr("takes this for 1m")));
  EXPECT_THAT(ToldOf("      ports: [{containerPort: 80, hostPort: 8080}]\n"), ElementsAre(HasSubstr("port-forward")));
  EXPECT_THAT(ToldOf("      ports: [{containerPort: 80}]\n"), IsEmpty());
  EXPECT_THAT(ToldOf("      env: {A: \"http://host.docker.internal\"}\n"),
              ElementsAre(HasSubstr("knows no such name")));
}

TEST(CheckTest, AnOrderThatNobodyKeepsIsToldOnlyWhereNobodyKeepsIt) {
  const std::string spec =
      "  sources: [{id: a, image: busybox, restart_policy: \"no\"}]\n"
      "  sinks: [{id: b, image: busybox, inputs: [a]}]\n";
  EXPECT_THAT(Told(spec), IsEmpty());
  EXPECT_THAT(Told(spec, {.at_once = true}), ElementsAre(StartsWith("6:43: warning: spec.sinks[0].inputs: ")));
}

TEST(CheckTest, ATextThatKubectlDoesNotBringToAClusterServerSideIsToldAtItsPlace) {
  const CheckOptions by_kubectl = {.at_once = true};
  const auto told = [&](const std::string& text) {
    return ToldOf(absl::StrCat("      env: {A: \"", text, "\"}\n"), by_kubectl);
  };
  EXPECT_THAT(told("\\x7F"),
              ElementsAre(AllOf(StartsWith("8:16: warning: spec.sources[0].env.A: "), HasSubstr("U+007F"))));
  for (const char* text : {"\\x85", "\\x9F", "\\uFFFE", "\\uFFFF"}) EXPECT_THAT(told(text), SizeIs(1)) << text;
  EXPECT_THAT(told("\\a\\t\\n\\xA0\\u2028\\u202Ea\\uFEFF漢字 😀"), IsEmpty());
  EXPECT_THAT(ToldOf("      env: {A: \"\\x7F\"}\n"), IsEmpty());
  EXPECT_THAT(ToldOf("      args: [a, \"\\x7F\"]\n      config: {a: \"\\x7F\"}\n"
                     "      volumes: [{name: v, mountPath: \"/\\x7F\"}]\n"
                     "      x-kubernetes: {pod: {annotations: {a: \"\\x7F\"}}}\n",
                     by_kubectl),
              ElementsAre(AllOf(StartsWith("8:17: "), HasSubstr("note 9:19 note 10:17 note 11:45"))));
}

}  // namespace
}  // namespace flow::kubernetes
