#include "cmd/input/host_marks.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"

namespace flow {
namespace {

constexpr size_t kMostContent = 16 * 1024 * 1024;

// By number and time of birth. The number of its device is another one after many a restart of the machine, so that it
// counts only where the file system knows no time of birth.
std::string Identity(const struct statx& found) {
  const bool born = (found.stx_mask & STATX_BTIME) != 0;
  return absl::StrCat(found.stx_ino, ".", born ? found.stx_btime.tv_sec : found.stx_dev_major, ".",
                      born ? found.stx_btime.tv_nsec : found.stx_dev_minor);
}

// Empty: it is nothing of which another one counts.
std::string MarkOf(const pipeline::Pipeline& pipeline, const std::string& component, const std::string& path,
                   bool read_only) {
  struct statx found = {};
  // What is not there yet is going to be a folder.
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return "folder:none";
  if (S_ISDIR(found.stx_mode)) return absl::StrCat("folder:", Identity(found));
  if (!S_ISREG(found.stx_mode)) return "";
  if (!read_only) return absl::StrCat("file:", Identity(found));
  const absl::StatusOr<std::string> content = ReadFile(path, kMostContent);
  if (content.ok()) return project::MarkOfContent(pipeline.name(), pipeline.namespace_(), component, *content);
  return absl::StrCat("file:", Identity(found), ".", found.stx_size, ".", found.stx_mtime.tv_sec, ".",
                      found.stx_mtime.tv_nsec);
}

}  // namespace

project::Mounted MarkMounted(const pipeline::Pipeline& pipeline) {
  project::Mounted mounted;
  for (const pipeline::Component& component : pipeline.components()) {
    const auto mark = [&](const std::string& path, const std::string& target, bool read_only) {
      const std::string text = MarkOf(pipeline, component.id(), path, read_only);
      if (!text.empty()) mounted[component.id()][target] = text;
    };
    for (const pipeline::Mount& mount : component.volumes()) {
      if (!mount.host_path().empty()) mark(mount.host_path(), mount.container_path(), mount.read_only());
    }
    for (const pipeline::Secret& secret : component.secrets()) {
      if (secret.type() != pipeline::Secret::ENV) mark(secret.host_path(), secret.container_path(), true);
    }
  }
  return mounted;
}

}  // namespace flow
