#include "cmd/http/client.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cmd/http/transfer_error.h"
#include "cmd/http/trouble.h"
#include "flow/http/authority.h"
#include "flow/version.h"

namespace flow {
namespace {

constexpr absl::Duration kTlsProbe = absl::Milliseconds(800);
constexpr size_t kMostBody = 64 * 1024 * 1024;
// Before 8.0 the second request on a kept connection of HTTP/2 without TLS fails (curl 8.0.0, "http2: fix for
// http2-prior-knowledge when reusing connections"): each has one of its own then.
constexpr unsigned kKeepsHttp2 = 0x080000;
// With less libcurl up to 7.88.1 loses bytes of HTTP/2 now and then (exchange.cc).
constexpr long kHttp2Buffer = 128 * 1024;

bool HasControlCharacter(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

// "GET /v1.41/events", for messages. Without the query, which is long and may hold what is nobody's business.
std::string Describe(const http::Request& message) {
  return absl::StrCat(message.method, " ", message.target.substr(0, message.target.find('?')));
}

// Go's server (the engine) and nginx answer so to plain HTTP on a port that speaks TLS.
bool SaysItSpeaksTls(const http::Response& response) {
  return response.status == 400 && (absl::StrContains(response.body, "HTTP request to an HTTPS server") ||
                                    absl::StrContains(response.body, "plain HTTP request was sent to HTTPS port"));
}

// RFC 8446, 5.1: a TLS alert is what some servers send to a plain HTTP request.
bool IsTlsAlert(absl::string_view bytes) { return absl::StartsWith(bytes, "\x15\x03"); }

constexpr char kWantsTls[] = "what listens there speaks TLS, and the request was sent without it";

}  // namespace

struct Client::Request : Loop::Transfer, std::enable_shared_from_this<Request> {
  Client* client = nullptr;
  int id = 0;
  bool stream = false;
  bool over = false;  // done, or cancelled: nothing more is told

  std::string what;  // "GET /version"
  std::string method;
  std::string body;
  size_t most_body = kMostBody;
  StreamHandlers handlers;

  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  curl_slist* connect_to = nullptr;
  char detail[CURL_ERROR_SIZE] = {};  // curl's words for an error

  int sends = 0;
  int local_port = 0;  // of the connection that it was sent on
  bool has_status = false;
  bool has_headers = false;
  http::Response response;
  std::string chunk;  // came, and is not told yet
  // Why one of our own callbacks stopped the transfer.
  absl::Status stopped;
  // The error to end with unless the probe finds that the engine speaks TLS. OK: no probe is under way.
  absl::Status before_probe;
  absl::StatusOr<http::Response> result = absl::UnknownError("");

