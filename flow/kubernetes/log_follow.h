// The state machine of flow-logs on a cluster: finds a pipeline's pods, reads what their components write, each line once,
// over restarts, rollouts and the loss of the cluster, and puts the lines in the order of their times. Like the other
// machines it does no I/O and reads no clock.
//
// A cluster keeps the output of two runs of a container (log_runs.h). They are read one after the other, each to its end:
// what a stream that follows a run has brought when that is over is not taken for all, and is read once more, without
// following. A run that began and ended while nobody looked is lost.
//
// A cluster ends no stream that follows a run, however long that writes nothing; and whatever is on the way, to the cluster or
// from there to the node, may have forgotten one without a word. So one that brings nothing for a while is opened again from
// where it stands.
//
// With `follow` it ends when the pipeline is gone, or when all that there is of it are jobs that have ended.
#ifndef FLOW_KUBERNETES_LOG_FOLLOW_H_
#define FLOW_KUBERNETES_LOG_FOLLOW_H_

#include <algorithm>
#include <deque>
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
#include "flow/http/backoff.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/request.h"
#include "flow/kubernetes/api/watch.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/log_lines.h"
#include "flow/kubernetes/log_runs.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/status.h"

namespace flow::kubernetes {

using LogEvent = std::variant<Begin, Answer, StreamOpened, StreamEvent, StreamEnded, deploy::LogPiece, deploy::LogEnded,
                              deploy::Tick>;

// What it asks for besides. `stream`: its number.
struct OpenLog {
  int stream;
  api::LogsQuery query;
};

// It is silent, as its connection may be: nothing of it is told any more.
struct CloseLog {
  int stream;
};

using LogAction = std::variant<Send, OpenStream, OpenLog, CloseLog, deploy::PauseLog, deploy::ComponentLine,
                               deploy::LogWarning, deploy::LogsDone>;

struct LogInput {
  std::string kube_namespace;
  std::vector<std::string> labels;   // of the pipeline
  std::set<std::string> components;  // empty: all
  bool follow = false;
  // Of `follow`: its driver ends it, and tells itself where the cluster goes away.
  bool endless = false;
  std::optional<int> tail;                  // how many lines of what each pod wrote before; all
  absl::Time since = absl::InfinitePast();  // of an endless one: of what is there as it begins
  absl::Time until = absl::InfiniteFuture();
};

// How long a stream of output may bring nothing.
inline constexpr absl::Duration kLogSilence = api::kWatchSilence;

class LogFollow {
 public:
  explicit LogFollow(LogInput input)
      : input_(std::move(input)), merge_(input_.follow ? kLineWait : absl::InfiniteDuration()) {}

  std::vector<LogAction> Step(absl::Time now, const LogEvent& event) {
    now_ = now;
    std::visit([this](const auto& e) { On(e); }, event);
    std::erase_if(sources_, [](const auto& source) { return source.second.gone && source.second.stream == 0; });
    PassOn();
    if (!done_ && IsOver()) {
      done_ = true;
      out_.push_back(deploy::LogsDone{.complete = !incomplete_});
    }
    return std::exchange(out_, {});
  }

  // When a Tick is due, whatever else happens. InfiniteFuture: never.
  absl::Time due() const {
    absl::Time due = std::min({relisten_, relist_, tell_deaf_, merge_.NextDue()});
    if (input_.follow) due = std::min(due, std::max(input_.until, now_));
    for (const auto& [uid, source] : sources_) due = std::min({due, source.again, SilentFrom(source)});
    return due;
  }

 private:
  // How much later than it came a line may be shown, so that lines of others come before it where they are older.
  static constexpr absl::Duration kLineWait = absl::Milliseconds(200);
  // What may wait of all pods together, in bytes of memory, before less is read.
  static constexpr size_t kMostWaiting = 4 << 20;
  static constexpr absl::Duration kListWithin = absl::Seconds(30);
  // The most of a log's end that is asked for, in parts of lines: more than nodes keep.
  static constexpr int64_t kMostTailParts = 1 << 30;
  // How long the watches may be away before that is told.
  static constexpr absl::Duration kDeafFor = absl::Seconds(3);

  // A pod.
  struct Source {
    std::string namespace_, name, component, container;
    int number = 0;
    LogRuns runs;
    bool ended = false;  // no run comes any more
    bool going = false;  // its removal was asked for
    bool gone = false;
    // Reading
    int stream = 0;          // that is open; 0: none
    std::string reading;     // the run that the stream is of
    bool whole = false;      // it was over when the stream began, so that the stream's end is the run's
    std::string read;        // the run that was read to its end last
    bool looked = false;     // without `follow`: all that there is was read
    bool brought = false;    // the stream has brought a line that is new
    bool caught_up = false;  // what was there when it began was just read
    bool paused = false;
    absl::Time heard;                                 // of the stream: when it began, or brought something last
    absl::Time since;                                 // what is older is not wanted
    std::optional<std::deque<deploy::LogLine>> tail;  // of what was before: the last lines so far
    int64_t tail_parts = 0;                           // that are asked for
    http::Backoff backoff;
    absl::Time again = absl::InfiniteFuture();
    deploy::LogPosition position;
    LogLineReader reader;
  };

