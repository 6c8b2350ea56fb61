// HTTP as data: what is sent to a server and what comes back, without anything that sends it.
#ifndef FLOW_HTTP_MESSAGE_H_
#define FLOW_HTTP_MESSAGE_H_

#include <cstddef>
#include <map>
#include <string>

namespace flow::http {

struct Request {
  std::string method = "GET";
  // Path and query, escaped, with the API version where there is one: "/v1.41/containers/json?all=1".
  std::string target = {};
  // Empty: no body. Else JSON, unless a header Content-Type says otherwise.
  std::string body = {};
  // Besides Content-Type, which follows from the body.
  std::map<std::string, std::string> headers = {};
  // Bytes of an answer's body that are taken; a larger one fails. 0: as many as whoever sends it takes.
  size_t most_body = 0;
};

struct Response {
  int status = 0;
  // Names in lower case; the last one wins where a name comes twice.
  std::map<std::string, std::string> headers = {};
  // Empty for a response whose body was streamed.
  std::string body = {};
  // The headers behind the body, in the same way.
  std::map<std::string, std::string> trailers = {};
};

}  // namespace flow::http

#endif  // FLOW_HTTP_MESSAGE_H_
