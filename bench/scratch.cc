#include "bench/scratch.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace bench {

Scratch::Scratch() {
  std::string folder = (std::filesystem::temp_directory_path() / "flow-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) Fail(absl::StrCat("cannot make the folder ", folder));
  folder_ = folder;
}

Usage Scratch::Take(const std::vector<std::string>& command, const std::string& output) {
  const Usage usage = Run(command, output);
  if (Interrupted() != 0) {
    std::cerr << "bench: interrupted; removing what was made\n";
    CleanUp();
    std::exit(128 + Interrupted());
  }
  if (usage.exit_code != 0) {
    Fail(absl::StrCat(absl::StrJoin(command, " "), "\nended with exit code ", usage.exit_code, ":\n",
                      ReadFile(output).substr(0, 2000)));
  }
  return usage;
}

void Scratch::Fail(const std::string& message) {
  std::cerr << "bench: " << message << "\n";
  CleanUp();
  std::exit(1);
}

void Scratch::CleanUp() {
  if (folder_.empty()) return;
  IgnoreSignals();
  TakeBack();
  std::filesystem::remove_all(folder_);
  folder_.clear();
}

}  // namespace bench
