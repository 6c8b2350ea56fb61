// Calls of the engine, one after the other or all at once, for commands that only look.
#ifndef CMD_DOCKER_CALLER_H_
#define CMD_DOCKER_CALLER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/base/signals.h"
#include "cmd/docker/engine_wire.h"
#include "cmd/docker/session.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/call.h"
#include "flow/http/message.h"

namespace flow {

class Caller {
 public:
  // One that may begin to ask: of the session, whose client is made where there is none, with the engine's version.
  // Error: the end of the command (exit_status.h).
  static absl::StatusOr<Caller> Connect(Session& session);

  // `session` has a client. `version`: where it is known already; else Negotiate is to be called first. `until`: when
  // all calls are to be over; each has 30 s at most.
  explicit Caller(Session& session, compose::ApiVersion version = {}, absl::Time until = absl::InfiniteFuture())
      : session_(session),
        wire_(session.client(),
              {.report = nullptr, .request = [&session](const http::Request& request) { session.Trace(request); }}),
        signals_(session.signals()),
        version_(version),
        until_(until) {}

  // Asks the engine for its version. Error: the end of the command (exit_status.h), with why the engine cannot be
  // reached or that it speaks no API version that flow knows (kNoEngine).
  absl::Status Negotiate();

  // The answers in the order of the calls; all are under way at once. An error carries its exit code: one too new may
  // refuse the version only here. Once a signal has come, each is its end of the command.
  std::vector<absl::StatusOr<docker::engine::Reply>> All(const std::vector<docker::engine::Call>& calls);
  absl::StatusOr<docker::engine::Reply> One(const docker::engine::Call& call) { return All({call})[0]; }

  const compose::ApiVersion& version() const { return version_; }

  // The signal that ended calls; 0: none did.
  int signal() const { return signal_; }
  // The end of the command by that signal; OK: none came.
  absl::Status Interrupted() const;

  // Whether all calls so far were answered; that there is no such thing is an answer.
  bool complete() const { return complete_; }

 private:
  const Session& session_;
  EngineWire wire_;
  Signals& signals_;
  compose::ApiVersion version_;
  const absl::Time until_;
  int signal_ = 0;
  bool complete_ = true;
};

}  // namespace flow

#endif  // CMD_DOCKER_CALLER_H_
