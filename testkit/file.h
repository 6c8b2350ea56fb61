// Files of tests, whole.
#ifndef TESTKIT_FILE_H_
#define TESTKIT_FILE_H_

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"

namespace flow::testkit {

// Its text; empty where it cannot be read.
inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// In place of what there was, in a folder that there is.
inline void WriteFile(const std::string& path, absl::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace flow::testkit

#endif  // TESTKIT_FILE_H_
