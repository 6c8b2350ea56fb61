#include "cmd/stream/stream_watch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "cmd/stream/carrier.h"
#include "flow/http/authority.h"
#include "flow/pipeline/component_reference.h"
#include "flow/project/labels.h"
#include "flow/stream/figures.h"

namespace flow {
namespace {

constexpr absl::Duration kTellEvery = absl::Seconds(10);
constexpr absl::Duration kLookAgain = absl::Seconds(1);
constexpr absl::Duration kLookWithin = absl::Seconds(5);

std::map<std::string, stream::Metadata> MetadataOf(const deploy::Deployment& state) {
  std::map<std::string, stream::Metadata> metadata;
  for (const deploy::ImageMetadata& image : state.metadata()) {
    const std::optional<std::string> name = pipeline::ReferencedImage(image.reference());
    if (!name.has_value()) continue;
    metadata[*name] = {.port = static_cast<int>(image.port()),
                       .health_port = static_cast<int>(image.health_port()),
                       .input_types = {image.input_types().begin(), image.input_types().end()}};
  }
  return metadata;
}

bool HasEdges(const stream::Topology& topology) {
  return std::any_of(topology.components.begin(), topology.components.end(),
                     [](const stream::Component& component) { return !component.readers.empty(); });
}

}  // namespace

struct StreamWatch::Moved {
  std::string network;
  std::unique_ptr<Carrier> carrier;
  std::set<std::pair<int, int>> located;
  stream::Figures told;  // with the last progress
};

StreamWatch::StreamWatch(Session& session, const compose::ApiVersion& version, const std::string& namespace_,
                         int64_t window, Progress progress)
    : session_(session),
      version_(version),
      window_(window),
      progress_(std::move(progress)),
      labels_({project::kPipelineLabel, absl::StrCat(project::kNamespaceLabel, "=", namespace_)}),
      changes_(session, labels_, version),
      told_(absl::Now()) {}

StreamWatch::~StreamWatch() = default;

absl::Status StreamWatch::Choose(Caller& caller, const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_);
  if (!containers.ok()) return containers.status();
  OwnStates states(session_);
  for (const PipelineKey& key : keys) {
    const OwnState state = states.Read(key);
    if (!state.known && !containers->contains(key)) return NoSuchPipeline(key);
    if (!state.deployment.has_value()) {
      return ExitWith(ExitCode::kFailed,
                      absl::StrCat("what reads what in pipeline \"", key.name,
                                   "\" is not known here: run this where it was applied, or apply it here"));
    }
    auto moved = std::make_unique<Moved>();
    if (absl::Status end = Begin(key, *state.deployment, *moved); !end.ok()) return end;
    moved_[key] = std::move(moved);
  }
  return absl::OkStatus();
}

absl::Status StreamWatch::Begin(const PipelineKey& key, const deploy::Deployment& state, Moved& moved) {
  stream::Topology topology = stream::TopologyOf(state.project(), MetadataOf(state));
  if (moved.carrier != nullptr && moved.carrier->pump().topology() == topology) return absl::OkStatus();
  if (!HasEdges(topology)) {
    return ExitWith(ExitCode::kFailed, absl::StrCat("pipeline \"", key.name, "\" has no source or processor that ",
                                                    "another component reads: there is nothing to move"));
  }
  std::map<std::string, uint64_t> from;
  if (moved.carrier != nullptr) {
    from = moved.carrier->pump().ResumeFrom();
    session_.Note(absl::StrCat("pipeline \"", key.name, "\" is another now: its components are connected anew"));
  }
  moved.network = state.project().network().name();
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
      std::make_unique<Carrier>(session_.client().loop(), stream::Pump(std::move(topology), window_, std::move(from)),
                                CarrierHooks{.report = tell, .trace = trace});
  return absl::OkStatus();
}

absl::Status StreamWatch::Run() {
  const absl::Status end = Follow();
  if (!IsEndedBySignal(end)) return end;
  Drain();
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
    if (absl::Now() >= told_ + kTellEvery) TellProgress();
    const absl::Time next = std::min({Due(), told_ + kTellEvery, incomplete_ ? looked + kLookAgain : Due()});
    const absl::StatusOr<bool> woken = changes_.Wait({}, std::max(absl::ZeroDuration(), next - absl::Now()));
    if (!woken.ok()) return woken.status();
    changed = *woken;
  }
  const bool well = std::all_of(moved_.begin(), moved_.end(),
                                [](const auto& entry) { return entry.second->carrier->finish()->well; });
  return well ? absl::OkStatus() : ExitWith(ExitCode::kFailed, "some events were lost, or failed");
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
      const absl::Status begun = Begin(moved->first, *state.deployment, *moved->second);
      if (!begun.ok()) return begun;
    }
    Locate(*moved->second, (*containers)[moved->first]);
    ++moved;
  }
  return absl::OkStatus();
}

void StreamWatch::Locate(Moved& moved, const std::vector<docker::Container>& containers) {
  const stream::Topology topology = moved.carrier->pump().topology();
  std::set<std::pair<int, int>> located;
  for (const docker::Container& container : containers) {
    const int component = topology.Find(container.component);
    const bool runs = container.state == "running" || container.state == "paused";
    if (component < 0 || !runs) continue;
    const std::string address = AddressOf(container, topology.components[component], moved.network);
    if (address.empty() || !located.emplace(component, container.number).second) continue;
    moved.carrier->Tell(stream::Located{component, container.number, address,
                                        absl::StrCat(container.id, " ", changes_.StartsOf(container.id))});
  }
  for (const auto& [component, number] : moved.located) {
    if (!located.contains({component, number})) moved.carrier->Tell(stream::Gone{component, number});
  }
  moved.located = std::move(located);
}

// In the pipeline's network, which this host can reach where the engine runs on it; else where the engine publishes it.
std::string StreamWatch::AddressOf(const docker::Container& container, const stream::Component& component,
                                   const std::string& network) const {
  const Endpoint& engine = session_.endpoint();
  if (engine.kind == Endpoint::Kind::kTcp && !http::IsLoopback(engine.host)) {
    for (const docker::engine::PublishedPort& port : container.ports) {
      if (static_cast<int>(port.private_port()) != component.port || port.public_port() == 0) continue;
      return http::AuthorityText({engine.host, static_cast<int>(port.public_port())});
    }
    return "";
  }
  const auto found = container.addresses.find(network);
  return found == container.addresses.end() ? "" : http::AuthorityText({found->second, component.port});
}

void StreamWatch::Drain() {
  for (auto& [key, moved] : moved_) moved->carrier->Tell(stream::Stop{});
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
  return std::all_of(moved_.begin(), moved_.end(),
                     [](const auto& entry) { return entry.second->carrier->finish().has_value(); });
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
  progress_(report());
  for (auto& [key, moved] : moved_) moved->told = moved->carrier->pump().figures();
  told_ = absl::Now();
}

}  // namespace flow
