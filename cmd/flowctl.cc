// flowctl: runs the flow command that does what a verb says.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/errno_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"

namespace flow {
namespace {

struct Verb {
  std::vector<std::string> words;
  const char* program;
};

// The words that come first, the longest way to say it before the shorter ones.
const std::vector<Verb>& Verbs() {
  static const auto& verbs = *new std::vector<Verb>{
      {{"get", "pipelines"}, "flow-status"},
      {{"get", "pipeline"}, "flow-status"},
      {{"delete", "pipeline"}, "flow-delete"},
      {{"delete", "pipelines"}, "flow-delete"},
      {{"apply"}, "flow-apply"},
      {{"status"}, "flow-status"},
      {{"logs"}, "flow-logs"},
      {{"heartbeat"}, "flow-heartbeat"},
      {{"translate"}, "flow-translate"},
      {{"validate"}, "flow-validate"},
  };
  return verbs;
}

// The program that the arguments ask for, and how many of them say so; nullptr: none.
const Verb* FindVerb(const std::vector<std::string>& arguments) {
  for (const Verb& verb : Verbs()) {
    if (arguments.size() < verb.words.size()) continue;
    if (std::equal(verb.words.begin(), verb.words.end(), arguments.begin())) return &verb;
  }
  return nullptr;
}

ExitCode Run(const Verb& verb, const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path itself = std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path program = itself.parent_path() / verb.program;
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin() + verb.words.size(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  std::cerr << "flowctl: " << ErrnoStatus(errno, absl::StrCat("cannot run ", program.string())).message() << "\n";
  return ExitCode::kFailed;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (const flow::Verb* verb = flow::FindVerb(arguments)) return static_cast<int>(flow::Run(*verb, arguments));
  auto begun = flow::Begin(flow::FlowctlCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::WrongUsage(flow::FlowctlCommand(), "it takes one of its verbs"));
}
