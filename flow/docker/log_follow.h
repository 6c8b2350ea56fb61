// The state machine of flow-logs: finds a pipeline's containers, reads their output, each line once, over restarts,
// replacements and the loss of the engine, and puts the lines in the order of their times. Like the other machines it
// does no I/O and reads no clock.
//
// What it shows as it follows a container is what reading its log afterwards shows. So what a stream brings is not the
// last of a run of the container: an engine may end a stream before it has sent a last line (Docker 20.10 does). When a
// run is over its log is read once more, without following, and that is the last of it.
//
// With `follow` it ends when the pipeline's containers are gone, or when none of them can write any more: each has
// ended under a policy that does not start it again. One that was stopped by hand may be started by hand.
#ifndef FLOW_DOCKER_LOG_FOLLOW_H_
#define FLOW_DOCKER_LOG_FOLLOW_H_

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/log_contract.h"
#include "flow/deploy/log_merge.h"
#include "flow/deploy/log_position.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/container_event.h"
#include "flow/docker/engine/log_lines.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/log_tail.h"
#include "flow/docker/observed.h"
#include "flow/http/backoff.h"

namespace flow::docker {

using deploy::LogEnded;
using deploy::LogPiece;
using deploy::LogPosition;
using deploy::LogsDone;
using deploy::LogWarning;
using deploy::PauseLog;
using deploy::Tick;

using LogEvent = std::variant<Begin, Answer, StreamOpened, StreamEvent, StreamEnded, LogPiece, LogEnded, Tick>;

// What it asks for besides.
struct OpenLog {
  int stream;
  engine::LogsQuery query;
  compose::ApiVersion version;
};
using LogAction = std::variant<Send, OpenStream, OpenLog, PauseLog, deploy::ComponentLine, LogWarning, LogsDone>;

struct LogInput {
  std::string namespace_;
  std::string pipeline;
  std::set<std::string> components;  // empty: all
  bool follow = false;
  // Of `follow`: its driver ends it, and tells itself where the engine goes away.
  bool endless = false;
  std::optional<int> tail;  // how many lines of what each container wrote before; all
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  compose::ApiVersion version;
};

class LogFollow {
 public:
  explicit LogFollow(LogInput input)
      : input_(std::move(input)),
        list_(ListPipelineContainers(input_.namespace_, input_.pipeline)),
        merge_(input_.follow ? kLineWait : absl::InfiniteDuration()) {}

  std::vector<LogAction> Step(absl::Time now, const LogEvent& event) {
    now_ = now;
    std::visit([this](const auto& e) { On(e); }, event);
    PassOn();
    if (!done_ && IsOver()) {
      done_ = true;
      out_.push_back(LogsDone{.complete = !incomplete_ && (heard_ || !mute_)});
    }
    return std::exchange(out_, {});
  }

  // When a Tick is due, whatever else happens. InfiniteFuture: never.
  absl::Time due() const {
    absl::Time due = std::min({relisten_, relist_, tell_deaf_, merge_.NextDue(), Lapse()});
    for (const auto& [id, source] : sources_) due = std::min(due, source.look_again);
    return due;
  }

 private:
  // How much later than it came a line may be shown, so that lines of others come before it where they are older.
  static constexpr absl::Duration kLineWait = absl::Milliseconds(80);
  // What may wait of all containers together, in bytes of memory, before less is read.
  static constexpr size_t kMostWaiting = 4 << 20;
  // For how long nothing has come where `until` is over: an engine ends a stream at the first line after it alone.
  static constexpr absl::Duration kQuiet = absl::Seconds(2);

  // A container.
  struct Source {
    std::string component;
    int number = 0;
    bool newer = false;               // an event has told of it since the list was asked for
    int stream = 0;                   // that is open; 0: none
    bool live = false;                // the stream follows a run
    RequestId looking = RequestId();  // the request for its state
    bool outdated = false;            // it was started or has ended since that was asked for
    absl::Time look_again = absl::InfiniteFuture();
    bool brought = false;   // the stream has brought a line that is new
    http::Backoff backoff;  // between looks and streams that bring nothing
    bool paused = false;
    bool gone = false;        // removed: what is still to come of it is the last
    bool over = false;        // it writes no more, and is not started again
    bool unreadable = false;  // its log driver keeps nothing that could be read
    // Runs, each by its start (State.StartedAt); empty: none.
    std::string run;     // that was seen last
    std::string ending;  // that was over when the stream began, which was cut off nowhere
    std::string read;    // whose output is read to its end
    bool terminal = false;
    std::optional<TailSearch> tail;  // where what is asked for begins is still looked for
    LogPosition position;
    engine::LogLineReader reader{false};
  };

