// A port of this machine from which all goes on to a server, byte for byte, whatever is spoken there: what a proxy, a firewall or
// a load balancer is on the way, until a test lets it fail as those do.
#ifndef TESTKIT_FORWARDER_H_
#define TESTKIT_FORWARDER_H_

#include <poll.h>
#include <sys/socket.h>

#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "cmd/base/descriptor.h"
#include "cmd/http/endpoint.h"
#include "testkit/server.h"
#include "testkit/socket.h"

namespace flow::testkit {

// Once it is destroyed nobody listens on its port any more, and its connections are closed.
class Forwarder {
 public:
  explicit Forwarder(Endpoint server) : Forwarder(std::move(server), ListenOnPort()) {}

  int port() const { return port_; }

  // Connections that were made stay open, and nothing comes through them any more, either way.
  void Swallow() {
    const std::lock_guard<std::mutex> lock(mutex_);
    silent_.insert(open_.begin(), open_.end());
  }
  // Connections that were made are closed.
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }

 private:
  Forwarder(Endpoint to, Descriptor listener)
      : to_(std::move(to)), port_(PortOf(listener)), server_(std::move(listener), [this](int fd, int) {
          Note(fd);
          Relay(fd);
          Forget(fd);
        }) {}

  void Note(int fd) {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(fd);
  }
  void Forget(int fd) {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.erase(fd);
    silent_.erase(fd);
  }
  bool IsSilent(int fd) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return silent_.contains(fd);
  }

  void Relay(int near) {
    const Descriptor far = Connect(to_);
    bool far_ended = false;  // and that is kept from whoever connected
    for (bool open = far.ok(); open;) {
      pollfd wanted[] = {{near, POLLIN, 0}, {far_ended ? -1 : far.get(), POLLIN, 0}};
      poll(wanted, std::size(wanted), -1);
      for (const auto& [from, to] : {std::pair(0, far.get()), std::pair(1, near)}) {
        if (!open || wanted[from].revents == 0) continue;
        const std::string bytes = Receive(wanted[from].fd);
        const bool silent = IsSilent(near);
        if (bytes.empty() && silent && wanted[from].fd != near) {
          far_ended = true;
        } else {
          open = !bytes.empty() && (silent || Send(to, bytes));
        }
      }
    }
  }

  const Endpoint to_;
  const int port_;
  std::mutex mutex_;
  std::set<int> open_;    // to whoever connected
  std::set<int> silent_;  // of those

  Server server_;  // its threads use all of the above
};

}  // namespace flow::testkit

#endif  // TESTKIT_FORWARDER_H_
