// A folder of a test's own, which is gone with the object.
#ifndef TESTKIT_TEMPORARY_FOLDER_H_
#define TESTKIT_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"
#include "testkit/file.h"

namespace flow::testkit {

class TemporaryFolder {
 public:
  // Below /tmp, not in Bazel's folder for a test: the path of a socket is short, 107 bytes.
  TemporaryFolder() {
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

  // Of an entry, whether there is one or not.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file, and what folders there must be for it; its path.
  std::string Write(const std::string& name, absl::string_view text) const {
    const std::filesystem::path path = *this / name;
    std::filesystem::create_directories(path.parent_path());
    WriteFile(path, text);
    return path;
  }

 private:
  std::string path_ = "/tmp/flow-XXXXXX";
};

}  // namespace flow::testkit

#endif  // TESTKIT_TEMPORARY_FOLDER_H_
