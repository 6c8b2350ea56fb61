// A scripted server for tests: what it says to whom is the test's, byte for byte.
#ifndef TESTKIT_FAKE_SERVER_H_
#define TESTKIT_FAKE_SERVER_H_

#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cmd/base/descriptor.h"
#include "cmd/http/endpoint.h"
#include "testkit/http_request.h"
#include "testkit/server.h"
#include "testkit/socket.h"
#include "testkit/temporary_folder.h"

namespace flow::testkit {

// One accepted connection.
class FakeConnection {
 public:
  FakeConnection(int fd, int number) : fd_(fd), number_(number) {}

  // From 1, in the order in which connections were made.
  int number() const { return number_; }

  // The next request, head and body; empty when the client has closed.
  std::string Read() {
    for (;;) {
      if (const std::optional<HttpRequest> request = reader_.Next()) return request->bytes;
      if (!ReadSome()) return "";
    }
  }

  // Whatever bytes come next; false at the end.
  bool ReadSome() {
    const std::string bytes = Receive(fd_);
    reader_.Add(bytes);
    return !bytes.empty();
  }

  void Write(const std::string& bytes) { Send(fd_, bytes); }

  void Answer(int status, const std::string& body, const std::string& header = "") {
    Write(absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\n", header,
                       header.empty() ? "" : "\r\n", "\r\n", body));
  }

  // The head of an answer whose body comes in chunks.
  void OpenChunked() { Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }

  // A chunk of it; an empty one ends it.
  void Chunk(const std::string& bytes) { Write(absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n")); }

  // On closing, the client's next read says "connection reset" (tcp).
  void ResetOnClose() {
    const linger now = {1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  void WaitForClose() {
    while (ReadSome()) {
    }
  }

 private:
  const int fd_;
  const int number_;
  HttpRequestReader reader_;
};

// Each connection is served by the script on a thread of its own, and closed when the script returns.
class FakeServer {
 public:
  using Script = std::function<void(FakeConnection&)>;

  // On a socket file in a new folder.
  explicit FakeServer(Script script)
      : folder_(std::in_place),
        endpoint_(OfSocket(*folder_ / "s")),
        server_(ListenOn(endpoint_.socket), Serving(std::move(script))) {}

  // On a port of 127.0.0.1.
  struct Tcp {};
  FakeServer(Tcp, Script script) : FakeServer(ListenOnPort(), std::move(script)) {}

  const Endpoint& endpoint() const { return endpoint_; }
  int connections() const { return server_.connections(); }  // made so far
  int closed() const { return server_.closed(); }            // by the server, of those

 private:
  FakeServer(Descriptor listener, Script script)
      : endpoint_(OfPort(PortOf(listener))), server_(std::move(listener), Serving(std::move(script))) {}

  static Server::Serve Serving(Script script) {
    return [script = std::move(script)](int fd, int number) {
      FakeConnection connection(fd, number);
      script(connection);
    };
  }

  const std::optional<TemporaryFolder> folder_;
  const Endpoint endpoint_;
  Server server_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_FAKE_SERVER_H_
