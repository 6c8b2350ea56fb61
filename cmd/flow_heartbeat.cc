// flow-heartbeat: keeps a control plane told how the components of running pipelines are.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/control/choice.h"
#include "cmd/control/messenger.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/change_watch.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "flow/compose/api_version.h"
#include "flow/control/heartbeat.h"
#include "flow/project/labels.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-heartbeat";

// A server calls what it has not heard of for 30 s unhealthy.
constexpr absl::Duration kBeatEvery = absl::Seconds(10);
// Where the control plane does not answer, and between two looks at what has not changed.
constexpr absl::Duration kAgain = absl::Seconds(1);
// A look, which heartbeats wait for, whatever the engine does.
constexpr absl::Duration kLookWithin = absl::Seconds(5);

// One pipeline, and the control plane that is told of it.
struct Told {
  Told(Session& session, PipelineKey key, const ControlPlaneChoice& choice)
      : key(std::move(key)),
        address(choice.registered.address()),
        heartbeat(address),
        messenger(session, *choice.endpoint) {}

  void Pump(const Session& session) {
    messenger.Pump(heartbeat);
    for (const std::string& warning : heartbeat.out().TakeWarnings()) {
      session.Warn(absl::StrCat(key.name, ": ", warning));
    }
  }

  const PipelineKey key;
  const std::string address;
  control::Heartbeat heartbeat;
  Messenger messenger;
};

using ToldOnes = std::map<PipelineKey, std::unique_ptr<Told>>;

class Watcher {
 public:
  // `flag`: the control plane that is told of all, whatever the states say; nothing: each is told of by its state's.
  Watcher(Session& session, const compose::ApiVersion& version, const Environment& environment, std::string namespace_,
          std::optional<std::string> flag)
      : session_(session),
        version_(version),
        environment_(environment),
        flag_(std::move(flag)),
        labels_({project::kPipelineLabel, absl::StrCat(project::kNamespaceLabel, "=", namespace_)}),
        changes_(session, labels_, version) {}