  // What happens

  void On(const Begin&) {
    if (input_.until <= now_) input_.follow = false;  // nothing that is still to come is wanted
    List();
  }

  void On(const Answer& answer) {
    if (asked_.erase(answer.request) == 0) return;  // it is asked again meanwhile
    if (!answer.reply.ok()) return OnUnlisted(answer.reply.status());
    const auto& list = std::get<api::ObjectList>(*answer.reply);
    if (list.kind == api::Kind::kPod) RemoveAllBut(list);
    for (const api::Object& object : list.objects) Take(object, /*deleted=*/false);
    filter_.watches.push_back({.kind = list.kind,
                               .namespace_ = input_.kube_namespace,
                               .labels = input_.labels,
                               .resource_version = list.resource_version});
    if (!asked_.empty()) return;
    listed_ = began_ = true;
    if (input_.follow) out_.push_back(OpenStream{filter_, {}});
  }

  void OnUnlisted(const absl::Status& status) {
    if (!input_.follow || !absl::IsUnavailable(status)) {
      incomplete_ = listed_ = hopeless_ = true;
      return Warn(absl::StrCat("the cluster does not list the pods: ", status.message()));
    }
    asked_.clear();
    relist_ = now_ + backoff_.Next();
  }

  void On(const StreamOpened&) {
    backoff_.Reset();
    deaf_ = false;
    tell_deaf_ = absl::InfiniteFuture();
  }

  void On(const StreamEvent& happened) {
    api::Advance(happened.event, filter_);
    if (happened.event.type == api::WatchEvent::Type::kBookmark) return;
    Take(happened.event.object, happened.event.type == api::WatchEvent::Type::kDeleted);
  }

  void On(const StreamEnded& ended) {
    if (absl::IsPermissionDenied(ended.status)) {
      hopeless_ = incomplete_ = true;
      return Warn(absl::StrCat("the cluster does not tell what comes: ", ended.status.message()));
    }
    if (!std::exchange(deaf_, true) && !input_.endless) tell_deaf_ = now_ + kDeafFor;
    (absl::IsOutOfRange(ended.status) ? relist_ : relisten_) = now_ + backoff_.Next();
  }

  void On(const deploy::LogPiece& piece) {
    if (auto* const found = Reading(piece.stream)) {
      found->second.heard = now_;
      AddLines(found->first, found->second, found->second.reader.Read(piece.bytes));
      Pause(found->first, found->second);
    }
  }

  void On(const deploy::LogEnded& ended) {
    auto* const found = Reading(ended.stream);
    if (found == nullptr) return;
    auto& [uid, source] = *found;
    // Of what was cut off the last line comes again, whole.
    if (ended.status.ok()) AddLines(uid, source, source.reader.End());
    source.stream = 0;
    source.paused = false;
    merge_.Close(uid);
    if (std::exchange(source.brought, false)) source.backoff.Reset();
    if (!ended.status.ok()) return OnRefused(uid, source, ended.status);
    if (IsTailCut(source)) return ReadLongerTail(uid, source);
    if (source.whole) source.read = source.reading;
    const bool all = source.reading == source.runs.current;  // that there was when it began
    if (all) GiveTail(uid, source);
    if (all && !input_.follow) source.looked = true;
    // The same run goes on, or its end has not been told yet.
    if (!source.whole && all && !source.runs.is_over && !source.caught_up) {
      source.again = now_ + source.backoff.Next();
    } else {
      source.caught_up = false;
      GoOn(uid, source);
    }
  }

  void On(const deploy::Tick&) {
    if (relist_ <= now_) List();
    if (relisten_ <= now_) {
      relisten_ = absl::InfiniteFuture();
      out_.push_back(OpenStream{filter_, {}});
    }
    if (tell_deaf_ <= now_) {
      tell_deaf_ = absl::InfiniteFuture();
      Warn("the cluster broke off what it tells; it is asked again");
    }
    for (auto& [uid, source] : sources_) {
      if (SilentFrom(source) <= now_) GiveUp(source);
      if (source.again <= now_) GoOn(uid, source);
    }
  }

  // What there is

  void List() {
    relist_ = absl::InfiniteFuture();
    listed_ = false;
    filter_.watches.clear();
    workloads_.clear();
    for (const api::Kind kind : {api::Kind::kDeployment, api::Kind::kJob, api::Kind::kPod}) {
      const api::List list = {.kind = kind, .namespace_ = input_.kube_namespace, .labels = input_.labels};
      const RequestId request = RequestId(++requests_);
      out_.push_back(Send{request, list, {}, kListWithin});
      asked_.insert(request);
    }
  }

