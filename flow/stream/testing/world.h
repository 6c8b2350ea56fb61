// A pipeline's components in memory, and the driver between them and the machine: everything that happens is one of a
// few steps, each of which a test may choose, or have chosen by a seed. Components behave as the SDK's do, or as plain
// ones.
#ifndef FLOW_STREAM_TESTING_WORLD_H_
#define FLOW_STREAM_TESTING_WORLD_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/stream/pump.h"
#include "flow/stream/service.pb.h"

namespace flow::stream::testing {

// An event, with its cursor where the ledger is not 0.
inline std::string EventBytes(const std::string& id, const std::string& type, uint64_t ledger, uint64_t index) {
  const auto field = [](int number, const std::string& bytes) {
    return absl::StrCat(std::string(1, static_cast<char>(number << 3 | 2)),
                        std::string(1, static_cast<char>(bytes.size())), bytes);
  };
  const auto varint = [](uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
  };
  std::string event = field(1, id) + field(2, type);
  if (ledger != 0) event += field(8, "\x08" + varint(ledger) + "\x10" + varint(index));
  return event;
}

inline std::string IdOf(absl::string_view message) { return std::string(message.substr(2, message[1])); }

// 12 of "s12", "s1-12".
inline int NumberOf(absl::string_view id) {
  int number = 0;
  (void)absl::SimpleAtoi(id.substr(id.find_last_not_of("0123456789") + 1), &number);
  return number;
}

// What a component does.
struct Behaviour {
  int64_t events = 0;        // of a source: how many, then it ends
  int per_ledger = 1;        // … of each ledger; 0: none has a cursor
  std::string type = "t";    // … of its events, or a processor's
  int keep = 1;              // of a processor: of so many one comes out, whose number says so
  bool sdk = true;           // counts, answers in any order, and loses what is at work at its end
  bool keeps_cursor = true;  // of a processor: its events have the cursor of what they were made from
};

class World {
 public:
  World(Topology topology, std::map<std::string, Behaviour> behaviours, int64_t window, uint32_t seed)
      : pump_(topology, window), behaviours_(std::move(behaviours)), random_(seed) {
    for (size_t i = 0; i < topology.components.size(); ++i) {
      for (int number = 1; number <= topology.components[i].replicas; ++number) {
        Replica replica;
        replica.component = static_cast<int>(i);
        replica.number = number;
        replicas_.push_back(replica);
      }
    }
  }

  void StartAll() {
    for (size_t i = 0; i < replicas_.size(); ++i) Start(i);
  }

  // The container is started (again), and serves after `tries` tries in vain.
  void Start(size_t which, int tries = 0) {
    Replica& replica = replicas_[which];
    replica.runs = true;
    replica.refusals = tries;
    ++replica.starts;
    replica.done = 0;
    Tell(Located{replica.component, replica.number, absl::StrCat("10.0.0.", which + 1, ":50051"),
                 absl::StrCat(replica.starts)});
  }

  // SIGKILL: everything that it has is gone. The engine tells of it before or after the stream breaks.
  void Kill(size_t which, bool engine_first) {
    Replica& replica = replicas_[which];
    if (!replica.runs) return;
    replica.runs = false;
    replica.at_work.clear();
    replica.outputs.clear();
    ++kills_;
    if (engine_first) Tell(Gone{replica.component, replica.number});
    Break(replica);
    if (!engine_first) Tell(Gone{replica.component, replica.number});
  }

  // Its stream breaks, and it lives on.
  void Cut(size_t which) {
    Replica& replica = replicas_[which];
    replica.outputs.clear();
    Break(replica);
  }

  // One thing happens, of those that can; false: nothing can, before time passes.
  bool Happen() {
    std::vector<size_t> able;
    for (size_t i = 0; i < replicas_.size(); ++i) {
      if (CanMove(replicas_[i])) able.push_back(i);
    }
    if (able.empty()) return false;
    Move(replicas_[able[random_() % able.size()]]);
    return true;
  }

