#include "cmd/docker/driver.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/docker/listen.h"
#include "cmd/http/trouble.h"
#include "flow/docker/engine/pull_progress.h"
#include "flow/docker/engine/retry.h"

namespace flow {

// How often a pull tells how far it is.
static constexpr absl::Duration kProgressEvery = absl::Seconds(1);

Driver::~Driver() {
  for (const auto& [number, sent] : requests_) client_.Cancel(sent.request);
  client_.Cancel(stream_);
}

void Driver::Do(const docker::Send& send) {
  requests_[send.request] = {send, WorkingTime() + send.deadline};
  Try(send.request);
}

void Driver::Try(deploy::RequestId number) {
  const auto found = requests_.find(number);
  if (found == requests_.end()) return;  // cancelled meanwhile
  Sent& sent = found->second;
  ++sent.tries;
  const auto* pull = std::get_if<docker::engine::PullImage>(&sent.send.call);
  if (pull == nullptr) {
    sent.request = SendCall(number, sent.send, sent.deadline - WorkingTime());
  } else if (hooks_.credentials) {
    sent.credentials = hooks_.credentials(
        pull->reference, [this, number](const RegistryCredentials::Found& found) { Pull(number, found); });
  } else {
    Pull(number, {});
  }
}

int Driver::SendCall(deploy::RequestId number, const docker::Send& send, absl::Duration left) {
  const http::Request request = docker::engine::BuildRequest(send.call, send.version);
  hooks_.request(request);
  return client_.Send(request, left, [this, number, call = send.call](absl::StatusOr<http::Response> response) {
    Over(number, response, response.ok() ? docker::engine::ReadReply(call, *response) : response.status());
  });
}

void Driver::Pull(deploy::RequestId number, const RegistryCredentials::Found& credentials) {
  if (!credentials.warning.empty()) hooks_.report({deploy::Report::Kind::kWarning, "", credentials.warning});
  Sent& sent = requests_.at(number);
  docker::engine::PullImage pull = std::get<docker::engine::PullImage>(sent.send.call);
  pull.registry_auth = credentials.header;
  const http::Request request = docker::engine::BuildRequest(pull, sent.send.version);
  hooks_.request(request);
  struct State {
    docker::engine::PullProgressReader reader;
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
    hooks_.report({deploy::Report::Kind::kProgress, "", absl::StrCat("pull image ", image, ": ", text), "pull", "image",
                   image, state->reader.LayerTexts()});
  };
  handlers.done = [this, state, number](const absl::StatusOr<http::Response>& response) {
    absl::Status status = docker::engine::EndOfStream(response);
    state->reader.Read("\n");
    if (status.ok()) status = state->reader.error();
    Over(number, response, status.ok() ? absl::StatusOr<docker::engine::Reply>(docker::engine::Reply()) : status);
  };
  sent.request = client_.Stream(request, handlers);
}

void Driver::Over(deploy::RequestId number, const absl::StatusOr<http::Response>& response,
                  absl::StatusOr<docker::engine::Reply> reply) {
  if (TryLater(number, response)) return;
  requests_.erase(number);
  if (!response.ok() && unreachable_.ok()) unreachable_ = response.status();
  if (response.ok() && std::exchange(away_, false)) {
    hooks_.report({deploy::Report::Kind::kNote, "", "the engine answers again"});
  }
  events_.push_back(docker::Answer{number, std::move(reply)});
}

bool Driver::TryLater(deploy::RequestId number, const absl::StatusOr<http::Response>& response) {
  std::optional<docker::engine::Setback> setback;
  if (response.ok()) {
    setback = docker::engine::SetbackOf(*response);
  } else if (client_.answered() && IsRetryable(response.status())) {
    setback = docker::engine::Setback{.may_be_done = MayHaveReachedEngine(response.status())};
  }
  if (!setback.has_value()) return false;
  Sent& sent = requests_.at(number);
  const std::optional<absl::Duration> pause = docker::engine::RetryAfter(
      sent.send.call, *setback, sent.tries, sent.deadline - WorkingTime(), std::uniform_real_distribution<>()(random_));
  if (!pause.has_value()) return false;
  sent.request = 0;
  retries_.emplace(WorkingTime() + *pause, number);
  if (setback->away) TellAway(response);
  return true;
}

// Once for as long as it is away. Where the machine listens it sees its stream break, and tells that.
void Driver::TellAway(const absl::StatusOr<http::Response>& response) {
  if (away_ || (!response.ok() && listens_)) return;
  away_ = true;
  hooks_.report(
      {deploy::Report::Kind::kWarning, "",
       absl::StrCat("the engine does not answer for now: ",
                    response.ok() ? docker::engine::ReadError(*response).message() : response.status().message(),
                    "; it is asked again")});
}

void Driver::Do(const deploy::Cancel& cancel) {
  const auto request = requests_.find(cancel.request);
  if (request == requests_.end()) return;
  client_.Cancel(request->second.request);
  requests_.erase(request);
}

void Driver::Do(const docker::OpenStream& open) {
  listens_ = true;
  const http::Request request =
      docker::engine::BuildEventsRequest(open.filter.labels, open.filter.since_nano, open.version);
  hooks_.request(request);
  stream_ = OpenEvents(
      client_, request,
      {.opened = [this] { events_.push_back(deploy::StreamOpened{}); },
       .happened = [this](docker::engine::Event event) { events_.push_back(docker::StreamEvent{std::move(event)}); },
       .ended =
           [this](const absl::Status& status) {
             stream_ = 0;
             events_.push_back(deploy::StreamEnded{status});
           }});
}

void Driver::Do(const deploy::CloseStream&) {
  listens_ = false;
  client_.Cancel(stream_);
  stream_ = 0;
}

void Driver::Wait() {
  absl::Duration at_most = hooks_.tick ? hooks_.tick() : absl::InfiniteDuration();
  const auto until_first = [&at_most](const auto& due) {
    if (!due.empty()) at_most = std::min(at_most, std::max(absl::ZeroDuration(), due.begin()->first - WorkingTime()));
  };
  until_first(timers_);
  until_first(retries_);
  if (absl::Status status = client_.Poll(at_most, {signals_.fd()}); !status.ok()) {
    finish_ = deploy::Finish{ExitCode::kFailed, std::string(status.message())};
    return;
  }
  while (const std::optional<int> signal = signals_.Next()) events_.push_back(deploy::Interrupted{Signal(*signal)});
  for (auto timer = timers_.begin(); timer != timers_.end() && timer->first <= WorkingTime();) {
    events_.push_back(deploy::TimerFired{timer->second});
    timer = timers_.erase(timer);
  }
  while (!retries_.empty() && retries_.begin()->first <= WorkingTime()) {
    Try(retries_.extract(retries_.begin()).mapped());
  }
}

}  // namespace flow
