// Which replicas an event goes to, and who is held back for whom: the part of pump.h that events pass through.
#ifndef FLOW_STREAM_ROUTER_H_
#define FLOW_STREAM_ROUTER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/stream/contract.h"
#include "flow/stream/event.h"
#include "flow/stream/link.h"
#include "flow/stream/outflow.h"
#include "flow/stream/topology.h"

namespace flow::stream {

struct Router {
  static constexpr int64_t kWindow = 256;
  // Bytes that a processor is given at once: one that sends from several threads hangs with 64 KiB of output unread.
  static constexpr size_t kWindowBytes = 48 << 10;
  // Bytes that wait for one replica before what feeds it is paused. Where half of that is left it goes on.
  static constexpr size_t kMostWaiting = 64 << 10;

  Router(Topology topology_, int64_t window);

  // Queues the frame for each reader of the component.
  void Route(int component, absl::string_view frame, const EventHead& head, const Ledgers& from, bool certain);

  // The next bytes for a replica.
  size_t Take(Link& link, char* to, size_t size);

  // Pauses the streams of the component's replicas while one that reads it has too much waiting, or lets them go on.
  void SetPaused(int component);

  // A sink takes events of these types alone; what waits for it is no exception.
  void SetTypes(const Link& link, const Types& types);

  // Wakes a stream that has something to send again.
  void Poke(Link& link);

  // Whether all replicas of the component have finished; of all components; of those that it reads.
  bool Finished(int component) const;
  bool AllFinished() const;
  bool Draining(int component) const;

  std::vector<ReplicaFigures> ReplicasNow() const;
  // By source, what brings again all that was read and is not safe.
  Ledgers UnderWay() const;

  Topology topology;
  std::vector<std::vector<Link>> links;  // by component, and number - 1
  std::vector<EdgeFigures> edges;
  std::vector<std::vector<size_t>> edges_of;  // by component: those to its readers, in their order
  std::vector<Action> actions;

 private:
  Link& Choose(int component, const EventHead& head);
  void SetFull(Link& link, bool full);
};

// How it is done

inline Router::Router(Topology topology_, int64_t window) : topology(std::move(topology_)) {
  const size_t count = topology.components.size();
  edges = EdgesOf(topology);
  edges_of.resize(count);
  for (size_t edge = 0; edge < edges.size(); ++edge) edges_of[edges[edge].from].push_back(edge);
  for (size_t i = 0; i < count; ++i) {
    const Component& component = topology.components[i];
    Outflow::Limits limits;
    if (component.kind == Kind::kProcessor) {
      limits.events = window;
      limits.bytes = kWindowBytes;
      limits.answers = true;
    }
    std::vector<Link>& replicas = links.emplace_back();
    for (int number = 1; number <= component.replicas; ++number) {
      replicas.emplace_back(static_cast<int>(i), number, component.kind, count, limits);
    }
  }
}

inline void Router::Route(int component, absl::string_view frame, const EventHead& head, const Ledgers& from,
                          bool certain) {
  const std::vector<int>& readers = topology.components[component].readers;
  for (size_t i = 0; i < readers.size(); ++i) {
    const Component& reader = topology.components[readers[i]];
    EdgeFigures& edge = edges[edges_of[component][i]];
    if (!reader.types.empty() && !reader.types.contains(head.type)) {
      ++edge.skipped;
      continue;
    }
    ++edge.events;
    edge.bytes += static_cast<int64_t>(frame.size());
    Link& link = Choose(readers[i], head);
    link.out.Push(frame, from, certain);
    Poke(link);
    if (!link.full && link.out.waiting_bytes() > kMostWaiting) SetFull(link, true);
  }
}

inline void Router::SetTypes(const Link& link, const Types& types) {
  topology.components[link.component].types = types;
  for (Link& replica : links[link.component]) replica.out.PassOnly(types);
}

inline Link& Router::Choose(int component, const EventHead& head) {
  std::vector<Link>& replicas = links[component];
  if (replicas.size() == 1) return replicas[0];
  if (head.cursor.has_value()) {
    return replicas[(head.cursor->ledger * 31 + head.cursor->index) % replicas.size()];
  }
  // Where least waits; of those that are connected, where any is.
  return *std::min_element(replicas.begin(), replicas.end(), [](const Link& a, const Link& b) {
    return std::pair(!a.connected(), a.out.waiting_bytes()) < std::pair(!b.connected(), b.out.waiting_bytes());
  });
}

inline size_t Router::Take(Link& link, char* to, size_t size) {
  // While its output waits, it is given nothing that would make more of it.
  const size_t taken = link.paused ? 0 : link.out.Take(to, size);
  link.hungry = taken == 0;
  if (link.full && link.out.waiting_bytes() < kMostWaiting / 2) SetFull(link, false);
  return taken;
}

inline void Router::SetFull(Link& link, bool full) {
  link.full = full;
  for (const int input : topology.components[link.component].inputs) SetPaused(input);
}

inline void Router::SetPaused(int component) {
  const auto is_full = [this](int reader) {
    return std::any_of(links[reader].begin(), links[reader].end(), [](const Link& link) { return link.full; });
  };
  const std::vector<int>& readers = topology.components[component].readers;
  const bool pause = std::any_of(readers.begin(), readers.end(), is_full);
  for (Link& link : links[component]) {
    if (!link.connected() || link.paused == pause) continue;
    link.paused = pause;
    actions.emplace_back(Pause{link.id, pause});
    Poke(link);
  }
}

inline void Router::Poke(Link& link) {
  if (!link.hungry || link.paused || link.phase != Link::Phase::kOpen || !link.out.ready()) return;
  link.hungry = false;
  actions.emplace_back(Wake{link.id});
}

inline bool Router::Finished(int component) const {
  return std::all_of(links[component].begin(), links[component].end(),
                     [](const Link& link) { return link.phase == Link::Phase::kFinished; });
}

inline bool Router::AllFinished() const {
  for (size_t i = 0; i < links.size(); ++i) {
    if (!Finished(static_cast<int>(i))) return false;
  }
  return true;
}

inline bool Router::Draining(int component) const {
  const std::vector<int>& inputs = topology.components[component].inputs;
  return std::all_of(inputs.begin(), inputs.end(), [this](int input) { return Finished(input); });
}

inline std::vector<ReplicaFigures> Router::ReplicasNow() const {
  std::vector<ReplicaFigures> figures;
  for (const std::vector<Link>& replicas : links) {
    for (const Link& link : replicas) {
      figures.push_back({.component = link.component,
                         .number = link.number,
                         .connected = link.connected(),
                         .finished = link.phase == Link::Phase::kFinished,
                         .waiting = link.out.waiting(),
                         .unsettled = link.out.unsettled(),
                         .refused = link.out.refused(),
                         .reconnects = std::max<int64_t>(0, link.connects - 1),
                         .why = link.why});
    }
  }
  return figures;
}

inline Ledgers Router::UnderWay() const {
  Ledgers from(links.size(), kNoLedger);
  for (const std::vector<Link>& replicas : links) {
    for (const Link& link : replicas) {
      const Ledgers of_link = link.out.FromOfAll();
      for (size_t i = 0; i < from.size(); ++i) from[i] = std::min(from[i], of_link[i]);
    }
  }
  return from;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_ROUTER_H_
