#include "cmd/deploy/driver.h"

#include <algorithm>
#include <string>
#include <vector>

namespace flow {

Driver::~Driver() {
  for (const auto& [number, request] : requests_) client_.Cancel(request);
  client_.Cancel(stream_);
}

void Driver::Do(const deploy::Send& send) {
  const engine::HttpRequest request = engine::BuildRequest(send.call, send.version);
  hooks_.request(request);
  const auto done = [this, number = send.request, call = send.call](absl::StatusOr<engine::HttpResponse> response) {
    requests_.erase(number);
    if (!response.ok() && unreachable_.ok()) unreachable_ = response.status();
    events_.push_back(deploy::Answer{number, response.ok() ? engine::ReadReply(call, *response) : response.status()});
  };
  requests_[send.request] = client_.Send(request, send.deadline, done);
}

void Driver::Do(const deploy::Cancel& cancel) {
  const auto request = requests_.find(cancel.request);
  if (request == requests_.end()) return;
  client_.Cancel(request->second);
  requests_.erase(request);
}

void Driver::Do(const deploy::Listen& listen) {
  stream_reader_ = engine::EventStreamReader();
  Client::StreamHandlers handlers;
  handlers.opened = [this](const engine::HttpResponse&) { events_.push_back(deploy::Listening{}); };
  handlers.chunk = [this](absl::string_view piece) {
    for (engine::Event& event : stream_reader_.Read(piece)) events_.push_back(deploy::Happened{std::move(event)});
  };
  handlers.done = [this](absl::StatusOr<engine::HttpResponse> response) {
    stream_ = 0;
    events_.push_back(deploy::Deaf{engine::EndOfStream(response)});
  };
  const engine::HttpRequest request = engine::BuildEventsRequest(listen.labels, listen.since_nano, listen.version);
  hooks_.request(request);
  stream_ = client_.Stream(request, handlers);
}

void Driver::Do(const deploy::Hush&) {
  client_.Cancel(stream_);
  stream_ = 0;
}

void Driver::Wait() {
  absl::Duration at_most = absl::InfiniteDuration();
  if (!timers_.empty()) at_most = std::max(absl::ZeroDuration(), timers_.begin()->first - absl::Now());
  if (absl::Status status = client_.Poll(at_most, {signals_.fd()}); !status.ok()) {
    finish_ = deploy::Finish{ExitCode::kFailed, std::string(status.message())};
    return;
  }
  while (const std::optional<int> signal = signals_.Next()) events_.push_back(deploy::Interrupted{*signal});
  for (auto timer = timers_.begin(); timer != timers_.end() && timer->first <= absl::Now();) {
    events_.push_back(deploy::TimerFired{timer->second});
    timer = timers_.erase(timer);
  }
}

}  // namespace flow
