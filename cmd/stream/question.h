// Asks one replica of a component whether it serves, and how many events it is done with: by gRPC's HealthCheck, and
// where that tells no count, by HTTP's /metrics.
#ifndef CMD_STREAM_QUESTION_H_
#define CMD_STREAM_QUESTION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/http/exchange.h"
#include "cmd/http/loop.h"
#include "flow/http/message.h"
#include "flow/stream/contract.h"
#include "flow/stream/topology.h"

namespace flow {

class Question {
 public:
  struct Answer {
    stream::Handled handled;
    bool by_http = false;  // that came from /metrics: it can be asked there at once
  };
  using Told = std::function<void(absl::StatusOr<Answer>)>;

  // At HOST:PORT, where it serves. `by_http`: only for its count, at /metrics. `told` comes once, from within the
  // loop's Poll, and may end the question. Its error says in words why it does not serve.
  Question(std::shared_ptr<Loop> loop, const stream::Component& component, std::string address, bool by_http,
           Told told);
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

 private:
  using Then = void (Question::*)(const absl::StatusOr<http::Response>&);

  void Ask(const http::Request& request, bool http2, Then then);
  void AskMetrics();
  void OnHealth(const absl::StatusOr<http::Response>& response);
  void OnMetrics(const absl::StatusOr<http::Response>& response);

  const std::shared_ptr<Loop> loop_;
  const stream::Kind kind_;
  const int health_port_;
  const std::string address_;
  const Told told_;
  std::string answer_;  // so far
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace flow

#endif  // CMD_STREAM_QUESTION_H_
