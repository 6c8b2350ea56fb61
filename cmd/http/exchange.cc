#include "cmd/http/exchange.h"

#include <algorithm>
#include <climits>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/http/transfer_error.h"

namespace flow {
namespace {

// With less libcurl up to 7.88.1 loses or reorders bytes that it receives while it sends, now and then, silently: 2 to
// 6 % of streams of 20,000 small messages, and none of them with this.
constexpr long kBuffer = 128 * 1024;
// What is sent goes into frames of 16 KiB at most anyway.
constexpr long kUploadBuffer = 32 * 1024;

}  // namespace

// Outlives the exchange for as long as the loop has something to tell of it.
struct Exchange::State : Loop::Transfer, std::enable_shared_from_this<State> {
  State(std::shared_ptr<Loop> loop_, const Endpoint& endpoint_, const http::Request& request_, Handlers handlers_)
      : loop(std::move(loop_)),
        curl(loop->curl()),
        endpoint(endpoint_),
        request(request_),
        handlers(std::move(handlers_)) {}

  absl::Status SetUp(absl::Duration deadline);
  void SetUpBody();
  void Release();
  void OnEnd(CURLcode code) override;
  // What the two flags say, to libcurl, once it has returned.
  void Unpause();
  void UnpauseSoon();
  // All of the answer's head has come, or one of its trailers. With gRPC's status the answer is at its end (gRPC over
  // HTTP2, "Responses"), whatever is still to be sent: libcurl would go on waiting for that.
  void LookForStatus(const std::map<std::string, std::string>& fields);

  static size_t OnHeader(char* data, size_t size, size_t count, void* state);
  static size_t OnBody(char* data, size_t size, size_t count, void* state);
  static size_t OnFill(char* to, size_t size, size_t count, void* state);

  const std::shared_ptr<Loop> loop;
  const Curl& curl;
  const Endpoint endpoint;
  const http::Request request;
  Handlers handlers;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  char detail[CURL_ERROR_SIZE] = {};
  bool has_headers = false;
  http::Response response;
  bool reading_paused = false;  // as was asked for
  bool reading_held = false;    // libcurl was told so, by its callback
  bool sending_held = false;    // … of the other direction
  bool unpausing = false;       // is to come
  bool answered = false;        // the answer is at its end
};

Exchange::Exchange(std::shared_ptr<Loop> loop, const Endpoint& endpoint, const http::Request& request,
                   absl::Duration deadline, Handlers handlers)
    : state_(std::make_shared<State>(std::move(loop), endpoint, request, std::move(handlers))) {
  absl::Status status = state_->SetUp(deadline);
  if (status.ok()) return;
  state_->Release();
  state_->loop->Later([state = state_, status = std::move(status)] {
    const auto done = std::exchange(state->handlers, {}).done;
    if (done) done(status);
    return true;
  });
}

Exchange::~Exchange() {
  state_->handlers = {};
  state_->Release();
}

absl::Status Exchange::State::SetUp(absl::Duration deadline) {
  easy = curl.easy_init();
  if (easy == nullptr) return absl::ResourceExhaustedError("out of memory");
  curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
  curl.easy_setopt(easy, CURLOPT_PROXY, "");
  curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(kConnectTimeout)));
  curl.easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl.easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 10L);
  curl.easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
  curl.easy_setopt(easy, CURLOPT_BUFFERSIZE, kBuffer);
  // A kept connection of HTTP/2 without TLS is no good before 8.0, and flow control of one stream is not another's.
  curl.easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl.easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl.easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(endpoint.http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1));
  curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  curl.easy_setopt(easy, CURLOPT_PRIVATE, static_cast<Loop::Transfer*>(this));
  curl.easy_setopt(easy, CURLOPT_URL, absl::StrCat(endpoint.url, request.target).c_str());
  curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, &State::OnHeader);
  curl.easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, &State::OnBody);
  curl.easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (deadline != absl::InfiniteDuration()) {
    const int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(deadline, absl::Milliseconds(1)));
    curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::min<int64_t>(milliseconds, INT_MAX)));
  }
  SetUpBody();
  headers = curl.slist_append(headers, "Expect:");
  for (const auto& [name, value] : request.headers) {
    headers = curl.slist_append(headers, absl::StrCat(name, ": ", value).c_str());
  }
  curl.easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  return loop->AddStream(easy);
}