  using Sources = std::map<std::string, Source>;  // by the container's id

  void On(const Begin&) {
    if (input_.follow) return Relisten();
    List();
  }

  void On(const StreamOpened&) {
    backoff_.Reset();
    deaf_ = false;
    tell_deaf_ = absl::InfiniteFuture();
    relist_ = absl::InfiniteFuture();
    List();
  }

  void On(const StreamEnded&) {
    if (!std::exchange(deaf_, true) && !input_.endless) tell_deaf_ = now_ + kDeafFor;
    relisten_ = now_ + backoff_.Next();
    relist_ = absl::InfiniteFuture();
  }

  void On(const StreamEvent& happened) {
    using Kind = engine::ContainerEvent::Kind;
    const engine::ContainerEvent event = engine::ReadContainerEvent(happened.event);
    const bool comes = event.kind == Kind::kCreated || event.kind == Kind::kStarted;
    if (comes) Add(event.id, event.component, event.number);
    const auto found = sources_.find(event.id);
    if (found == sources_.end()) return;
    Source& source = found->second;
    if (comes) {
      source.over = false;
      source.newer = true;
    }
    if (event.kind == Kind::kRemoved) return Remove(found);
    if (event.kind != Kind::kStarted && event.kind != Kind::kExited) return;
    source.outdated = source.looking != RequestId();
    Look(event.id, source);
  }

  void On(const Answer& answer) {
    if (answer.request == listing_) return OnList(answer.reply);
    for (auto source = sources_.begin(); source != sources_.end(); ++source) {
      if (source->second.looking != answer.request) continue;
      source->second.looking = RequestId();
      merge_.Close(source->first);  // unless its output is opened now
      return OnLooked(source, answer.reply);
    }
  }

  void On(const LogPiece& piece) {
    for (auto& [id, source] : sources_) {
      if (source.stream != piece.stream) continue;
      came_ = now_;
      if (source.tail.has_value()) return source.tail->Read(piece.bytes);
      AddLines(id, source, source.reader.Read(piece.bytes));
      return Pause(id, source);
    }
  }

  void On(const LogEnded& ended) {
    for (auto found = sources_.begin(); found != sources_.end(); ++found) {
      auto& [id, source] = *found;
      if (source.stream != ended.stream) continue;
      source.stream = 0;
      source.paused = false;
      merge_.Close(id);  // unless more is asked for now
      const std::string& error = source.tail.has_value() ? source.tail->error() : source.reader.error();
      if (!error.empty()) Incomplete(source, absl::StrCat("the engine reads no further: ", error));
      if (!ended.status.ok()) OnRefused(source, ended.status);
      return GoOn(found, ended.status.ok() && error.empty());
    }
  }

  void On(const Tick&) {
    if (relisten_ <= now_) Relisten();
    if (relist_ <= now_) List();
    if (tell_deaf_ <= now_) {
      tell_deaf_ = absl::InfiniteFuture();
      Warn("the engine's event stream broke off; it is opened again when the engine is back");
    }
    for (auto& [id, source] : sources_) {
      if (source.look_again <= now_) Look(id, source);
    }
  }

  void Relisten() {
    relisten_ = absl::InfiniteFuture();
    out_.push_back(OpenStream{{.labels = list_.labels}, input_.version});
  }

  void List() {
    relist_ = absl::InfiniteFuture();
    listing_ = Ask(list_);
    listed_ = false;
    for (auto& [id, source] : sources_) source.newer = false;
  }

  RequestId Ask(engine::Call call) {
    out_.push_back(Send{RequestId(++requests_), std::move(call), input_.version, kReadDeadline});
    return RequestId(requests_);
  }

  void OnList(const absl::StatusOr<engine::Reply>& reply) {
    listing_ = RequestId();
    if (!reply.ok()) {
      if (!input_.follow) {
        incomplete_ = true;
        Warn(absl::StrCat("the engine did not list the containers: ", reply.status().message()));
      }
      listed_ = !input_.follow;
      // Without the stream of events it is listed again when that is back.
      if (input_.follow && !deaf_) relist_ = now_ + backoff_.Next();
      return;
    }
    listed_ = true;
    std::set<std::string> there;
    for (const Container& container : ReadContainers(std::get<engine::ContainerList>(*reply))) {
      there.insert(container.id);
      Add(container.id, container.component, container.number);
    }
    for (auto source = sources_.begin(); source != sources_.end();) {
      const auto next = std::next(source);
      if (!there.contains(source->first) && !source->second.newer) Remove(source);
      source = next;
    }
    began_ = true;
    for (auto& [id, source] : sources_) Look(id, source);
  }

