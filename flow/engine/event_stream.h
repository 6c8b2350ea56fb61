// The stream of GET /events: JSON objects one after the other, a line each, in pieces of any size.
#ifndef FLOW_ENGINE_EVENT_STREAM_H_
#define FLOW_ENGINE_EVENT_STREAM_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/engine/engine.pb.h"
#include "flow/engine/json.h"

namespace flow::engine {

class EventStreamReader {
 public:
  // Takes the next piece; returns the events that it completes, in order. A line that is no event is passed over: the
  // stream's end is what tells that something is wrong with it.
  std::vector<Event> Read(absl::string_view piece) {
    buffer_.append(piece.data(), piece.size());
    std::vector<Event> events;
    size_t at = 0;
    for (size_t end; (end = buffer_.find('\n', at)) != std::string::npos; at = end + 1) {
      absl::StatusOr<Event> event = ReadJson<Event>(absl::string_view(buffer_).substr(at, end - at));
      if (event.ok() && !event->action().empty()) events.push_back(*std::move(event));
    }
    buffer_.erase(0, at);
    return events;
  }

 private:
  std::string buffer_;
};

}  // namespace flow::engine

#endif  // FLOW_ENGINE_EVENT_STREAM_H_
