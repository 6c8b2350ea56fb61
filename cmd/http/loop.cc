#include "cmd/http/loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/working_time.h"

namespace flow {
namespace {

constexpr long kKeptConnections = 128;
constexpr absl::Duration kRest = absl::Milliseconds(1);
constexpr int kPollMilliseconds = 60 * 60 * 1000;

// `at_most` in whole milliseconds, rounded up: poll() with 0 would spin through the last fraction.
int Milliseconds(absl::Duration at_most) {
  if (at_most <= absl::ZeroDuration()) return 0;
  if (at_most > absl::Milliseconds(kPollMilliseconds)) return kPollMilliseconds;
  return static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(at_most, absl::Milliseconds(1))));
}

// Where a deadline may come the loop wakes so often: for what it does not sleep it was stopped.
constexpr absl::Duration kStep = absl::Seconds(1);

long MillisecondsOf(absl::Duration deadline) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(deadline, absl::Milliseconds(1)));
  return static_cast<long>(std::clamp<int64_t>(milliseconds, 1, INT_MAX));
}

// How long ago something came over a connection last.
absl::Duration SilenceOf(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  return absl::Milliseconds(info.tcpi_last_data_recv);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Loop>> Loop::Create() {
  absl::StatusOr<const Curl*> curl = LoadCurl();
  if (!curl.ok()) return curl.status();
  CURLM* const multi = (*curl)->multi_init();
  if (multi == nullptr) return absl::ResourceExhaustedError("libcurl cannot be started: out of memory");
  // By default curl keeps four connections for each transfer that is in flight: after the last of a burst, four.
  (*curl)->multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
  return std::shared_ptr<Loop>(new Loop(**curl, multi));
}

Loop::~Loop() { curl_.multi_cleanup(multi_); }

absl::Status Loop::Add(CURL* easy, absl::Duration deadline) {
  KeepAccount(easy);
  if (deadline != absl::InfiniteDuration()) {
    curl_.easy_setopt(easy, CURLOPT_TIMEOUT_MS, MillisecondsOf(deadline));
    deadlines_[easy] = deadline;
  }
  const CURLMcode code = curl_.multi_add_handle(multi_, easy);
  return code == CURLM_OK ? absl::OkStatus() : absl::InternalError(curl_.multi_strerror(code));
}

void Loop::Remove(CURL* easy) {
  deadlines_.erase(easy);
  curl_.multi_remove_handle(multi_, easy);
}

absl::Status Loop::AddStream(CURL* easy) {
  const absl::Status status = Add(easy, absl::InfiniteDuration());
  ++streams_;
  return status;
}

void Loop::RemoveStream(CURL* easy) {
  --streams_;
  Remove(easy);
}

void Loop::KeepAccount(CURL* easy) {
  curl_.easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Loop::OnSocket);
  curl_.easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
  curl_.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Loop::OnClose);
  curl_.easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

int Loop::OnSocket(void* loop, curl_socket_t fd, curlsocktype) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);  // it would stay open in programs that we run (credential helpers)
  static_cast<Loop*>(loop)->sockets_.insert(fd);
  return CURL_SOCKOPT_OK;
}

int Loop::OnClose(void* loop, curl_socket_t fd) {
  static_cast<Loop*>(loop)->sockets_.erase(fd);
  return close(fd);
}

void Loop::ShutDown(int local_port, absl::Duration silence) {
  for (const int fd : sockets_) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    // The port is at the same place in both.
    const bool tcp = address.ss_family == AF_INET || address.ss_family == AF_INET6;
    const int port = tcp ? ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port) : 0;
    if (tcp && port == local_port && SilenceOf(fd) >= silence) shutdown(fd, SHUT_RDWR);
  }
}

// libcurl before 8.0 finds a socket writable over and over while the other end's flow control takes no more of what
// would be written there: it would spin.
void Loop::RestWhereNothingMoves(int64_t moved_before) const {
  if (streams_ > 0 && ready_ > 0 && moved_ == moved_before) absl::SleepFor(kRest);
}

absl::Status Loop::Poll(absl::Duration at_most, absl::Span<const int> also_readable) {
  const absl::Duration until = WorkingTime() + at_most;
  std::vector<curl_waitfd> descriptors;
  for (const int fd : also_readable) descriptors.push_back({fd, CURL_WAIT_POLLIN, 0});
  for (const auto& [fd, readable] : watched_) descriptors.push_back({fd, CURL_WAIT_POLLIN, 0});
  for (bool last = false;;) {
    ExtendDeadlines();
    int running = 0;
    const int64_t moved_before = moved_;
    if (const CURLMcode code = curl_.multi_perform(multi_, &running); code != CURLM_OK) {
      return absl::InternalError(absl::StrCat("libcurl failed: ", curl_.multi_strerror(code)));
    }
    CollectFinished();
    if (Deliver() || last) return absl::OkStatus();
    RestWhereNothingMoves(moved_before);
    if (absl::Status status = WaitOnce(until - WorkingTime(), descriptors); !status.ok()) return status;
    last = WorkingTime() >= until;
    for (const curl_waitfd& ready : descriptors) {
      if (ready.revents == 0) continue;
      last = true;
      Later([this, fd = ready.fd] { return TellReadable(fd); });
    }
  }
}

absl::Status Loop::WaitOnce(absl::Duration at_most, std::vector<curl_waitfd>& descriptors) {
  const bool may_end = at_most != absl::InfiniteDuration() || !deadlines_.empty();
  at_most = std::clamp(at_most, absl::ZeroDuration(), may_end ? kStep : absl::InfiniteDuration());
  (void)WorkingTime();  // from here on it waits
  const CURLMcode code = curl_.multi_poll(multi_, descriptors.data(), static_cast<unsigned>(descriptors.size()),
                                          Milliseconds(at_most), &ready_);
  if (code != CURLM_OK) return absl::InternalError(absl::StrCat("libcurl failed: ", curl_.multi_strerror(code)));
  HasWaited(at_most);
  return absl::OkStatus();
}

void Loop::ExtendDeadlines() {
  (void)WorkingTime();
  const absl::Duration stopped = StoppedTime() - stopped_;
  if (stopped == absl::ZeroDuration()) return;
  stopped_ += stopped;
  for (auto& [easy, deadline] : deadlines_) {
    deadline += stopped;
    curl_.easy_setopt(easy, CURLOPT_TIMEOUT_MS, MillisecondsOf(deadline));
  }
}

bool Loop::TellReadable(int fd) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return false;
  const std::function<void()> readable = found->second;  // which may end its watch
  readable();
  return true;
}

void Loop::CollectFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // removing the handle frees the message
    Transfer* transfer = nullptr;
    curl_.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->OnEnd(code);
  }
}

bool Loop::Deliver() {
  bool any = false;
  while (!due_.empty()) {
    const std::function<bool()> tell = std::move(due_.front());
    due_.pop_front();
    any |= tell();
  }
  return any;
}

}  // namespace flow
