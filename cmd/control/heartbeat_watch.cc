#include "cmd/control/heartbeat_watch.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/pipelines.h"

namespace flow {
namespace {

// A server calls what it has not heard of for 30 s unhealthy.
constexpr absl::Duration kBeatEvery = absl::Seconds(10);
// Where the control plane does not answer, and between two looks at what has not changed.
constexpr absl::Duration kAgain = absl::Seconds(1);
// A look, which heartbeats wait for, whatever the engine does.
constexpr absl::Duration kLookWithin = absl::Seconds(5);

}  // namespace

struct HeartbeatWatch::Told {
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

HeartbeatWatch::HeartbeatWatch(Session& session, const compose::ApiVersion& version, const Environment& environment,
                               const std::string& namespace_, std::optional<std::string> flag)
    : session_(session),
      version_(version),
      environment_(environment),
      flag_(std::move(flag)),
      labels_(LabelsOfNamespace(namespace_)),
      changes_(session, labels_, version) {}

HeartbeatWatch::~HeartbeatWatch() = default;

absl::Status HeartbeatWatch::Choose(Caller& caller, const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<std::vector<FoundPipeline>> pipelines = FindPipelines(session_, caller, keys);
  if (!pipelines.ok()) return pipelines.status();
  for (const auto& [key, state, containers] : *pipelines) {
    const absl::StatusOr<ControlPlaneChoice> choice = ChooseControlPlane(flag_, state, environment_);
    if (!choice.ok()) return choice.status();
    if (!choice->endpoint.has_value()) {
      return ExitWith(ExitCode::kUsage, absl::StrCat("pipeline \"", key.name,
                                                     "\" was deployed without a control plane; say which with "
                                                     "--control_plane=HOST:PORT"));
    }
    told_[key] = std::make_unique<Told>(session_, key, *choice);
  }
  return absl::OkStatus();
}

absl::Status HeartbeatWatch::Run() {
  absl::Status end = Follow();
  if (IsEndedBySignal(end)) SayStopping();
  return end;
}

absl::Status HeartbeatWatch::Follow() {
  if (absl::Status end = changes_.Open(); !end.ok()) return end;
  absl::Time beaten = absl::Now();
  for (bool changed = true;;) {
    if (changed || absl::Now() >= NextLook()) {
      if (absl::Status end = Look(); !end.ok()) return end;
      looked_ = absl::Now();
    }
    if (absl::Now() >= beaten + BeatEvery()) {
      beaten = absl::Now();
      for (auto& [key, told] : told_) told->heartbeat.Beat();
    }
    for (auto& [key, told] : told_) told->Pump(session_);
    if (told_.empty()) return absl::OkStatus();

    const absl::Time next = std::min(beaten + BeatEvery(), NextLook());
    const absl::StatusOr<bool> woken = changes_.Wait({}, std::max(absl::ZeroDuration(), next - absl::Now()));
    if (!woken.ok()) return woken.status();
    changed = *woken;
    if (changes_.away() && !std::exchange(unknown_, true)) SayUnknown();
    unknown_ &= changes_.away();
  }
}

template <typename Predicate>
bool HeartbeatWatch::Any(const Predicate& predicate) const {
  return std::any_of(told_.begin(), told_.end(), [&](const auto& entry) { return predicate(entry.second->heartbeat); });
}

absl::Duration HeartbeatWatch::BeatEvery() const {
  return Any([](const control::Heartbeat& heartbeat) { return heartbeat.away(); }) ? kAgain : kBeatEvery;
}

absl::Time HeartbeatWatch::NextLook() const {
  const bool wanted = incomplete_ || Any([](const control::Heartbeat& heartbeat) { return heartbeat.wants_look(); });
  return wanted && !changes_.away() ? looked_ + kAgain : absl::InfiniteFuture();
}

absl::Status HeartbeatWatch::Look() {
  for (const auto& [key, told] : told_) changes_.Watch(key);
  const absl::Time until = absl::Now() + kLookWithin;
  Caller caller(session_, version_, until);
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_, changes_.TakeEnded());
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  if (!containers.ok()) {
    incomplete_ = true;
    SayUnknown();
    return absl::OkStatus();
  }
  OwnStates states(session_, until);
  for (auto told = told_.begin(); told != told_.end();) {
    const PipelineKey& key = told->first;
    const OwnState state = states.Read(key);
    std::vector<docker::Container>& of_pipeline = (*containers)[key];
    const bool gone = !state.known && of_pipeline.empty();
    if (gone) session_.Note(absl::StrCat("pipeline \"", key.name, "\" is gone"));
    if (gone || !StillTold(state.deployment, told->second)) {
      told = told_.erase(told);
      continue;
    }
    const absl::StatusOr<deploy::PipelineStatus> status =
        Describe(session_, caller, key, state.deployment, std::move(of_pipeline), /*inspect_all=*/false);
    if (!status.ok()) return status.status();
    told->second->heartbeat.Look(*status, state.deployment.has_value() ? &*state.deployment : nullptr);
    ++told;
  }
  incomplete_ = !caller.complete();
  return absl::OkStatus();
}

bool HeartbeatWatch::StillTold(const std::optional<deploy::Deployment>& state, std::unique_ptr<Told>& told) {
  if (flag_.has_value() || !state.has_value() || state->control_plane().address() == told->address) return true;
  const absl::StatusOr<ControlPlaneChoice> choice = ChooseControlPlane(std::nullopt, state, environment_);
  if (!choice.ok() || !choice->endpoint.has_value()) {
    session_.Note(absl::StrCat("pipeline \"", told->key.name, "\" has no control plane any more"));
    return false;
  }
  session_.Note(
      absl::StrCat("pipeline \"", told->key.name, "\" has another control plane now: ", choice->registered.address()));
  told = std::make_unique<Told>(session_, told->key, *choice);
  return true;
}

void HeartbeatWatch::SayUnknown() {
  for (auto& [key, told] : told_) told->heartbeat.Unknown();
}

void HeartbeatWatch::SayStopping() {
  for (auto& [key, told] : told_) {
    told->heartbeat.Stop();
    told->messenger.Pump(told->heartbeat);
  }
  for (auto& [key, told] : told_) (void)told->messenger.Drain(told->heartbeat, Messenger::kDeadline);
}

}  // namespace flow
