#include "cmd/stream/carrier.h"

#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/http/endpoint.h"
#include "cmd/http/trouble.h"
#include "flow/control/grpc.h"
#include "flow/stream/frame.h"
#include "flow/stream/health.h"

namespace flow {
namespace {

constexpr absl::Duration kAnswerWithin = absl::Seconds(2);   // whether it serves
constexpr absl::Duration kMetricsWithin = absl::Seconds(1);  // of a port that it may not have
constexpr size_t kMostAnswer = 1 << 20;

Endpoint EndpointOf(const std::string& address, bool http2) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = address;
  endpoint.url = absl::StrCat("http://", address);
  endpoint.host = address.substr(0, address.rfind(':'));
  endpoint.http2 = http2;
  return endpoint;
}

// In words for who knows nothing of requests.
absl::Status InWords(const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kRefused:
      return absl::UnavailableError("nothing listens there");
    case Trouble::kUnreachableHost:
    case Trouble::kDeadline:
      return absl::UnavailableError("it does not answer");
    case Trouble::kConnectionLost:
      return absl::UnavailableError("the connection was lost");
    case Trouble::kNotHttp:
      return absl::UnavailableError("what listens there does not speak gRPC");
    default:
      return status;
  }
}

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
  if (todo_.empty() || std::exchange(carrying_, true)) return;
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
  AskHealth(check.link, [this, link = check.link](absl::StatusOr<stream::Handled> handled) {
    Step(stream::Checked{link, std::move(handled)});
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
  line->stream = std::make_unique<Exchange>(loop_, EndpointOf(open.address, /*http2=*/true), request,
                                            absl::InfiniteDuration(), std::move(handlers));
  line->stream->PauseReading(line->paused);
}

void Carrier::Ask(stream::LinkId link, bool http2, int port, const http::Request& request, Answered answered) {
  Line* const line = Find(link);
  if (line == nullptr) return;
  line->answer.clear();
  std::string address = line->address;
  if (port != 0) address = absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
  Exchange::Handlers handlers;
  handlers.piece = [this, link](absl::string_view bytes) {
    if (Line* const asked = Find(link)) {
      if (asked->answer.size() + bytes.size() <= kMostAnswer) asked->answer.append(bytes.data(), bytes.size());
    }
  };
  handlers.done = [this, link, answered = std::move(answered)](absl::StatusOr<http::Response> response) {
    Line* const asked = Find(link);
    if (asked == nullptr) return;
    if (response.ok()) response->body = std::exchange(asked->answer, {});
    answered(std::move(response));
  };
  line->question = std::make_unique<Exchange>(loop_, EndpointOf(address, http2), request,
                                              http2 ? kAnswerWithin : kMetricsWithin, std::move(handlers));
}

// By gRPC, which also tells whether it serves; else by HTTP.
void Carrier::AskHealth(stream::LinkId link, std::function<void(absl::StatusOr<stream::Handled>)> told) {
  Line* const line = Find(link);
  if (line == nullptr) return;
  const http::Request request = stream::BuildHealthCheck(Of(*line).kind, kAnswerWithin);
  Ask(link, /*http2=*/true, 0, request, [this, link, told](const absl::StatusOr<http::Response>& response) {
    absl::StatusOr<stream::Handled> handled = response.ok()
                                                  ? stream::ReadHealthCheck(*response)
                                                  : absl::StatusOr<stream::Handled>(InWords(response.status()));
    const Line* const line = Find(link);
    const bool counts = line != nullptr && Of(*line).kind != stream::Kind::kSource;
    if (!handled.ok() || handled->has_value() || !counts) return told(std::move(handled));
    AskMetrics(link, [told](stream::Handled by_http) { told(by_http); });
  });
}

void Carrier::AskMetrics(stream::LinkId link, std::function<void(stream::Handled)> told) {
  const Line* const line = Find(link);
  if (line == nullptr) return;
  http::Request request;
  request.target = "/metrics";
  Ask(link, /*http2=*/false, Of(*line).health_port, request,
      [this, link, told](const absl::StatusOr<http::Response>& response) {
        const stream::Handled handled = response.ok() ? stream::ReadMetrics(*response) : stream::Handled();
        const Line* const line = Find(link);
        if (handled.has_value() && line != nullptr) by_http_.insert(line->component);
        told(handled);
      });
}

void Carrier::AskCount(stream::LinkId link) {
  const Line* const line = Find(link);
  if (line == nullptr) return;
  const auto told = [this, link](stream::Handled handled) { Step(stream::Counted{link, handled}); };
  if (by_http_.contains(line->component)) return AskMetrics(link, told);
  AskHealth(link, [told](const absl::StatusOr<stream::Handled>& handled) {
    told(handled.ok() ? *handled : stream::Handled());
  });
}

}  // namespace flow
