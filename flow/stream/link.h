// One replica of a component, as the machine that moves events (pump.h) knows it: where it is, the stream with it, and
// what is to be sent to it.
#ifndef FLOW_STREAM_LINK_H_
#define FLOW_STREAM_LINK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "flow/http/backoff.h"
#include "flow/stream/contract.h"
#include "flow/stream/frame.h"
#include "flow/stream/outflow.h"
#include "flow/stream/progress.h"
#include "flow/stream/topology.h"

namespace flow::stream {

struct Link {
  enum class Phase {
    kAway,      // no container of it runs
    kWaiting,   // for the next try, at `due`
    kChecking,  // whether it serves
    kOpen,
    kEnding,    // all was sent, and it was told so; its own end is to come
    kFinished,  // its end has come, as it should
  };

  Link(int component_, int number_, Kind kind, size_t sources, Outflow::Limits limits)
      : component(component_), number(number_), out(sources, limits), progress(kind == Kind::kProcessor) {}

  bool connected() const { return phase == Phase::kOpen || phase == Phase::kEnding; }

  const int component;
  const int number;
  Phase phase = Phase::kAway;
  LinkId id = LinkId();  // of the stream, or the try, that is under way; 0: none
  std::string address;   // empty: no container of it runs
  std::string start;     // which container, and which of its starts
  absl::Time due =
      absl::InfiniteFuture();  // the next try; or, of one whose container has ended, when it counts as lost
  http::Backoff backoff;
  absl::Time opened = absl::InfinitePast();
  bool to_tell = false;  // that it does not serve
  bool told = false;     // … or is not connected any more
  std::string why;       // it is not
  int64_t connects = 0;

  // What comes from it.
  FrameReader reader;
  bool paused = false;
  std::string answer;  // a sink's

  // What is sent to it.
  Outflow out;
  Progress progress;
  bool full = false;    // so much waits that what feeds it is paused
  bool hungry = false;  // it could take more than there was
};

}  // namespace flow::stream

#endif  // FLOW_STREAM_LINK_H_