  void RemoveAllBut(const api::ObjectList& list) {
    std::set<std::string> there;
    for (const api::Object& pod : list.objects) there.insert(pod.uid());
    for (auto& [uid, source] : sources_) source.gone |= !there.contains(uid);
  }

  void Take(const api::Object& object, bool deleted) {
    const std::string component = ComponentOf(object);
    if (!input_.components.empty() && !input_.components.contains(component)) return;
    if (object.kind != api::Kind::kPod) {
      // A job that has ended writes no more; a deployment may always.
      const bool ended = HasCondition(object, "Complete") || HasCondition(object, "Failed");
      if (deleted) {
        workloads_.erase(object.uid());
      } else {
        workloads_[object.uid()] = ended;
      }
      return;
    }
    if (component.empty()) return;
    auto found = sources_.find(object.uid());
    if (found == sources_.end()) {
      if (deleted) return;
      found = sources_.emplace(object.uid(), NewSource(object, component)).first;
      shown_[object.uid()] = {component, found->second.number};
    }
    Source& source = found->second;
    source.runs = LogRunsOf(object, source.container);
    source.ended = HasEnded(object);
    source.going = deleted || object.is_going();
    source.gone = deleted;
    if (deleted && source.stream == 0) GiveTail(found->first, source);
    GoOn(found->first, source);
  }

  Source NewSource(const api::Object& pod, const std::string& component) const {
    Source source;
    source.namespace_ = pod.namespace_();
    source.name = pod.name();
    source.component = component;
    source.container = pod.label(kNameLabel);
    // What comes up meanwhile is new, whatever the clock of its node says.
    source.since = input_.endless && began_ ? absl::InfinitePast() : input_.since;
    source.position = deploy::LogPosition(source.since);
    if (input_.tail.has_value() && !began_) {
      source.tail.emplace();
      source.tail_parts = int64_t{*input_.tail} + 1;
    }
    // The lowest number that no other pod of the component has, but those on their way out.
    std::set<int> taken;
    for (const auto& [uid, other] : sources_) {
      if (other.component == component && !other.going) taken.insert(other.number);
    }
    for (source.number = 1; taken.contains(source.number);) ++source.number;
    return source;
  }

  // Reading

  enum class Which { kNone, kPrevious, kCurrent };

  // The run that is to be read next.
  static Which NextRun(const Source& source) {
    const LogRuns& runs = source.runs;
    // Once the one of now was begun, the one before was read as far as it could be.
    const bool previous = !runs.previous.empty() && runs.previous != source.read && runs.current != source.read &&
                          runs.current != source.reading;
    if (previous) return Which::kPrevious;
    return !runs.current.empty() && runs.current != source.read ? Which::kCurrent : Which::kNone;
  }

  std::pair<const std::string, Source>* Reading(int stream) {
    const auto found = std::find_if(sources_.begin(), sources_.end(),
                                    [&](const auto& source) { return source.second.stream == stream; });
    return found == sources_.end() ? nullptr : &*found;
  }

  // When its stream has been silent for too long.
  static absl::Time SilentFrom(const Source& source) {
    return source.stream == 0 || source.paused ? absl::InfiniteFuture() : source.heard + kLogSilence;
  }

  void GiveUp(const Source& source) {
    out_.push_back(CloseLog{source.stream});
    On(deploy::LogEnded{source.stream, absl::UnavailableError("the cluster sends nothing any more")});
  }

  bool Follows() const { return input_.follow && now_ < input_.until; }

  void GoOn(const std::string& uid, Source& source) {
    source.again = absl::InfiniteFuture();
    if (source.stream != 0 || source.gone || source.looked) return;
    const Which which = NextRun(source);
    if (which == Which::kNone) {
      GiveTail(uid, source);
      source.looked = !input_.follow;
      return;
    }
    const bool current = which == Which::kCurrent;
    source.reading = current ? source.runs.current : source.runs.previous;
    source.whole = !current || source.runs.is_over;
    // What was there before is read without following, where its last lines are wanted.
    const bool follow = !source.whole && Follows() && !source.tail.has_value();
    source.stream = ++streams_;
    source.heard = now_;
    merge_.Open(uid);
    source.position.Reopen();
    source.reader = LogLineReader();
    out_.push_back(OpenLog{source.stream,
                           {.namespace_ = source.namespace_,
                            .pod = source.name,
                            .container = source.container,
                            .follow = follow,
                            .previous = !current,
                            // Where none is wanted the last one says from where on they are.
                            .tail = source.tail.has_value() ? static_cast<int>(source.tail_parts) : -1,
                            .since = source.position.since()}});
  }