  // The pipelines to be told of. The exit code where there is one of which nothing can be told, which was told then.
  std::optional<ExitCode> Choose(Caller& caller, const std::vector<PipelineKey>& keys) {
    const absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_);
    if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
    if (!containers.ok()) return session_.Fail(CodeOfRefusal(containers.status()), containers.status().message());
    OwnStates states(session_);
    for (const PipelineKey& key : keys) {
      const OwnState state = states.Read(key);
      if (!state.known && !containers->contains(key)) {
        return session_.Fail(
            ExitCode::kNoSuchPipeline,
            absl::StrCat("there is no pipeline \"", key.name, "\" in namespace \"", key.pipeline_namespace, "\""));
      }
      const absl::StatusOr<ControlPlaneChoice> choice = ChooseControlPlane(flag_, state.deployment, environment_);
      if (!choice.ok()) return session_.Fail(ExitCode::kUsage, choice.status().message());
      if (!choice->endpoint.has_value()) {
        return session_.Fail(ExitCode::kUsage, absl::StrCat("pipeline \"", key.name,
                                                            "\" was deployed without a control plane; say which with "
                                                            "--control_plane=HOST:PORT"));
      }
      told_[key] = std::make_unique<Told>(session_, key, *choice);
    }
    return std::nullopt;
  }

  // Until all pipelines are gone, or a signal comes.
  ExitCode Run() {
    const ChangeWatch::Woken opened = changes_.Open();
    if (opened.signal != 0) return Stop(opened.signal);
    if (!opened.status.ok()) return session_.Fail(ExitCode::kFailed, opened.status.message());
    absl::Time beaten = absl::Now();
    for (bool changed = true;;) {
      if (changed || absl::Now() >= NextLook()) {
        if (const std::optional<ExitCode> over = Look()) return *over;
        looked_ = absl::Now();
      }
      if (absl::Now() >= beaten + BeatEvery()) {
        beaten = absl::Now();
        for (auto& [key, told] : told_) told->heartbeat.Beat();
      }
      for (auto& [key, told] : told_) told->Pump(session_);
      if (told_.empty()) return ExitCode::kDone;

      const absl::Time next = std::min(beaten + BeatEvery(), NextLook());
      const ChangeWatch::Woken woken = changes_.Wait({}, std::max(absl::ZeroDuration(), next - absl::Now()));
      if (woken.signal != 0) return Stop(woken.signal);
      if (!woken.status.ok()) return session_.Fail(ExitCode::kFailed, woken.status.message());
      changed = woken.changed;
      if (changes_.away() && !std::exchange(unknown_, true)) SayUnknown();
      unknown_ &= changes_.away();
    }
  }

 private:
  template <typename Predicate>
  bool Any(const Predicate& predicate) const {
    return std::any_of(told_.begin(), told_.end(),
                       [&](const auto& entry) { return predicate(entry.second->heartbeat); });
  }

  absl::Duration BeatEvery() const {
    return Any([](const control::Heartbeat& heartbeat) { return heartbeat.away(); }) ? kAgain : kBeatEvery;
  }

  // When a look is due though nothing has changed. Not while the engine is away: that it is back is a change.
  absl::Time NextLook() const {
    const bool wanted = incomplete_ || Any([](const control::Heartbeat& heartbeat) { return heartbeat.wants_look(); });
    return wanted && !changes_.away() ? looked_ + kAgain : absl::InfiniteFuture();
  }

  // Asks the engine how they are. A pipeline of which there is nothing left is told of no more.
  std::optional<ExitCode> Look() {
    for (const auto& [key, told] : told_) changes_.Watch(key);
    const absl::Time until = absl::Now() + kLookWithin;
    Caller caller(session_, version_, until);
    absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_, changes_.TakeEnded());
    if (caller.signal() != 0) return Stop(caller.signal());
    if (!containers.ok()) {
      incomplete_ = true;
      SayUnknown();
      return std::nullopt;
    }
    OwnStates states(session_, until);
    for (auto told = told_.begin(); told != told_.end();) {
      const PipelineKey& key = told->first;
      OwnState state = states.Read(key);
      std::vector<docker::Container>& of_pipeline = (*containers)[key];
      if (!state.known && of_pipeline.empty()) {
        session_.Note(absl::StrCat("pipeline \"", key.name, "\" is gone"));
        told = told_.erase(told);
        continue;
      }
      const std::optional<deploy::Deployment> deployment = state.deployment;
      if (!Follow(deployment, told->second)) {
        told = told_.erase(told);
        continue;
      }
      const deploy::PipelineStatus status =
          Describe(session_, caller, key, std::move(state.deployment), std::move(of_pipeline), /*inspect_all=*/false);
      if (caller.signal() != 0) return Stop(caller.signal());
      told->second->heartbeat.Look(status, deployment.has_value() ? &*deployment : nullptr);
      ++told;
    }
    incomplete_ = !caller.complete();
    return std::nullopt;
  }

  // An apply may have moved the pipeline to another control plane. False: to none.
  bool Follow(const std::optional<deploy::Deployment>& state, std::unique_ptr<Told>& told) {
    if (flag_.has_value() || !state.has_value() || state->control_plane().address() == told->address) return true;
    const absl::StatusOr<ControlPlaneChoice> choice = ChooseControlPlane(std::nullopt, state, environment_);
    if (!choice.ok() || !choice->endpoint.has_value()) {
      session_.Note(absl::StrCat("pipeline \"", told->key.name, "\" has no control plane any more"));
      return false;
    }
    session_.Note(absl::StrCat("pipeline \"", told->key.name,
                               "\" has another control plane now: ", choice->registered.address()));
    told = std::make_unique<Told>(session_, told->key, *choice);
    return true;
  }

  void SayUnknown() {
    for (auto& [key, told] : told_) told->heartbeat.Unknown();
  }

  ExitCode Stop(int signal) {
    for (auto& [key, told] : told_) {
      told->heartbeat.Stop();
      told->messenger.Pump(told->heartbeat);
    }
    for (auto& [key, told] : told_) (void)told->messenger.Drain(told->heartbeat, Messenger::kDeadline);
    return static_cast<ExitCode>(128 + signal);
  }

  Session& session_;
  const compose::ApiVersion version_;
  const Environment& environment_;
  const std::optional<std::string> flag_;
  const std::vector<std::string> labels_;
  ChangeWatch changes_;
  ToldOnes told_;
  absl::Time looked_;        // the last time
  bool incomplete_ = false;  // not all was answered then
  bool unknown_ = false;     // the engine is away, and that was told
};

ExitCode Main(const Arguments& arguments) {
  const Environment environment = ProcessEnvironment();
  auto opened = Session::Open(kName, environment);
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const std::string namespace_ = FLAGS_namespace.empty() ? "default" : FLAGS_namespace;
  std::vector<PipelineKey> keys;
  for (const std::string& name : arguments.operands) {
    keys.push_back({namespace_, name});
    if (const absl::Status status = CheckKey(keys.back()); !status.ok()) {
      return session.Fail(ExitCode::kUsage, status.message());
    }
  }
  if (session.client() == nullptr) return ExitCode::kFailed;
  Caller caller(session);
  if (const std::optional<ExitCode> over = Connect(session, caller)) return *over;
  Watcher watcher(session, caller.version(), environment, namespace_, ControlPlaneFlag(arguments));
  if (const std::optional<ExitCode> over = watcher.Choose(caller, keys)) return *over;
  return watcher.Run();
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::HeartbeatCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
