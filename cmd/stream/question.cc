#include "cmd/stream/question.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cmd/stream/component_call.h"
#include "flow/stream/health.h"

namespace flow {
namespace {

constexpr absl::Duration kAnswerWithin = absl::Seconds(2);
constexpr absl::Duration kMetricsWithin = absl::Seconds(1);  // of a port that it may not have
constexpr size_t kMostAnswer = 1 << 20;

}  // namespace

Question::Question(std::shared_ptr<Loop> loop, const stream::Component& component, std::string address, About about,
                   Told told)
    : loop_(std::move(loop)),
      kind_(component.kind),
      health_port_(component.health_port),
      address_(std::move(address)),
      asks_types_(about == About::kServing && kind_ == stream::Kind::kSink && component.types.empty()),
      told_(std::move(told)) {
  if (about == About::kCountByHttp) {
    AskMetrics();
  } else {
    Ask(stream::BuildHealthCheck(kind_, kAnswerWithin), /*http2=*/true, &Question::OnHealth);
  }
}

void Question::Ask(const http::Request& request, bool http2, Then then) {
  body_.clear();
  Exchange::Handlers handlers;
  handlers.piece = [this](absl::string_view bytes) {
    if (body_.size() + bytes.size() <= kMostAnswer) body_.append(bytes.data(), bytes.size());
  };
  handlers.done = [this, then](absl::StatusOr<http::Response> response) {
    if (response.ok()) response->body = std::exchange(body_, {});
    (this->*then)(response);
  };
  const std::string host = address_.substr(0, address_.rfind(':'));
  const Endpoint endpoint = EndpointOfComponent(http2 ? address_ : absl::StrCat(host, ":", health_port_), http2);
  exchange_ =
      std::make_unique<Exchange>(loop_, endpoint, request, http2 ? kAnswerWithin : kMetricsWithin, std::move(handlers));
}

void Question::AskMetrics() {
  http::Request request;
  request.target = "/metrics";
  Ask(request, /*http2=*/false, &Question::OnMetrics);
}

void Question::OnHealth(const absl::StatusOr<http::Response>& response) {
  const Told told = told_;  // this may end with it
  if (!response.ok()) return told(InWords(response.status()));
  const absl::StatusOr<stream::Handled> handled = stream::ReadHealthCheck(*response);
  if (!handled.ok()) return told(handled.status());
  answer_.handled = *handled;
  if (!asks_types_) return AskMetricsOrTell();
  Ask(stream::BuildGetInfo(kAnswerWithin), /*http2=*/true, &Question::OnInfo);
}

void Question::OnInfo(const absl::StatusOr<http::Response>& response) {
  if (response.ok()) answer_.types = stream::ReadInputTypes(*response);
  AskMetricsOrTell();
}

void Question::AskMetricsOrTell() {
  // Nobody asks how many events a source is done with.
  if (!answer_.handled.has_value() && kind_ != stream::Kind::kSource) return AskMetrics();
  const Told told = told_;
  told(std::move(answer_));
}

void Question::OnMetrics(const absl::StatusOr<http::Response>& response) {
  const Told told = told_;
  if (response.ok()) answer_.handled = stream::ReadMetrics(*response);
  answer_.by_http = answer_.handled.has_value();
  told(std::move(answer_));
}

}  // namespace flow
