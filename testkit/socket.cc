#include "testkit/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace flow::testkit {
namespace {

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ""};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

template <typename Address>
Descriptor Listen(const Address& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  Descriptor fd(socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(fd.get(), any, sizeof address) == 0 && listen(fd.get(), 512) == 0) return fd;
  perror("cannot listen");
  abort();
}

Descriptor ConnectTo(int family, const sockaddr* address, socklen_t length) {
  Descriptor fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), address, length) != 0) fd.Close();
  return fd;
}

}  // namespace

Descriptor ListenOn(const std::string& path) { return Listen(AddressOf(path)); }

Descriptor ListenOnPort() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return Listen(address);
}

int PortOf(const Descriptor& listener) {
  sockaddr_in address = {};
  socklen_t length = sizeof address;
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

Endpoint OfSocket(const std::string& path) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kUnix;
  endpoint.address = "unix://" + path;
  endpoint.socket = path;
  endpoint.url = "http://localhost";
  return endpoint;
}

Endpoint OfPort(int port) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.host = "127.0.0.1";
  endpoint.address = absl::StrCat("tcp://127.0.0.1:", port);
  endpoint.url = absl::StrCat("http://127.0.0.1:", port);
  return endpoint;
}

Descriptor Connect(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::kUnix) {
    const sockaddr_un address = AddressOf(endpoint.socket);
    return ConnectTo(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  const std::string port = endpoint.url.substr(endpoint.url.rfind(':') + 1);
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found) != 0) return Descriptor();
  Descriptor fd = ConnectTo(found->ai_family, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return fd;
}

bool Send(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

std::string Receive(int fd) {
  char piece[64 * 1024];
  const ssize_t got = recv(fd, piece, sizeof piece, 0);
  return {piece, static_cast<size_t>(got < 0 ? 0 : got)};
}

}  // namespace flow::testkit
