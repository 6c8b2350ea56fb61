#include "integration/wire.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "integration/json.h"

namespace flow::integration {
namespace {

sockaddr_un SocketAddress(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool Write(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// Appends what has come; false at the end.
bool Read(int fd, std::string& bytes) {
  char piece[65536];
  const ssize_t got = recv(fd, piece, sizeof piece, 0);
  if (got <= 0) return false;
  bytes.append(piece, static_cast<size_t>(got));
  return true;
}

// The length of a request whose head ends at `end`, its body included.
size_t RequestLength(const std::string& bytes, size_t end) {
  size_t length = 0;
  for (absl::string_view line : absl::StrSplit(absl::string_view(bytes).substr(0, end), "\r\n")) {
    if (!absl::StartsWithIgnoreCase(line, "content-length:")) continue;
    (void)absl::SimpleAtoi(absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)), &length);
  }
  return end + 4 + length;
}

bool IsAnonymous(const std::string& volume) {
  return volume.size() == 64 && volume.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

struct Wire::Connection {
  int client, engine;
  std::string coming;  // of the client, not passed on yet
  size_t noted = 0;    // so many bytes of it are a request that OnRequest knows
  bool mute = false;   // what the engine answers stays where it is
  bool held = false;
  int released_at = 0;  // the count of releases that ends the hold
};

Wire::Wire(const std::string& path, const Endpoint& engine) : path_(path), engine_(engine) { Listen(); }

void Wire::Listen() {
  if (engine_.tls) {
    ADD_FAILURE() << "the tests need an engine without TLS; FLOW_TEST_HOST names another";
    return;
  }
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = SocketAddress(path_);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd_, 512) != 0) {
    ADD_FAILURE() << "cannot listen on " << path_ << ": " << std::strerror(errno);
    return;
  }
  accept_ = std::thread([this] { Accept(); });
}

Wire::~Wire() {
  stop_ = true;
  if (accept_.joinable()) accept_.join();
  for (std::thread& thread : threads_) thread.join();
  close(fd_);
  unlink(path_.c_str());
}

void Wire::Accept() {
  while (!stop_) {
    pollfd wanted = {fd_, POLLIN, 0};
    if (poll(&wanted, 1, 20) != 1) continue;
    const int client = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) threads_.emplace_back([this, client] { Relay(client); });
  }
}

int Wire::Connect() const {
  if (engine_.kind == Endpoint::Kind::kUnix) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = SocketAddress(engine_.socket);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    close(fd);
    return -1;
  }
  const std::string port = engine_.url.substr(engine_.url.rfind(':') + 1);
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(engine_.host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

void Wire::Relay(int client) {
  Connection connection = {.client = client, .engine = Connect()};
  bool open = connection.engine >= 0;
  while (open && !stop_) {
    if (connection.held) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (releases_ >= connection.released_at) connection.held = connection.mute = false;
    }
    while (open && !connection.held) {
      if (connection.noted == 0) connection.noted = NextRequest(connection);
      if (connection.noted == 0 || (connection.held && !connection.mute)) break;
      open = Write(connection.engine, absl::string_view(connection.coming).substr(0, connection.noted));
      connection.coming.erase(0, std::exchange(connection.noted, 0));
    }
    pollfd wanted[] = {{connection.client, static_cast<short>(connection.held ? POLLRDHUP : POLLIN), 0},
                       {connection.engine, static_cast<short>(connection.mute ? 0 : POLLIN), 0}};
    if (poll(wanted, 2, connection.held ? 5 : 50) <= 0) continue;
    if (connection.held && (wanted[0].revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0) break;
    if ((wanted[0].revents & (POLLIN | POLLHUP)) != 0 && !connection.held) open = Read(client, connection.coming);
    if (wanted[1].revents != 0 && !connection.mute) {
      std::string answer;
      if (!Read(connection.engine, answer) || !Write(client, answer)) open = false;
    }
  }
  close(client);
  if (connection.engine >= 0) close(connection.engine);
}

// Takes note of the next request, once it is there whole; its length, zero before that.
size_t Wire::NextRequest(Connection& connection) {
  const std::string& bytes = connection.coming;
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos || bytes.size() < RequestLength(bytes, end)) return 0;
  const std::vector<std::string> words = absl::StrSplit(bytes.substr(0, bytes.find("\r\n")), ' ');
  OnRequest(absl::StrCat(words[0], " ", words.size() > 1 ? words[1] : ""), connection);
  return RequestLength(bytes, end);
}

void Wire::OnRequest(const std::string& request, Connection& connection) {
  NoteVolumes(request);
  const std::lock_guard<std::mutex> lock(mutex_);
  requests_.push_back(request);
  if (matches_ == nullptr || held_ || !matches_(request)) return;
  held_ = connection.held = true;
  matches_ = nullptr;
  connection.mute = point_ == Point::kAfter;
  connection.released_at = releases_ + 1;
  changed_.notify_all();
}

// Afterwards nobody could tell whose they were.
void Wire::NoteVolumes(const std::string& request) {
  const size_t at = request.find("/containers/");
  if (!absl::StartsWith(request, "DELETE ") || at == std::string::npos) return;
  const std::string id = request.substr(at, request.find('?') - at);
  const int fd = Connect();
  if (fd < 0) return;
  std::string answer;
  if (Write(fd, absl::StrCat("GET ", id, "/json HTTP/1.0\r\nHost: engine\r\n\r\n"))) {
    while (Read(fd, answer)) {
    }
  }
  close(fd);
  const Json inspect = ParseJson(answer.substr(std::min(answer.find("\r\n\r\n"), answer.size() - 4) + 4));
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Json& mount : List(At(inspect, {"Mounts"}))) {
    if (IsAnonymous(Text(At(mount, {"Name"})))) volumes_.insert(Text(At(mount, {"Name"})));
  }
}

std::vector<std::string> Wire::Requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

std::vector<std::string> Wire::Changes() const {
  std::vector<std::string> changes;
  for (const std::string& request : Requests()) {
    if (!absl::StartsWith(request, "GET ") && !absl::StartsWith(request, "HEAD ")) changes.push_back(request);
  }
  return changes;
}

void Wire::Forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  requests_.clear();
}

void Wire::Hold(Point point, std::function<bool(const std::string&)> matches) {
  const std::lock_guard<std::mutex> lock(mutex_);
  point_ = point;
  matches_ = std::move(matches);
}

bool Wire::WaitUntilHeld(absl::Duration at_most) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(at_most), [this] { return held_; });
}

void Wire::Release() {
  const std::lock_guard<std::mutex> lock(mutex_);
  matches_ = nullptr;
  held_ = false;
  ++releases_;
}

std::set<std::string> Wire::AnonymousVolumes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return volumes_;
}

}  // namespace flow::integration
