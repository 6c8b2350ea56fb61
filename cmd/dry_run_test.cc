// flow-apply --dry_run as a program, before an engine that has an image and nothing else.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;

Finished DryRun(std::vector<std::string> arguments) {
  FakeServer engine([](FakeConnection& connection) {
    testkit::ServeQuietEngine(connection, [&](const std::string& request) {
      const bool images = absl::StrContains(request, "/images/json");
      connection.Answer(
          200, images ? R"([{"Id": "sha256:1", "RepoTags": ["busybox:1.36"]}])" : testkit::OfEmptyEngine(request));
    });
  });
  arguments.insert(arguments.end(), {"--dry_run", "examples/minimal.yaml"});
  return RunCommand(engine, "flow-apply", arguments);
}

TEST(DryRun, PrintsALineAnOperationWithItsReason) {
  const Finished plan = DryRun({});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  EXPECT_EQ(plan.out,
            "create network flow-minimal_default: not there\n"
            "create container flow-minimal-source-1: not there\n"
            "create container flow-minimal-processor-1: not there\n"
            "create container flow-minimal-sink-1: not there\n"
            "start container flow-minimal-source-1: not there\n"
            "start container flow-minimal-processor-1: not there\n"
            "start container flow-minimal-sink-1: not there\n");
}

TEST(DryRun, VerbosePrintsTheOrderToo) {
  const Finished plan = DryRun({"--verbose"});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  EXPECT_EQ(plan.out,
            "[1]  create network flow-minimal_default        not there\n"
            "then\n"
            "[2]  create container flow-minimal-source-1     not there\n"
            "[3]  create container flow-minimal-processor-1  not there  after [2]\n"
            "[4]  create container flow-minimal-sink-1       not there  after [2]\n"
            "then\n"
            "[5]  start container flow-minimal-source-1      not there\n"
            "[6]  start container flow-minimal-processor-1   not there  waits for source running\n"
            "[7]  start container flow-minimal-sink-1        not there  waits for processor running\n");
  EXPECT_THAT(plan.err, HasSubstr("> GET /_ping"));
}

TEST(DryRun, AsDataIsTheSameWithVerbose) {
  EXPECT_EQ(DryRun({"-o", "json", "--verbose"}).out, DryRun({"-o", "json"}).out);
}

}  // namespace
}  // namespace flow
