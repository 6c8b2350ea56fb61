#include "cmd/deploy/log_driver.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "cmd/deploy/listen.h"
#include "flow/engine/request.h"
#include "flow/engine/response.h"

namespace flow {

LogDriver::~LogDriver() {
  for (const auto& [number, request] : requests_) client_.Cancel(request);
  for (const auto& [number, request] : logs_) client_.Cancel(request);
  client_.Cancel(events_);
}

void LogDriver::Tell(const deploy::LogEvent& event) {
  bool any = false;
  for (const deploy::LogAction& action : machine_.Step(absl::Now(), event)) {
    any |= std::holds_alternative<deploy::PrintLine>(action);
    std::visit([this](const auto& a) { Do(a); }, action);
  }
  if (any) hooks_.printed();
}

void LogDriver::Tick() {
  if (absl::Now() >= machine_.due()) Tell(deploy::Tick{});
}

void LogDriver::Do(const deploy::Send& send) {
  const engine::HttpRequest request = engine::BuildRequest(send.call, send.version);
  hooks_.request(request);
  const auto done = [this, number = send.request, call = send.call](absl::StatusOr<engine::HttpResponse> response) {
    requests_.erase(number);
    Tell(deploy::Answer{number, response.ok() ? engine::ReadReply(call, *response) : response.status()});
  };
  requests_[send.request] = client_.Send(request, send.deadline, done);
}

void LogDriver::Do(const deploy::Listen& listen) {
  const engine::HttpRequest request = engine::BuildEventsRequest(listen.labels, listen.since_nano, listen.version);
  hooks_.request(request);
  events_ = OpenEvents(client_, request,
                       {.opened = [this] { Tell(deploy::Listening{}); },
                        .happened = [this](engine::Event event) { Tell(deploy::Happened{std::move(event)}); },
                        .ended =
                            [this](const absl::Status& status) {
                              events_ = 0;
                              Tell(deploy::Deaf{status});
                            }});
}

void LogDriver::Do(const deploy::OpenLog& open) {
  Client::StreamHandlers handlers;
  handlers.chunk = [this, stream = open.stream](absl::string_view piece) {
    Tell(deploy::LogPiece{stream, std::string(piece)});
  };
  handlers.done = [this, stream = open.stream](const absl::StatusOr<engine::HttpResponse>& response) {
    logs_.erase(stream);
    Tell(deploy::LogEnded{stream, engine::EndOfStream(response)});
  };
  const engine::HttpRequest request = engine::BuildLogsRequest(open.query, open.version);
  hooks_.request(request);
  logs_[open.stream] = client_.Stream(request, handlers);
}

void LogDriver::Do(const deploy::PauseLog& pause) {
  if (const auto found = logs_.find(pause.stream); found != logs_.end()) client_.Pause(found->second, pause.pause);
}

}  // namespace flow
