// Which engine flow speaks to, and why that one. Users debug the wrong engine when a program does not say what chose
// it.
#ifndef CMD_ENGINE_ENDPOINT_H_
#define CMD_ENGINE_ENDPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"

namespace flow {

struct Endpoint {
  enum class Kind {
    kUnix,  // a socket file: this machine's engine
    kTcp,   // another machine's, for all flow knows: what it mounts is then neither made nor judged here
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

  // kTcp alone. The engine's certificate is always verified.
  bool tls = false;
  // HTTP/2, which the server is known to speak (RFC 9113, 3.3), as gRPC servers do; else HTTP/1.1.
  bool http2 = false;
  // PEM files: the authorities trusted, in place of the system's; our certificate and its key. Empty: none.
  std::string ca, certificate, key;
  // Where these settings are made: "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (/x)", "context "a"".
  std::string tls_set_by;
};

// `host_flag` is --host's value, empty where it was not given. In this order: --host, DOCKER_HOST, DOCKER_CONTEXT, the
// current context of the Docker config folder (DOCKER_CONFIG, else ~/.docker), unix:///var/run/docker.sock. For a tcp
// address of --host or DOCKER_HOST, any non-empty DOCKER_TLS_VERIFY turns TLS on, with {ca,cert,key}.pem of
// DOCKER_CERT_PATH, else of the Docker config folder, those that exist there (Docker CLI, "Environment variables").
// Reads files; connects to nothing.
//
// InvalidArgument: --host itself cannot be used (exit 2). FailedPrecondition: what the environment or the config folder
// say cannot be used (exit 4). Messages name the setting, its value and the way out; ssh:// gets the command that
// forwards a socket.
absl::StatusOr<Endpoint> ChooseEndpoint(absl::string_view host_flag, const Environment& environment);

}  // namespace flow

#endif  // CMD_ENGINE_ENDPOINT_H_
