#include "bench/scratch.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace bench {

Scratch::Scratch() : signals_(flow::Signals::Take()), folder_(std::in_place) {
  if (!signals_.ok()) Fail(std::string(signals_.status().message()));
}

Usage Scratch::Take(const std::vector<std::string>& command, const std::string& output) {
  const Usage usage = Run(command, output, &*signals_);
  if (const int signal = flow::Signals::Came(); signal != 0) {
    std::cerr << "bench: interrupted; removing what was made\n";
    CleanUp();
    std::exit(128 + signal);
  }
  if (usage.exit_code != 0) {
    Fail(absl::StrCat(absl::StrJoin(command, " "), "\nended with exit code ", usage.exit_code, ":\n",
                      flow::testkit::ReadFile(output).substr(0, 2000)));
  }
  return usage;
}

void Scratch::Fail(const std::string& message) {
  std::cerr << "bench: " << message << "\n";
  CleanUp();
  std::exit(1);
}

void Scratch::CleanUp() {
  if (!folder_.has_value()) return;
  TakeBack();
  folder_.reset();
}

}  // namespace bench
