// A credential helper that never answers, as it happens with a keyring that is locked: it holds up the pulls that wait
// for it, and nothing else.
#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/eventually.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;
using testkit::Process;

// An engine without anything, images too.
void ServeEmptyEngine(FakeConnection& connection) {
  testkit::ServeQuietEngine(connection, [&](const std::string& request) {
    EXPECT_FALSE(absl::StrContains(request, "/images/create")) << "a pull did not wait";
    connection.Answer(200, testkit::OfEmptyEngine(request));
  });
}

class HangingHelperTest : public testing::Test {
 protected:
  HangingHelperTest() {
    folder_.Write("config.json", R"({"credsStore": "hangs"})");
    const std::string helper = folder_.Write(
        "docker-credential-hangs", absl::StrCat("#!/bin/sh\necho $$ >> ", folder_ / "asked", "\nexec sleep 1000\n"));
    chmod(helper.c_str(), 0700);
    environment_["DOCKER_CONFIG"] = folder_.path();
    environment_["PATH"] = folder_.path() + ":/usr/bin:/bin";
  }

  // Starts flow-apply with images of three registries.
  Process StartApply(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {folder_.Write("p.yaml", R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: p}
spec:
  sources: [{id: a, image: "a.example/x:1"}, {id: b, image: "b.example/x:1"}, {id: c, image: "c.example/x:1"}]
)")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Process("cmd/flow-apply", arguments, environment_);
  }

  // The helpers that were started.
  std::vector<pid_t> Helpers() const {
    std::vector<pid_t> helpers;
    for (absl::string_view line : absl::StrSplit(testkit::ReadFile(folder_ / "asked"), '\n', absl::SkipEmpty())) {
      EXPECT_TRUE(absl::SimpleAtoi(line, &helpers.emplace_back()));
    }
    return helpers;
  }

  void ExpectAllHelpersEnded(size_t asked = 3) const {
    EXPECT_EQ(Helpers().size(), asked);
    for (const pid_t helper : Helpers()) EXPECT_NE(kill(helper, 0), 0);
  }

  const FakeServer engine_{ServeEmptyEngine};
  const testkit::TemporaryFolder folder_;
  Environment environment_ = EnvironmentOf(engine_);
};

TEST_F(HangingHelperTest, ASignalEndsItAtOnceAndIsTold) {
  struct Case {
    int signal;
    const char* word;
  };
  size_t asked = 0;
  for (const Case& a : {Case{SIGINT, "interrupted"}, {SIGTERM, "terminated"}, {SIGHUP, "hung up"}}) {
    Process apply = StartApply();
    asked += 3;
    EXPECT_TRUE(testkit::Eventually([&] { return Helpers().size() == asked; }));
    const absl::Time signalled = absl::Now();
    apply.Signal(a.signal);
    const Finished& run = apply.Wait();
    EXPECT_EQ(run.exit_code, 128 + a.signal) << run.Describe();
    EXPECT_THAT(run.err, testing::HasSubstr(absl::StrCat("flow-apply: ", a.word, "\n")));
    EXPECT_LT(absl::Now() - signalled, absl::Seconds(5)) << run.Describe();
    ExpectAllHelpersEnded(asked);
  }
}

TEST_F(HangingHelperTest, TheTimeOfAnApplyHolds) {
  Process apply = StartApply({"--timeout=1s"});
  const Finished& run = apply.Wait();
  EXPECT_EQ(run.exit_code, 1) << run.Describe();
  EXPECT_LT(run.took, absl::Seconds(5)) << run.Describe();
  ExpectAllHelpersEnded();
}

}  // namespace
}  // namespace flow
