#include "bench/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t interrupted = 0;

double NowMs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double Ms(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// A process group of its own: Ctrl-C on the terminal reaches this process alone, which hands it on.
pid_t Spawn(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    fprintf(stderr, "bench: %s: %s\n", arguments[0], strerror(error));
    exit(1);
  }
  return pid;
}

}  // namespace

Usage Run(const std::vector<std::string>& command, const std::string& output) {
  const double start = NowMs();
  const pid_t pid = Spawn(command, output);
  int status = 0;
  rusage used;
  bool told = false;
  while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR) {
    if (interrupted != 0 && !told) kill(-pid, SIGTERM);
    told = interrupted != 0;
  }
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .wall_ms = NowMs() - start,
          .cpu_ms = Ms(used.ru_utime) + Ms(used.ru_stime),
          .memory_mb = static_cast<double>(used.ru_maxrss) / 1024};
}

void HoldSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    if (interrupted == 0) interrupted = signal;
  };
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

void IgnoreSignals() {
  for (const int signal : kSignals) std::signal(signal, SIG_IGN);
}

int Interrupted() { return interrupted; }

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteFile(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

}  // namespace bench
