#include "cmd/base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "cmd/base/errno_status.h"

namespace flow {
namespace {

// As execve() takes them.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child, which becomes the program; `failed` is told the errno where it cannot. Other threads' locks stay locked
// here for ever, so this calls nothing but what a signal handler may (signal-safety(7)).
[[noreturn]] void Become(const Program& program, char* const* argv, char* const* envp, int nothing, int failed) {
  // Out of the way first: a descriptor may have the number that another one is to have.
  failed = fcntl(failed, F_DUPFD_CLOEXEC, 3);
  std::array<int, 3> streams = {program.in, program.out, program.err};
  for (int& stream : streams) stream = fcntl(stream < 0 ? nothing : stream, F_DUPFD_CLOEXEC, 3);
  bool ready = true;
  for (int number = 0; number < 3; ++number) ready = ready && dup2(streams[static_cast<size_t>(number)], number) >= 0;
  if (program.own_group) setpgid(0, 0);
  if (program.ends_with_this) prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (ready) execve(program.path.c_str(), argv, envp);
  const int error = errno;
  (void)!write(failed, &error, sizeof error);
  _exit(127);
}

}  // namespace

absl::StatusOr<Process> Process::Start(const Program& program) {
  std::vector<std::string> words = {program.path}, variables;
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  for (const auto& [name, value] : program.environment) variables.push_back(absl::StrCat(name, "=", value));
  const std::vector<char*> argv = Pointers(words), envp = Pointers(variables);
  const auto error_of = [&](int error) { return ErrnoStatus(error, absl::StrCat("cannot run ", program.path)); };

  const Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  int ends[2];
  if (!nothing.ok() || pipe2(ends, O_CLOEXEC) != 0) return error_of(errno);
  const Descriptor told(ends[0]);
  Descriptor failed(ends[1]);
  // Whoever started this one may have had it ignored, which goes over to this one: no child's end could be known then.
  signal(SIGCHLD, SIG_DFL);
  // Not posix_spawn(): its child counts the most memory that its parent ever took as its own.
  const pid_t pid = fork();
  if (pid < 0) return error_of(errno);
  if (pid == 0) Become(program, argv.data(), envp.data(), nothing.get(), failed.get());
  failed.Close();
  Process process(pid, Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))));
  if (!process.fd_.ok()) {
    const int error = errno;
    kill(pid, SIGKILL);
    process.Reap(0);
    return error_of(error);
  }
  // Nothing comes from a program that runs: its end of the pipe is closed then.
  int error = 0;
  ssize_t got = 0;
  while ((got = read(told.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got > 0) return error_of(error);
  return process;
}

Process::~Process() {
  if (!fd_.ok() || Ended().has_value()) return;
  Signal(SIGKILL);
  Reap(0);
}

const std::optional<Process::End>& Process::Ended() {
  if (!end_.has_value()) Reap(WNOHANG);
  return end_;
}

void Process::Signal(int signal) const { syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0); }

void Process::Reap(int options) {
  int status = 0;
  rusage used = {};
  pid_t pid = 0;
  while ((pid = wait4(pid_, &status, options, &used)) < 0 && errno == EINTR) {
  }
  if (pid == pid_) end_ = {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), used};
}

}  // namespace flow
