// One thread's loop over libcurl: what goes on at several ends (an engine, a control plane) is waited for together.
#ifndef CMD_HTTP_LOOP_H_
#define CMD_HTTP_LOOP_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/base/working_time.h"
#include "cmd/http/curl.h"

namespace flow {

class Loop {
 public:
  // What an easy handle of the loop belongs to; the handle's CURLOPT_PRIVATE is a pointer to it.
  class Transfer {
   public:
    virtual ~Transfer() = default;
    // The transfer is over. Called from within Poll, after libcurl has returned.
    virtual void OnEnd(CURLcode code) = 0;
  };

  // Loads libcurl (curl.h). FailedPrecondition where there is none.
  static absl::StatusOr<std::shared_ptr<Loop>> Create();

  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The transfer ends in CURLE_OPERATION_TIMEDOUT after `deadline` of WorkingTime(); InfiniteDuration: it has none.
  absl::Status Add(CURL* easy, absl::Duration deadline);
  void Remove(CURL* easy);

  // The same of a transfer that sends for as long as it likes, and calls Moved whenever a byte of its body has moved.
  absl::Status AddStream(CURL* easy);
  void RemoveStream(CURL* easy);
  void Moved() { ++moved_; }

  // Ends all that is under way on the connection from this port of this machine, as lost; it is not used again. Not where
  // something came over it in the last `silence`.
  void ShutDown(int local_port, absl::Duration silence = absl::ZeroDuration());

  // libcurl's callbacks must not call libcurl: what they find is told after it has returned. `tell` says whether there
  // was still something to tell.
  void Later(std::function<bool()> tell) { due_.push_back(std::move(tell)); }

  // Has `readable` called, from within Poll, whenever the descriptor is readable. Until Unwatch, which comes before the
  // descriptor is closed.
  void Watch(int fd, std::function<void()> readable) { watched_[fd] = std::move(readable); }
  void Unwatch(int fd) { watched_.erase(fd); }

  // Moves all transfers on, and returns when something was told, one of the descriptors is readable, or `at_most` is
  // over (zero: without waiting), by WorkingTime(). Internal where libcurl itself fails: then nothing more can be done.
  absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable);

  const Curl& curl() const { return curl_; }

 private:
  Loop(const Curl& curl, CURLM* multi) : curl_(curl), multi_(multi) {}

  // Waits for the transfers and the descriptors once.
  absl::Status WaitOnce(absl::Duration at_most, std::vector<curl_waitfd>& descriptors);
  // For transfers time for which the process was stopped did not pass.
  void ExtendDeadlines();
  void CollectFinished();
  void RestWhereNothingMoves(int64_t moved_before) const;
  bool TellReadable(int fd);
  bool Deliver();

  // Keeps account of the connections that are made for this handle, which may outlive it.
  void KeepAccount(CURL* easy);
  static int OnSocket(void* loop, curl_socket_t fd, curlsocktype);
  static int OnClose(void* loop, curl_socket_t fd);

  const Curl& curl_;
  CURLM* const multi_;
  std::deque<std::function<bool()>> due_;
  std::map<int, std::function<void()>> watched_;
  std::set<int> sockets_;  // of connections
  int streams_ = 0;
  int64_t moved_ = 0;
  int ready_ = 0;                              // descriptors, when it was waited for them last
  std::map<CURL*, absl::Duration> deadlines_;  // of the transfers that have one
  absl::Duration stopped_ = StoppedTime();     // that the deadlines take into account
};

}  // namespace flow

#endif  // CMD_HTTP_LOOP_H_
