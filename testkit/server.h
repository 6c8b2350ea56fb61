// Serves each connection of a listening socket on a thread of its own.
#ifndef TESTKIT_SERVER_H_
#define TESTKIT_SERVER_H_

#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/base/descriptor.h"

namespace flow::testkit {

class Server {
 public:
  // Talks over the connection, which is closed when it returns. `number`: from 1, in the order in which they were made.
  using Serve = std::function<void(int fd, int number)>;

  Server(Descriptor listener, Serve serve)
      : serve_(std::move(serve)), listener_(std::move(listener)), accept_([this] { Accept(); }) {}

  // Nothing more comes over any connection, or goes: each `serve` sees its end, and is waited for.
  ~Server() {
    shutdown(listener_.get(), SHUT_RDWR);
    accept_.join();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  int connections() const { return connections_; }  // made so far
  int closed() const { return closed_; }            // by the server, of those

 private:
  void Accept() {
    for (int fd; (fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const int number = ++connections_;
      const std::lock_guard<std::mutex> lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number] {
        serve_(fd, number);
        const std::lock_guard<std::mutex> closing(mutex_);
        std::erase(open_, fd);
        close(fd);
        ++closed_;
      });
    }
  }

  const Serve serve_;
  const Descriptor listener_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> closed_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread accept_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_SERVER_H_
