#include "bench/proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>
#include <string>
#include <vector>

#include "bench/record.h"
#include "bench/request_reader.h"

namespace bench {
namespace {

struct Connection {
  int program;
  int engine;
  RequestReader reader;
  bool program_open = true;
  bool engine_open = true;
};

[[noreturn]] void Die(const std::string& what) {
  perror(("bench: " + what).c_str());
  exit(1);
}

sockaddr_un Address(const std::string& path) {
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ""};
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    Die(path);
  }
  path.copy(address.sun_path, path.size());
  return address;
}

int Listen(const std::string& path) {
  const sockaddr_un address = Address(path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd, 128) != 0) {
    Die(path);
  }
  return fd;
}

int Connect(const std::string& path) {
  const sockaddr_un address = Address(path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Die(path);
  return fd;
}

// Moves what there is from one socket to the other and returns it; empty at the end of the stream, which is passed on.
std::string Pass(int from, int to) {
  char buffer[65536];
  const ssize_t got = read(from, buffer, sizeof buffer);
  if (got <= 0) {
    shutdown(to, SHUT_WR);
    return "";
  }
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t n = write(to, buffer + sent, static_cast<size_t>(got - sent));
    if (n <= 0) break;
    sent += n;
  }
  return {buffer, static_cast<size_t>(got)};
}

[[noreturn]] void Serve(int listener, const std::string& engine, const std::string& record) {
  std::ofstream out(record, std::ios::app);
  std::list<Connection> connections;
  while (true) {
    std::vector<pollfd> polled = {{listener, POLLIN, 0}};
    for (const Connection& connection : connections) {
      polled.push_back({connection.program_open ? connection.program : -1, POLLIN, 0});
      polled.push_back({connection.engine_open ? connection.engine : -1, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), -1);
    size_t i = 1;
    for (auto connection = connections.begin(); connection != connections.end(); i += 2) {
      if (polled[i].revents != 0) {
        const std::string bytes = Pass(connection->program, connection->engine);
        connection->program_open = !bytes.empty();
        for (const Request& request : connection->reader.Read(bytes)) {
          out << RecordLine(request) << std::flush;
        }
      }
      if (polled[i + 1].revents != 0) connection->engine_open = !Pass(connection->engine, connection->program).empty();
      // A program that has hung up reads no more.
      if (connection->program_open) {
        ++connection;
      } else {
        close(connection->program);
        close(connection->engine);
        connection = connections.erase(connection);
      }
    }
    if (polled[0].revents != 0) {
      const int program = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (program >= 0) connections.push_back({.program = program, .engine = Connect(engine), .reader = {}});
    }
  }
}

}  // namespace

Proxy::Proxy(const std::string& listen, const std::string& engine, const std::string& record) {
  unlink(listen.c_str());
  const int listener = Listen(listen);
  pid_ = fork();
  if (pid_ < 0) Die("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    Serve(listener, engine, record);
  }
  close(listener);
}

Proxy::~Proxy() {
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace bench