  // Until the machine has finished, or `most` steps are over; whether it has.
  bool Run(int64_t most = 1000000) {
    for (int64_t i = 0; i < most && !finished_; ++i) {
      now_ += absl::Microseconds(100);
      if (now_ >= pump_.due()) {
        Tell(Tick{});
        if (now_ >= pump_.due()) ++spins_;
      }
      if (Happen()) continue;
      if (pump_.due() == absl::InfiniteFuture()) return finished_;  // nothing will ever happen
      now_ = std::max(now_, pump_.due());
      Tell(Tick{});
    }
    return finished_;
  }

  void Stop(bool for_another = false) { Tell(stream::Stop{for_another}); }

  // How often each event has arrived at a sink, by its id.
  const std::map<std::string, int>& ArrivedAt(const std::string& sink) { return arrived_[sink]; }
  const std::vector<std::string>& OrderAt(const std::string& sink) { return order_[sink]; }

  bool finished() const { return finished_; }
  bool well() const { return well_; }
  int kills() const { return kills_; }
  // How often a Tick was due again at once: a driver would spin.
  int64_t spins() const { return spins_; }
  size_t most_waiting() const { return most_waiting_; }
  int64_t most_at_work() const { return most_at_work_; }
  const std::vector<std::string>& reports() const { return reports_; }
  Pump& pump() { return pump_; }
  size_t size() const { return replicas_.size(); }
  std::mt19937& random() { return random_; }
  void set_slow(size_t which, bool slow) { replicas_[which].slow = slow; }

 private:
  struct Replica {
    int component = 0, number = 0;
    bool runs = false;
    bool slow = false;  // it does nothing
    int refusals = 0, starts = 0;
    LinkId link = LinkId();
    bool open = false, paused = false, wants = true, input_ended = false;
    int64_t next = 0;                 // of a source: the event to send
    std::string input;                // bytes that came, not a whole frame yet
    std::deque<std::string> at_work;  // messages
    std::deque<std::string> outputs;  // messages that nobody has read yet
    int64_t done = 0;
    bool checking = false, counting = false;
  };

  const Component& Of(const Replica& replica) const { return pump_.topology().components[replica.component]; }
  const Behaviour& Does(const Replica& replica) { return behaviours_[Of(replica).id]; }

  bool CanMove(Replica& replica) {
    if (replica.checking || replica.counting) return true;
    if (!replica.open || replica.slow) return false;
    if (Of(replica).kind == Kind::kSource) return !replica.paused;
    if (!replica.at_work.empty()) return true;
    if (!replica.outputs.empty() && !replica.paused) return true;
    return replica.wants || (replica.input_ended && replica.outputs.empty());
  }

  void Move(Replica& replica) {
    if (replica.checking) return AnswerCheck(replica);
    if (replica.counting) {
      replica.counting = false;
      return Tell(Counted{replica.link, Does(replica).sdk ? Handled(replica.done) : std::nullopt});
    }
    if (Of(replica).kind == Kind::kSource) return Produce(replica);
    const uint32_t choice = random_() % 3;
    if (choice == 0 && !replica.at_work.empty()) return Work(replica);
    if (choice == 1 && !replica.outputs.empty() && !replica.paused) return Deliver(replica);
    if (replica.wants) return Feed(replica);
    if (!replica.at_work.empty() && !(replica.input_ended && Does(replica).sdk)) return Work(replica);
    if (!replica.outputs.empty()) {
      if (!replica.paused) Deliver(replica);
      return;
    }
    if (replica.input_ended) End(replica);
  }

  void AnswerCheck(Replica& replica) {
    replica.checking = false;
    if (!replica.runs || replica.refusals > 0) {
      --replica.refusals;
      return Tell(Checked{replica.link, absl::UnavailableError("nothing listens there")});
    }
    Tell(Checked{replica.link, Does(replica).sdk ? Handled(replica.done) : std::nullopt});
  }

