#include "cmd/deploy/driver.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/engine/pull_progress.h"

namespace flow {

// How often a pull tells how far it is.
static constexpr absl::Duration kProgressEvery = absl::Seconds(2);

Driver::~Driver() {
  for (const auto& [number, request] : requests_) client_.Cancel(request);
  client_.Cancel(stream_);
}

void Driver::Do(const deploy::Send& send) {
  if (const auto* pull = std::get_if<engine::PullImage>(&send.call)) return Pull(send.request, *pull, send.version);
  const engine::HttpRequest request = engine::BuildRequest(send.call, send.version);
  hooks_.request(request);
  const auto done = [this, number = send.request, call = send.call](absl::StatusOr<engine::HttpResponse> response) {
    requests_.erase(number);
    if (!response.ok() && unreachable_.ok()) unreachable_ = response.status();
    events_.push_back(deploy::Answer{number, response.ok() ? engine::ReadReply(call, *response) : response.status()});
  };
  requests_[send.request] = client_.Send(request, send.deadline, done);
}

void Driver::Pull(int number, engine::PullImage pull, const compose::ApiVersion& version) {
  if (hooks_.credentials) pull.registry_auth = hooks_.credentials(pull.reference);
  const engine::HttpRequest request = engine::BuildRequest(pull, version);
  hooks_.request(request);
  struct State {
    engine::PullProgressReader reader;
    std::string told;
    absl::Time when = absl::Now();
  };
  const auto state = std::make_shared<State>();
  Client::StreamHandlers handlers;
  handlers.chunk = [this, state, image = pull.reference](absl::string_view piece) {
    state->reader.Read(piece);
    const std::string text = state->reader.Text();
    if (text == state->told || absl::Now() - state->when < kProgressEvery) return;
    state->told = text;
    state->when = absl::Now();
    hooks_.report({deploy::Report::Kind::kProgress, "", absl::StrCat("pull image ", image, ": ", text)});
  };
  handlers.done = [this, state, number](const absl::StatusOr<engine::HttpResponse>& response) {
    requests_.erase(number);
    absl::Status status = engine::EndOfStream(response);
    state->reader.Read("\n");
    if (status.ok()) status = state->reader.error();
    events_.push_back(deploy::Answer{number, status.ok() ? absl::StatusOr<engine::Reply>(engine::Reply()) : status});
  };
  requests_[number] = client_.Stream(request, handlers);
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