  void AddLines(const std::string& uid, Source& source, std::vector<deploy::LogLine> lines) {
    for (deploy::LogLine& line : lines) {
      if (line.time < source.since || line.time > input_.until || !source.position.Take(line.time)) continue;
      source.brought = true;
      if (!source.tail.has_value()) {
        merge_.Add(uid, std::move(line), now_);
        continue;
      }
      source.tail->push_back(std::move(line));
      if (source.tail->size() > static_cast<size_t>(*input_.tail)) source.tail->pop_front();
    }
    source.position.Advance(absl::InfiniteFuture());
  }

  // Whether the first of the last lines may have come without its beginning: a node counts parts of lines.
  bool IsTailCut(const Source& source) const {
    return source.tail.has_value() && source.reader.parts() >= source.tail_parts &&
           source.reader.lines() <= *input_.tail && source.tail_parts < kMostTailParts;
  }

  // All runs once more, from further back.
  void ReadLongerTail(const std::string& uid, Source& source) {
    source.tail_parts = std::min(source.tail_parts * 4, kMostTailParts);
    source.tail->clear();
    source.position = deploy::LogPosition(source.since);
    source.reading.clear();
    source.read.clear();
    GoOn(uid, source);
  }

  // All that was there when it began is read: its last lines are shown, and what comes from now on is, whole.
  void GiveTail(const std::string& uid, Source& source) {
    if (!source.tail.has_value()) return;
    merge_.Open(uid);
    for (deploy::LogLine& line : *source.tail) merge_.Add(uid, std::move(line), now_);
    merge_.Close(uid);
    source.tail.reset();
    source.position.BeginHere();
    source.caught_up = true;
  }

  void OnRefused(const std::string& uid, Source& source, const absl::Status& status) {
    // It has not begun, or its output is there no more: what is told of the pod says how to go on.
    const bool nothing = absl::IsInvalidArgument(status) || absl::IsNotFound(status);
    if (nothing && source.whole) source.read = source.reading;
    const bool later = nothing || absl::IsUnavailable(status);
    if (input_.follow && later) {
      source.again = now_ + source.backoff.Next();
      return;
    }
    GiveTail(uid, source);
    source.looked = true;
    incomplete_ |= !nothing;
    if (!nothing && warned_.insert(source.component).second) {
      Warn(absl::StrCat(source.component, ": its log cannot be read: ", status.message()));
    }
  }

  // Reads no more of what is far ahead of the others, or goes on.
  void Pause(const std::string& uid, Source& source) {
    if (source.stream == 0) return;
    const size_t waiting = merge_.Waiting(uid), most = kMostWaiting / std::max<size_t>(1, sources_.size());
    const bool pause = source.paused ? waiting > most / 2 : waiting > most;
    if (pause == source.paused) return;
    source.paused = pause;
    source.heard = now_;
    out_.push_back(deploy::PauseLog{source.stream, pause});
  }

  // Showing

  void PassOn() {
    for (deploy::MergedLine& merged : merge_.Take(now_)) {
      const auto& [component, number] = shown_.at(merged.source);
      out_.push_back(deploy::ComponentLine{component, number, std::move(merged.line)});
    }
    for (auto& [uid, source] : sources_) Pause(uid, source);
  }

  void Warn(std::string text) { out_.push_back(deploy::LogWarning{std::move(text)}); }

  bool IsOver() const {
    if (hopeless_ || (input_.follow && now_ >= input_.until)) return merge_.Empty();
    if (!listed_ || !merge_.Empty() || input_.endless) return false;
    const bool read = std::all_of(sources_.begin(), sources_.end(), [](const auto& source) {
      const Source& its = source.second;
      return its.looked || (its.stream == 0 && its.ended && NextRun(its) == Which::kNone);
    });
    const bool ended =
        std::all_of(workloads_.begin(), workloads_.end(), [](const auto& workload) { return workload.second; });
    return read && (ended || !input_.follow);
  }

  LogInput input_;
  deploy::LogMerge merge_;
  api::WatchFilter filter_;
  std::map<std::string, Source> sources_;                     // by uid
  std::map<std::string, bool> workloads_;                     // by uid: whether it has ended
  std::map<std::string, std::pair<std::string, int>> shown_;  // by uid, also those that are gone
  std::set<std::string> warned_;                              // components
  http::Backoff backoff_;
  absl::Time now_;
  absl::Time relist_ = absl::InfiniteFuture(), relisten_ = absl::InfiniteFuture();
  absl::Time tell_deaf_ = absl::InfiniteFuture();
  int requests_ = 0, streams_ = 0;
  std::set<RequestId> asked_;  // lists that are not answered yet
  bool listed_ = false, began_ = false, deaf_ = false, hopeless_ = false, incomplete_ = false, done_ = false;
  std::vector<LogAction> out_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_LOG_FOLLOW_H_