  void Produce(Replica& replica) {
    const Behaviour& behaviour = Does(replica);
    std::string bytes;
    for (uint32_t many = 1 + random_() % 8; many > 0 && replica.next < behaviour.events; --many, ++replica.next) {
      const int64_t at = replica.next;
      const int64_t ledger = behaviour.per_ledger == 0 ? 0 : 1 + at / behaviour.per_ledger;
      bytes += Framed(EventBytes(absl::StrCat(Of(replica).id, "-", at), behaviour.type, ledger,
                                 behaviour.per_ledger == 0 ? 0 : at % behaviour.per_ledger));
    }
    if (!bytes.empty()) return Send(replica, bytes);
    const LinkId link = replica.link;
    Close(replica);
    Tell(Ended{link, absl::OkStatus()});
  }

  // Takes what the machine sends, some bytes of it.
  void Feed(Replica& replica) {
    char bytes[64];
    const size_t taken = pump_.Take(now_, replica.link, bytes, 1 + random_() % sizeof bytes);
    if (taken == 0) {
      replica.wants = false;
      replica.input_ended = pump_.Ends(replica.link);
      return Carry(pump_.TakeActions());
    }
    replica.input.append(bytes, taken);
    while (replica.input.size() >= kFramePrefix) {
      const size_t length = static_cast<unsigned char>(replica.input[4]);
      if (replica.input.size() < kFramePrefix + length) break;
      replica.at_work.push_back(replica.input.substr(kFramePrefix, length));
      replica.input.erase(0, kFramePrefix + length);
    }
    most_at_work_ = std::max(most_at_work_, static_cast<int64_t>(replica.at_work.size()));
    Carry(pump_.TakeActions());
  }

  void Work(Replica& replica) {
    const Behaviour& behaviour = Does(replica);
    const size_t which = behaviour.sdk ? random_() % replica.at_work.size() : 0;
    const std::string message = replica.at_work[which];
    replica.at_work.erase(replica.at_work.begin() + static_cast<std::ptrdiff_t>(which));
    ++replica.done;
    const std::string id = IdOf(message);
    if (Of(replica).kind == Kind::kSink) {
      ++arrived_[Of(replica).id][id];
      order_[Of(replica).id].push_back(id);
      return;
    }
    if (NumberOf(id) % behaviour.keep != 0) return;
    const std::optional<EventHead> head = ReadHead(message);
    const bool has = behaviour.keeps_cursor && head->cursor.has_value();
    replica.outputs.push_back(
        EventBytes(id, behaviour.type, has ? head->cursor->ledger : 0, has ? head->cursor->index : 0));
  }

  void Deliver(Replica& replica) {
    const std::string frame = Framed(replica.outputs.front());
    replica.outputs.pop_front();
    Send(replica, frame);
  }

  // What it had sent when it ended is read to its end; what was at work in it is lost.
  void End(Replica& replica) {
    std::string answer;
    if (Of(replica).kind == Kind::kSink) {
      while (!replica.at_work.empty()) Work(replica);
      flowctl::v1::ConsumeResponse response;
      response.set_events_consumed(replica.done);
      answer = Framed(response.SerializeAsString());
    }
    const LinkId link = replica.link;
    if (!answer.empty()) Tell(Received{link, answer});
    Close(replica);
    Tell(Ended{link, absl::OkStatus()});
  }

  // In two pieces, cut anywhere.
  void Send(Replica& replica, const std::string& bytes) {
    const size_t cut = random_() % (bytes.size() + 1);
    const LinkId link = replica.link;
    if (cut > 0) Tell(Received{link, absl::string_view(bytes).substr(0, cut)});
    if (cut < bytes.size()) Tell(Received{link, absl::string_view(bytes).substr(cut)});
  }

  void Close(Replica& replica) {
    replica.open = replica.checking = replica.counting = false;
    replica.link = LinkId();
    replica.input.clear();
  }