  bool Streaming() const { return stream && response.status < 400; }
  void OnEnd(CURLcode code) override { client->Finish(*this, code); }
};

absl::StatusOr<std::unique_ptr<Client>> Client::Create(const Endpoint& endpoint) {
  absl::StatusOr<std::shared_ptr<Loop>> loop = Loop::Create();
  if (!loop.ok()) return loop.status();
  return std::make_unique<Client>(*std::move(loop), endpoint);
}

Client::Client(std::shared_ptr<Loop> loop, const Endpoint& endpoint)
    : loop_(std::move(loop)), curl_(loop_->curl()), endpoint_(endpoint) {}

Client::~Client() {
  for (auto& [id, request] : requests_) {
    request->over = true;
    Release(*request);
  }
}

int Client::Send(const http::Request& request, absl::Duration deadline, Done done) {
  return Start(request, deadline, /*stream=*/false, {.opened = nullptr, .chunk = nullptr, .done = std::move(done)});
}

int Client::Stream(const http::Request& request, StreamHandlers handlers, absl::Duration deadline) {
  return Start(request, deadline, /*stream=*/true, std::move(handlers));
}

int Client::Start(const http::Request& message, absl::Duration deadline, bool stream, StreamHandlers handlers) {
  auto request = std::make_shared<Request>();
  request->client = this;
  request->id = ++last_id_;
  request->stream = stream;
  request->handlers = std::move(handlers);
  requests_[request->id] = request;
  if (absl::Status status = SetUp(message, deadline, *request); !status.ok()) {
    Release(*request);
    request->result = std::move(status);
    Tell(*request, Event::kDone);
  }
  return request->id;
}

absl::Status Client::SetUp(const http::Request& message, absl::Duration deadline, Request& request) {
  request.what = Describe(message);
  request.method = message.method;
  request.body = message.body;
  if (message.most_body != 0) request.most_body = message.most_body;
  if (!absl::StartsWith(message.target, "/") || absl::StrContains(message.target, ' ') ||
      HasControlCharacter(message.target) || HasControlCharacter(message.method)) {
    return absl::InvalidArgumentError(absl::StrCat(request.what, ": the request's target is not fit for HTTP"));
  }
  if (deadline <= absl::ZeroDuration()) {
    return WithTrouble(absl::DeadlineExceededError(absl::StrCat(request.what, ": no time was left to send it")),
                       Trouble::kUnreachableHost);
  }
  request.easy = curl_.easy_init();
  if (request.easy == nullptr) return absl::ResourceExhaustedError(absl::StrCat(request.what, ": out of memory"));
  CURL* const easy = request.easy;
  SetUpConnection(easy);
  curl_.easy_setopt(easy, CURLOPT_ERRORBUFFER, request.detail);
  curl_.easy_setopt(easy, CURLOPT_PRIVATE, static_cast<Loop::Transfer*>(&request));
  curl_.easy_setopt(easy, CURLOPT_URL, absl::StrCat(endpoint_.url, message.target).c_str());
  curl_.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_.easy_setopt(easy, CURLOPT_HTTP_VERSION,
                    static_cast<long>(!endpoint_.http2 ? CURL_HTTP_VERSION_1_1
                                      : endpoint_.tls  ? CURL_HTTP_VERSION_2TLS
                                                       : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
  if (endpoint_.http2) {
    curl_.easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);  // a proxy itself may not speak it
    curl_.easy_setopt(easy, CURLOPT_BUFFERSIZE, kHttp2Buffer);
  }
  if (endpoint_.http2 && !endpoint_.tls && curl_.version < kKeepsHttp2) {
    curl_.easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_.easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  } else if (endpoint_.http2) {
    curl_.easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);  // one connection for all of a burst
  }
  // What is no HTTP at all then comes as a body without a status: OnBody sees what it is.
  curl_.easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 1L);
  curl_.easy_setopt(easy, CURLOPT_USERAGENT, absl::StrCat("flow/", kVersion).c_str());
  curl_.easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Client::OnHeader);
  curl_.easy_setopt(easy, CURLOPT_HEADERDATA, &request);
  curl_.easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Client::OnBody);
  curl_.easy_setopt(easy, CURLOPT_WRITEDATA, &request);
  curl_.easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Client::OnSend);
  curl_.easy_setopt(easy, CURLOPT_PREREQDATA, &request);
  if (message.method == "HEAD") {
    curl_.easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (message.method != "GET" || !message.body.empty()) {
    if (!message.body.empty() || message.method == "POST" || message.method == "PUT") {
      // Also for an empty body: then Content-Length: 0 is sent, without which some proxies refuse a POST.
      curl_.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_.easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  // An empty value takes a header that curl adds by itself away.
  std::vector<std::string> lines = {"Expect:"};
  if (message.headers.count("Content-Type") == 0) {
    lines.push_back(message.body.empty() ? "Content-Type:" : "Content-Type: application/json");
  }
  for (const auto& [name, value] : message.headers) {
    if (HasControlCharacter(name) || HasControlCharacter(value)) {
      return absl::InvalidArgumentError(absl::StrCat(request.what, ": the header ", name, " is not fit for HTTP"));
    }
    lines.push_back(value.empty() ? absl::StrCat(name, ";") : absl::StrCat(name, ": ", value));
  }
  for (const std::string& line : lines) request.headers = curl_.slist_append(request.headers, line.c_str());
  curl_.easy_setopt(easy, CURLOPT_HTTPHEADER, request.headers);
  if (!endpoint_.connect_to.empty()) {
    // Empty in front: whatever the URL has.
    request.connect_to = curl_.slist_append(nullptr, absl::StrCat("::", endpoint_.connect_to).c_str());
    curl_.easy_setopt(easy, CURLOPT_CONNECT_TO, request.connect_to);
  }

  if (const absl::Status status = loop_->Add(easy, deadline); !status.ok()) {
    return absl::InternalError(absl::StrCat(request.what, ": ", status.message()));
  }
  return absl::OkStatus();
}

void Client::SetUpConnection(CURL* easy) {
  curl_.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(kConnectTimeout)));
  curl_.easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  if (endpoint_.kind == Endpoint::Kind::kUnix) {
    curl_.easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, endpoint_.socket.c_str());
  } else {
    // An event stream may be silent for hours: a peer that went away without a word must be noticed.
    curl_.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_.easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_.easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
    curl_.easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer is not the server's
  }
  if (!endpoint_.proxy.empty()) {
    curl_.easy_setopt(easy, CURLOPT_PROXY, endpoint_.proxy.c_str());
    curl_.easy_setopt(easy, CURLOPT_NOPROXY, "");  // not even the environment's
  } else if (endpoint_.kind == Endpoint::Kind::kUnix || http::IsLoopback(endpoint_.host)) {
    curl_.easy_setopt(easy, CURLOPT_PROXY, "");
  }
  if (endpoint_.tls) SetUpTls(easy);
}

