// What the engines have in common that tests of the commands make up.
#ifndef CMD_FAKE_ENGINE_H_
#define CMD_FAKE_ENGINE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "absl/strings/match.h"
#include "cmd/http/fake_server.h"

namespace flow {

// Serves a connection to an engine that speaks API 1.41, to its end. `tell_events` has it from the question for events
// on; `answer` answers any other request.
inline void ServeEngine(FakeConnection& connection, const std::function<void()>& tell_events,
                        const std::function<void(const std::string& request)>& answer) {
  for (std::string request; !(request = connection.Read()).empty();) {
    if (absl::StrContains(request, "/_ping")) {
      connection.Answer(200, "", "Api-Version: 1.41");
    } else if (absl::StrContains(request, "/events")) {
      return tell_events();
    } else {
      answer(request);
    }
  }
}

// Counts on one connection what another one waits for.
class Counter {
 public:
  // The number of this one, from 1.
  size_t Count() {
    const std::lock_guard<std::mutex> lock(mutex_);
    changed_.notify_all();
    return ++count_;
  }

  // Until there are so many; a test that goes wrong does not wait for ever.
  void WaitFor(size_t many) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= many; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t count_ = 0;
};

}  // namespace flow

#endif  // CMD_FAKE_ENGINE_H_