  void Break(Replica& replica) {
    if (!replica.open) return;
    const LinkId link = replica.link;
    Close(replica);
    Tell(Ended{link, absl::UnavailableError("the connection was lost")});
  }

  void Tell(const Event& event) {
    Carry(pump_.Step(now_, event));
    size_t waiting = 0;
    for (const ReplicaFigures& figures : pump_.figures().replicas) waiting += static_cast<size_t>(figures.waiting);
    most_waiting_ = std::max(most_waiting_, waiting);
  }

  void Carry(const std::vector<Action>& actions) {
    for (const Action& action : actions) std::visit([this](const auto& a) { Do(a); }, action);
  }

  Replica& ReplicaOf(int component, const std::string& address) {
    int which = 0;
    (void)absl::SimpleAtoi(address.substr(7, address.find(':') - 7), &which);
    (void)component;
    return replicas_[which - 1];
  }
  Replica* Linked(LinkId link) {
    for (Replica& replica : replicas_) {
      if (replica.link == link) return &replica;
    }
    return nullptr;
  }

  void Do(const Check& check) {
    Replica& replica = ReplicaOf(check.component, check.address);
    replica.link = check.link;
    replica.checking = true;
  }
  void Do(const Open& open) {
    Replica& replica = ReplicaOf(open.component, open.address);
    if (!replica.runs) return Tell(Ended{open.link, absl::UnavailableError("nothing listens there")});
    replica.open = replica.wants = true;
    replica.paused = replica.input_ended = false;
    replica.outputs.clear();
    if (Of(replica).kind != Kind::kSource) return;
    flowctl::v1::StreamRequest request;
    (void)request.ParseFromString(open.request);
    const auto start = request.params().find("start_ledger");
    int64_t ledger = 1;
    if (start != request.params().end()) (void)absl::SimpleAtoi(start->second, &ledger);
    replica.next = (ledger - 1) * std::max(1, Does(replica).per_ledger);
  }
  void Do(const stream::Close& close) {
    if (Replica* replica = Linked(close.link)) {
      Close(*replica);
      if (Does(*replica).sdk) replica->outputs.clear();
    }
  }
  void Do(const Pause& pause) {
    if (Replica* replica = Linked(pause.link)) replica->paused = pause.pause;
  }
  void Do(const Wake& wake) {
    if (Replica* replica = Linked(wake.link)) replica->wants = true;
  }
  void Do(const Count& count) {
    if (Replica* replica = Linked(count.link)) replica->counting = true;
  }
  void Do(const Report& report) { reports_.push_back(report.text); }
  void Do(const Finish& finish) {
    finished_ = true;
    well_ = finish.well;
  }

  Pump pump_;
  std::map<std::string, Behaviour> behaviours_;
  std::mt19937 random_;
  std::vector<Replica> replicas_;
  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
  std::map<std::string, std::map<std::string, int>> arrived_;
  std::map<std::string, std::vector<std::string>> order_;
  std::vector<std::string> reports_;
  bool finished_ = false, well_ = false;
  int kills_ = 0;
  int64_t spins_ = 0;
  int64_t most_at_work_ = 0;
  size_t most_waiting_ = 0;
};

// A topology of these edges; an id's first letter tells its kind: s source, p processor, k sink.
inline Topology Wire(const std::vector<std::string>& ids,
                     const std::vector<std::pair<std::string, std::string>>& edges) {
  Topology topology;
  for (const std::string& id : ids) {
    Component component;
    component.id = id;
    component.kind = id[0] == 's' ? Kind::kSource : id[0] == 'p' ? Kind::kProcessor : Kind::kSink;
    topology.components.push_back(component);
  }
  for (const auto& [from, to] : edges) {
    topology.components[topology.Find(from)].readers.push_back(topology.Find(to));
    topology.components[topology.Find(to)].inputs.push_back(topology.Find(from));
  }
  return topology;
}

}  // namespace flow::stream::testing

#endif  // FLOW_STREAM_TESTING_WORLD_H_
