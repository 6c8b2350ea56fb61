// What commands do before they ask an engine, as programs: what goes to standard output, what to standard error, how
// they end.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testkit::Finished;
using testkit::Process;
using testkit::TemporaryFolder;

constexpr char kValid[] = "examples/minimal.yaml";
constexpr char kInvalid[] = "testdata/pipeline/eight-mistakes/pipeline.yaml";
constexpr char kNoErrors[] = "{\n \"diagnostics\": []\n}\n";

Finished Execute(const std::string& command, const std::vector<std::string>& arguments, const std::string& input = "") {
  return Process("cmd/" + command, arguments, {}, input).Wait();
}

// The least file, with an entry of env.
std::string WithEnv(const std::string& entry) {
  return "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n  sources:\n"
         "    - id: a\n      image: busybox\n      env:\n        " +
         entry + "\n";
}

size_t Count(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(FlowValidate, TellsOnStandardError) {
  const Finished wrong = Execute("flow-validate", {kValid, kInvalid});
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(Count(wrong.err, ": error: "), 8u) << wrong.err;

  const Finished well = Execute("flow-validate", {kValid});
  EXPECT_EQ(well.exit_code, 0);
  EXPECT_EQ(well.out + well.err, "");
}

TEST(FlowValidate, TellsAsDataOnStandardOutput) {
  const Finished wrong = Execute("flow-validate", {"-o", "json", kValid, kInvalid});
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_EQ(wrong.err, "");
  EXPECT_EQ(Count(wrong.out, "\"severity\": \"error\""), 8u) << wrong.out;
  EXPECT_EQ(Count(wrong.out, std::string("\"file\": \"") + kInvalid + "\""), 8u);

  const Finished well = Execute("flow-validate", {"--output=json", kValid});
  EXPECT_EQ(well.exit_code, 0);
  EXPECT_EQ(well.out, kNoErrors);
}

TEST(FlowValidate, ReadsStandardInput) {
  const Finished wrong = Execute("flow-validate", {"-o", "json", "-"}, "kind: Pipeline\n");
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.out, HasSubstr("\"file\": \"-\""));
  EXPECT_THAT(Execute("flow-validate", {"-"}, "kind: Pipeline\n").err, StartsWith("standard input:1:1: error: "));
}

TEST(FlowValidate, AFileThatCannotBeReadIsAFailureAndTheOthersAreTold) {
  const Finished run = Execute("flow-validate", {"-o", "json", "not/there.yaml", kInvalid});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("not/there.yaml"));
  EXPECT_EQ(Count(run.out, "\"severity\": \"error\""), 8u);
}

TEST(FlowValidate, WritesItsSignsInAsciiWhereTheLocaleHasNoOthers) {
  const auto told = [](const Environment& environment) {
    return Process("cmd/flow-validate", {"testdata/pipeline/cycles/pipeline.yaml"}, environment).Wait().err;
  };
  const std::string ascii = told({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}});
  EXPECT_THAT(ascii, HasSubstr(" -> "));
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) == 0; })) << ascii;
  EXPECT_THAT(told({{"LANG", "C.UTF-8"}}), HasSubstr(" → "));
}

TEST(FileCommands, NostrictHoldsForAnEnvFileToo) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("variables", "A=${NOT_SET}\n");
  const Finished strict = Execute("flow-validate", {"--env_file", file, kValid});
  EXPECT_EQ(strict.exit_code, 3);
  EXPECT_THAT(strict.err, HasSubstr("error: A: variable \"NOT_SET\" is not set"));
  const Finished lax = Execute("flow-validate", {"--nostrict", "--env_file", file, kValid});
  EXPECT_EQ(lax.exit_code, 0);
  EXPECT_THAT(lax.err, HasSubstr("warning: A: variable \"NOT_SET\" is not set"));
}

TEST(FileCommands, AnEnvFileUsesWhatTheOneBeforeItHas) {
  const TemporaryFolder folder;
  const Finished run = Execute("flow-translate", {"--env_file", folder.Write("first", "HOST=db\n"), "--env_file",
                                                  folder.Write("second", "URL=http://${HOST}/\nHOST\n"),
                                                  folder.Write("uses.yaml", WithEnv("A: $URL$HOST"))});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("A: http://db/db\n"));
}

