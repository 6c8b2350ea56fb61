// The machine that moves a pipeline's events: from its sources through its processors to its sinks, as `inputs` say.
// Like the other machines it does no I/O and reads no clock. What it promises:
//
//   * An event goes to each component that reads its component; of a component's replicas to one, and events of one
//     cursor to the same. To a sink with event types go those alone.
//   * Nothing is dropped while all components live. What one cannot take yet waits, up to kMostWaiting bytes; then what
//     it comes from is read no further, up to the source.
//   * A processor is given no more at once than `window` events, and nothing while its own output waits: the SDK's
//     processors lose events, hang or grow without bounds else. A window of 1 keeps the order of events.
//   * A replica that dies, or is not there yet, is tried again, at once when the engine tells of its start. What it may
//     have lost is read again from the sources, from the lowest ledger of that on: nothing is lost, and some comes
//     twice. Events without a cursor cannot be read again; their number is told.
//   * When the sources have ended, each component's input is ended once all that it was sent is done with.
#ifndef FLOW_STREAM_PUMP_H_
#define FLOW_STREAM_PUMP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/stream/contract.h"
#include "flow/stream/event.h"
#include "flow/stream/frame.h"
#include "flow/stream/link.h"
#include "flow/stream/origin.h"
#include "flow/stream/outflow.h"
#include "flow/stream/router.h"
#include "flow/stream/service.pb.h"
#include "flow/stream/topology.h"

namespace flow::stream {

class Pump {
 public:
  static constexpr absl::Duration kStopPatience = absl::Seconds(10);  // from Stop to Finish, whatever is under way

  // `window`: how many events a processor is given at once. `from`: ledgers, by component, from which on sources are
  // read in place of what they are set to; of an earlier Pump.
  explicit Pump(Topology topology, int64_t window = Router::kWindow, std::map<std::string, uint64_t> from = {});

  std::vector<Action> Step(absl::Time now, const Event& event);

  // The next bytes of an open link; how many, `size` at most.
  size_t Take(absl::Time now, LinkId id, char* to, size_t size);
  // Whether nothing more will be sent over the link.
  bool Ends(LinkId id) const;
  // What Take has decided besides.
  std::vector<Action> TakeActions() { return std::exchange(router_.actions, {}); }

  // When a Tick is due, whatever else happens. InfiniteFuture: never.
  absl::Time due() const;

  const Topology& topology() const { return router_.topology; }
  Figures figures() const;
  // Where a Pump after this one is to go on so that nothing is lost; nothing of sources without cursors.
  std::map<std::string, uint64_t> ResumeFrom() const;

 private:
  static constexpr absl::Duration kLongestPause = absl::Milliseconds(500);  // between two tries
  static constexpr absl::Duration kRest = absl::Seconds(1);  // for what a stream still brings whose container ended
  static constexpr absl::Duration kCatchUp = absl::Milliseconds(50);  // from "done with an event" to its output
  static constexpr int kPatientTries = 3;                             // before one is told of
  static constexpr size_t kSureSize = 4 << 20;  // gRPC's own limit of a message: what every component takes

  void On(const Located& located);
  void On(const Gone& gone);
  void On(const Checked& checked);
  void On(const Received& received);
  void On(const Ended& ended);
  void On(const Counted& counted);
  void On(const Tick&) {}
  void On(const Stop&);

  // A stream comes and goes.
  void Try(Link& link);
  void OpenStream(Link& link, Handled handled);
  void Retry(Link& link, const absl::Status& status);
  void Lose(Link& link, const absl::Status& status);
  void ReadAgain(const Doubt& doubt, const Link& because);
  void Restart(Link& link);
  void Revive(int component);
  void Leave(Link& link);
  void EndWell(Link& link);

  // What comes over it.
  absl::Status OnEvent(Link& link, absl::string_view frame, Ledgers& from, bool certain);

  void Advance(Link& link);
  void EndWhenDone(Link& link);

