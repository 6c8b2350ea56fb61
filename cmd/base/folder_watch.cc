#include "cmd/base/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

namespace flow {

FolderWatch::FolderWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

void FolderWatch::Add(const std::string& folder) {
  inotify_add_watch(fd(), folder.c_str(), IN_ONLYDIR | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE);
}

bool FolderWatch::Changed() {
  char events[4096];
  bool any = false;
  while (read(fd(), events, sizeof events) > 0) any = true;
  return any;
}

}  // namespace flow
