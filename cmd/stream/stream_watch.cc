#include "cmd/stream/stream_watch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "cmd/docker/pipelines.h"
#include "cmd/stream/carrier.h"
#include "cmd/stream/run_report.h"
#include "cmd/stream/wiring.h"
#include "flow/stream/figures.h"

namespace flow {
namespace {

constexpr absl::Duration kTellEvery = absl::Seconds(10);
constexpr absl::Duration kLookAgain = absl::Seconds(1);
constexpr absl::Duration kLookWithin = absl::Seconds(5);
constexpr char kLost[] = "some events were lost, or failed";

}  // namespace

struct StreamWatch::Moved {
  Wiring wiring;
  std::unique_ptr<Carrier> carrier;
  std::optional<Wiring> next;  // once what is under way has arrived
  std::set<std::pair<int, int>> located;
  stream::Figures told;  // with the last progress
  std::optional<RunReport> run;
};

StreamWatch::StreamWatch(Session& session, const compose::ApiVersion& version, const Environment& environment,
                         const std::string& namespace_, int64_t window, Progress progress)
    : session_(session),
      version_(version),
      environment_(environment),
      window_(window),
      progress_(std::move(progress)),
      labels_(LabelsOfNamespace(namespace_)),
      changes_(session, labels_, version),
      told_(absl::Now()) {}

StreamWatch::~StreamWatch() = default;

absl::Status StreamWatch::Choose(Caller& caller, const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<std::vector<FoundPipeline>> pipelines = FindPipelines(session_, caller, keys);
  if (!pipelines.ok()) return pipelines.status();
  for (const auto& [key, state, containers] : *pipelines) {
    auto moved = std::make_unique<Moved>();
    if (absl::Status end = Begin(key, state, *moved); !end.ok()) return end;
    moved_[key] = std::move(moved);
  }
  return absl::OkStatus();
}

absl::Status StreamWatch::Begin(const PipelineKey& key, const std::optional<deploy::Deployment>& state, Moved& moved) {
  absl::StatusOr<Wiring> wiring = WiringOf(key, state);
  if (!wiring.ok()) return wiring.status();
  if (!moved.run.has_value()) moved.run.emplace(session_, environment_, key.name);
  moved.run->Follow(state->control_plane());
  if (moved.carrier == nullptr) {
    moved.wiring = *std::move(wiring);
    Connect(key, moved, {});
  } else if (wiring->topology != (moved.next.has_value() ? *moved.next : moved.wiring).topology) {
    session_.Note(absl::StrCat("pipeline \"", key.name, "\" is another now: its components are connected anew, once ",
                               "what is under way has arrived"));
    moved.next = *std::move(wiring);
    moved.carrier->Tell(stream::Stop{.for_another = true});
  }
  return absl::OkStatus();
}

void StreamWatch::Connect(const PipelineKey& key, Moved& moved, const stream::Handover& before) {
  moved.located.clear();
  moved.told = {};
  const auto tell = [this, name = key.name](const stream::Report& report) {
    const std::string text = absl::StrCat(name, ": ", report.text);
    report.kind == stream::Report::Kind::kWarning ? session_.Warn(text) : session_.Note(text);
  };
  const auto trace = [this](const std::string& call) {
    session_.Trace(http::Request{.method = "POST", .target = call});
  };
  moved.carrier =
      std::make_unique<Carrier>(session_.client().loop(), stream::Pump(moved.wiring.topology, window_, before),
                                CarrierHooks{.report = tell, .trace = trace});
}

absl::Status StreamWatch::Run() {
  const absl::Status end = Follow();
  if (IsEndedBySignal(end)) Drain();
  TellEnd();
  return end;
}

absl::Status StreamWatch::Follow() {
  if (absl::Status end = changes_.Open(); !end.ok()) return end;
  absl::Time looked;
  for (bool changed = true; !Finished();) {
    if (changed || (incomplete_ && !changes_.away() && absl::Now() >= looked + kLookAgain)) {
      if (absl::Status end = Look(); !end.ok()) return end;
      looked = absl::Now();
    }
    for (auto& [key, moved] : moved_) moved->carrier->Tick();
    if (GoOn()) {
      changed = true;
      continue;
    }
    if (absl::Now() >= told_ + kTellEvery) TellProgress();
    const absl::Time next = std::min({Due(), told_ + kTellEvery, incomplete_ ? looked + kLookAgain : Due()});
    const absl::StatusOr<bool> woken = changes_.Wait({}, std::max(absl::ZeroDuration(), next - absl::Now()));
    if (!woken.ok()) return woken.status();
    changed = *woken;
  }
  const bool well = std::all_of(moved_.begin(), moved_.end(),
                                [](const auto& entry) { return entry.second->carrier->finish()->well; });
  return well ? absl::OkStatus() : ExitWith(ExitCode::kFailed, kLost);
}

bool StreamWatch::GoOn() {
  bool any = false;
  for (auto& [key, moved] : moved_) {
    if (!moved->next.has_value() || !moved->carrier->finish().has_value()) continue;
    moved->wiring = *std::exchange(moved->next, std::nullopt);
    Connect(key, *moved, moved->carrier->pump().HandOver());
    any = true;
  }
  return any;
}

absl::Status StreamWatch::Look() {
  for (const auto& [key, moved] : moved_) changes_.Watch(key);
  const absl::Time until = absl::Now() + kLookWithin;
  Caller caller(session_, version_, until);
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_, changes_.TakeEnded());
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  incomplete_ = !containers.ok() || !caller.complete();
  if (!containers.ok()) return absl::OkStatus();
  OwnStates states(session_, until);
  for (auto moved = moved_.begin(); moved != moved_.end();) {
    const OwnState state = states.Read(moved->first);
    if (!state.known && !containers->contains(moved->first)) {
      session_.Note(absl::StrCat("pipeline \"", moved->first.name, "\" is gone"));
      moved = moved_.erase(moved);
      continue;
    }
    if (state.deployment.has_value()) {
      const absl::Status begun = Begin(moved->first, state.deployment, *moved->second);
      if (!begun.ok()) return begun;
    }
    Locate(*moved->second, (*containers)[moved->first]);
    ++moved;
  }
  return absl::OkStatus();
}

