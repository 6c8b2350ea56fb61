#include "cmd/base/sibling.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "cmd/base/errno_status.h"

namespace flow {

std::string Sibling(const std::string& name) {
  std::error_code error;
  const std::filesystem::path itself = std::filesystem::read_symlink("/proc/self/exe", error);
  return (itself.parent_path() / name).string();
}

absl::Status BecomeSibling(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {Sibling(name)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  return ErrnoStatus(errno, absl::StrCat("cannot run ", words[0]));
}

}  // namespace flow
