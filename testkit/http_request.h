// Finds the requests in what an HTTP/1.1 client sends on one connection.
#ifndef TESTKIT_HTTP_REQUEST_H_
#define TESTKIT_HTTP_REQUEST_H_

#include <cstdlib>
#include <optional>
#include <string>

namespace flow::testkit {

struct HttpRequest {
  std::string method;
  std::string target;
  std::string body;
  std::string bytes;  // all of it, as it came
};

// Takes bytes cut anywhere. Bodies with a length and chunked ones; nothing else has a body in a request.
class HttpRequestReader {
 public:
  void Add(const std::string& bytes) { rest_ += bytes; }

  // The next request; none: it has not all come.
  std::optional<HttpRequest> Next() {
    HttpRequest request;
    const size_t length = Parse(request);
    if (length == 0) return std::nullopt;
    request.bytes = rest_.substr(0, length);
    rest_.erase(0, length);
    return request;
  }

 private:
  static constexpr char kLineEnd[] = "\r\n";

  // How long the first request of rest_ is; 0: it has not all come.
  size_t Parse(HttpRequest& request) const {
    const size_t headers_end = rest_.find("\r\n\r\n");
    if (headers_end == std::string::npos) return 0;
    const std::string head = rest_.substr(0, headers_end + 2);
    const size_t method_end = head.find(' ');
    request.method = head.substr(0, method_end);
    request.target = head.substr(method_end + 1, head.find(' ', method_end + 1) - method_end - 1);
    const size_t body = headers_end + 4;
    if (Header(head, "transfer-encoding") == "chunked") return ParseChunks(body, request.body);
    const size_t length = std::strtoul(Header(head, "content-length").c_str(), nullptr, 10);
    if (rest_.size() < body + length) return 0;
    request.body = rest_.substr(body, length);
    return body + length;
  }

  // Where the request ends; 0: not yet here. Trailers are not expected.
  size_t ParseChunks(size_t at, std::string& body) const {
    while (true) {
      const size_t line_end = rest_.find(kLineEnd, at);
      if (line_end == std::string::npos) return 0;
      const size_t size = std::strtoul(rest_.c_str() + at, nullptr, 16);
      const size_t next = line_end + 2 + size + 2;
      if (rest_.size() < next) return 0;
      body.append(rest_, line_end + 2, size);
      if (size == 0) return next;
      at = next;
    }
  }

  // A header's value in lower case; empty where it is absent.
  static std::string Header(const std::string& head, const std::string& name) {
    std::string lower = head;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    size_t at = lower.find(kLineEnd + name + ":");
    if (at == std::string::npos) return "";
    at = lower.find_first_not_of(' ', at + 2 + name.size() + 1);
    return lower.substr(at, lower.find(kLineEnd, at) - at);
  }

  std::string rest_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_HTTP_REQUEST_H_
