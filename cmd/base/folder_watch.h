// Tells that something in folders has changed: a file came, went, or was written to its end.
#ifndef CMD_BASE_FOLDER_WATCH_H_
#define CMD_BASE_FOLDER_WATCH_H_

#include <string>

#include "cmd/base/descriptor.h"

namespace flow {

class FolderWatch {
 public:
  FolderWatch();

  // The entries of a folder, and not those of folders in it, from now on. One that is not there is nothing to watch; one
  // that is watched already stays so. Where the system has no more watches, nothing is told.
  void Add(const std::string& folder);

  // Readable when something has changed; -1 where the system does not tell.
  int fd() const { return fd_.get(); }

  // Whether something has changed since the last call. Does not wait.
  bool Changed();

 private:
  Descriptor fd_;
};

}  // namespace flow

#endif  // CMD_BASE_FOLDER_WATCH_H_