  void Add(const std::string& id, const std::string& component, int number) {
    // One without a component reads an image's metadata.
    if (component.empty() || (!input_.components.empty() && !input_.components.contains(component))) return;
    if (sources_.contains(id)) return;
    Source& source = sources_[id];
    source.component = component;
    source.number = number;
    source.position = LogPosition(input_.since);
    if (input_.tail.has_value() && !began_) source.tail.emplace(*input_.tail, input_.since, input_.until);
    shown_[id] = {component, number};
  }

  void Remove(Sources::iterator found) {
    auto& [id, source] = *found;
    source.gone = true;
    if (source.stream != 0) return;
    TakeRest(id, source);
    merge_.Close(id);
    sources_.erase(found);
  }

  // Asks how a container is: what is to be done about its output follows from that.
  void Look(const std::string& id, Source& source) {
    source.look_again = absl::InfiniteFuture();
    if (source.stream != 0 || source.looking != RequestId()) return;
    source.looking = Ask(engine::InspectContainer{id});
    merge_.Open(id);  // what it wrote may be older than what another shows at once
  }

  void OnLooked(Sources::iterator found, const absl::StatusOr<engine::Reply>& reply) {
    auto& [id, source] = *found;
    if (absl::IsNotFound(reply.status())) return Remove(found);
    if (!reply.ok()) {
      if (!input_.follow) Incomplete(source, reply.status().message());
      source.over = !input_.follow;
      if (input_.follow && !deaf_) LookLater(source);  // when the engine is back, all are listed and looked at
      return;
    }
    if (std::exchange(source.outdated, false)) return Look(id, source);
    const auto& inspect = std::get<engine::ContainerInspect>(*reply);
    const std::string& policy = inspect.host_config().restart_policy().name();
    const std::string& status = inspect.state().status();
    const bool runs = status == "running" || status == "paused";
    source.run = inspect.state().started_at();
    source.terminal = inspect.config().tty();
    if (source.run.empty()) source.tail.reset();  // what it writes from now on is wanted whole
    if (!runs && source.run == source.ending) {
      TakeRest(id, source);
      source.read = source.run;
    }
    if (!source.unreadable && (runs || source.run != source.read)) return Open(id, source, /*live=*/runs);
    const bool ends = policy.empty() || policy == "no" || policy == "on-failure";
    source.over = source.unreadable || (status == "exited" && ends) || !Follows();
  }

  // A stream of its output has ended. `whole`: with all that the engine has of it.
  void GoOn(Sources::iterator found, bool whole) {
    auto& [id, source] = *found;
    if (whole) heard_ = true;
    if (!whole) source.ending.clear();
    if (whole && source.tail.has_value()) {
      if (std::optional<LogPosition> position = source.tail->End()) {
        source.position = *std::move(position);
        source.tail.reset();
      }
      return Open(id, source, source.live);
    }
    if (whole && source.live) return Open(id, source, /*live=*/false);
    if (source.gone) return Remove(found);
    if (!Follows()) {
      if (whole) TakeRest(id, source);
      source.over = true;
      return;
    }
    // By the engine's doing, or its end has not been told yet, it may run on.
    if (std::exchange(source.brought, false)) source.backoff.Reset();
    const bool at_once = whole && source.backoff.tries == 0;
    LookLater(source);
    if (at_once) Look(id, source);
  }

  // Nothing came of the last look or of the stream that it opened.
  void LookLater(Source& source) { source.look_again = now_ + source.backoff.Next(); }

  bool Follows() const { return input_.follow && now_ < input_.until; }

  // Reads on from where the reading has got to. `live`: what a run writes from now on too.
  void Open(const std::string& id, Source& source, bool live) {
    source.live = live && Follows();
    source.ending = source.live ? "" : source.run;
    source.stream = ++streams_;
    source.over = false;
    came_ = now_;
    merge_.Open(id);
    engine::LogsQuery query{.id = id};
    if (source.tail.has_value()) {
      source.tail->Reopen(source.terminal);
      query.tail = absl::StrCat(source.tail->parts());
    } else {
      source.position.Reopen();
      source.reader = engine::LogLineReader(source.terminal);
      query.follow = source.live;
      query.since = source.position.since();
      query.until = input_.until;
    }
    out_.push_back(OpenLog{source.stream, std::move(query), input_.version});
  }

