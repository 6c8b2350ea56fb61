// An engine for tests of whole commands: it takes pipeline "p", of one component "a" with image busybox:1.36, and lets
// go of it.
#ifndef TESTKIT_SMALL_ENGINE_H_
#define TESTKIT_SMALL_ENGINE_H_

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"

namespace flow::testkit {

class SmallEngine {
 public:
  // `at_start` is called before it answers that a container is started.
  explicit SmallEngine(std::function<void()> at_start = [] {})
      : at_start_(std::move(at_start)), server_([this](FakeConnection& connection) {
          ServeQuietEngine(connection, [&](const std::string& request) { Answer(connection, request); });
        }) {}

  const FakeServer& server() const { return server_; }

  // Whether it has something of the pipeline.
  bool deployed() const { return deployed_; }
  // Whether something came that is no request to an engine.
  bool was_sent_nonsense() const { return nonsense_; }

 private:
  static constexpr char kLabels[] = R"("Labels": {"com.obsrvr.flow.namespace": "default",
      "com.obsrvr.flow.pipeline": "p", "com.obsrvr.flow.component": "a", "com.obsrvr.flow.type": "source",
      "com.docker.compose.container-number": "1"})";

  void Answer(FakeConnection& connection, const std::string& request) {
    if (absl::StartsWith(request, "DELETE /v1.41/")) {
      deployed_ = false;
      return connection.Answer(204, "");
    }
    if (absl::StartsWith(request, "POST /v1.41/")) return AnswerPost(connection, request);
    nonsense_ = nonsense_ || !absl::StartsWith(request, "GET /v1.41/");
    if (absl::StrContains(request, "/images/json")) {
      return connection.Answer(200, R"([{"Id": "sha256:1", "RepoTags": ["busybox:1.36"]}])");
    }
    if (absl::StrContains(request, "/images/")) return connection.Answer(200, R"({"Id": "sha256:1"})");
    if (deployed_ && absl::StrContains(request, "/networks")) {
      return connection.Answer(200, absl::StrCat(R"([{"Id": "made", "Name": "flow-p_default", )", kLabels, "}]"));
    }
    if (deployed_ && absl::StrContains(request, "/containers/json")) {
      return connection.Answer(200, absl::StrCat(R"([{"Id": "made", "Names": ["/flow-p-a-1"], "State": "running",
          "Status": "Up 2 minutes", )",
                                                 kLabels, "}]"));
    }
    connection.Answer(200, OfEmptyEngine(request));
  }

  void AnswerPost(FakeConnection& connection, const std::string& request) {
    if (absl::StrContains(request, "/stop")) return connection.Answer(204, "");
    if (absl::StrContains(request, "/start")) {
      at_start_();
      return connection.Answer(204, "");
    }
    deployed_ = true;
    connection.Answer(201, R"({"Id": "made", "Name": "made", "Warnings": []})");
  }

  const std::function<void()> at_start_;
  std::atomic<bool> deployed_ = false, nonsense_ = false;
  const FakeServer server_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_SMALL_ENGINE_H_
