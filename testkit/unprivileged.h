// What root may do whatever the modes of files say, so that a test of those modes would see nothing.
#ifndef TESTKIT_UNPRIVILEGED_H_
#define TESTKIT_UNPRIVILEGED_H_

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace flow::testkit {

// `check`'s result in a process like this one that has no rights but those of its user id.
inline bool Unprivileged(const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    _exit(syscall(SYS_capset, &header, none) == 0 && check() ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace flow::testkit

#endif  // TESTKIT_UNPRIVILEGED_H_
