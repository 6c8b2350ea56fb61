// Asks one replica of a component whether it serves, how many events it is done with, and of which types a sink takes
// them: by gRPC's HealthCheck and GetInfo, and where those tell no count, by HTTP's /metrics.
#ifndef CMD_STREAM_QUESTION_H_
#define CMD_STREAM_QUESTION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

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
    std::vector<std::string> types = {};
  };
  enum class About {
    kServing,  // all of it; the types of a sink for which the topology has none
    kCount,
    kCountByHttp,
  };
  using Told = std::function<void(absl::StatusOr<Answer>)>;

  // At HOST:PORT, where it serves. `told` comes once, from within the loop's Poll, and may end the question. Its error
  // says in words why it does not serve.
  Question(std::shared_ptr<Loop> loop, const stream::Component& component, std::string address, About about, Told told);
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

 private:
  using Then = void (Question::*)(const absl::StatusOr<http::Response>&);

  void Ask(const http::Request& request, bool http2, Then then);
  void AskMetrics();
  void OnHealth(const absl::StatusOr<http::Response>& response);
  void OnInfo(const absl::StatusOr<http::Response>& response);
  void OnMetrics(const absl::StatusOr<http::Response>& response);
  void AskMetricsOrTell();

  const std::shared_ptr<Loop> loop_;
  const stream::Kind kind_;
  const int health_port_;
  const std::string address_;
  const bool asks_types_;
  const Told told_;
  Answer answer_;
  std::string body_;  // of the response, so far
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace flow

#endif  // CMD_STREAM_QUESTION_H_