TEST(FileCommands, WhatIsWrongWithAnEnvFileIsToldWithoutItsSecrets) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("secrets", "PASSWORD=\"hunter2 is secret\nc2VjcmV0K3NlY3JldA/c2VjcmV0\n");
  for (const char* format : {"text", "json"}) {
    const Finished run = Execute("flow-validate", {"-o", format, "--env_file", file, kValid});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.out + run.err, HasSubstr("PASSWORD"));
    EXPECT_THAT(run.out + run.err, HasSubstr("this quote is never closed"));
    EXPECT_THAT(run.out + run.err, Not(AnyOf(HasSubstr("hunter2"), HasSubstr("c2Vj"))));
  }
}

TEST(FileCommands, PwdIsTheFolderThatOneStandsIn) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("pwd.yaml", WithEnv("A: $PWD"));
  for (const char* told : {"", "relative", "/usr"}) {
    const Finished run = Process("cmd/flow-translate", {file}, {{"PWD", told}}).Wait();
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("A: " + std::filesystem::current_path().string() + "\n")) << told;
  }
}

// Else what runs would be replaced when its file is applied by another way.
TEST(FileCommands, PathsOfTheHostAreThoseOfTheRealFolder) {
  const TemporaryFolder folder;
  const std::string real = std::filesystem::canonical(folder.path()).string();
  std::filesystem::create_directory(real + "/proj");
  std::filesystem::create_symlink(real + "/proj", real + "/linked");
  std::string text = WithEnv("A: b");
  text +=
      "      volumes: [{hostPath: ./data, mountPath: /data}]\n      secrets: [{name: s, type: file, hostPath: s}]\n";
  folder.Write("proj/p.yaml", text);
  const Finished direct = Execute("flow-translate", {real + "/proj/p.yaml"});
  EXPECT_EQ(direct.exit_code, 0) << direct.err;
  EXPECT_THAT(direct.out, AllOf(HasSubstr(real + "/proj/data"), HasSubstr(real + "/proj/s")));
  EXPECT_EQ(Execute("flow-translate", {real + "/linked/p.yaml"}).out, direct.out);
  EXPECT_EQ(Execute("flow-translate", {real + "/linked/../linked/p.yaml"}).out, direct.out);
  const auto standing_in = [&](const std::string& way) {
    return Process("cmd/flow-translate", {"-"}, {{"BUILD_WORKING_DIRECTORY", real + way}}, text).Wait().out;
  };
  EXPECT_EQ(standing_in("/linked"), direct.out);
}

// One file with this entry of volumes, and a file "app.yaml" beside it.
std::string WithVolume(const TemporaryFolder& folder, const std::string& volume) {
  folder.Write("app.yaml", "level: info\n");
  return folder.Write("p.yaml", WithEnv("A: b") + "      volumes: [" + volume + "]\n");
}

TEST(FlowTranslate, WritesWhatKubectlTakes) {
  const Finished stream = Execute("flow-translate", {"--output=kubernetes", kValid});
  EXPECT_EQ(stream.exit_code, 0) << stream.err;
  EXPECT_EQ(stream.err, "");
  EXPECT_THAT(stream.out,
              AllOf(StartsWith("# The pipeline minimal "), HasSubstr("\n---\napiVersion: v1\nkind: Namespace\n")));
  EXPECT_EQ(Execute("flow-translate", {"--driver=kubernetes", kValid}).out, stream.out);
  EXPECT_EQ(Execute("flow-translate", {"--driver=k8s", kValid}).out, stream.out);
  const Finished list = Execute("flow-translate", {"--output=kubernetes", "-o", "json", kValid});
  EXPECT_THAT(list.out, StartsWith("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\","));
  EXPECT_EQ(Execute("flow-translate", {"-o", "json", "--output=kubernetes", kValid}).out, list.out);
}

TEST(FlowTranslate, CarriesFilesAlongToAClusterAndNothingElseOfTheHost) {
  const TemporaryFolder folder;
  const std::string carried = WithVolume(folder, "{host_path: ./app.yaml, mountPath: /app.yaml, readonly: true}");
  EXPECT_THAT(Execute("flow-translate", {"--output=kubernetes", carried}).out,
              HasSubstr("app.yaml: |\n    level: info\n"));

  const std::string writable = WithVolume(folder, "{host_path: ./app.yaml, mountPath: /app.yaml}");
  const Finished refused = Execute("flow-translate", {"--output=kubernetes", writable});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err,
              HasSubstr("p.yaml:10:29: error: spec.sources[0].volumes[0].host_path: a cluster's nodes do not"));
  const Finished meant =
      Execute("flow-translate", {"--output=kubernetes", "--allow_host_path=" + folder.path(), writable});
  EXPECT_THAT(meant.out, HasSubstr("hostPath:\n"));

  const std::string missing = WithVolume(folder, "{host_path: ./none, mountPath: /none, readonly: true}");
  EXPECT_THAT(Execute("flow-translate", {"--output=kubernetes", missing}).err,
              HasSubstr("error: spec.sources[0].volumes[0].host_path: it is not there"));
  EXPECT_EQ(Execute("flow-validate", {missing}).exit_code, 0);
}

