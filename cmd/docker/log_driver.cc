#include "cmd/docker/log_driver.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "cmd/docker/listen.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"

namespace flow {

LogDriver::~LogDriver() {
  for (const auto& [number, request] : requests_) client_.Cancel(request);
  for (const auto& [number, request] : logs_) client_.Cancel(request);
  client_.Cancel(events_);
}

void LogDriver::Tell(const docker::LogEvent& event) {
  bool any = false;
  for (const docker::LogAction& action : machine_.Step(absl::Now(), event)) {
    any |= std::holds_alternative<deploy::ComponentLine>(action);
    std::visit([this](const auto& a) { Do(a); }, action);
  }
  if (any) hooks_.printed();
}

void LogDriver::Tick() {
  if (absl::Now() >= machine_.due()) Tell(docker::Tick{});
}

void LogDriver::Do(const docker::Send& send) {
  const http::Request request = docker::engine::BuildRequest(send.call, send.version);
  hooks_.request(request);
  const auto done = [this, number = send.request, call = send.call](absl::StatusOr<http::Response> response) {
    requests_.erase(number);
    Tell(docker::Answer{number, response.ok() ? docker::engine::ReadReply(call, *response) : response.status()});
  };
  requests_[send.request] = client_.Send(request, send.deadline, done);
}

void LogDriver::Do(const docker::OpenStream& open) {
  const http::Request request =
      docker::engine::BuildEventsRequest(open.filter.labels, open.filter.since_nano, open.version);
  hooks_.request(request);
  events_ =
      OpenEvents(client_, request,
                 {.opened = [this] { Tell(deploy::StreamOpened{}); },
                  .happened = [this](docker::engine::Event event) { Tell(docker::StreamEvent{std::move(event)}); },
                  .ended =
                      [this](const absl::Status& status) {
                        events_ = 0;
                        Tell(deploy::StreamEnded{status});
                      }});
}

void LogDriver::Do(const docker::OpenLog& open) {
  Client::StreamHandlers handlers;
  handlers.chunk = [this, stream = open.stream](absl::string_view piece) {
    Tell(docker::LogPiece{stream, std::string(piece)});
  };
  handlers.done = [this, stream = open.stream](const absl::StatusOr<http::Response>& response) {
    logs_.erase(stream);
    Tell(docker::LogEnded{stream, docker::engine::EndOfStream(response)});
  };
  const http::Request request = docker::engine::BuildLogsRequest(open.query, open.version);
  hooks_.request(request);
  logs_[open.stream] = client_.Stream(request, handlers);
}

void LogDriver::Do(const docker::PauseLog& pause) {
  if (const auto found = logs_.find(pause.stream); found != logs_.end()) client_.Pause(found->second, pause.pause);
}

}  // namespace flow
