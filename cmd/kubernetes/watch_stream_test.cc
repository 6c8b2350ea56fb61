#include "cmd/kubernetes/watch_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using testkit::FakeConnection;
using testkit::FakeServer;

namespace api = kubernetes::api;

std::string Event(const std::string& type, const std::string& name, int version) {
  return absl::StrCat(R"({"type":")", type, R"(","object":{"metadata":{"name":")", name, R"(","resourceVersion":")",
                      version, "\"}}}\n");
}

// Watches pods and jobs of a made-up server, and keeps what comes of it.
class WatchStreamTest : public ::testing::Test {
 protected:
  void Watch(const FakeServer& server) {
    kubernetes::ClusterAccess access;
    access.server = server.endpoint().url;
    client_ = *ClusterClient::Create(access, {});
    const api::WatchFilter filter{
        {{.kind = api::Kind::kPod, .resource_version = "1"}, {.kind = api::Kind::kJob, .resource_version = "1"}}};
    stream_ = std::make_unique<WatchStream>(
        *client_, filter,
        WatchStream::Handlers{
            .request = [](const http::Request&) {},
            .opened = [this] { ++opened_; },
            .happened = [this](const api::WatchEvent& event) { names_.push_back(event.object.name()); },
            .ended =
                [this](const absl::Status& status) {
                  ended_ = status;
                  stream_ = nullptr;
                }});
  }
  void PollUntil(const std::function<bool()>& done) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (!done() && absl::Now() < until) ASSERT_TRUE(client_->Poll(absl::Seconds(1), {}).ok());
    ASSERT_TRUE(done());
  }

  std::unique_ptr<ClusterClient> client_;
  std::unique_ptr<WatchStream> stream_;
  int opened_ = 0;
  std::vector<std::string> names_;
  std::optional<absl::Status> ended_;
};

TEST_F(WatchStreamTest, IsOpenOnceAllOfItsWatchesAre) {
  std::atomic<bool> open_jobs = false;
  FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
    const bool jobs = absl::StrContains(connection.Read(), "/jobs?");
    if (jobs) open_jobs.wait(false);
    connection.OpenChunked();
    connection.Chunk(Event("ADDED", jobs ? "job" : "pod", 2));
    connection.WaitForClose();
  });
  Watch(server);
  PollUntil([&] { return !names_.empty(); });
  EXPECT_EQ(opened_, 0);
  open_jobs = true;
  open_jobs.notify_all();
  PollUntil([&] { return names_.size() == 2; });
  EXPECT_EQ(opened_, 1);
  EXPECT_THAT(names_, ElementsAre("pod", "job"));
  stream_ = nullptr;
}

TEST_F(WatchStreamTest, AWatchThatTheServerEndsGoesOnFromWhereItStood) {
  FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      connection.OpenChunked();
      const bool first = absl::StrContains(request, "resourceVersion=1&");
      if (absl::StrContains(request, "/pods?") && first) {
        connection.Chunk(Event("ADDED", "one", 7));
        connection.Chunk("");  // the end
        continue;
      }
      if (absl::StrContains(request, "/pods?")) {
        connection.Chunk(Event("MODIFIED", absl::StrContains(request, "resourceVersion=7&") ? "two" : "wrong", 8));
      }
      connection.WaitForClose();
      return;
    }
  });
  Watch(server);
  PollUntil([&] { return names_.size() == 2; });
  EXPECT_THAT(names_, ElementsAre("one", "two"));
  EXPECT_EQ(opened_, 1);
  EXPECT_FALSE(ended_.has_value());
  stream_ = nullptr;
}

TEST_F(WatchStreamTest, EndsWhereOneOfItsWatchesIsTooOld) {
  FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
    const bool jobs = absl::StrContains(connection.Read(), "/jobs?");
    connection.OpenChunked();
    if (jobs) {
      connection.Chunk(
          "{\"type\":\"ERROR\",\"object\":{\"code\":410,\"reason\":\"Expired\",\"message\":\"too old\"}}\n");
      connection.Chunk("");
    }
    connection.WaitForClose();
  });
  Watch(server);
  PollUntil([&] { return ended_.has_value(); });
  EXPECT_TRUE(absl::IsOutOfRange(*ended_)) << *ended_;
}

TEST_F(WatchStreamTest, EndsWhereItIsRefusedOrCutOff) {
  FakeServer refuses(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.Read();
    connection.Answer(403, R"({"kind":"Status","message":"no","reason":"Forbidden"})");
  });
  Watch(refuses);
  PollUntil([&] { return ended_.has_value(); });
  EXPECT_TRUE(absl::IsPermissionDenied(*ended_)) << *ended_;
  ended_.reset();

  FakeServer cuts(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.Read();
    connection.OpenChunked();
    connection.Chunk(Event("ADDED", "one", 7));
  });
  Watch(cuts);
  PollUntil([&] { return ended_.has_value(); });
  EXPECT_TRUE(absl::IsUnavailable(*ended_)) << *ended_;
}

}  // namespace
}  // namespace flow
