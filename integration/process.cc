#include "integration/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

namespace flow::integration {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void Redirect(const std::string& path, int flags, int to) {
  const int fd = open(path.c_str(), flags, 0600);
  if (fd < 0 || dup2(fd, to) < 0) _exit(126);
}

}  // namespace

std::string Finished::Describe() const {
  return absl::StrCat("$ ", command, "\n[exit code ", exit_code, " after ", absl::FormatDuration(took),
                      "]\n--- standard output\n", out, "--- standard error\n", err, "---\n");
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, const std::string& folder,
                 const std::string& input)
    : started_(absl::Now()) {
  static std::atomic<int> count = 0;
  const std::string base = absl::StrCat(folder, "/run-", ++count);
  out_path_ = base + ".out";
  err_path_ = base + ".err";
  const std::string in_path = base + ".in";
  std::ofstream(in_path) << input;
  run_.command = absl::StrCat(program.substr(program.rfind('/') + 1), " ", absl::StrJoin(arguments, " "));

  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> settings;
  for (const auto& [name, value] : environment) settings.push_back(absl::StrCat(name, "=", value));
  const std::vector<char*> argv = Pointers(words), envp = Pointers(settings);

  pid_ = fork();
  if (pid_ != 0) return;
  // The child. Tests run threads: from here on nothing but what a signal handler may call (the strings are there).
  setpgid(0, 0);  // a terminal's Ctrl-C is for the test, not for this
  Redirect(in_path, O_RDONLY, STDIN_FILENO);
  Redirect(out_path_, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  Redirect(err_path_, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  execve(program.c_str(), argv.data(), envp.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ > 0 && !Ended()) {
    Signal(SIGKILL);
    Wait();
  }
}

void Process::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

bool Process::Ended() {
  if (ended_) return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  ended_ = true;
  run_.took = absl::Now() - started_;
  run_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run_.out = Out();
  run_.err = Err();
  return true;
}

const Finished& Process::Wait(absl::Duration at_most) {
  const absl::Time end = absl::Now() + at_most;
  while (!Ended()) {
    if (absl::Now() > end) Signal(SIGKILL);
    absl::SleepFor(absl::Milliseconds(2));
  }
  return run_;
}

std::string Process::Out() const { return ReadFile(out_path_); }
std::string Process::Err() const { return ReadFile(err_path_); }

}  // namespace flow::integration
