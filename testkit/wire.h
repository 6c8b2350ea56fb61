// A socket between a program and an engine. It passes everything on and keeps account of the requests that were made.
// It can hold one on its way, which is how a test stops a program at one very point, and not after some time.
#ifndef TESTKIT_WIRE_H_
#define TESTKIT_WIRE_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cmd/base/descriptor.h"
#include "cmd/http/endpoint.h"
#include "testkit/http_request.h"
#include "testkit/server.h"

namespace flow::testkit {

class Wire {
 public:
  using Observer = std::function<void(const HttpRequest&)>;

  // Listens on the socket file `path` (at most 107 bytes) for an engine on a socket or, without TLS, tcp. `observer`
  // sees each request before the engine does; requests of several connections at once.
  Wire(const std::string& path, const Endpoint& engine, Observer observer = nullptr);
  ~Wire();

  // "unix:///tmp/x/wire"
  std::string host() const { return "unix://" + path_; }

  // "GET /v1.41/networks?filters=…", in the order in which they came.
  std::vector<std::string> Requests() const;
  // Those that may change something: all but GET and HEAD.
  std::vector<std::string> Changes() const;
  // The requests themselves.
  std::vector<HttpRequest> Record() const;
  void Forget();

  // Where a request is held.
  enum class Point {
    kBefore,  // the engine has not seen it
    kAfter,   // the engine has done it, the program has no answer
  };
  // Holds the first request from now on that `matches`. It goes on by Release(), and is lost when the program closes
  // its connection.
  void Hold(Point point, std::function<bool(const std::string& request)> matches);
  // True when there is one.
  bool WaitUntilHeld(absl::Duration at_most = absl::Seconds(60));
  void Release();

 private:
  // A request that does not go on.
  struct Held {
    Point point;
    Descriptor gate;  // readable once it does
  };

  void Relay(int program);
  std::optional<Held> Note(const HttpRequest& request);

  const std::string path_;
  const Endpoint engine_;
  const Observer observer_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<HttpRequest> requests_;
  std::function<bool(const std::string&)> matches_;
  Point point_ = Point::kBefore;
  Descriptor gate_;
  bool held_ = false;

  Server server_;  // its threads use all of the above
};

}  // namespace flow::testkit

#endif  // TESTKIT_WIRE_H_
