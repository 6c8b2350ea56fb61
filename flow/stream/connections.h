// How the streams with a pipeline's replicas come and go: the half of the machine (pump.h) that connects. A replica is
// tried at once when it is told where it is, and again in growing pauses; what a stream that broke may have lost is read
// again from the sources.
#ifndef FLOW_STREAM_CONNECTIONS_H_
#define FLOW_STREAM_CONNECTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/stream/contract.h"
#include "flow/stream/frame.h"
#include "flow/stream/link.h"
#include "flow/stream/origin.h"
#include "flow/stream/outflow.h"
#include "flow/stream/router.h"
#include "flow/stream/service.pb.h"
#include "flow/stream/topology.h"
#include "flow/text/listed.h"

namespace flow::stream {

class Connections {
 protected:
  // As Pump has them.
  Connections(Topology topology, int64_t window, const Handover& before);

  void On(const Located& located);
  void On(const Gone& gone);
  void On(const Checked& checked);
  void On(const Ended& ended);

  // Asks whether it serves; its stream is opened where it does.
  void Try(Link& link);
  // Of those that do not serve at their first tries, once it is known of all: in one line.
  void TellAway();
  // Its stream, which was open, has broken.
  void Lose(Link& link, const absl::Status& status);
  // Closes what is under way with it.
  void Leave(Link& link);

  // "proc", or of several "proc 2".
  std::string NameOf(const Link& link) const;
  const Component& Of(const Link& link) const { return router_.topology.components[link.component]; }
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
  absl::Time now_ = absl::InfinitePast();
  int64_t lost_ = 0;
  bool stopping_ = false, for_another_ = false, failed_ = false;

 private:
  static constexpr absl::Duration kLongestPause = absl::Milliseconds(500);  // between two tries
  static constexpr absl::Duration kRest = absl::Seconds(1);  // for what a stream still brings whose container ended
  static constexpr int kPatientTries = 3;                    // before one is told of
  // The frame of a message at gRPC's own limit: what every component takes.
  static constexpr size_t kSureSize = kFramePrefix + (4 << 20);

  void OpenStream(Link& link, Handled handled);
  void Retry(Link& link, const absl::Status& status);
  void ReadAgain(const Doubt& doubt, const Link& because);
  void Restart(Link& link);
  void Revive(int component);
  void EndWell(Link& link);

  LinkId last_id_ = LinkId();
};

// How it is done

inline Connections::Connections(Topology topology, int64_t window, const Handover& before)
    : router_(std::move(topology), window),
      origins_(router_.topology.components.size()),
      lost_(before.lost),
      failed_(before.failed) {
  for (size_t i = 0; i < origins_.size(); ++i) {
    const Component& component = router_.topology.components[i];
    const auto found = before.from.find(component.id);
    if (found != before.from.end()) origins_[i].ReadFrom(found->second);
    if (component.kind != Kind::kSource || !component.readers.empty()) continue;
    for (Link& link : router_.links[i]) link.phase = Link::Phase::kFinished;  // nobody wants its events
  }
}

inline Link* Connections::Find(LinkId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &router_.links[found->second.first][found->second.second];
}

inline std::string Connections::NameOf(const Link& link) const {
  return router_.links[link.component].size() == 1 ? Of(link).id : absl::StrCat(Of(link).id, " ", link.number);
}

inline void Connections::On(const Located& located) {
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

inline void Connections::On(const Gone& gone) {
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
  link.due = absl::InfiniteFuture();
  link.to_tell = false;
}

inline void Connections::Leave(Link& link) {
  if (link.id == LinkId()) return;
  Put(Close{link.id});
  by_id_.erase(link.id);
  link.id = LinkId();
}

inline void Connections::Try(Link& link) {
  Leave(link);
  link.phase = Link::Phase::kChecking;
  link.due = absl::InfiniteFuture();
  link.id = last_id_ = LinkId(static_cast<int>(last_id_) + 1);
  by_id_[link.id] = {link.component, link.number - 1};
  Put(Check{link.id, link.component, link.address});
}

inline void Connections::On(const Checked& checked) {
  Link* const link = Find(checked.link);
  if (link == nullptr) return;
  if (!checked.handled.ok()) return Retry(*link, checked.handled.status());
  if (!checked.types.empty()) router_.SetTypes(*link, {checked.types.begin(), checked.types.end()});
  OpenStream(*link, *checked.handled);
}

inline void Connections::OpenStream(Link& link, Handled handled) {
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
  link.told = link.to_tell = false;
  link.why.clear();
}

// It does not serve, or no longer.
inline void Connections::Retry(Link& link, const absl::Status& status) {
  Leave(link);
  link.why = std::string(status.message());
  if (link.address.empty()) {
    link.phase = Link::Phase::kAway;
    link.due = absl::InfiniteFuture();
    return;
  }
  link.phase = Link::Phase::kWaiting;
  link.due = now_ + std::min(kLongestPause, link.backoff.Next());
  link.to_tell = !link.told && link.backoff.tries >= kPatientTries;
}

inline void Connections::TellAway() {
  std::map<std::string, std::vector<std::string>> away;  // by why
  bool known = true, any = false;
  ForEach([&](const Link& link) {
    const bool tried = link.phase == Link::Phase::kWaiting || link.phase == Link::Phase::kChecking;
    known &= !tried || link.told || link.to_tell;
    any |= link.connected() || link.told || link.phase == Link::Phase::kFinished;
    if (link.to_tell) away[link.why].push_back(absl::StrCat(NameOf(link), " at ", link.address));
  });
  if (away.empty() || !known) return;
  for (const auto& [why, links] : away) {
    const bool one = links.size() == 1;
    Tell(Report::Kind::kWarning, absl::StrCat(text::Listed(links), one ? " does" : " do", " not serve (", why, "); ",
                                              one ? "it is" : "they are", " tried again"));
  }
  if (!any) Tell(Report::Kind::kNote, "what is not made with flowctl's SDK moves its events itself");
  ForEach([](Link& link) { link.told |= std::exchange(link.to_tell, false); });
}

inline void Connections::Lose(Link& link, const absl::Status& status) {
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

inline void Connections::ReadAgain(const Doubt& doubt, const Link& because) {
  if (doubt.unknown > 0) {
    lost_ += doubt.unknown;
    Tell(Report::Kind::kWarning,
         absl::StrCat("at most ", doubt.unknown, " events without a cursor were lost with ", NameOf(because)));
  }
  for (size_t i = 0; i < doubt.from.size(); ++i) {
    if (doubt.from[i] == kNoLedger) continue;
    if (origins_[i].Brings(doubt.from[i]) && !router_.Finished(static_cast<int>(i))) continue;
    if (for_another_) {
      if (doubt.from[i] < origins_[i].at()) origins_[i].ReadFrom(doubt.from[i]);
      continue;
    }
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

inline void Connections::Restart(Link& link) {
  Leave(link);
  link.phase = link.address.empty() ? Link::Phase::kAway : Link::Phase::kWaiting;
  link.due = link.address.empty() ? absl::InfiniteFuture() : now_;
}

// What has finished behind the component gets events again.
inline void Connections::Revive(int component) {
  for (const int reader : router_.topology.components[component].readers) {
    for (Link& link : router_.links[reader]) {
      if (link.phase == Link::Phase::kFinished) Restart(link);
    }
    Revive(reader);
  }
}

inline void Connections::On(const Ended& ended) {
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

inline void Connections::EndWell(Link& link) {
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

}  // namespace flow::stream

#endif  // FLOW_STREAM_CONNECTIONS_H_