TEST(FlowValidate, TellsFilesThatAClusterCannotHaveFromAPipelineFileThatIsNotValid) {
  const TemporaryFolder folder;
  const auto exit_code = [](const char* command, const std::string& file) {
    const Finished finished = Execute(command, {"--driver=kubernetes", file});
    EXPECT_THAT(finished.err, HasSubstr("p.yaml:10:")) << finished.Describe();
    return finished.exit_code;
  };
  const std::string missing = WithVolume(folder, "{host_path: ./none, mountPath: /none, readonly: true}");
  EXPECT_EQ(exit_code("flow-validate", missing), 1);
  EXPECT_EQ(exit_code("flow-translate", missing), 1);
  EXPECT_EQ(exit_code("flow-apply", missing), 1);
  folder.Write("large", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(exit_code("flow-validate", WithVolume(folder, "{host_path: ./large, mountPath: /l, readonly: true}")), 1);
  EXPECT_EQ(exit_code("flow-validate", WithVolume(folder, "{host_path: ./none, mountPath: none, readonly: true}")), 3);
}

// A helper may open a window, and what it says has no place in the file.
TEST(FlowTranslate, NamesAPullSecretForARegistryThatOneIsLoggedInToAndAsksNoHelper) {
  const TemporaryFolder folder;
  folder.Write("config.json", R"({"credsStore": "test", "auths": {"registry.example": {}}})");
  const std::string helper = folder.Write("docker-credential-test", "#!/bin/sh\ntouch " + folder.path() + "/asked\n");
  std::filesystem::permissions(helper, std::filesystem::perms::owner_all);
  const std::string file =
      folder.Write("p.yaml",
                   "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n  sources:\n"
                   "    - {id: a, image: registry.example/a}\n    - {id: b, image: busybox}\n");
  const auto translate = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"--output=kubernetes", file};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Process("cmd/flow-translate", arguments, {{"DOCKER_CONFIG", folder.path()}, {"PATH", folder.path()}}).Wait();
  };
  const Finished known = translate({});
  EXPECT_THAT(known.out,
              HasSubstr("#   kubectl create secret docker-registry flow-a-registry-example --namespace flow-a "
                        "--docker-server=registry.example --docker-username=USER"));
  EXPECT_EQ(Count(known.out, "imagePullSecrets:\n        - name: flow-a-registry-example\n"), 1u);
  EXPECT_FALSE(std::filesystem::exists(folder / "asked"));

  const Finished named = translate({"--pull_secret=team"});
  EXPECT_EQ(Count(named.out, "imagePullSecrets:\n        - name: team\n"), 2u);
  EXPECT_EQ(Count(named.out, "create secret"), 0u);

  folder.Write("config.json", "{");
  const Finished unread = translate({});
  EXPECT_EQ(unread.exit_code, 0);
  EXPECT_THAT(unread.err, HasSubstr("config.json is not valid JSON: where images are private, name the secret"));
  EXPECT_EQ(Count(unread.out, "imagePullSecrets"), 0u);
}

TEST(FlowTranslate, LeavesOutASecretForAClusterThatIsNeitherThereNorRequired) {
  const TemporaryFolder folder;
  folder.Write("there", "s3cret");
  const std::string file =
      folder.Write("p.yaml", WithEnv("A: b") +
                                 "      secrets:\n"
                                 "        - {name: there, host_path: ./there, env: THERE}\n"
                                 "        - {name: missing, host_path: ./missing, env: MISSING}\n");
  const Finished run = Execute("flow-translate", {"--output=kubernetes", file});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("- name: THERE\n"), HasSubstr("create secret generic a.there"),
                             Not(HasSubstr("MISSING")), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(run.err, HasSubstr("p.yaml:12:38: warning: spec.sources[0].secrets[1].host_path: it is not there"));
}

TEST(FlowTranslate, JudgesTheFlagsForAClusterBeforeTheFile) {
  for (const char* flag : {"--kube_namespace=Not/One", "--pull_secret=Not One", "--storage_class=-",
                           "--volume_size=10GB", "--volume_size=0"}) {
    const Finished run = Execute("flow-translate", {"--output=kubernetes", flag, kInvalid});
    EXPECT_EQ(run.exit_code, 2) << flag;
    EXPECT_EQ(run.out, "");
  }
}

