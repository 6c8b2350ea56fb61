// Carries out what flow/docker/log_follow.h asks for, over a client that others may use as well: it lives in the
// client's callbacks, and whoever polls the client drives it.
#ifndef CMD_DOCKER_LOG_DRIVER_H_
#define CMD_DOCKER_LOG_DRIVER_H_

#include <map>
#include <utility>

#include "absl/time/time.h"
#include "cmd/http/client.h"
#include "cmd/target/log_hooks.h"
#include "flow/docker/log_follow.h"

namespace flow {

class LogDriver {
 public:
  LogDriver(Client& client, docker::LogInput input, LogHooks hooks)
      : client_(client), machine_(std::move(input)), hooks_(std::move(hooks)) {}
  // The client lives on: nothing that it still brings is for this driver.
  ~LogDriver();
  LogDriver(const LogDriver&) = delete;
  LogDriver& operator=(const LogDriver&) = delete;

  void Begin() { Tell(deploy::Begin{}); }

  // After each Poll of the client, which is to last no longer than to due().
  void Tick();
  absl::Time due() const { return machine_.due(); }
  bool done() const { return done_; }
  // False: some of what was asked for could not be read, and that was told.
  bool complete() const { return complete_; }

 private:
  void Tell(const docker::LogEvent& event);

  void Do(const docker::Send& send);
  void Do(const docker::OpenStream& open);
  void Do(const docker::OpenLog& open);
  void Do(const docker::PauseLog& pause);
  void Do(const deploy::ComponentLine& line) { hooks_.print(line); }
  void Do(const docker::LogWarning& warning) { hooks_.warn(warning.text); }
  void Do(const docker::LogsDone& logs) {
    done_ = true;
    complete_ = logs.complete;
  }

  Client& client_;
  docker::LogFollow machine_;
  LogHooks hooks_;
  std::map<deploy::RequestId, int> requests_;  // the machine's number → the client's
  std::map<int, int> logs_;                    // the same of the streams of output
  int events_ = 0;                             // the client's number of the stream of events; 0: none
  bool done_ = false;
  bool complete_ = true;
};

}  // namespace flow

#endif  // CMD_DOCKER_LOG_DRIVER_H_
