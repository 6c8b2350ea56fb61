// The contract between the machine that moves a pipeline's events (pump.h) and the driver that touches the world for it.
//
//   driver: for every event → actions = machine.Step(now, event) → carry the actions out, in their order
//
// What the driver owes it besides:
//   * a Check is answered by one Checked, an Open by one Ended at its end, a Count by one Counted, unless the link is
//     closed first; nothing is told of a link after its Ended or Close;
//   * Take is asked for what is to be sent over an open link whenever it can take bytes. Where there are none it asks
//     again after a Wake, or ends what it sends where Ends is true;
//   * after Pause{true} what arrives is not told until Pause{false};
//   * a Tick comes when due() has come;
//   * nothing is told after Finish.
#ifndef FLOW_STREAM_CONTRACT_H_
#define FLOW_STREAM_CONTRACT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "flow/stream/topology.h"

namespace flow::stream {

// One attempt at a replica, from its Check on: a number from 1 on.
enum class LinkId : int {};

// How many events a component says that it is done with, since it was started; nothing: it does not say.
using Handled = std::optional<int64_t>;

// Events

// A replica's container runs, and serves at this address (HOST:PORT). Told again when it was started again.
struct Located {
  int component;  // by its place in the topology
  int number;     // of the replica, from 1
  std::string address;
  std::string start;  // which container, and which of its starts: another one has another
};
// It does not run.
struct Gone {
  int component;
  int number;
};
struct Checked {
  LinkId link;
  absl::StatusOr<Handled> handled;
  // Of events that a sink takes by its own word, where the pipeline says nothing of that; empty: all.
  std::vector<std::string> types = {};
};
struct Received {
  LinkId link;
  absl::string_view bytes;
};
// OK: the server has ended the call with gRPC's status 0.
struct Ended {
  LinkId link;
  absl::Status status;
};
struct Counted {
  LinkId link;
  Handled handled;
};
struct Tick {};
// No more is to be read of any source; what is under way still arrives.
struct Stop {
  bool for_another = false;  // another machine goes on after this one (Handover)
};

using Event = std::variant<Located, Gone, Checked, Received, Ended, Counted, Tick, Stop>;

// Actions

// Does it serve? HealthCheck is asked, with its counts, and of a sink whose types the topology does not have GetInfo.
struct Check {
  LinkId link;
  int component;
  std::string address;
};
// The call of its kind: StreamEvents, Process or Consume.
struct Open {
  LinkId link;
  int component;
  std::string address;
  std::string request;  // of a source: the serialized StreamRequest
};
struct Close {
  LinkId link;
};
struct Pause {
  LinkId link;
  bool pause;
};
struct Wake {
  LinkId link;
};
struct Count {
  LinkId link;
};
// Something that a person wants to know.
struct Report {
  enum class Kind { kNote, kWarning };
  Kind kind;
  std::string text;
};
struct Finish {
  bool well;  // nothing was lost, and no sink has told of an event that it failed with
};

using Action = std::variant<Check, Open, Close, Pause, Wake, Count, Report, Finish>;

// What a machine that has finished leaves to another one, which goes on with another topology.
struct Handover {
  std::map<std::string, uint64_t> from;  // by source: from which ledger on it is to be read so that nothing is lost
  int64_t lost = 0;                      // at most so many, so far
  bool failed = false;
};

// Figures, since the beginning

struct EdgeFigures {
  int from, to;
  int64_t events = 0;  // handed on to it
  int64_t bytes = 0;
  int64_t skipped = 0;  // not of its types
};
struct ReplicaFigures {
  int component, number;
  bool connected = false;
  bool finished = false;
  int64_t waiting = 0;    // events that it has not been sent yet
  int64_t unsettled = 0;  // that it was sent, and is not known to be done with
  int64_t refused = 0;    // larger than it takes: dropped
  int64_t reconnects = 0;
  uint64_t lag = 0;  // ledgers from the lowest that it is not surely done with to the last that was read of its source
  std::string why;   // it is not connected; empty where that is as it should be
};
struct Figures {
  std::vector<EdgeFigures> edges;
  std::vector<ReplicaFigures> replicas;
  std::vector<uint64_t> ledgers;  // by component, of sources: the highest that was read; 0: none
  int64_t again = 0;              // events that were read again
  int64_t lost = 0;               // at most so many
};

// One for each component that reads another, of which nothing has been moved; by what is read, and in the order of its
// readers.
inline std::vector<EdgeFigures> EdgesOf(const Topology& topology) {
  std::vector<EdgeFigures> edges;
  for (size_t from = 0; from < topology.components.size(); ++from) {
    for (const int reader : topology.components[from].readers) {
      edges.push_back({.from = static_cast<int>(from), .to = reader});
    }
  }
  return edges;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_CONTRACT_H_