void StreamWatch::Locate(Moved& moved, const std::vector<docker::Container>& containers) {
  std::set<std::pair<int, int>> located;
  for (const Place& place : PlacesOf(moved.wiring, containers, session_.endpoint())) {
    located.emplace(place.component, place.number);
    moved.carrier->Tell(stream::Located{place.component, place.number, place.address,
                                        absl::StrCat(place.container, " ", changes_.StartsOf(place.container))});
  }
  for (const auto& [component, number] : moved.located) {
    if (!located.contains({component, number})) moved.carrier->Tell(stream::Gone{component, number});
  }
  moved.located = std::move(located);
}

void StreamWatch::Drain() {
  for (auto& [key, moved] : moved_) {
    moved->next.reset();
    moved->carrier->Tell(stream::Stop{});
  }
  while (!Finished()) {
    const absl::Duration at_most = std::max(absl::ZeroDuration(), Due() - absl::Now());
    if (!session_.client().Poll(at_most, {session_.signals().fd()}).ok()) return;
    if (session_.signals().Next().has_value()) return;
    for (auto& [key, moved] : moved_) moved->carrier->Tick();
  }
}

absl::Time StreamWatch::Due() const {
  absl::Time due = absl::InfiniteFuture();
  for (const auto& [key, moved] : moved_) due = std::min(due, moved->carrier->due());
  return due;
}

bool StreamWatch::Finished() const {
  return std::all_of(moved_.begin(), moved_.end(), [](const auto& entry) {
    return entry.second->carrier->finish().has_value() && !entry.second->next.has_value();
  });
}

stream::StreamReport StreamWatch::report() const {
  stream::StreamReport report;
  for (const auto& [key, moved] : moved_) {
    const stream::Pump& pump = moved->carrier->pump();
    const bool before = !moved->told.edges.empty();
    *report.add_pipelines() =
        stream::Describe(pump.topology(), pump.figures(), before ? &moved->told : nullptr, absl::Now() - told_);
    report.mutable_pipelines()->rbegin()->set_name(key.name);
    report.mutable_pipelines()->rbegin()->set_namespace_(key.namespace_);
  }
  return report;
}

void StreamWatch::TellProgress() {
  const stream::StreamReport now = report();
  progress_(now);
  int place = 0;
  for (auto& [key, moved] : moved_) {
    moved->run->Tell(now.pipelines(place++));
    moved->told = moved->carrier->pump().figures();
  }
  told_ = absl::Now();
}

void StreamWatch::TellEnd() {
  const stream::StreamReport now = report();
  int place = 0;
  for (auto& [key, moved] : moved_) {
    const stream::PipelineFigures& figures = now.pipelines(place++);
    const std::optional<stream::Finish>& finish = moved->carrier->finish();
    if (session_.signals().Came() != 0 || !finish.has_value()) {
      moved->run->Tell(figures);  // what is deployed runs on
    } else if (finish->well) {
      moved->run->Tell(figures, flowctl::RUN_STATUS_COMPLETED);
    } else {
      moved->run->Tell(figures, flowctl::RUN_STATUS_FAILED, kLost);
    }
  }
  for (auto& [key, moved] : moved_) moved->run->Finish();
}

}  // namespace flow
