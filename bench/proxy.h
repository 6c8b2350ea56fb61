// A proxy on a unix socket that writes down every request that passes.
#ifndef BENCH_PROXY_H_
#define BENCH_PROXY_H_

#include <sys/types.h>

#include <string>

namespace bench {

// Stands between a program and the engine while the object lives: the program is given `listen` as the engine's socket.
// It runs in a process of its own, which ends with this one.
class Proxy {
 public:
  // Exits the program where the socket cannot be made. `record` is the file that requests are added to (record.h).
  Proxy(const std::string& listen, const std::string& engine, const std::string& record);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

 private:
  pid_t pid_;
};

}  // namespace bench

#endif  // BENCH_PROXY_H_
