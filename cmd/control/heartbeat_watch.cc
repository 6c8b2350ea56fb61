#include "cmd/control/heartbeat_watch.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"

namespace flow {
namespace {

// A server calls what it has not heard of for 30 s unhealthy.
constexpr absl::Duration kBeatEvery = absl::Seconds(10);
// Where the control plane does not answer, and between two looks at what has not changed.
constexpr absl::Duration kAgain = absl::Seconds(1);
// A look, which heartbeats wait for, whatever the target does.
constexpr absl::Duration kLookWithin = absl::Seconds(5);

}  // namespace

struct HeartbeatWatch::Told {
  Told(CommandSession& session, const Lookout& lookout, PipelineKey key, const ControlPlaneChoice& choice)
      : key(std::move(key)),
        address(choice.registered.address()),
        heartbeat(address,
                  [&lookout, this](const std::string& component) { return lookout.HostOf(this->key, component); }),
        messenger(session, *choice.endpoint) {}

  void Pump(const CommandSession& session) {
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

HeartbeatWatch::HeartbeatWatch(CommandSession& session, Lookout& lookout, const Environment& environment,
                               std::optional<std::string> flag)
    : session_(session), lookout_(lookout), environment_(environment), flag_(std::move(flag)) {}

HeartbeatWatch::~HeartbeatWatch() = default;

absl::Status HeartbeatWatch::Choose(const std::vector<PipelineKey>& keys) {
  const auto states = lookout_.Find(keys);
  if (!states.ok()) return states.status();
  for (size_t i = 0; i < keys.size(); ++i) {
    const PipelineKey& key = keys[i];
    const absl::StatusOr<ControlPlaneChoice> choice = ChooseControlPlane(flag_, (*states)[i], environment_);
    if (!choice.ok()) return choice.status();
    if (!choice->endpoint.has_value()) {
      return ExitWith(ExitCode::kUsage, absl::StrCat("pipeline \"", key.name,
                                                     "\" was deployed without a control plane; say which with "
                                                     "--control_plane=HOST:PORT"));
    }
    told_[key] = std::make_unique<Told>(session_, lookout_, key, *choice);
  }
  return absl::OkStatus();
}

absl::Status HeartbeatWatch::Run() {
  absl::Status end = Follow();
  if (IsEndedBySignal(end)) SayStopping();
  return end;
}

absl::Status HeartbeatWatch::Follow() {
  Changes& changes = lookout_.changes();
  if (absl::Status end = changes.Open(); !end.ok()) return end;
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
    const absl::StatusOr<bool> woken = changes.Wait({}, std::max(absl::ZeroDuration(), next - absl::Now()));
    if (!woken.ok()) return woken.status();
    changed = *woken;
    if (changes.away() && !std::exchange(unknown_, true)) SayUnknown();
    unknown_ &= changes.away();
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
  return wanted && !lookout_.changes().away() ? looked_ + kAgain : absl::InfiniteFuture();
}

absl::Status HeartbeatWatch::Look() {
  std::vector<PipelineKey> keys;
  for (const auto& [key, told] : told_) {
    lookout_.changes().Watch(key);
    keys.push_back(key);
  }
  const absl::StatusOr<Sightings> seen = lookout_.Look(keys, absl::Now() + kLookWithin);
  if (IsEndedBySignal(seen.status())) return seen.status();
  incomplete_ = !seen.ok() || !seen->complete;
  if (!seen.ok()) {
    SayUnknown();
    return absl::OkStatus();
  }
  for (auto told = told_.begin(); told != told_.end();) {
    const auto pipeline = seen->pipelines.find(told->first);
    const bool gone = pipeline == seen->pipelines.end();
    if (gone) session_.Note(absl::StrCat("pipeline \"", told->first.name, "\" is gone"));
    if (gone || !StillTold(pipeline->second.state, told->second)) {
      told = told_.erase(told);
      continue;
    }
    const auto& [state, status] = pipeline->second;
    told->second->heartbeat.Look(status, state.has_value() ? &*state : nullptr);
    ++told;
  }
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
  told = std::make_unique<Told>(session_, lookout_, told->key, *choice);
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
