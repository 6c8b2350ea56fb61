#include "cmd/kubernetes/cluster_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/kubernetes/find_cluster.h"

namespace flow {

// libcurl has 100 streams of HTTP/2 on a connection at most, and watches and logs are streams too.
static constexpr int kMostAtOnce = 64;

// One request, from its beginning to its answer.
struct ClusterClient::Exchange {
  MakeRequest make;
  absl::Duration deadline;
  bool stream = false;
  Client::StreamHandlers handlers;

  std::shared_ptr<void> finding;  // the credentials, as long as they are awaited
  Client* sent_by = nullptr;
  int id = 0;
  kubernetes::ClusterCredentials shown;
  bool again = false;               // it was refused once for its credentials
  ClusterClient* counts = nullptr;  // among the requests that are under way

  ~Exchange() {
    if (sent_by != nullptr) sent_by->Cancel(id);
    EndTurn();
  }
  void EndTurn() {
    if (counts != nullptr) std::exchange(counts, nullptr)->Leave();
  }
};

absl::StatusOr<std::unique_ptr<ClusterClient>> ClusterClient::Create(const kubernetes::ClusterAccess& access,
                                                                     const Environment& environment) {
  const absl::StatusOr<Endpoint> endpoint = EndpointOf(access);
  if (!endpoint.ok()) return endpoint.status();
  absl::StatusOr<std::shared_ptr<Loop>> loop = Loop::Create();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<ClusterClient>(new ClusterClient(*std::move(loop), *endpoint, access, environment));
}

ClusterClient::ClusterClient(std::shared_ptr<Loop> loop, const Endpoint& endpoint,
                             const kubernetes::ClusterAccess& access, const Environment& environment)
    : loop_(std::move(loop)), credentials_(loop_, access, environment) {
  clients_.push_back(std::make_unique<Client>(loop_, endpoint));
}

ClusterClient::~ClusterClient() = default;

ClusterClient::Sent ClusterClient::Send(MakeRequest make, absl::Duration deadline, Client::Done done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->make = std::move(make);
  exchange->deadline = deadline;
  exchange->handlers.done = std::move(done);
  return Begin(std::move(exchange));
}

ClusterClient::Sent ClusterClient::Stream(const http::Request& request, Client::StreamHandlers handlers,
                                          absl::Duration deadline) {
  auto exchange = std::make_shared<Exchange>();
  exchange->make = [request] { return request; };
  exchange->deadline = deadline;
  exchange->stream = true;
  exchange->handlers = std::move(handlers);
  return Begin(std::move(exchange));
}

void ClusterClient::Pause(const Sent& sent, bool pause) {
  const auto& exchange = *std::static_pointer_cast<Exchange>(sent);
  if (exchange.sent_by != nullptr) exchange.sent_by->Pause(exchange.id, pause);
}

void ClusterClient::GiveUp(const Sent& sent, absl::Duration silence) {
  const auto& exchange = *std::static_pointer_cast<Exchange>(sent);
  if (exchange.sent_by != nullptr) exchange.sent_by->GiveUp(exchange.id, silence);
}

ClusterClient::Sent ClusterClient::Begin(std::shared_ptr<Exchange> exchange) {
  if (!exchange->stream && under_way_ == kMostAtOnce) {
    waiting_.push_back(exchange);
    return exchange;
  }
  if (!exchange->stream) {
    exchange->counts = this;
    ++under_way_;
  }
  FindCredentials(exchange);
  return exchange;
}

void ClusterClient::Leave() {
  --under_way_;
  while (!waiting_.empty() && under_way_ < kMostAtOnce) {
    const std::shared_ptr<Exchange> next = waiting_.front().lock();
    waiting_.pop_front();
    if (next != nullptr) (void)Begin(next);
  }
}

void ClusterClient::FindCredentials(const std::weak_ptr<Exchange>& weak) {
  const auto found = [this, weak](const Credentials::Found& credentials) {
    const std::shared_ptr<Exchange> exchange = weak.lock();
    if (exchange == nullptr) return;
    if (credentials.ok()) return SendWith(exchange, *credentials);
    // No callback runs before Send or Stream has returned.
    loop_->Later([weak, status = credentials.status()] {
      const std::shared_ptr<Exchange> told = weak.lock();
      if (told == nullptr) return false;
      told->EndTurn();
      std::exchange(told->handlers.done, nullptr)(status);
      return true;
    });
  };
  weak.lock()->finding = credentials_.Find(found);
}

void ClusterClient::SendWith(const std::shared_ptr<Exchange>& exchange,
                             const kubernetes::ClusterCredentials& credentials) {
  http::Request request = exchange->make();
  if (!credentials.token.empty()) request.headers["Authorization"] = absl::StrCat("Bearer ", credentials.token);
  exchange->shown = credentials;
  exchange->sent_by = &ClientFor(credentials);
  const auto done = [this, weak = std::weak_ptr(exchange)](absl::StatusOr<http::Response> response) {
    Ended(weak, std::move(response));
  };
  if (exchange->stream) {
    exchange->id = exchange->sent_by->Stream(
        request, {.opened = exchange->handlers.opened, .chunk = exchange->handlers.chunk, .done = done},
        exchange->deadline);
  } else {
    exchange->id = exchange->sent_by->Send(request, exchange->deadline, done);
  }
}

// A certificate is the connection's: another one needs another connection.
Client& ClusterClient::ClientFor(const kubernetes::ClusterCredentials& credentials) {
  Endpoint endpoint = clients_.back()->endpoint();
  if (!credentials.certificate.empty() && endpoint.certificate_pem != credentials.certificate) {
    endpoint.certificate_pem = credentials.certificate;
    endpoint.key_pem = credentials.key;
    clients_.push_back(std::make_unique<Client>(loop_, endpoint));
  }
  return *clients_.back();
}

void ClusterClient::Ended(const std::weak_ptr<Exchange>& weak, absl::StatusOr<http::Response> response) {
  const std::shared_ptr<Exchange> exchange = weak.lock();
  if (exchange == nullptr) return;
  answered_ |= response.ok();
  const bool refused = response.ok() && response->status == 401;
  if (refused && !std::exchange(exchange->again, true) && credentials_.Refused(exchange->shown)) {
    return FindCredentials(weak);
  }
  exchange->EndTurn();
  std::exchange(exchange->handlers.done, nullptr)(std::move(response));
}

}  // namespace flow
