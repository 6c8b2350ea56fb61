// What every command that speaks to a target has: the state files, signals, and a voice. Which target, and the connection
// to it, are of who derives from this.
#ifndef CMD_TARGET_COMMAND_SESSION_H_
#define CMD_TARGET_COMMAND_SESSION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"
#include "cmd/base/signals.h"
#include "cmd/cli/options.h"
#include "cmd/cli/print.h"
#include "cmd/http/loop.h"
#include "cmd/state/store.h"
#include "cmd/target/own_state.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/http/message.h"

namespace flow {

class CommandSession {
 public:
  // What a command does with the state. One that only reads it does without a folder for it.
  enum class State { kRead, kWritten };

  virtual ~CommandSession() = default;

  const Store& store() const { return store_; }
  Signals& signals() { return signals_; }
  const Environment& environment() const { return environment_; }

  // The state of a pipeline. Error: NotFound where there is none; any other where it cannot be read, which is warned
  // of, as the target's labels do without it.
  absl::StatusOr<deploy::Deployment> ReadState(const PipelineKey& key) const;

  // The end of a command that was asked for a pipeline of which neither the target nor the state knows anything; it says
  // where else that may be.
  absl::Status NoSuchPipeline(const PipelineKey& key) const;

  // The end of a command (kDone) for which there are no pipelines, of a namespace or of all (empty), with where that is so.
  absl::Status NoPipelines(const std::string& namespace_) const;

  // Warns where by its state, which was read already, a pipeline that is applied here is on a target of another kind, or
  // elsewhere on the cluster.
  void WarnOfOtherTarget(const PipelineKey& key, const OwnState& state) const;

  // With --verbose tells that the request is sent: its method and target, never its body, which may hold secrets.
  void Trace(const http::Request& request) const;

  // print.h's, for this command.
  void Tell(const absl::Status& end) const { flow::Tell(command_, end); }
  void Warn(absl::string_view message) const { flow::Warn(command_, message); }
  void Note(absl::string_view message) const { flow::Note(command_, message); }

  // What the state says of a pipeline that is on a target of this kind (deploy::Deployment::driver).
  virtual const char* driver() const = 0;

  // Of a cluster, the namespace that a pipeline is applied to; empty: the target has none.
  virtual std::string NamespaceFor(const PipelineKey&) const { return ""; }

  // "the engine unix:///run/docker.sock": which target, for people.
  virtual std::string Where() const = 0;

  // Makes the client that speaks to the target, where there is none yet. What ends before (a held lock, say) loads no libcurl.
  virtual absl::Status MakeClient() = 0;

  // Over which it speaks to its target, once it does: whoever else is spoken to beside it may go over that too.
  virtual const std::shared_ptr<Loop>& loop() const = 0;

  // The end of a command whose target could not be reached, or spoken with: why, and what helps.
  virtual absl::Status Unreachable(const absl::Status& status) const = 0;

 protected:
  struct Basis {
    const char* command;  // whose messages begin with that
    bool verbose;
    Environment environment;
    Store store;
    Signals signals;
  };

  // By the options and the environment. Connects to nothing.
  static absl::StatusOr<Basis> Take(const char* command, State state, const EngineOptions& options,
                                    Environment environment);

  explicit CommandSession(Basis basis)
      : command_(basis.command),
        verbose_(basis.verbose),
        environment_(std::move(basis.environment)),
        store_(std::move(basis.store)),
        signals_(std::move(basis.signals)) {}

 private:
  const char* const command_;
  const bool verbose_;
  const Environment environment_;
  const Store store_;
  Signals signals_;
};

}  // namespace flow

#endif  // CMD_TARGET_COMMAND_SESSION_H_
