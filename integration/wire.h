// A socket between flow and the engine. It passes everything on and keeps account: which requests were made, and which
// anonymous volumes the containers had that flow removed. It can hold a request on its way, which is how a test
// stops a deployment at one very point, and not after some time.
#ifndef INTEGRATION_WIRE_H_
#define INTEGRATION_WIRE_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "cmd/http/endpoint.h"

namespace flow::integration {

class Wire {
 public:
  // Listens on the socket file `path` (at most 107 bytes) for an engine on a socket or, without TLS, tcp.
  Wire(const std::string& path, const Endpoint& engine);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // "unix:///tmp/x/wire"
  std::string host() const { return "unix://" + path_; }

  // "GET /v1.41/networks?filters=…", in the order in which they came.
  std::vector<std::string> Requests() const;
  // Those that may change something: all but GET and HEAD.
  std::vector<std::string> Changes() const;
  void Forget();

  // Where a request is held.
  enum class Point {
    kBefore,  // the engine has not seen it
    kAfter,   // the engine has done it, flow has no answer
  };
  // Holds the first request from now on that `matches`. It goes on by Release(), and is lost when flow closes its
  // connection.
  void Hold(Point point, std::function<bool(const std::string& request)> matches);
  // True when there is one.
  bool WaitUntilHeld(absl::Duration at_most = absl::Seconds(60));
  void Release();

  // Volumes of 64 hexadecimal digits that containers had when flow asked to remove them.
  std::set<std::string> AnonymousVolumes() const;

 private:
  struct Connection;

  void Listen();
  void Accept();
  void Relay(int client);
  size_t NextRequest(Connection& connection);
  void OnRequest(const std::string& request, Connection& connection);
  void NoteVolumes(const std::string& request);
  int Connect() const;

  const std::string path_;
  const Endpoint engine_;
  int fd_ = -1;
  std::atomic<bool> stop_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::set<std::string> volumes_;
  std::function<bool(const std::string&)> matches_;
  Point point_ = Point::kBefore;
  bool held_ = false;
  int releases_ = 0;

  std::vector<std::thread> threads_;
  std::thread accept_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_WIRE_H_
