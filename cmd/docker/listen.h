// Opening the engine's stream of events, for all who follow it.
#ifndef CMD_DOCKER_LISTEN_H_
#define CMD_DOCKER_LISTEN_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/http/client.h"
#include "flow/docker/engine/event_stream.h"
#include "flow/docker/engine/response.h"
#include "flow/http/message.h"

namespace flow {

struct EventHandlers {
  std::function<void()> opened;  // from now on no event is missed
  std::function<void(docker::engine::Event)> happened;
  std::function<void(const absl::Status&)> ended;  // the engine's refusal, or what cut it off; OK: it came to its end
};

// Sends the request (BuildEventsRequest); the client's number of the stream.
inline int OpenEvents(Client& client, const http::Request& request, EventHandlers handlers) {
  Client::StreamHandlers stream;
  stream.opened = [opened = std::move(handlers.opened)](const http::Response&) { opened(); };
  stream.chunk = [happened = std::move(handlers.happened),
                  reader = std::make_shared<docker::engine::EventStreamReader>()](absl::string_view piece) {
    for (docker::engine::Event& event : reader->Read(piece)) happened(std::move(event));
  };
  stream.done = [ended = std::move(handlers.ended)](const absl::StatusOr<http::Response>& response) {
    ended(docker::engine::EndOfStream(response));
  };
  return client.Stream(request, std::move(stream));
}

}  // namespace flow

#endif  // CMD_DOCKER_LISTEN_H_
