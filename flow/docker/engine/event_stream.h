// The stream of GET /events: JSON objects one after the other, a line each, in pieces of any size.
#ifndef FLOW_DOCKER_ENGINE_EVENT_STREAM_H_
#define FLOW_DOCKER_ENGINE_EVENT_STREAM_H_

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/engine/json.h"
#include "flow/http/stream_lines.h"

namespace flow::docker::engine {

class EventStreamReader {
 public:
  // Takes the next piece; returns the events that it completes, in order. A line that is no event is passed over: the
  // stream's end is what tells that something is wrong with it.
  std::vector<Event> Read(absl::string_view piece) {
    std::vector<Event> events;
    lines_.Read(piece, [&](absl::string_view line) {
      absl::StatusOr<Event> event = ReadJson<Event>(line);
      if (event.ok() && !event->action().empty()) events.push_back(*std::move(event));
    });
    return events;
  }

 private:
  http::StreamLines lines_;
};

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_EVENT_STREAM_H_