  void AddLines(const std::string& id, Source& source, std::vector<engine::LogLine> lines) {
    for (engine::LogLine& line : lines) {
      if (!source.position.Take(line.time)) continue;
      source.brought = true;
      merge_.Add(id, std::move(line), now_);
    }
    source.position.Advance(source.reader.OpenSince());
  }

  // Nothing more comes of what was being read: a last line that has no end is one.
  void TakeRest(const std::string& id, Source& source) { AddLines(id, source, source.reader.End()); }

  void OnRefused(Source& source, const absl::Status& status) {
    // Gone, or about to be ("dead or marked for removal", a conflict to Docker).
    if (absl::IsNotFound(status) || absl::IsAlreadyExists(status)) return;
    if (absl::IsUnavailable(status)) {
      if (!input_.follow) Incomplete(source, status.message());
      return;
    }
    source.unreadable = source.over = mute_ = true;
    WarnOnce(source, absl::StrCat("its log cannot be read: ", status.message()));
  }

  // Something of a container's log is missing.
  void Incomplete(const Source& source, absl::string_view why) {
    incomplete_ = true;
    WarnOnce(source, absl::StrCat("its log was not read to the end: ", why));
  }

  void WarnOnce(const Source& source, const std::string& text) {
    if (warned_.insert(source.component).second) Warn(absl::StrCat(source.component, ": ", text));
  }

  // Reads no more of what is far ahead of the others.
  void Pause(const std::string& id, Source& source) {
    if (source.stream == 0) return;
    const size_t waiting = merge_.Waiting(id), most = kMostWaiting / std::max<size_t>(1, sources_.size());
    const bool pause = source.paused ? waiting > most / 2 : waiting > most;
    if (pause != std::exchange(source.paused, pause)) out_.push_back(PauseLog{source.stream, pause});
  }

  // Shows what may be shown, and lets those go on that were held for it.
  void PassOn() {
    std::vector<deploy::MergedLine> lines = merge_.Take(now_);
    for (deploy::MergedLine& merged : lines) {
      const auto& [component, number] = shown_.at(merged.source);
      out_.push_back(deploy::ComponentLine{component, number, std::move(merged.line)});
    }
    for (auto& [id, source] : sources_) Pause(id, source);
  }

  // All that is there is known, and what came of it is shown.
  bool AllIsShown() const { return listed_ && listing_ == RequestId() && !deaf_ && merge_.Empty(); }

  // When nothing more comes because `until` is over. InfiniteFuture: that cannot be said.
  absl::Time Lapse() const {
    if (input_.until == absl::InfiniteFuture() || done_ || !input_.follow || !AllIsShown()) {
      return absl::InfiniteFuture();
    }
    for (const auto& [id, source] : sources_) {
      if (source.looking != RequestId()) return absl::InfiniteFuture();
    }
    return std::max(input_.until, came_) + kQuiet;
  }

  bool IsOver() const {
    if (now_ >= Lapse()) return true;
    if (input_.endless || !AllIsShown()) return false;
    return std::all_of(sources_.begin(), sources_.end(), [](const auto& of) {
      const Source& source = of.second;
      return source.over && source.stream == 0 && source.looking == RequestId() &&
             source.look_again == absl::InfiniteFuture();
    });
  }

  void Warn(std::string text) { out_.push_back(LogWarning{std::move(text)}); }

  const LogInput input_;
  const engine::ListContainers list_;
  deploy::LogMerge merge_;
  std::vector<LogAction> out_;
  Sources sources_;
  std::map<std::string, std::pair<std::string, int>> shown_;  // the component and number of each id that ever was
  std::set<std::string> warned_;                              // components
  absl::Time now_;
  absl::Time came_ = absl::InfinitePast();  // the last piece of any stream, or the opening of one
  absl::Time relisten_ = absl::InfiniteFuture();
  absl::Time relist_ = absl::InfiniteFuture();  // the list failed; the stream of events lives
  absl::Time tell_deaf_ = absl::InfiniteFuture();
  http::Backoff backoff_;  // of the stream of events, and of the list
  int requests_ = 0, streams_ = 0;
  RequestId listing_ = RequestId();
  bool listed_ = false;  // nothing is there that was not seen
  bool began_ = false;   // the first list has come
  bool deaf_ = false;
  bool done_ = false;
  bool incomplete_ = false;  // something was not read to its end
  bool heard_ = false;       // some log could be read
  bool mute_ = false;        // some could not
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_LOG_FOLLOW_H_
