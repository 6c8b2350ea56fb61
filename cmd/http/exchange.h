// One request whose body is sent while its answer is read already, over a connection of its own: a stream of gRPC, for
// as long as both ends like.
#ifndef CMD_HTTP_EXCHANGE_H_
#define CMD_HTTP_EXCHANGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cmd/http/curl.h"
#include "cmd/http/endpoint.h"
#include "cmd/http/loop.h"
#include "flow/http/message.h"

namespace flow {

// Everything is on the loop's thread. `fill` and `piece` are called from within libcurl, which has more bytes to move:
// they may call PauseReading and Resume of any exchange, and nothing else of the loop. `done` is called from within
// Poll, and may end the exchange. No proxy is used, whatever the environment says: the other end is a container.
class Exchange {
 public:
  struct Handlers {
    // Writes the body's next bytes, `size` at most; how many. 0: there are none until Resume, or where `ends` is true
    // there are no more. Both null: the request has its body in it. Once gRPC's status has come neither is asked.
    std::function<size_t(char* to, size_t size)> fill = nullptr;
    std::function<bool()> ends = nullptr;
    // A piece of the answer's body as it comes, whatever the answer's status. Pieces end anywhere.
    std::function<void(absl::string_view)> piece;
    // At the end: the response without its body, or what kept it from coming to its end (client.h has which errors).
    std::function<void(absl::StatusOr<http::Response>)> done;
  };

  // Begins. `deadline`: from now to the answer's last byte; InfiniteDuration for none. To connect there are 5 s.
  Exchange(std::shared_ptr<Loop> loop, const Endpoint& endpoint, const http::Request& request, absl::Duration deadline,
           Handlers handlers);
  // Gives the request up: `done` is not called any more.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Takes no further piece for now, or goes on. What is not read waits at the other end.
  void PauseReading(bool pause);
  // `fill` has something again, or `ends` has become true.
  void Resume();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace flow

#endif  // CMD_HTTP_EXCHANGE_H_
