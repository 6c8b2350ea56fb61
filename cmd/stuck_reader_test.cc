// Commands that write into a pipe whose reader is stopped: a signal ends them as it does others.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <semaphore>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cmd/run_command.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"
#include "testkit/eventually.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;
using testkit::Process;

// A pipe that nobody reads, with a place in the file system.
class StuckPipe {
 public:
  StuckPipe() {
    if (mkfifo(path_.c_str(), 0600) != 0) abort();
    fd_ = Descriptor(open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (fcntl(fd_.get(), F_SETPIPE_SZ, 4096) < 0) abort();
  }

  const std::string& path() const { return path_; }

  void Fill() {
    const std::string page(4096, 'x');
    while (write(fd_.get(), page.data(), page.size()) > 0) {
    }
  }

  // Who writes into it waits then.
  bool AwaitFull() const {
    return testkit::Eventually([&] { return testkit::IsFull(fd_.get()); });
  }

 private:
  const testkit::TemporaryFolder folder_;
  const std::string path_ = folder_ / "pipe";
  Descriptor fd_;
};

// Starts a command whose descriptor ("1", "2") is the pipe.
Process Start(const FakeServer& engine, const StuckPipe& pipe, const std::string& descriptor,
              const std::vector<std::string>& command) {
  std::vector<std::string> words = {"-c", absl::StrCat("exec \"$@\" ", descriptor, ">\"$PIPE\""), "sh"};
  words.insert(words.end(), command.begin(), command.end());
  Environment environment = EnvironmentOf(engine);
  environment["PIPE"] = pipe.path();
  return Process("/bin/sh", words, environment);
}

constexpr char kOwner[] = R"("com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.pipeline": "minimal")";

// A pipeline of 200 components; each has written over a MiB.
void ServeMuch(FakeConnection& connection) {
  testkit::ServeQuietEngine(connection, [&](const std::string& request) {
    if (absl::StrContains(request, "/containers/json")) {
      std::string list;
      for (int n = 0; n < 200; ++n) {
        absl::StrAppend(&list, list.empty() ? "[" : ",", R"({"Id": "id)", n, R"(", "State": "running", "Labels": {)",
                        kOwner, R"(, "com.obsrvr.flow.component": "component-)", n, R"("}})");
      }
      connection.Answer(200, list + "]");
    } else if (absl::StrContains(request, "/logs")) {
      std::string lines;
      while (lines.size() < 1 << 20) lines += "2026-01-01T00:00:00Z apple\r\n";
      connection.Answer(200, lines);
    } else {
      connection.Answer(200, R"({"State": {"Status": "running"}, "Config": {"Tty": true}})");
    }
  });
}

TEST(StuckReader, ASignalEndsWhatOnlyShows) {
  FakeServer engine(ServeMuch);
  struct Case {
    std::vector<std::string> command;
    int signal;
  };
  for (const Case& a :
       {Case{{"cmd/flow-logs", "minimal", "component-7"}, SIGTERM},
        Case{{"cmd/flow-logs", "minimal", "component-7", "--follow"}, SIGINT},
        Case{{"cmd/flow-status", "minimal"}, SIGINT}, Case{{"cmd/flow-status", "minimal", "--watch"}, SIGTERM},
        Case{{"cmd/flow-status", "minimal", "--watch"}, SIGHUP}}) {
    const StuckPipe pipe;
    Process process = Start(engine, pipe, "1", a.command);
    EXPECT_TRUE(pipe.AwaitFull());
    process.Signal(a.signal);
    const Finished& run = process.Wait(absl::Seconds(10));
    EXPECT_EQ(run.exit_code, 128 + a.signal) << run.Describe();
    EXPECT_EQ(run.err, "") << run.Describe();
  }
}

// An engine with nothing but an image, which waits before it says that it made a network.
class Empty {
 public:
  void Serve(FakeConnection& connection) {
    testkit::ServeQuietEngine(connection, [&](const std::string& request) {
      if (absl::StrContains(request, "/networks/create")) {
        asked_.release();
        (void)answered_.try_acquire_for(std::chrono::seconds(60));
        made_ = true;
        connection.Answer(201, R"({"Id": "made"})");
      } else if (absl::StartsWith(request, "DELETE") && absl::StrContains(request, "/networks/made")) {
        made_ = false;
        connection.Answer(204, "");
      } else if (absl::StrContains(request, "/networks?") && made_) {
        connection.Answer(
            200, absl::StrCat(R"([{"Id": "made", "Name": "flow-minimal_default", "Labels": {)", kOwner, "}}]"));
      } else if (absl::StrContains(request, "/images/json")) {
        connection.Answer(200, R"([{"Id": "sha256:1", "RepoTags": ["busybox:1.36"]}])");
      } else {
        connection.Answer(200, testkit::OfEmptyEngine(request));
      }
    });
  }

  bool AwaitNetwork() { return asked_.try_acquire_for(std::chrono::seconds(30)); }
  void SayMade() { answered_.release(); }
  bool made() const { return made_; }

 private:
  std::binary_semaphore asked_{0}, answered_{0};
  std::atomic<bool> made_ = false;
};

TEST(StuckReader, AnInterruptedApplyRollsBackWhoeverReadsOfIt) {
  Empty empty;
  FakeServer engine([&](FakeConnection& connection) { empty.Serve(connection); });
  StuckPipe pipe;
  Process process = Start(engine, pipe, "2", {"cmd/flow-apply", "examples/minimal.yaml"});
  ASSERT_TRUE(empty.AwaitNetwork()) << process.Wait().Describe();
  pipe.Fill();
  process.Signal(SIGINT);
  empty.SayMade();
  const Finished& run = process.Wait(absl::Seconds(10));
  EXPECT_EQ(run.exit_code, 130) << run.Describe();
  EXPECT_FALSE(empty.made());
}

}  // namespace
}  // namespace flow
