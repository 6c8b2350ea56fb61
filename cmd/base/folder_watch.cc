#include "cmd/base/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

namespace flow {

FolderWatch::FolderWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FolderWatch::~FolderWatch() {
  if (fd_ >= 0) close(fd_);
}

void FolderWatch::Add(const std::string& folder) {
  if (fd_ >= 0) {
    inotify_add_watch(fd_, folder.c_str(), IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE);
  }
}

bool FolderWatch::Changed() {
  char events[4096];
  bool any = false;
  while (fd_ >= 0 && read(fd_, events, sizeof events) > 0) any = true;
  return any;
}

}  // namespace flow
