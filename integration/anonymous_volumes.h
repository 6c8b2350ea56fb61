// Which anonymous volumes the containers had that flow removed: afterwards nobody could tell whose they were.
#ifndef INTEGRATION_ANONYMOUS_VOLUMES_H_
#define INTEGRATION_ANONYMOUS_VOLUMES_H_

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/http/endpoint.h"
#include "integration/json.h"
#include "testkit/http_request.h"
#include "testkit/socket.h"

namespace flow::integration {

class AnonymousVolumes {
 public:
  explicit AnonymousVolumes(Endpoint engine) : engine_(std::move(engine)) {}

  // A request that the engine has not seen yet. May be called by several threads at once.
  void Note(const testkit::HttpRequest& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method != "DELETE" || !absl::StrContains(path, "/containers/")) return;
    const Descriptor engine = testkit::Connect(engine_);
    testkit::Send(engine.get(), absl::StrCat("GET ", path, "/json HTTP/1.0\r\nHost: engine\r\n\r\n"));
    std::string answer;
    for (std::string bytes; !(bytes = testkit::Receive(engine.get())).empty();) answer += bytes;
    const size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const Json inspect = ParseJson(answer.substr(end + 4));
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Json& mount : List(At(inspect, {"Mounts"}))) {
      if (IsAnonymous(Text(At(mount, {"Name"})))) names_.insert(Text(At(mount, {"Name"})));
    }
  }

  // Those of 64 hexadecimal digits.
  std::set<std::string> names() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return names_;
  }

 private:
  static bool IsAnonymous(const std::string& volume) {
    return volume.size() == 64 && volume.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  const Endpoint engine_;
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_ANONYMOUS_VOLUMES_H_
