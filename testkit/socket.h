// Sockets of this machine: files, and ports of 127.0.0.1.
#ifndef TESTKIT_SOCKET_H_
#define TESTKIT_SOCKET_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cmd/base/descriptor.h"
#include "cmd/http/endpoint.h"

namespace flow::testkit {

// Listens on a new socket file; a test that cannot ends.
Descriptor ListenOn(const std::string& path);

// Listens on a port that was free.
Descriptor ListenOnPort();
int PortOf(const Descriptor& listener);

// Where such a listener is, for whoever connects.
Endpoint OfSocket(const std::string& path);
Endpoint OfPort(int port);

// A connection, without TLS; none where nobody listens.
Descriptor Connect(const Endpoint& endpoint);

// All of `bytes`; false where nobody takes them.
bool Send(int fd, absl::string_view bytes);

// What comes next; empty at the end.
std::string Receive(int fd);

}  // namespace flow::testkit

#endif  // TESTKIT_SOCKET_H_