void Client::SetUpTls(CURL* easy) {
  curl_.easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, endpoint_.verify ? 1L : 0L);
  curl_.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, endpoint_.verify ? 2L : 0L);
  const auto set = [&](CURLoption of_file, const std::string& file, CURLoption of_bytes, const std::string& bytes) {
    if (!bytes.empty()) {
      curl_blob blob = {const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_COPY};
      curl_.easy_setopt(easy, of_bytes, &blob);
    } else if (!file.empty()) {
      curl_.easy_setopt(easy, of_file, file.c_str());
    }
  };
  set(CURLOPT_CAINFO, endpoint_.ca, CURLOPT_CAINFO_BLOB, endpoint_.ca_pem);
  if (!endpoint_.ca.empty() || !endpoint_.ca_pem.empty()) {
    curl_.easy_setopt(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));  // else the system's are trusted besides
  }
  set(CURLOPT_SSLCERT, endpoint_.certificate, CURLOPT_SSLCERT_BLOB, endpoint_.certificate_pem);
  set(CURLOPT_SSLKEY, endpoint_.key, CURLOPT_SSLKEY_BLOB, endpoint_.key_pem);
}

// Called by libcurl when a connection is there and the request is about to be sent on it. Where a kept connection turns
// out to be closed before the first byte of an answer, curl sends the request again on a new one, of any method. But
// the engine may have taken it from the old one, and a second POST /networks/create makes a second network.
int Client::OnSend(void* data, char*, char*, int, int local_port) {
  auto& request = *static_cast<Request*>(data);
  request.local_port = local_port;
  if (++request.sends > 1 && request.method != "GET" && request.method != "HEAD") {
    request.stopped = WithTrouble(
        absl::UnavailableError(absl::StrCat(request.what, ": the connection was closed before the answer came")),
        Trouble::kConnectionLost);
    return CURL_PREREQFUNC_ABORT;
  }
  ++request.client->requests_sent_;
  return CURL_PREREQFUNC_OK;
}

size_t Client::OnHeader(char* data, size_t size, size_t count, void* of) {
  auto& request = *static_cast<Request*>(of);
  const size_t length = size * count;
  absl::string_view line = absl::StripTrailingAsciiWhitespace(absl::string_view(data, length));
  if (absl::StartsWith(line, "HTTP/") && !request.has_headers) {
    request.response = http::Response();
    const size_t space = line.find(' ');
    request.has_status =
        space != absl::string_view::npos && absl::SimpleAtoi(line.substr(space + 1, 3), &request.response.status);
    return length;
  }
  if (line.empty()) {
    if (request.has_headers) return length;                                   // the end of the trailers
    if (!request.has_status || request.response.status < 200) return length;  // 1xx: the real one is to come
    request.has_headers = true;
    request.client->answered_ = true;
    if (request.Streaming()) {
      request.client->Tell(request, Event::kOpened);
    }
    return length;
  }
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return length;
  const std::string name = absl::AsciiStrToLower(line.substr(0, colon));
  auto& fields = request.has_headers ? request.response.trailers : request.response.headers;
  fields[name] = std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  return length;
}

size_t Client::OnBody(char* data, size_t size, size_t count, void* of) {
  auto& request = *static_cast<Request*>(of);
  const size_t length = size * count;
  const absl::string_view bytes(data, length);
  if (!request.has_status) {
    request.stopped =
        IsTlsAlert(bytes)
            ? WithTrouble(absl::UnavailableError(absl::StrCat(request.what, ": ", kWantsTls)),
                          Trouble::kEngineSpeaksTls)
            : WithTrouble(
                  absl::UnavailableError(absl::StrCat(request.what, ": what listens there does not speak HTTP")),
                  Trouble::kNotHttp);
    return 0;
  }
  if (request.Streaming()) {
    if (request.chunk.empty()) {
      request.client->Tell(request, Event::kChunk);
    }
    request.chunk.append(data, length);
    return length;
  }
  if (request.response.body.size() + length > request.most_body) {
    request.stopped = absl::ResourceExhaustedError(
        absl::StrCat(request.what, ": the answer is larger than ", request.most_body / 1024 / 1024, " MiB"));
    return 0;
  }
  request.response.body.append(data, length);
  return length;
}

void Client::Cancel(int id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  const std::shared_ptr<Request> request = std::move(found->second);
  requests_.erase(found);
  request->over = true;
  Release(*request);
  // A callback of this very request may be running: Deliver() runs a copy of it.
  request->handlers = StreamHandlers();
}

void Client::GiveUp(int id, absl::Duration silence) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  if (found->second->sends > 0) loop_->ShutDown(found->second->local_port, silence);
  Cancel(id);
}

