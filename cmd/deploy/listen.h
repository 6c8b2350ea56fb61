// Opening the engine's stream of events, for all who follow it.
#ifndef CMD_DEPLOY_LISTEN_H_
#define CMD_DEPLOY_LISTEN_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/engine/client.h"
#include "flow/engine/event_stream.h"
#include "flow/engine/http.h"
#include "flow/engine/response.h"

namespace flow {

struct EventHandlers {
  std::function<void()> opened;  // from now on no event is missed
  std::function<void(engine::Event)> happened;
  std::function<void(const absl::Status&)> ended;  // the engine's refusal, or what cut it off; OK: it came to its end
};

// Sends the request (BuildEventsRequest); the client's number of the stream.
inline int OpenEvents(Client& client, const engine::HttpRequest& request, EventHandlers handlers) {
  Client::StreamHandlers stream;
  stream.opened = [opened = std::move(handlers.opened)](const engine::HttpResponse&) { opened(); };
  stream.chunk = [happened = std::move(handlers.happened),
                  reader = std::make_shared<engine::EventStreamReader>()](absl::string_view piece) {
    for (engine::Event& event : reader->Read(piece)) happened(std::move(event));
  };
  stream.done = [ended = std::move(handlers.ended)](const absl::StatusOr<engine::HttpResponse>& response) {
    ended(engine::EndOfStream(response));
  };
  return client.Stream(request, std::move(stream));
}

}  // namespace flow

#endif  // CMD_DEPLOY_LISTEN_H_
