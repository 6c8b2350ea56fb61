// A shell with job control, on a terminal of its own: what a user's Ctrl-Z, `fg` and `bg` do to a program.
#ifndef TESTKIT_SHELL_H_
#define TESTKIT_SHELL_H_

#include <poll.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/process.h"
#include "testkit/ends.h"

namespace flow::testkit {

// Ends with the object, and with it what runs in it (by SIGHUP).
class Shell {
 public:
  explicit Shell(Environment environment) : terminal_(PseudoTerminal(80, 24)) {
    environment["TERM"] = "xterm";
    environment["PS1"] = "> ";
    absl::StatusOr<flow::Process> shell =
        flow::Process::Start({.path = "/usr/bin/setsid",
                              .arguments = {"--ctty", "/bin/bash", "--norc", "--noprofile", "--noediting", "-i"},
                              .environment = environment,
                              .in = terminal_.in.get(),
                              .out = terminal_.in.get(),
                              .err = terminal_.in.get()});
    if (!shell.ok()) abort();
    shell_.emplace(*std::move(shell));
    Await("> ");
  }

  void Type(const std::string& text) { (void)!write(terminal_.out.get(), text.data(), text.size()); }
  void Run(const std::string& line) { Type(line + "\n"); }
  static constexpr char kCtrlC[] = "\x03", kCtrlZ[] = "\x1a";

  // Reads what appears on the terminal until this has; all of it from where the last call stopped. Empty where it does
  // not appear within 30 s.
  std::string Await(const std::string& text) {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    for (size_t at; absl::Now() < end; Read()) {
      if ((at = seen_.find(text)) == std::string::npos) continue;
      std::string until = seen_.substr(0, at + text.size());
      seen_.erase(0, until.size());
      return until;
    }
    return "";
  }

  // What has appeared and was not awaited.
  const std::string& rest() const { return seen_; }

 private:
  void Read() {
    pollfd wanted = {terminal_.out.get(), POLLIN, 0};
    char bytes[4096];
    if (poll(&wanted, 1, 100) != 1) return;
    if (const ssize_t got = read(terminal_.out.get(), bytes, sizeof bytes); got > 0) {
      seen_.append(bytes, static_cast<size_t>(got));
    }
  }

  const Ends terminal_;
  std::optional<flow::Process> shell_;
  std::string seen_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_SHELL_H_
