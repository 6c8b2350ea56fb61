// A machine's requests as they go to an engine, with what registries are shown where it pulls.
#ifndef CMD_DOCKER_ENGINE_WIRE_H_
#define CMD_DOCKER_ENGINE_WIRE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/http/client.h"
#include "cmd/registry/credentials.h"
#include "cmd/target/wire.h"
#include "flow/deploy/contract.h"
#include "flow/docker/contract.h"
#include "flow/http/message.h"

namespace flow {

class EngineWire : public Wire<docker::Docker> {
 public:
  struct Hooks {
    std::function<void(const deploy::Report&)> report;
    // RegistryCredentials::Find, for the registry that is to be pulled from. Null: without credentials.
    std::function<std::shared_ptr<void>(const std::string& registry, RegistryCredentials::Done done)> credentials =
        nullptr;
    std::function<void(const http::Request&)> request;  // one is about to be sent
  };

  EngineWire(Client& client, Hooks hooks) : client_(client), hooks_(std::move(hooks)) {}

  Handle Try(const docker::Send& send, absl::Duration left, Over over) override;
  Handle Open(const docker::OpenStream& open, Handlers handlers) override;
  absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable) override {
    return client_.Poll(at_most, also_readable);
  }
  const char* noun() const override { return "the engine"; }

 private:
  struct Request;

  // A pull tells how far it is while it goes on.
  void Pull(Request& request, const docker::Send& send, const RegistryCredentials::Found& credentials);
  void End(const Request& request, const absl::StatusOr<http::Response>& response,
           absl::StatusOr<docker::engine::Reply> reply) const;

  Client& client_;
  const Hooks hooks_;
};

}  // namespace flow

#endif  // CMD_DOCKER_ENGINE_WIRE_H_