void Exchange::State::SetUpBody() {
  if (request.method != "POST") return;
  curl.easy_setopt(easy, CURLOPT_POST, 1L);
  if (handlers.fill != nullptr) {
    curl.easy_setopt(easy, CURLOPT_READFUNCTION, &State::OnFill);
    curl.easy_setopt(easy, CURLOPT_READDATA, this);
    curl.easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBuffer);
    return;
  }
  curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl.easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
}

void Exchange::State::Release() {
  if (easy != nullptr) {
    loop->RemoveStream(easy);
    curl.easy_cleanup(easy);
    easy = nullptr;
  }
  curl.slist_free_all(headers);
  headers = nullptr;
}

size_t Exchange::State::OnHeader(char* data, size_t size, size_t count, void* of) {
  auto& state = *static_cast<State*>(of);
  const size_t length = size * count;
  const absl::string_view line = absl::StripTrailingAsciiWhitespace(absl::string_view(data, length));
  if (absl::StartsWith(line, "HTTP/") && !state.has_headers) {
    state.response = http::Response();
    const size_t space = line.find(' ');
    if (space != absl::string_view::npos) (void)absl::SimpleAtoi(line.substr(space + 1, 3), &state.response.status);
    return length;
  }
  if (line.empty()) {
    if (state.response.status < 200) return length;
    state.has_headers = true;
    state.LookForStatus(state.response.headers);
    return length;
  }
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return length;
  auto& fields = state.has_headers ? state.response.trailers : state.response.headers;
  fields[absl::AsciiStrToLower(line.substr(0, colon))] =
      std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  if (state.has_headers) state.LookForStatus(state.response.trailers);
  return length;
}

void Exchange::State::LookForStatus(const std::map<std::string, std::string>& fields) {
  if (!fields.contains("grpc-status")) return;
  answered = true;
  if (sending_held) UnpauseSoon();
}

size_t Exchange::State::OnBody(char* data, size_t size, size_t count, void* of) {
  auto& state = *static_cast<State*>(of);
  if (state.reading_paused) {
    state.reading_held = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  state.loop->Moved();
  if (state.handlers.piece) state.handlers.piece(absl::string_view(data, size * count));
  return size * count;
}

size_t Exchange::State::OnFill(char* to, size_t size, size_t count, void* of) {
  auto& state = *static_cast<State*>(of);
  if (state.answered) return 0;
  if (const size_t filled = state.handlers.fill(to, size * count); filled > 0) {
    state.loop->Moved();
    return filled;
  }
  if (state.handlers.ends()) return 0;
  state.sending_held = true;
  return CURL_READFUNC_PAUSE;
}

void Exchange::State::OnEnd(CURLcode code) {
  absl::StatusOr<http::Response> result = std::move(response);
  if (code != CURLE_OK && !answered) {
    FailedTransfer failed{.code = code,
                          .what = absl::StrCat(request.method, " ", request.target),
                          .detail = detail[0] != '\0' ? detail : curl.easy_strerror(code),
                          .was_sent = true,
                          .has_status = has_headers,
                          .has_headers = has_headers};
    curl_off_t microseconds = 0;
    curl.easy_getinfo(easy, CURLINFO_OS_ERRNO, &failed.os_errno);
    curl.easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
    failed.took = absl::Microseconds(microseconds);
    result = TransferError(endpoint, failed);
  }
  Release();
  loop->Later([self = shared_from_this(), result = std::move(result)] {
    const auto done = std::exchange(self->handlers, {}).done;
    if (done) done(result);
    return true;
  });
}

void Exchange::State::Unpause() {
  unpausing = false;
  if (easy == nullptr) return;
  // Reading goes on where it may, and `fill` is asked again.
  reading_held &= reading_paused;
  sending_held = false;
  curl.easy_pause(easy, reading_held ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

void Exchange::State::UnpauseSoon() {
  if (std::exchange(unpausing, true)) return;
  loop->Later([self = shared_from_this()] {
    self->Unpause();
    return true;
  });
}

void Exchange::PauseReading(bool pause) {
  state_->reading_paused = pause;
  if (!pause && state_->reading_held) Resume();
}

void Exchange::Resume() { state_->UnpauseSoon(); }

}  // namespace flow
