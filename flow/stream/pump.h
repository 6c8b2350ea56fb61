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
#include "flow/stream/connections.h"
#include "flow/stream/contract.h"
#include "flow/stream/event.h"
#include "flow/stream/frame.h"
#include "flow/stream/link.h"
#include "flow/stream/origin.h"
#include "flow/stream/outflow.h"
#include "flow/stream/router.h"
#include "flow/stream/topology.h"

namespace flow::stream {

class Pump : private Connections {
 public:
  static constexpr absl::Duration kStopPatience = absl::Seconds(10);  // from Stop to Finish, whatever is under way

  // `window`: how many events a processor is given at once. `before`: of the Pump after which this one goes on.
  explicit Pump(Topology topology, int64_t window = Router::kWindow, const Handover& before = {})
      : Connections(std::move(topology), window, before) {}

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
  // Once it has finished, for another one.
  Handover HandOver() const;

 private:
  static constexpr absl::Duration kCatchUp = absl::Milliseconds(50);  // from "done with an event" to its output

  using Connections::On;
  void On(const Received& received);
  void On(const Counted& counted);
  void On(const Tick&) {}
  void On(const Stop& stop);

  absl::Status OnEvent(Link& link, absl::string_view frame, Ledgers& from, bool certain);

  void Advance(Link& link);
  void GiveUp(const Link& link, int64_t events);
  bool MayHaveCome(const Link& link) const;
  void EndWhenDone(Link& link);

  absl::Time give_up_ = absl::InfiniteFuture();
  bool finished_ = false;
};

// How it is done

inline std::vector<Action> Pump::Step(absl::Time now, const Event& event) {
  now_ = now;
  if (finished_) return {};
  std::visit([this](const auto& happened) { On(happened); }, event);
  ForEach([this](Link& link) { Advance(link); });
  TellAway();
  if (router_.AllFinished() || now_ >= give_up_) {
    finished_ = true;
    ForEach([this](Link& link) {
      lost_ += link.out.refused() + (for_another_ ? link.out.UnknownOfAll() : link.out.waiting());
      Leave(link);
    });
    Put(Finish{.well = lost_ == 0 && !failed_});
  }
  return TakeActions();
}

inline void Pump::On(const Stop& stop) {
  for_another_ = stop.for_another;
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
  const int64_t unsettled = link.out.unsettled();
  const Progress::Step step = link.progress.Look(now_, need, link.out);
  if (step == Progress::Step::kAsk) Put(Count{link.id});
  if (step == Progress::Step::kGivenUp) GiveUp(link, unsettled);
  if (last) return EndWhenDone(link);
  if (step == Progress::Step::kNothing && MayHaveCome(link) && now_ >= link.progress.moved() + kCatchUp) {
    link.out.Presume();
  }
  router_.Poke(link);
}

inline void Pump::GiveUp(const Link& link, int64_t events) {
  if (Of(link).kind == Kind::kSink) return;  // which passes over what is not of its types, uncounted
  Tell(Report::Kind::kWarning, absl::StrCat(NameOf(link), " has told nothing for long of ", events,
                                            " events that it was sent; it is sent more"));
}

// Whether it is done with all that it was sent, and yet some of what that was made into may still come.
inline bool Pump::MayHaveCome(const Link& link) const {
  return Of(link).kind == Kind::kProcessor && link.out.unsettled() == 0 && link.out.in_doubt() > 0;
}

// Ends what is sent to it once nothing of that can be lost by it.
inline void Pump::EndWhenDone(Link& link) {
  const bool tells = Of(link).kind == Kind::kProcessor || link.progress.counts();
  if (tells && link.out.unsettled() > 0) return;
  const bool may_come = Of(link).kind == Kind::kProcessor && !link.out.answered_all();
  if (may_come && now_ < link.progress.moved() + kCatchUp) return;
  if (link.progress.counts()) link.out.Presume();
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
      const bool ends = router_.Draining(link.component) && link.out.empty() && link.out.unsettled() == 0;
      if (ends || MayHaveCome(link)) {
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

inline Handover Pump::HandOver() const {
  Handover left{.lost = lost_, .failed = failed_};
  const Ledgers under_way = router_.UnderWay();
  for (size_t i = 0; i < origins_.size(); ++i) {
    const uint64_t from = std::min(origins_[i].at(), under_way[i]);
    if (from != kNoLedger) left.from[router_.topology.components[i].id] = from;
  }
  return left;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_PUMP_H_
