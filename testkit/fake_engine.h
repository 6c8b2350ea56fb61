// What the engines have in common that tests make up.
#ifndef TESTKIT_FAKE_ENGINE_H_
#define TESTKIT_FAKE_ENGINE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "absl/strings/match.h"
#include "testkit/fake_server.h"

namespace flow::testkit {

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

// The same of an engine where nothing happens.
inline void ServeQuietEngine(FakeConnection& connection,
                             const std::function<void(const std::string& request)>& answer) {
  const auto tell_events = [&] {
    connection.OpenChunked();
    connection.WaitForClose();
  };
  ServeEngine(connection, tell_events, answer);
}

// What one answers that has nothing.
inline std::string OfEmptyEngine(const std::string& request) {
  if (absl::StrContains(request, "/volumes")) return R"({"Volumes": []})";
  for (const char* list : {"/containers/json", "/images/json", "/networks"}) {
    if (absl::StrContains(request, list)) return "[]";
  }
  return R"({"ID": "E", "NCPU": 2})";
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

}  // namespace flow::testkit

#endif  // TESTKIT_FAKE_ENGINE_H_
