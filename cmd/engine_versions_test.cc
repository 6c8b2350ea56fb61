// Engines of every age, and what is none, as a stub that the commands speak to. The commands as programs.
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;
using testkit::Process;

constexpr char kFile[] = "examples/minimal.yaml";

// Every command that speaks to an engine is told of it in the same way: exit 4, with these words.
void ExpectNoEngine(const FakeServer& engine, const std::vector<std::string>& words) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> commands = {
      {"flow-apply", {kFile}},     {"flow-status", {}},       {"flow-status", {"minimal"}},
      {"flow-logs", {"minimal"}},  {"flow-delete", {"none"}}, {"flow-heartbeat", {"minimal"}},
      {"flow-stream", {"minimal"}}};
  for (const auto& [command, arguments] : commands) {
    const Finished run = RunCommand(engine, command, arguments);
    EXPECT_EQ(run.exit_code, 4) << run.Describe();
    EXPECT_EQ(run.out, "") << run.Describe();
    EXPECT_THAT(run.err, HasSubstr(absl::StrCat("cannot speak with the engine at ", engine.endpoint().address,
                                                " (from DOCKER_HOST)\n")));
    EXPECT_THAT(run.err, HasSubstr("\nflow speaks Engine API 1.41 to 1."));
    for (const std::string& word : words) EXPECT_THAT(run.err, HasSubstr(word)) << run.Describe();
  }
}

// An engine that answers to every request with the same.
FakeServer::Script Always(int status, std::string body, std::string header) {
  return [=](FakeConnection& connection) {
    while (!connection.Read().empty()) connection.Answer(status, body, header);
  };
}

// One that refuses what is older than 1.44 and speaks 1.60 is spoken to in a version between.
TEST(EngineVersions, AnEngineOfTomorrowIsSpokenToInAVersionOfItsOwn) {
  std::mutex mutex;
  std::vector<std::string> versions;
  FakeServer tomorrow([&](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      const std::string target = std::vector<std::string>(absl::StrSplit(request, ' '))[1];
      if (target == "/_ping") {
        connection.Answer(200, "OK", "Api-Version: 1.60");
        continue;
      }
      {
        const std::lock_guard<std::mutex> lock(mutex);
        versions.push_back(std::vector<std::string>(absl::StrSplit(target, '/'))[1]);
      }
      const bool images = absl::StrContains(target, "/images/json");
      connection.Answer(
          200, images ? R"([{"Id": "sha256:1", "RepoTags": ["busybox:1.36"]}])" : testkit::OfEmptyEngine(target));
    }
  });
  EXPECT_EQ(RunCommand(tomorrow, "flow-status", {}).exit_code, 0);
  EXPECT_EQ(RunCommand(tomorrow, "flow-status", {"none"}).exit_code, 6);
  EXPECT_EQ(RunCommand(tomorrow, "flow-delete", {"none"}).exit_code, 6);
  const Finished plan = RunCommand(tomorrow, "flow-apply", {"--dry_run", kFile});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_THAT(versions, Not(IsEmpty()));
  for (const std::string& version : versions) {
    int minor = 0;
    EXPECT_TRUE(absl::StartsWith(version, "v1.") && absl::SimpleAtoi(version.substr(3), &minor)) << version;
    EXPECT_TRUE(44 <= minor && minor <= 60) << version;
  }
}

TEST(EngineVersions, AnEngineTooOldIsToldWithItsVersionAndOurs) {
  FakeServer old(Always(200, "OK", "Api-Version: 1.40\r\nServer: Docker/19.03.15 (linux)"));
  ExpectNoEngine(old, {"Docker/19.03.15 (linux) speaks Engine API 1.40 at most"});
}

TEST(EngineVersions, AnEngineTooNewIsToldInItsWords) {
  FakeServer future([](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      if (absl::StrContains(request, "/_ping")) {
        connection.Answer(200, "OK", "Api-Version: 1.90");
      } else {
        connection.Answer(400, R"({"message":"client version 1.51 is too old. Minimum supported API version is 1.80"})",
                          "Api-Version: 1.90\r\nServer: Docker/40.1 (linux)");
      }
    }
  });
  ExpectNoEngine(future, {"Docker/40.1 (linux) is too new for this flow: client version 1.51 is too old",
                          "Minimum supported API version is 1.80", "Its newest Engine API is 1.90"});
}

TEST(EngineVersions, WhatTellsNoVersionIsNoEngine) {
  FakeServer mute(Always(200, "OK", ""));
  ExpectNoEngine(mute, {"is it a Docker engine?"});
  FakeServer nonsense(Always(200, "OK", "Api-Version: newest"));
  ExpectNoEngine(nonsense, {"is it a Docker engine?"});
}

TEST(EngineVersions, AWebServerIsNoEngine) {
  FakeServer web(Always(200, "<html>It works!</html>", "Content-Type: text/html"));
  ExpectNoEngine(web, {"is it a Docker engine?"});
  FakeServer refusing(Always(404, "<html>not here</html>", "Content-Type: text/html"));
  ExpectNoEngine(refusing, {"is it a Docker engine?"});
  FakeServer failing(Always(500, "<html>boom inside</html>", "Content-Type: text/html"));
  ExpectNoEngine(failing, {"HTTP status 500 <html>boom inside</html>"});
}

// As of a proxy that knows of the engine behind it no more than whether it is there.
TEST(EngineVersions, WhatAnswersPingsAloneIsNoEngine) {
  for (const int status : {200, 404}) {
    FakeServer web([=](FakeConnection& connection) {
      for (std::string request; !(request = connection.Read()).empty();) {
        const bool ping = absl::StrContains(request, "/_ping");
        connection.Answer(ping ? 200 : status, ping ? "OK" : "<html>It works!</html>", ping ? "Api-Version: 1.41" : "");
      }
    });
    ExpectNoEngine(web, {status == 200 ? "not the JSON that the Engine API documents: <html>It works!</html>"
                                       : "does not know what every engine is asked (HTTP status 404)"});
  }
}

}  // namespace
}  // namespace flow
