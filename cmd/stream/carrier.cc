#include "cmd/stream/carrier.h"

#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/stream/component_call.h"
#include "flow/control/grpc.h"
#include "flow/stream/frame.h"
#include "flow/stream/health.h"

namespace flow {
namespace {

http::Request StreamCall(stream::Kind kind) {
  const char* const method = kind == stream::Kind::kSource      ? "StreamEvents"
                             : kind == stream::Kind::kProcessor ? "Process"
                                                                : "Consume";
  http::Request request;
  request.method = "POST";
  request.target = stream::MethodOf(kind, method);
  request.headers = {{"Content-Type", "application/grpc"}, {"TE", "trailers"}};
  return request;
}

}  // namespace

Carrier::~Carrier() { *alive_ = false; }

Carrier::Line* Carrier::Find(stream::LinkId link) {
  const auto found = lines_.find(link);
  return found == lines_.end() ? nullptr : &found->second;
}

void Carrier::Tell(const stream::Event& event) {
  Step(event);
  CarryOut();
}

void Carrier::Tick() {
  if (absl::Now() >= pump_.due()) Step(stream::Tick{});
  CarryOut();
}

void Carrier::Note(std::vector<stream::Action> actions) {
  for (stream::Action& action : actions) {
    if (const auto* pause = std::get_if<stream::Pause>(&action)) {
      Do(*pause);
    } else if (const auto* wake = std::get_if<stream::Wake>(&action)) {
      Do(*wake);
    } else {
      todo_.push_back(std::move(action));
    }
  }
  if (carrying_ || (todo_.empty() && pump_.due() >= polled_until_)) return;
  carrying_ = true;
  loop_->Later([this, alive = alive_] {
    if (*alive) CarryOut();
    return true;
  });
}

void Carrier::CarryOut() {
  carrying_ = false;
  while (!todo_.empty()) {
    const stream::Action action = std::move(todo_.front());
    todo_.pop_front();
    std::visit([this](const auto& a) { Do(a); }, action);
  }
}

void Carrier::Do(const stream::Pause& pause) {
  Line* const line = Find(pause.link);
  if (line == nullptr) return;
  line->paused = pause.pause;
  if (line->stream != nullptr) line->stream->PauseReading(pause.pause);
}

void Carrier::Do(const stream::Wake& wake) {
  Line* const line = Find(wake.link);
  if (line != nullptr && line->stream != nullptr) line->stream->Resume();
}

void Carrier::Do(const stream::Close& close) { lines_.erase(close.link); }

void Carrier::Do(const stream::Check& check) {
  lines_[check.link] = Line{.component = check.component, .address = check.address};
  Ask(check.link, Question::About::kServing, [this, link = check.link](absl::StatusOr<Question::Answer> answer) {
    if (!answer.ok()) return Step(stream::Checked{link, answer.status()});
    Step(stream::Checked{link, answer->handled, std::move(answer->types)});
  });
}

void Carrier::Do(const stream::Count& count) {
  const Line* const line = Find(count.link);
  if (line == nullptr) return;
  Ask(count.link, by_http_.contains(line->component) ? Question::About::kCountByHttp : Question::About::kCount,
      [this, link = count.link](const absl::StatusOr<Question::Answer>& answer) {
        Step(stream::Counted{link, answer.ok() ? answer->handled : stream::Handled()});
      });
}

void Carrier::Do(const stream::Open& open) {
  Line* const line = Find(open.link);
  if (line == nullptr) return;
  const stream::Kind kind = Of(*line).kind;
  hooks_.trace(absl::StrCat(stream::MethodOf(kind, "…"), " of ", Of(*line).id, " at ", open.address));
  http::Request request = StreamCall(kind);
  Exchange::Handlers handlers;
  handlers.piece = [this, link = open.link](absl::string_view bytes) { Step(stream::Received{link, bytes}); };
  handlers.done = [this, link = open.link](const absl::StatusOr<http::Response>& response) {
    Step(stream::Ended{link, response.ok() ? control::StatusOf(*response) : InWords(response.status())});
    lines_.erase(link);
  };
  if (kind == stream::Kind::kSource) {
    request.body = stream::Framed(open.request);
  } else {
    handlers.fill = [this, link = open.link](char* to, size_t size) {
      const size_t taken = pump_.Take(absl::Now(), link, to, size);
      Note(pump_.TakeActions());
      return taken;
    };
    handlers.ends = [this, link = open.link] { return pump_.Ends(link); };
  }
  line->stream = std::make_unique<Exchange>(loop_, EndpointOfComponent(open.address, /*http2=*/true), request,
                                            absl::InfiniteDuration(), std::move(handlers));
  line->stream->PauseReading(line->paused);
}

void Carrier::Ask(stream::LinkId link, Question::About about, Question::Told told) {
  Line* const line = Find(link);
  if (line == nullptr) return;
  const auto asked = [this, component = line->component, told](absl::StatusOr<Question::Answer> answer) {
    if (answer.ok() && answer->by_http) by_http_.insert(component);
    told(std::move(answer));
  };
  line->question = std::make_unique<Question>(loop_, Of(*line), line->address, about, asked);
}

}  // namespace flow