void Client::Pause(int id, bool pause) {
  const auto found = requests_.find(id);
  if (found == requests_.end() || found->second->easy == nullptr) return;
  curl_.easy_pause(found->second->easy, pause ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

void Client::Release(Request& request) {
  if (request.easy != nullptr) {
    loop_->Remove(request.easy);
    curl_.easy_cleanup(request.easy);
    request.easy = nullptr;
  }
  curl_.slist_free_all(request.headers);
  curl_.slist_free_all(request.connect_to);
  request.headers = request.connect_to = nullptr;
}

void Client::Finish(Request& request, CURLcode code) {
  // libcurl itself closes that of HTTP/1.1 alone.
  if (code == CURLE_OPERATION_TIMEDOUT && request.sends > 0) loop_->ShutDown(request.local_port);
  if (!request.before_probe.ok()) {
    // Of the probe. An alert is TLS too: it may want a certificate of ours.
    const bool tls = code == CURLE_OK || absl::StrContains(request.detail, "alert");
    request.result = tls ? WithTrouble(absl::UnavailableError(absl::StrCat(request.what, ": ", kWantsTls)),
                                       Trouble::kEngineSpeaksTls)
                         : request.before_probe;
  } else if (code != CURLE_OK) {
    absl::Status status = ErrorOf(request, code);
    if (StartTlsProbe(request, status)) return;
    request.result = std::move(status);
  } else if (!endpoint_.tls && SaysItSpeaksTls(request.response)) {
    request.result =
        WithTrouble(absl::UnavailableError(absl::StrCat(request.what, ": ", kWantsTls)), Trouble::kEngineSpeaksTls);
  } else {
    request.result = std::move(request.response);
  }
  Release(request);
  Tell(request, Event::kDone);
}

// Many servers that speak TLS hang up on a plain request without a word. Where nothing else is known about the other
// end, the same handle asks: does it shake hands?
bool Client::StartTlsProbe(Request& request, const absl::Status& status) {
  if (endpoint_.kind != Endpoint::Kind::kTcp || endpoint_.tls || answered_) return false;
  if (TroubleOf(status) != Trouble::kConnectionLost) return false;
  request.before_probe = status;
  loop_->Remove(request.easy);
  curl_.easy_reset(request.easy);
  SetUpConnection(request.easy);
  curl_.easy_setopt(request.easy, CURLOPT_ERRORBUFFER, request.detail);
  request.detail[0] = '\0';
  curl_.easy_setopt(request.easy, CURLOPT_PRIVATE, static_cast<Loop::Transfer*>(&request));
  curl_.easy_setopt(request.easy, CURLOPT_URL, absl::StrCat("https", absl::StripPrefix(endpoint_.url, "http")).c_str());
  curl_.easy_setopt(request.easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_.easy_setopt(request.easy, CURLOPT_SSL_VERIFYPEER, 0L);  // nothing is sent
  curl_.easy_setopt(request.easy, CURLOPT_SSL_VERIFYHOST, 0L);
  if (loop_->Add(request.easy, kTlsProbe).ok()) return true;
  request.before_probe = absl::OkStatus();
  return false;
}

absl::Status Client::ErrorOf(const Request& request, CURLcode code) const {
  if (!request.stopped.ok()) return request.stopped;
  FailedTransfer failed{.code = code,
                        .what = request.what,
                        .detail = request.detail[0] != '\0' ? request.detail : curl_.easy_strerror(code),
                        .was_sent = request.sends > 0,
                        .has_status = request.has_status,
                        .has_headers = request.has_headers};
  curl_off_t microseconds = 0;
  curl_.easy_getinfo(request.easy, CURLINFO_OS_ERRNO, &failed.os_errno);
  curl_.easy_getinfo(request.easy, CURLINFO_SSL_VERIFYRESULT, &failed.verify_result);
  curl_.easy_getinfo(request.easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  failed.took = absl::Microseconds(microseconds);
  return TransferError(endpoint_, failed);
}

void Client::Tell(Request& request, Event event) {
  loop_->Later([request = request.shared_from_this(), event] {
    return !request->over && request->client->Deliver(*request, event);
  });
}

bool Client::Deliver(Request& request, Event event) {
  switch (event) {
    case Event::kOpened:
      if (const auto opened = request.handlers.opened) opened(request.response);
      break;
    case Event::kChunk: {
      const std::string chunk = std::exchange(request.chunk, std::string());
      if (const auto told = request.handlers.chunk) told(chunk);
      break;
    }
    case Event::kDone: {
      const Done done = std::move(request.handlers.done);
      request.over = true;
      requests_.erase(request.id);
      if (done) done(std::move(request.result));
      break;
    }
  }
  return true;
}

}  // namespace flow
