// HTTP to one server (an engine, a control plane) over libcurl: many requests in flight, one thread, one loop (loop.h).
#ifndef CMD_HTTP_CLIENT_H_
#define CMD_HTTP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/http/curl.h"
#include "cmd/http/endpoint.h"
#include "cmd/http/loop.h"
#include "flow/http/message.h"

namespace flow {

// A client belongs to one thread. All callbacks run from within Poll(), one after the other. They may call Send,
// Stream, Cancel and Pause, but neither Poll nor the destructor.
//
// Connections are kept and used again. Redirects are not followed, and cookies are not kept. A proxy that the
// environment names (http_proxy, https_proxy, NO_PROXY, as curl reads them) is used for other hosts alone, one that the
// endpoint names for any.
//
// An answer of any HTTP status is an answer. An error is what kept the answer from coming:
//   Unavailable        no connection, or it was lost; TLS did not come about
//   PermissionDenied   on the socket file
//   DeadlineExceeded   the request's deadline
//   ResourceExhausted  an answer of more than 64 MiB that was to be collected
//   InvalidArgument    a request that cannot be put in HTTP
// Each carries its Trouble (trouble.h). Its message says what happened to which request, then curl's own words in
// brackets.
//
// Where a kept connection turns out to be closed, a GET or HEAD is sent a second time. Nothing else is sent again.
//
// A connection on which an answer did not come in time may be dead without a word (a proxy or a firewall has forgotten it):
// it is closed. With HTTP/2 that ends what else is under way on it, as lost, and whatever is sent then has a new one.
//
//   client->Send(request, absl::Seconds(10), [&](absl::StatusOr<http::Response> answer) { … });
//   while (!finished) RETURN_IF_ERROR(client->Poll(absl::InfiniteDuration(), {signals.fd()}));
class Client {
 public:
  using Done = std::function<void(absl::StatusOr<http::Response>)>;

  struct StreamHandlers {
    // Called once, when the status (under 400) and the headers have come; the body may still be long in coming. May be
    // null.
    std::function<void(const http::Response&)> opened = nullptr;
    // Each piece of the body as it comes, never empty; pieces end anywhere.
    std::function<void(absl::string_view)> chunk = nullptr;
    // At the end: the response without its body. A status of 400 or more skips the two above, and has its body.
    Done done = nullptr;
  };

  // With a loop of its own. Loads libcurl (curl.h), connects to nothing yet. FailedPrecondition where there is none.
  static absl::StatusOr<std::unique_ptr<Client>> Create(const Endpoint& endpoint);
  // On a loop that others use as well.
  Client(std::shared_ptr<Loop> loop, const Endpoint& endpoint);

  // Cancels what is in flight.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Both begin a request and return its id, which is positive and never used again. `deadline` is from now to the
  // answer's last byte, InfiniteDuration for none. To connect there are 5 s in any case.
  int Send(const http::Request& request, absl::Duration deadline, Done done);
  int Stream(const http::Request& request, StreamHandlers handlers, absl::Duration deadline = absl::InfiniteDuration());

  // Gives the request up: none of its callbacks runs any more. The server may have carried it out all the same. The id
  // of a request that is over is ignored.
  void Cancel(int id);

  // The same of a request that has been silent for so long. Where nothing else came over its connection in that time, either,
  // that is closed, as one on which an answer did not come in time is.
  void GiveUp(int id, absl::Duration silence);

  // Reads no more of a stream's body for now, or (false) goes on. What is not read waits at the server; pieces that
  // have come are told all the same. The id of a request that is over is ignored. Not to be called from the stream's
  // own `opened`.
  void Pause(int id, bool pause);

  // Moves all requests of the loop on, those of its other clients too. Returns when callbacks have run, one of the
  // descriptors is readable, or `at_most` is over.
  absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable) {
    return loop_->Poll(at_most, also_readable);
  }

  const std::shared_ptr<Loop>& loop() const { return loop_; }

  // How many requests went out; those that found no connection do not count.
  int64_t requests_sent() const { return requests_sent_; }

  // Whether anything at the other end has answered in HTTP yet.
  bool answered() const { return answered_; }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Request;

  int Start(const http::Request& message, absl::Duration deadline, bool stream, StreamHandlers handlers);
  absl::Status SetUp(const http::Request& message, absl::Duration deadline, Request& request);
  void SetUpConnection(CURL* easy);
  void SetUpTls(CURL* easy);
  bool StartTlsProbe(Request& request, const absl::Status& status);
  void Finish(Request& request, CURLcode code);
  absl::Status ErrorOf(const Request& request, CURLcode code) const;
  void Release(Request& request);
  // Has one of the request's callbacks called, once libcurl has returned.
  enum class Event { kOpened, kChunk, kDone };
  void Tell(Request& request, Event event);
  bool Deliver(Request& request, Event event);

  static size_t OnHeader(char* data, size_t size, size_t count, void* request);
  static size_t OnBody(char* data, size_t size, size_t count, void* request);
  static int OnSend(void* request, char*, char*, int, int local_port);

  const std::shared_ptr<Loop> loop_;
  const Curl& curl_;
  const Endpoint endpoint_;
  int last_id_ = 0;
  int64_t requests_sent_ = 0;
  bool answered_ = false;
  std::map<int, std::shared_ptr<Request>> requests_;
};

}  // namespace flow

#endif  // CMD_HTTP_CLIENT_H_