TEST(FileCommands, TheImageForAllIsJudgedAsOneOfTheFile) {
  for (const char* command : {"flow-validate", "flow-translate", "flow-apply"}) {
    const Finished run = Execute(command, {"--default_image=Not An Image", kValid});
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("--default_image: "));
  }
}

TEST(FileCommands, TheNamespaceIsJudgedAsOneOfTheFile) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"flow-translate"}, {"flow-apply"}, {"flow-apply", "--dry_run"}}) {
    std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    rest.insert(rest.end(), {"--namespace", "Not/One", kValid});
    const Finished run = Execute(arguments[0], rest);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("--namespace: \"Not/One\" is no namespace's name"));
  }
}

TEST(EngineCommands, NamesAreJudgedBeforeAnEngineIsAsked) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"flow-status", "-n", "Not/One"},
                                                    {"flow-status", "../x"},
                                                    {"flow-delete", "../x"},
                                                    {"flow-delete", "--all", "-n", "Not/One"}}) {
    std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    rest.insert(rest.end(), {"--host=unix:///not/there", "--state_dir=not/there"});
    const Finished run = Execute(arguments[0], rest);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(run.err, testing::ContainsRegex("is no (pipeline|namespace)'s name"));
  }
}

// As of `tail -f` and `docker logs -f`.
TEST(FlowLogs, ANameBehindTheLetterOfAFileIsToldHowItIsFollowed) {
  const Finished run = Execute("flow-logs", {"-f", "payments", "--host=unix:///not/there"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("`flow-logs payments --follow` follows a pipeline"));
  EXPECT_THAT(Execute("flow-logs", {"-f", "payments.yaml", "--host=unix:///not/there"}).err,
              Not(HasSubstr("--follow")));
}

TEST(FlowRun, ReadsItsFileMoreThanOnce) {
  const Finished run = Execute("flow-run", {"-"});
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("which standard input (-) cannot be"));
}

TEST(FileCommands, TheDriverIsAWordOfTheFormat) {
  for (const char* command : {"flow-validate", "flow-translate"}) {
    const Finished unknown = Execute(command, {"--driver=dokcer", kValid});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_THAT(unknown.err, HasSubstr("--driver cannot be \"dokcer\"; it is one of docker, container"));
    EXPECT_EQ(unknown.out, "");
    const Finished elsewhere = Execute(command, {"--driver=nomad", kValid});
    EXPECT_EQ(elsewhere.exit_code, 0);
    EXPECT_THAT(elsewhere.err, HasSubstr("warning: spec: flow does not deploy to nomad, which --driver says"));
  }
}

// Of a check nobody expects that it deploys.
TEST(FlowApply, ChecksOnlyInADryRun) {
  const Finished run = Execute("flow-apply", {"--check", "--host=unix:///not/there", kValid});
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("--check needs --dry_run"));
}

TEST(FlowApply, TellsAllAsJsonWhereItsProgressIs) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{kValid, "--host=unix:///not/there"}, {kInvalid}, {"not/there.yaml"}, {}}) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"--progress=json", "--verbose"});
    const Finished run = Execute("flow-apply", words);
    EXPECT_NE(run.exit_code, 0);
    EXPECT_THAT(run.err, HasSubstr("\"error\""));
    for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(run.err, "\n"), '\n')) {
      google::protobuf::Struct event;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(std::string(line), &event).ok()) << line;
      EXPECT_EQ(event.fields_size(), 4) << line;
    }
  }
}

TEST(FlowApply, WritesItsSignsInAsciiWhereTheLocaleHasNoOthers) {
  const auto told = [](const std::string& locale) {
    return Process("cmd/flow-apply", {kValid, "--default_image=a@"}, {{"LC_ALL", locale}}).Wait().err;
  };
  EXPECT_THAT(told("C.UTF-8"), HasSubstr("sha256:…"));
  EXPECT_THAT(told("C"), AllOf(HasSubstr("sha256:..."), Not(HasSubstr("…"))));
}

