// The engine as a test sees it: asked directly, one request after the other. What flow says about itself is not
// evidence; this is.
#ifndef INTEGRATION_ENGINE_H_
#define INTEGRATION_ENGINE_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/http/message.h"
#include "integration/json.h"

namespace flow::integration {

// What the engine holds of a token's: everything whose name, or whose pipeline by its labels, has the token in it;
// "flow-it-4711-demo-source-1" has "it-4711-demo".
struct Holdings {
  std::vector<std::string> containers, networks, volumes;  // names

  bool empty() const { return containers.empty() && networks.empty() && volumes.empty(); }
  std::string ToString() const;
};

// A file of an image: a regular one, or, where `link` is not empty, a symbolic link to that.
struct File {
  std::string path;  // "/metadata.json"
  std::string bytes;
  std::string link;
};

// A failing request fails the test; one that the engine refuses does so where the function does not say otherwise.
class Engine {
 public:
  // The engine under test: FLOW_TEST_HOST, else what flow itself would choose.
  Engine();

  const Endpoint& endpoint() const { return endpoint_; }
  const compose::ApiVersion& version() const { return version_; }

  // Any request, under the engine's newest API version; the answer as it comes, of whatever status (0: none came).
  http::Response Send(const std::string& method, const std::string& target, const std::string& body = "");

  // The same, of which a status of 300 or more fails the test.
  Json Do(const std::string& method, const std::string& target, const std::string& body = "");

  // One of flow's calls.
  template <typename Message>
  Message Ask(const docker::engine::Call& call) {
    const docker::engine::Reply reply = AskAny(call);
    const Message* message = std::get_if<Message>(&reply);
    return message == nullptr ? Message() : *message;
  }

  // Containers of any state whose name or flow labels hold `token`, by name.
  std::vector<docker::engine::ContainerSummary> Containers(const std::string& token);
  Holdings Of(const std::string& token);
  std::vector<std::string> VolumeNames();

  // GET /containers/{id}/json; the null value where there is none.
  Json Inspect(const std::string& container);
  // The container's last lines, both streams.
  std::string Logs(const std::string& container, int lines = 50);
  // Runs a command in a container; what it wrote, both streams.
  std::string Exec(const std::string& container, const std::vector<std::string>& command);

  // Creates (from a body of POST /containers/create) and starts a container that is none of flow's; its id.
  std::string Run(const std::string& name, const std::string& config);
  // Asks a container to stop, and waits until the engine's list says that it has: that is a moment after its answer.
  void Stop(const std::string& container, int grace_seconds);
  // With its anonymous volumes, running or not. No error where there is none.
  void Remove(const std::string& container);

  // Makes `image` of busybox:1.36, Dockerfile lines (VOLUME, HEALTHCHECK, CMD, …) and files; the new image's id.
  std::string MakeImage(const std::string& image, const std::vector<std::string>& dockerfile,
                        const std::vector<File>& files = {});
  void RemoveImage(const std::string& image);
  // Tags an image as `reference` and pushes that to its registry, with this X-Registry-Auth.
  void Push(const std::string& image, const std::string& reference, const std::string& auth);
  // A copy of busybox:1.36, under a name as long as that, which says of itself that it is for arm64; the new image's id.
  void MakeForeignImage(const std::string& image);

  // Removes everything whose name or flow labels hold `token`.
  void RemoveAll(const std::string& token);

 private:
  docker::engine::Reply AskAny(const docker::engine::Call& call);
  http::Response Exchange(const http::Request& request);

  Endpoint endpoint_;
  std::unique_ptr<Client> client_;
  compose::ApiVersion version_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_ENGINE_H_