  const Component& Of(const Link& link) const { return router_.topology.components[link.component]; }
  std::string NameOf(const Link& link) const;
  Link* Find(LinkId id);
  template <typename Do>
  void ForEach(const Do& act) {
    for (std::vector<Link>& replicas : router_.links) {
      for (Link& link : replicas) act(link);
    }
  }
  template <typename Of>
  void Put(Of action) {
    router_.actions.emplace_back(std::move(action));
  }
  void Tell(Report::Kind kind, std::string text) { Put(Report{kind, std::move(text)}); }

  Router router_;
  std::vector<Origin> origins_;                  // by component
  std::map<LinkId, std::pair<int, int>> by_id_;  // → component, and number - 1
  LinkId last_id_ = LinkId();
  absl::Time now_ = absl::InfinitePast();
  absl::Time give_up_ = absl::InfiniteFuture();
  int64_t lost_ = 0;
  bool stopping_ = false, failed_ = false, finished_ = false;
};

// How it is done

inline Pump::Pump(Topology topology, int64_t window, std::map<std::string, uint64_t> from)
    : router_(std::move(topology), window), origins_(router_.topology.components.size()) {
  for (size_t i = 0; i < origins_.size(); ++i) {
    const Component& component = router_.topology.components[i];
    const auto found = from.find(component.id);
    if (found != from.end()) origins_[i].ReadFrom(found->second);
    if (component.kind != Kind::kSource || !component.readers.empty()) continue;
    for (Link& link : router_.links[i]) link.phase = Link::Phase::kFinished;  // nobody wants its events
  }
}

inline std::vector<Action> Pump::Step(absl::Time now, const Event& event) {
  now_ = now;
  if (finished_) return {};
  std::visit([this](const auto& happened) { On(happened); }, event);
  ForEach([this](Link& link) { Advance(link); });
  if (router_.AllFinished() || now_ >= give_up_) {
    finished_ = true;
    ForEach([this](Link& link) {
      lost_ += link.out.waiting() + link.out.refused();
      Leave(link);
    });
    Put(Finish{.well = lost_ == 0 && !failed_});
  }
  return TakeActions();
}

inline Link* Pump::Find(LinkId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &router_.links[found->second.first][found->second.second];
}

inline std::string Pump::NameOf(const Link& link) const {
  return router_.links[link.component].size() == 1 ? Of(link).id : absl::StrCat(Of(link).id, " ", link.number);
}

// A stream comes and goes

inline void Pump::On(const Located& located) {
  std::vector<Link>& replicas = router_.links[located.component];
  if (located.number < 1 || located.number > static_cast<int>(replicas.size())) return;
  Link& link = replicas[located.number - 1];
  if (link.start == located.start && link.address == located.address) return;
  if (link.connected()) Lose(link, absl::UnavailableError("its container was started again"));
  link.address = located.address;
  link.start = located.start;
  if (link.phase == Link::Phase::kFinished) return;
  link.backoff.Reset();
  Try(link);
}

inline void Pump::On(const Gone& gone) {
  std::vector<Link>& replicas = router_.links[gone.component];
  if (gone.number < 1 || gone.number > static_cast<int>(replicas.size())) return;
  Link& link = replicas[gone.number - 1];
  link.address.clear();
  link.start.clear();
  if (link.phase == Link::Phase::kFinished) return;
  if (link.connected()) {
    link.due = now_ + kRest;
    return;
  }
  Leave(link);
  link.phase = Link::Phase::kAway;
}

// Closes what is under way with it.
inline void Pump::Leave(Link& link) {
  if (link.id == LinkId()) return;
  Put(Close{link.id});
  by_id_.erase(link.id);
  link.id = LinkId();
}

inline void Pump::Try(Link& link) {
  Leave(link);
  link.phase = Link::Phase::kChecking;
  link.due = absl::InfiniteFuture();
  link.id = last_id_ = LinkId(static_cast<int>(last_id_) + 1);
  by_id_[link.id] = {link.component, link.number - 1};
  Put(Check{link.id, link.component, link.address});
}

inline void Pump::On(const Checked& checked) {
  Link* const link = Find(checked.link);
  if (link == nullptr) return;
  if (!checked.handled.ok()) return Retry(*link, checked.handled.status());
  OpenStream(*link, *checked.handled);
}

inline void Pump::OpenStream(Link& link, Handled handled) {
  link.phase = Link::Phase::kOpen;
  link.reader = FrameReader();
  link.answer.clear();
  link.paused = false;
  link.hungry = false;
  link.opened = now_;
  link.progress.Begin(now_, handled);
  std::string request;
  if (Of(link).kind == Kind::kSource) {
    flowctl::v1::StreamRequest message;
    for (const auto& [name, value] : Of(link).params) (*message.mutable_params())[name] = value;
    const std::optional<uint64_t>& from = origins_[link.component].from();
    if (from.has_value()) (*message.mutable_params())["start_ledger"] = absl::StrCat(*from);
    request = message.SerializeAsString();
  }
  Put(Open{link.id, link.component, link.address, request});
  router_.SetPaused(link.component);
  if (++link.connects > 1 || link.told) {
    Tell(Report::Kind::kNote, absl::StrCat(NameOf(link), " is connected", link.connects > 1 ? " again" : ""));
  }
  link.told = false;
  link.why.clear();
}

// It does not serve, or no longer.
inline void Pump::Retry(Link& link, const absl::Status& status) {
  Leave(link);
  link.why = std::string(status.message());
  if (link.address.empty()) {
    link.phase = Link::Phase::kAway;
    link.due = absl::InfiniteFuture();
    return;
  }
  link.phase = Link::Phase::kWaiting;
  link.due = now_ + std::min(kLongestPause, link.backoff.Next());
  if (link.told || link.backoff.tries < kPatientTries) return;
  link.told = true;
  Tell(Report::Kind::kWarning,
       absl::StrCat(NameOf(link), " does not serve at ", link.address, " (", status.message(), "); it is tried again"));
}

// A stream that was open has broken.
inline void Pump::Lose(Link& link, const absl::Status& status) {
  if (now_ - link.opened >= kRest) link.backoff.Reset();  // it did serve
  if (!std::exchange(link.told, true)) {
    Tell(Report::Kind::kWarning, absl::StrCat(NameOf(link), " is lost (", status.message(), "); it is tried again"));
  }
  origins_[link.component].Broke();
  if (link.out.largest() > kSureSize) {
    Tell(Report::Kind::kWarning,
         absl::StrCat(NameOf(link), " was sent an event of more than 4 MiB when that happened; ",
                      "it is sent none any more"));
    link.out.RefuseLargerThan(kSureSize);
  }
  const Doubt doubt = link.out.Restart();
  Retry(link, status);
  ReadAgain(doubt, link);
}

inline void Pump::ReadAgain(const Doubt& doubt, const Link& because) {
  if (doubt.unknown > 0) {
    lost_ += doubt.unknown;
    Tell(Report::Kind::kWarning,
         absl::StrCat("at most ", doubt.unknown, " events without a cursor were lost with ", NameOf(because)));
  }
  for (size_t i = 0; i < doubt.from.size(); ++i) {
    if (doubt.from[i] == kNoLedger) continue;
    if (origins_[i].Brings(doubt.from[i]) && !router_.Finished(static_cast<int>(i))) continue;
    if (stopping_) {
      Tell(Report::Kind::kWarning, absl::StrCat("events of ", router_.topology.components[i].id, " from ledger ",
                                                doubt.from[i], " on may be lost with ", NameOf(because)));
      failed_ = true;
      continue;
    }
    origins_[i].ReadFrom(doubt.from[i]);
    Tell(Report::Kind::kNote, absl::StrCat(router_.topology.components[i].id, " is read again from ledger ",
                                           doubt.from[i], " on, for ", NameOf(because)));
    for (Link& source : router_.links[i]) Restart(source);
    Revive(static_cast<int>(i));
  }
}

inline void Pump::Restart(Link& link) {
  Leave(link);
  link.phase = link.address.empty() ? Link::Phase::kAway : Link::Phase::kWaiting;
  link.due = link.address.empty() ? absl::InfiniteFuture() : now_;
}

// What has finished behind the component gets events again.
inline void Pump::Revive(int component) {
  for (const int reader : router_.topology.components[component].readers) {
    for (Link& link : router_.links[reader]) {
      if (link.phase == Link::Phase::kFinished) Restart(link);
    }
    Revive(reader);
  }
}

inline void Pump::On(const Ended& ended) {
  Link* const link = Find(ended.link);
  if (link == nullptr) return;
  const Kind kind = Of(*link).kind;
  const bool whole = link->reader.unfinished() == 0;
  if (ended.status.ok() && whole && (kind == Kind::kSource || link->phase == Link::Phase::kEnding)) {
    return EndWell(*link);
  }
  absl::Status status = ended.status;
  if (status.ok()) status = absl::UnavailableError(whole ? "it ended the stream" : "it ended the stream amid an event");
  if (link->phase == Link::Phase::kEnding && link->out.in_doubt() == 0 && whole) {
    Tell(Report::Kind::kWarning,
         absl::StrCat(NameOf(*link), " did all that it was sent, and then: ", status.message()));
    return EndWell(*link);
  }
  Lose(*link, status);
}

inline void Pump::EndWell(Link& link) {
  by_id_.erase(link.id);
  link.id = LinkId();
  link.phase = Link::Phase::kFinished;
  link.due = absl::InfiniteFuture();
  link.out.Presume();
  flowctl::v1::ConsumeResponse answer;
  if (link.answer.empty() || !answer.ParseFromString(link.answer)) return;
  if (answer.events_failed() == 0) return;
  failed_ = true;
  Tell(Report::Kind::kWarning, absl::StrCat(NameOf(link), " failed with ", answer.events_failed(), " events",
                                            answer.errors().empty() ? "" : absl::StrCat(": ", answer.errors(0))));
}

inline void Pump::On(const Stop&) {
  if (std::exchange(stopping_, true)) return;
  give_up_ = now_ + kStopPatience;
  ForEach([this](Link& link) {
    if (Of(link).kind != Kind::kSource || link.phase == Link::Phase::kFinished) return;
    Leave(link);
    link.phase = Link::Phase::kFinished;
    link.due = absl::InfiniteFuture();
  });
}

// What comes over it

inline void Pump::On(const Received& received) {
  Link* const link = Find(received.link);
  if (link == nullptr) return;
  link->progress.Moved(now_);
  absl::Status status;
  if (Of(*link).kind == Kind::kSink) {
    status = link->reader.Read(received.bytes, [&](absl::string_view frame) {
      link->answer = std::string(MessageOf(frame));
      return absl::OkStatus();
    });
  } else {
    // What comes out of a processor by now may be made from anything that is not safe.
    Ledgers from = link->out.From();
    const bool certain = link->out.certain();
    status = link->reader.Read(received.bytes,
                               [&](absl::string_view frame) { return OnEvent(*link, frame, from, certain); });
    router_.Poke(*link);
  }
  if (!status.ok()) Lose(*link, status);
}

inline absl::Status Pump::OnEvent(Link& link, absl::string_view frame, Ledgers& from, bool certain) {
  const std::optional<EventHead> head = ReadHead(MessageOf(frame));
  if (!head.has_value()) return absl::DataLossError("it sends what is no event");
  if (Of(link).kind == Kind::kSource) {
    origins_[link.component].Read(head->cursor);
    certain = head->cursor.has_value();
    from[link.component] = certain ? head->cursor->ledger : kNoLedger;
  } else {
    link.out.Answered();
  }
  router_.Route(link.component, frame, *head, from, certain);
  return absl::OkStatus();
}

inline size_t Pump::Take(absl::Time now, LinkId id, char* to, size_t size) {
  Link* const link = Find(id);
  if (link == nullptr || link->phase != Link::Phase::kOpen) return 0;
  now_ = now;
  const size_t taken = router_.Take(*link, to, size);
  if (taken > 0) link->progress.Moved(now);
  if (!link->out.ready()) Advance(*link);
  return taken;
}

inline bool Pump::Ends(LinkId id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return true;
  return router_.links[found->second.first][found->second.second].phase == Link::Phase::kEnding;
}

inline void Pump::On(const Counted& counted) {
  Link* const link = Find(counted.link);
  if (link == nullptr || link->phase != Link::Phase::kOpen) return;
  link->progress.Told(now_, counted.handled, link->out);
  router_.Poke(*link);
}

// Time passes

inline void Pump::Advance(Link& link) {
  if (now_ >= link.due) {
    if (link.phase == Link::Phase::kWaiting) {
      Try(link);
    } else if (link.connected()) {
      Lose(link, absl::UnavailableError("its container has ended"));
    }
  }
  if (Of(link).kind == Kind::kSource) return;
  const bool last = router_.Draining(link.component) && link.out.empty();
  if (last && !link.connected()) {
    Leave(link);
    link.phase = Link::Phase::kFinished;
    link.due = absl::InfiniteFuture();
  }
  if (link.phase != Link::Phase::kOpen) return;
  Progress::Need need = Progress::Need::kNone;
  if (Of(link).kind == Kind::kSink && link.progress.counts()) need = Progress::Need::kSafety;
  if (link.out.held() || (Of(link).kind == Kind::kProcessor && link.out.blocked())) need = Progress::Need::kRoom;
  if (last) need = Progress::Need::kEnd;
  const Progress::Step step = link.progress.Look(now_, need, link.out);
  if (step == Progress::Step::kAsk) Put(Count{link.id});
  if (step == Progress::Step::kPresumed) router_.Poke(link);
  if (last) EndWhenDone(link);
}

// Ends what is sent to it once nothing of that can be lost by it.
inline void Pump::EndWhenDone(Link& link) {
  const bool tells = Of(link).kind == Kind::kProcessor || link.progress.counts();
  if (tells && link.out.unsettled() > 0) return;
  const bool may_come = Of(link).kind == Kind::kProcessor && !link.out.answered_all();
  if (may_come && now_ < link.progress.moved() + kCatchUp) return;
  link.phase = Link::Phase::kEnding;
  Put(Wake{link.id});
}

inline absl::Time Pump::due() const {
  absl::Time due = give_up_;
  if (finished_) return absl::InfiniteFuture();
  for (const std::vector<Link>& replicas : router_.links) {
    for (const Link& link : replicas) {
      due = std::min(due, link.due);
      if (link.phase != Link::Phase::kOpen || Of(link).kind == Kind::kSource) continue;
      due = std::min(due, link.progress.due());
      if (router_.Draining(link.component) && link.out.empty() && link.out.unsettled() == 0) {
        due = std::min(due, link.progress.moved() + kCatchUp);
      }
    }
  }
  return due;
}

// What it tells

inline Figures Pump::figures() const {
  Figures figures{.edges = router_.edges, .replicas = router_.ReplicasNow(), .lost = lost_};
  for (const Origin& origin : origins_) {
    figures.ledgers.push_back(origin.highest());
    figures.again += origin.again();
  }
  for (ReplicaFigures& replica : figures.replicas) {
    const Ledgers behind = router_.links[replica.component][replica.number - 1].out.FromOfAll();
    for (size_t i = 0; i < behind.size(); ++i) {
      if (behind[i] < figures.ledgers[i]) replica.lag = std::max(replica.lag, figures.ledgers[i] - behind[i]);
    }
  }
  return figures;
}

inline std::map<std::string, uint64_t> Pump::ResumeFrom() const {
  std::map<std::string, uint64_t> resume;
  const Ledgers under_way = router_.UnderWay();
  for (size_t i = 0; i < origins_.size(); ++i) {
    const uint64_t from = std::min(origins_[i].at(), under_way[i]);
    if (from != kNoLedger) resume[router_.topology.components[i].id] = from;
  }
  return resume;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_PUMP_H_