TEST(FlowApply, AControlPlaneInTheFileIsTrustedWhereAnotherOneIsTold) {
  const TemporaryFolder folder;
  folder.Write("known/default/a/deployment.textproto",
               "phase: APPLIED name: \"a\" namespace: \"default\" control_plane { address: \"10.0.0.7:8080\" }\n");
  const std::string file = folder.Write("a.yaml", WithEnv("FLOWCTL_ENDPOINT: 127.0.0.1:8080"));
  const auto told = [&](const std::string& state, std::vector<std::string> more) {
    more.insert(more.end(), {"--host=unix:///not/there", "--state_dir", folder / state, file});
    return Execute("flow-apply", more).err;
  };
  const auto warns = HasSubstr("env.FLOWCTL_ENDPOINT: ");
  EXPECT_THAT(told("none", {}), AllOf(warns, HasSubstr("--control_plane=HOST:PORT")));
  EXPECT_THAT(told("none", {"--control_plane=10.0.0.7:8080"}), Not(warns));
  EXPECT_THAT(told("known", {}), Not(warns));
  EXPECT_THAT(told("known", {"--control_plane="}), warns);
}

TEST(FlowStatus, ShowsWhatOnePipelineUses) {
  const Finished run = Execute("flow-status", {"--stats", "--host=unix:///not/there"});
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("--stats needs the NAME of a pipeline"));
}

TEST(FlowTranslate, WritesTheProjectInEveryForm) {
  const Finished yaml = Execute("flow-translate", {kValid});
  EXPECT_EQ(yaml.exit_code, 0) << yaml.err;
  EXPECT_THAT(yaml.out, HasSubstr("\nname: flow-minimal\n"));
  EXPECT_EQ(Execute("flow-translate", {"--output", "yaml", kValid}).out, yaml.out);
  EXPECT_THAT(Execute("flow-translate", {"-o", "json", kValid}).out, StartsWith("{\n  \"name\": \"flow-minimal\",\n"));
  EXPECT_THAT(Execute("flow-translate", {kValid, "-o", "textproto"}).out, StartsWith("name: \"flow-minimal\"\n"));
}

TEST(FlowTranslate, WritesNothingOfAnInvalidFile) {
  for (const char* output : {"yaml", "json", "textproto"}) {
    const Finished run = Execute("flow-translate", {"-o", output, "-"}, "kind: Pipeline\n");
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("error: "));
  }
}

TEST(FlowTranslate, IsSpelledAsInTheOtherFlowctlToo) {
  const TemporaryFolder folder;
  const std::string file = folder / "compose.yaml";
  const Finished run = Execute("flowctl", {"translate", "-f", kValid, "-o", "docker-compose", "--to-file", file});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out + run.err, "");
  EXPECT_EQ(testkit::ReadFile(file), Execute("flow-translate", {kValid}).out);
  const Finished nowhere = Execute("flow-translate", {kValid, "--to_file", folder / "none/compose.yaml"});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot write "));
}

// By whatever way the answer's file leads there.
TEST(FlowTranslate, OverwritesNothingThatItReads) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("p.yaml", testkit::ReadFile(kValid)), link = folder / "link.yaml";
  const std::string variables = folder.Write("p.env", "A=b\n");
  std::filesystem::create_symlink(file, link);
  for (const auto& [to, lost] : {std::pair(file, file), std::pair(link, file), std::pair(variables, variables)}) {
    const Finished run = Execute("flow-translate", {file, "--env_file", variables, "--to_file", to});
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(run.err, HasSubstr("--to_file is " + lost + " itself, which it would overwrite"));
  }
  EXPECT_EQ(testkit::ReadFile(file), testkit::ReadFile(kValid));
  EXPECT_EQ(testkit::ReadFile(variables), "A=b\n");
}

TEST(Flowctl, AnUnknownVerbIsWrongUsageWhateverStandsBehindIt) {
  for (const char* verb : {"frob", "init", "list"}) {
    const Finished run = Execute("flowctl", {verb, "-f", kValid, "--frob"});
    EXPECT_EQ(run.exit_code, 2) << run.Describe();
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(std::string("flowctl: there is no verb \"") + verb + "\""));
  }
  EXPECT_THAT(Execute("flowctl", {"frob", "--help"}).out, HasSubstr("flowctl"));
  EXPECT_EQ(Execute("flowctl", {}).exit_code, 2);
}

TEST(FlowRun, IsForAnEngine) {
  const Finished run = Execute("flow-run", {"--driver=kubernetes", kValid});
  EXPECT_EQ(run.exit_code, 2) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("flow-apply deploys them to a cluster"));
}

TEST(FlowTranslate, KnowsNoOtherForm) {
  const Finished run = Execute("flow-translate", {"-o", "table", kValid});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("it is one of yaml, docker-compose, json, textproto, mermaid, dot"));
}

}  // namespace
}  // namespace flow
