#include "cmd/kubernetes/log_driver.h"

#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "flow/http/message.h"
#include "flow/kubernetes/api/request.h"
#include "flow/kubernetes/api/response.h"

namespace flow {

namespace api = kubernetes::api;

void ClusterLogDriver::Tell(const kubernetes::LogEvent& event) {
  bool any = false;
  for (const kubernetes::LogAction& action : machine_.Step(absl::Now(), event)) {
    any |= std::holds_alternative<deploy::ComponentLine>(action);
    std::visit([this](const auto& a) { Do(a); }, action);
  }
  if (any) hooks_.printed();
}

void ClusterLogDriver::Tick() {
  if (absl::Now() >= machine_.due()) Tell(deploy::Tick{});
}

void ClusterLogDriver::Do(const kubernetes::Send& send) {
  const auto make = [this, call = send.call] {
    http::Request request = api::BuildRequest(call);
    hooks_.request(request);
    return request;
  };
  const auto done = [this, number = send.request, call = send.call](const absl::StatusOr<http::Response>& response) {
    requests_.erase(number);
    Tell(kubernetes::Answer{number, response.ok() ? api::ReadReply(call, *response) : response.status()});
  };
  requests_[send.request] = client_.Send(make, send.deadline, done);
}

void ClusterLogDriver::Do(const kubernetes::OpenStream& open) {
  watches_ = std::make_unique<WatchStream>(
      client_, open.filter,
      WatchStream::Handlers{
          .request = hooks_.request,
          .opened = [this] { Tell(deploy::StreamOpened{}); },
          .happened = [this](api::WatchEvent event) { Tell(kubernetes::StreamEvent{std::move(event)}); },
          .ended =
              [this](const absl::Status& status) {
                watches_ = nullptr;
                Tell(deploy::StreamEnded{status});
              }});
}

void ClusterLogDriver::Do(const kubernetes::OpenLog& open) {
  Client::StreamHandlers handlers;
  handlers.chunk = [this, stream = open.stream](absl::string_view piece) {
    Tell(deploy::LogPiece{stream, std::string(piece)});
  };
  handlers.done = [this, stream = open.stream](const absl::StatusOr<http::Response>& response) {
    logs_.erase(stream);
    Tell(deploy::LogEnded{stream, api::EndOfStream(response)});
  };
  const http::Request request = api::BuildLogsRequest(open.query);
  hooks_.request(request);
  logs_[open.stream] = client_.Stream(request, std::move(handlers), absl::InfiniteDuration());
}

void ClusterLogDriver::Do(const kubernetes::CloseLog& close) {
  const auto found = logs_.find(close.stream);
  ClusterClient::GiveUp(found->second, kubernetes::kLogSilence);
  logs_.erase(found);
}

void ClusterLogDriver::Do(const deploy::PauseLog& pause) {
  if (const auto found = logs_.find(pause.stream); found != logs_.end())
    ClusterClient::Pause(found->second, pause.pause);
}

}  // namespace flow
