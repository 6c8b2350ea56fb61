// Carries out what a deployment's state machine asks for, over one engine, in one thread: the world behind
// flow/deploy/contract.h. It decides nothing.
#ifndef CMD_DOCKER_DRIVER_H_
#define CMD_DOCKER_DRIVER_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/signals.h"
#include "cmd/base/working_time.h"
#include "cmd/docker/credentials.h"
#include "cmd/http/client.h"
#include "flow/deploy/contract.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"

namespace flow {

// What a command does with the actions that are not the engine's.
struct DriverHooks {
  std::function<absl::Status(const deploy::Deployment&)> save;
  std::function<void()> forget;
  std::function<void(const deploy::Report&)> report;
  // RegistryCredentials::Find, for an image that is to be pulled. Null: without credentials.
  std::function<std::shared_ptr<void>(const std::string& image, RegistryCredentials::Done done)> credentials = nullptr;
  std::function<void(const http::Request&)> request;  // one is about to be sent
  // Called before each wait, for what goes on beside the machine; when it wants to be called again at the latest.
  std::function<absl::Duration()> tick = nullptr;
};

class Driver {
 public:
  Driver(Client& client, Signals& signals, DriverHooks hooks)
      : client_(client), signals_(signals), hooks_(std::move(hooks)) {}
  // The client lives on: nothing that it still brings is for this driver.
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Runs the machine to its end.
  template <typename Machine>
  deploy::Finish Run(Machine& machine) {
    events_.push_back(deploy::Begin{});
    while (!finish_.has_value()) {
      if (events_.empty()) {
        Wait();
        continue;
      }
      const docker::Event event = std::move(events_.front());
      events_.pop_front();
      for (docker::Action& action : machine.Step(absl::Now(), event)) {
        std::visit([this](auto& a) { Do(a); }, action);
      }
    }
    return *finish_;
  }

  // Why the first request that found no engine did not; OK where none failed so.
  const absl::Status& unreachable() const { return unreachable_; }

 private:
  // A request of the machine's that is not answered yet.
  struct Sent {
    docker::Send send;
    absl::Duration deadline;  // of WorkingTime()
    int tries = 0;
    int request = 0;                              // the client's number; 0: it waits to be sent, or sent again
    std::shared_ptr<void> credentials = nullptr;  // as long as they are awaited
  };

  void Do(const docker::Send& send);
  void Do(const deploy::Cancel& cancel);
  // Sends the machine's request, and again after a setback that passes.
  void Try(deploy::RequestId number);
  int SendCall(deploy::RequestId number, const docker::Send& send, absl::Duration left);
  // A pull tells how far it is while it goes on.
  void Pull(deploy::RequestId number, const RegistryCredentials::Found& credentials);
  // A try is over: `reply` is told, unless the engine was away and the request is sent again.
  void Over(deploy::RequestId number, const absl::StatusOr<http::Response>& response,
            absl::StatusOr<docker::engine::Reply> reply);
  bool TryLater(deploy::RequestId number, const absl::StatusOr<http::Response>& response);
  void TellAway(const absl::StatusOr<http::Response>& response);
  void Do(const docker::OpenStream& open);
  void Do(const deploy::CloseStream&);
  void Do(const deploy::Save& save) { events_.push_back(deploy::Saved{hooks_.save(save.deployment)}); }
  void Do(const deploy::Forget&) { hooks_.forget(); }
  void Do(const deploy::StartTimer& timer) { timers_.emplace(WorkingTime() + timer.after, timer.timer); }
  void Do(const deploy::Report& report) { hooks_.report(report); }
  void Do(const deploy::Finish& finish) { finish_ = finish; }

  // Until something happened that the machine has to be told.
  void Wait();

  Client& client_;
  Signals& signals_;
  DriverHooks hooks_;
  std::deque<docker::Event> events_;  // happened, and not told yet
  std::map<deploy::RequestId, Sent> requests_;
  std::multimap<absl::Duration, deploy::TimerId> timers_;     // by the WorkingTime() when they are due
  std::multimap<absl::Duration, deploy::RequestId> retries_;  // by that when they are sent again
  std::minstd_rand random_{std::random_device()()};
  bool away_ = false;     // the engine does not answer, and that was told
  bool listens_ = false;  // the machine has a stream, and tells itself where that breaks
  int stream_ = 0;        // the client's number; 0: none is open
  absl::Status unreachable_;
  std::optional<deploy::Finish> finish_;
};

}  // namespace flow

#endif  // CMD_DOCKER_DRIVER_H_
