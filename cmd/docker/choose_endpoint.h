// Which engine flow speaks to.
#ifndef CMD_DOCKER_CHOOSE_ENDPOINT_H_
#define CMD_DOCKER_CHOOSE_ENDPOINT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"
#include "cmd/http/endpoint.h"

namespace flow {

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

#endif  // CMD_DOCKER_CHOOSE_ENDPOINT_H_
