// A server that is spoken to, and why that one. Users debug the wrong server when a program does not say what chose it.
#ifndef CMD_HTTP_ENDPOINT_H_
#define CMD_HTTP_ENDPOINT_H_

#include <string>

namespace flow {

struct Endpoint {
  enum class Kind {
    kUnix,  // a socket file: on this host
    kTcp,   // on another one, for all flow knows
  };

  Kind kind = Kind::kUnix;
  // As the user wrote it, for messages: "unix:///var/run/docker.sock", "tcp://build-7:2376".
  std::string address;
  // What an HTTP target ("/version") is appended to: "http://localhost", "https://build-7:2376".
  std::string url;
  // kUnix: the socket file, absolute.
  std::string socket;
  // kTcp: without the brackets of an IPv6 address.
  std::string host;

  // "--host", "DOCKER_HOST", "context "a" (current in /home/u/.docker/config.json)", "the default".
  std::string chosen_by;
  // What else was set and is not used because of that; empty for nothing. A sentence without its period.
  std::string note;

  // A proxy on the way, whatever the environment says: "http://proxy:3128", "socks5h://proxy". Empty: as that says.
  std::string proxy;

  // kTcp alone.
  bool tls = false;
  // HTTP/2, which the server is known to speak (RFC 9113, 3.3), as gRPC servers do; else HTTP/1.1.
  bool http2 = false;
  // PEM files: the authorities trusted, in place of the system's; our certificate and its key. Empty: none.
  std::string ca, certificate, key;
  // The same as PEM itself, each in place of the file: for what is in no file, and is to be in none.
  std::string ca_pem, certificate_pem, key_pem;
  // "HOST:PORT" to connect to, where the host of the url is but the name that the server's certificate has.
  std::string connect_to;
  // Whether the server's certificate is verified. Nobody but its user decides that it is not.
  bool verify = true;
  // Where these settings are made: "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (/x)", "context "a"".
  std::string tls_set_by;
};

}  // namespace flow

#endif  // CMD_HTTP_ENDPOINT_H_
