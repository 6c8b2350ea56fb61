// A scripted server for tests: what it says to whom is the test's, byte for byte.
#ifndef CMD_HTTP_FAKE_SERVER_H_
#define CMD_HTTP_FAKE_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/http/endpoint.h"

namespace flow {

// One accepted connection.
class FakeConnection {
 public:
  FakeConnection(int fd, int number) : fd_(fd), number_(number) {}

  // From 1, in the order in which connections were made.
  int number() const { return number_; }

  // The next request, head and body (by Content-Length); empty when the client has closed.
  std::string Read() {
    for (;;) {
      const size_t end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        size_t length = 0;
        const size_t field = buffer_.find("Content-Length: ");
        if (field < end &&
            !absl::SimpleAtoi(buffer_.substr(field + 16, buffer_.find("\r\n", field) - field - 16), &length)) {
          return "";  // no request of ours
        }
        if (buffer_.size() >= end + 4 + length) {
          std::string request = buffer_.substr(0, end + 4 + length);
          buffer_.erase(0, request.size());
          return request;
        }
      }
      if (!ReadSome()) return "";
    }
  }

  // Whatever bytes come next; false at the end.
  bool ReadSome() {
    char bytes[65536];
    const ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(got));
    return true;
  }

  void Write(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t put = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (put <= 0) return;
      sent += static_cast<size_t>(put);
    }
  }

  void Answer(int status, const std::string& body, const std::string& header = "") {
    Write(absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\n", header,
                       header.empty() ? "" : "\r\n", "\r\n", body));
  }

  // The head of an answer whose body comes in chunks.
  void OpenChunked() { Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }

  // A chunk of it; an empty one ends it.
  void Chunk(const std::string& bytes) {
    char length[20];
    snprintf(length, sizeof length, "%zx\r\n", bytes.size());
    Write(absl::StrCat(length, bytes, "\r\n"));
  }

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
  int fd_;
  int number_;
  std::string buffer_;
};

// Each connection is served by the script on a thread of its own, and closed when the script returns.
class FakeServer {
 public:
  using Script = std::function<void(FakeConnection&)>;

  // On a socket file in a new folder.
  static std::string NewSocketPath() {
    std::string folder = "/tmp/flow-XXXXXX";  // socket paths are short: 107 bytes
    if (mkdtemp(folder.data()) == nullptr) abort();
    return folder + "/s";
  }

  explicit FakeServer(Script script) : FakeServer(NewSocketPath(), std::move(script)) {}

  FakeServer(const std::string& path, Script script) : script_(std::move(script)) {
    endpoint_.kind = Endpoint::Kind::kUnix;
    endpoint_.address = "unix://" + path;
    endpoint_.socket = path;
    endpoint_.url = "http://localhost";
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    Listen(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  struct Tcp {};
  FakeServer(Tcp, Script script) : script_(std::move(script)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Listen(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    endpoint_.kind = Endpoint::Kind::kTcp;
    endpoint_.host = "127.0.0.1";
    endpoint_.address = absl::StrCat("tcp://127.0.0.1:", ntohs(address.sin_port));
    endpoint_.url = absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port));
  }

  ~FakeServer() {
    stop_ = true;
    accept_.join();
    close(fd_);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    if (!endpoint_.socket.empty()) {
      unlink(endpoint_.socket.c_str());
      rmdir(endpoint_.socket.substr(0, endpoint_.socket.rfind('/')).c_str());
    }
  }

  const Endpoint& endpoint() const { return endpoint_; }
  int connections() const { return connections_; }  // made so far
  int closed() const { return closed_; }            // by the server, of those

 private:
  void Listen(const sockaddr* address, socklen_t length) {
    fd_ = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd_, address, length) != 0 || listen(fd_, 512) != 0) abort();
    accept_ = std::thread([this] { Accept(); });
  }

  void Accept() {
    while (!stop_) {
      pollfd wanted = {fd_, POLLIN, 0};
      if (poll(&wanted, 1, 5) != 1) continue;
      const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const int number = ++connections_;
      const std::lock_guard<std::mutex> lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number] {
        FakeConnection connection(fd, number);
        script_(connection);
        const std::lock_guard<std::mutex> closing(mutex_);
        std::erase(open_, fd);
        close(fd);
        ++closed_;
      });
    }
  }

  Script script_;
  Endpoint endpoint_;
  int fd_ = -1;
  std::atomic<bool> stop_ = false;
  std::atomic<int> connections_ = 0;
  std::atomic<int> closed_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread accept_;
};

}  // namespace flow

#endif  // CMD_HTTP_FAKE_SERVER_H_
