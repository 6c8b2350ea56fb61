// One command at a time works on a pipeline.
#ifndef CMD_STATE_LOCK_H_
#define CMD_STATE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/descriptor.h"
#include "cmd/state/store.h"

namespace flow {

// Held from Acquire() on until the object goes or the process dies, however that is (the kernel's flock). It holds
// against processes that use the same state folder.
//
// The file is STATE_DIR/NAMESPACE/NAME.lock: beside the pipeline's folder, so that a delete can remove that while it
// holds the lock. It holds the holder's process id, unless the disk is full. Its holder removes it at the end, together
// with the namespace's folder where nothing else is in it; so a lock counts only while the file that is locked is the
// one at the path.
class Lock {
 public:
  // Does not wait. Exit code 5 (exit_status.h) where another process holds it: the message names the pipeline and the
  // holder's process id. Other errors: the file cannot be made (folder, permission; ResourceExhausted on a full disk),
  // CheckKey's.
  static absl::StatusOr<Lock> Acquire(const Store& store, const PipelineKey& key);

  Lock(Lock&&) noexcept = default;
  Lock& operator=(Lock&&) = delete;
  ~Lock();

 private:
  Lock(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Descriptor fd_;
  std::string path_;
};

// The process id of the command that is at work on the pipeline; 0 for none, -1 where its id cannot be told. Makes no
// files, and lets an Acquire() at the same time succeed.
int LockHolder(const Store& store, const PipelineKey& key);

}  // namespace flow

#endif  // CMD_STATE_LOCK_H_
