#include "testkit/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

namespace flow::testkit {
namespace {

Descriptor MemoryFile() { return Descriptor(memfd_create("stream", MFD_CLOEXEC)); }

// All of it, wherever the program is that writes it.
std::string TextOf(const Descriptor& file) {
  std::string text;
  char piece[64 * 1024];
  for (ssize_t got; (got = pread(file.get(), piece, sizeof piece, static_cast<off_t>(text.size()))) > 0;) {
    text.append(piece, static_cast<size_t>(got));
  }
  return text;
}

}  // namespace

std::string Finished::Describe() const {
  return absl::StrCat("$ ", command, "\n[exit code ", exit_code, " after ", absl::FormatDuration(took),
                      "]\n--- standard output\n", out, "--- standard error\n", err, "---\n");
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments, const Environment& environment,
                 const std::string& input)
    : started_(absl::Now()), out_(MemoryFile()), err_(MemoryFile()) {
  run_.command = absl::StrCat(program.substr(program.rfind('/') + 1), " ", absl::StrJoin(arguments, " "));
  const Descriptor in = MemoryFile();
  if (write(in.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size())) abort();
  lseek(in.get(), 0, SEEK_SET);
  absl::StatusOr<flow::Process> process = flow::Process::Start({.path = program,
                                                                .arguments = arguments,
                                                                .environment = environment,
                                                                .in = in.get(),
                                                                .out = out_.get(),
                                                                .err = err_.get(),
                                                                .own_group = true});
  ended_ = !process.ok();
  if (process.ok()) process_.emplace(*std::move(process));
  if (!process.ok()) run_.err = process.status().ToString();
}

bool Process::Ended() {
  if (ended_) return true;
  const std::optional<flow::Process::End>& end = process_->Ended();
  if (!end.has_value()) return false;
  ended_ = true;
  run_.took = absl::Now() - started_;
  run_.exit_code = end->exit_code;
  run_.used = end->used;
  run_.out = Out();
  run_.err = Err();
  return true;
}

bool Process::Await(absl::Duration at_most) {
  pollfd wanted = {process_->fd(), POLLIN, 0};
  if (!ended_) poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(at_most)));
  return Ended();
}

const Finished& Process::Wait(absl::Duration at_most) {
  if (Ended() || Await(at_most)) return run_;
  Signal(SIGKILL);
  while (!Await(absl::Seconds(1))) {
  }
  return run_;
}

std::string Process::Out() const { return TextOf(out_); }
std::string Process::Err() const { return TextOf(err_); }

std::string Process::AwaitLine(const std::string& beginning) {
  const absl::Time end = absl::Now() + absl::Seconds(30);
  for (bool more = true; more;) {
    more = !Ended() && absl::Now() < end;  // asked before the output is read: where it has ended, all of it is there
    const std::string out = "\n" + Out();
    const size_t found = out.find("\n" + beginning), rest = found + 1 + beginning.size();
    const size_t line_end = found == std::string::npos ? found : out.find('\n', rest);
    if (line_end != std::string::npos) return out.substr(rest, line_end - rest);
    if (more) Await(absl::Milliseconds(5));  // the system does not tell that a file in memory has grown
  }
  return "";
}

}  // namespace flow::testkit
