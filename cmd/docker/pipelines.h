// Which pipelines there are: those of the states of this engine, and what the engine has of others.
#ifndef CMD_DOCKER_PIPELINES_H_
#define CMD_DOCKER_PIPELINES_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/docker/observed.h"

namespace flow {

// Every pipeline of a namespace.
// `volumes`: a pipeline of which the engine has nothing but volumes is one too. Error (exit_status.h): it is no
// namespace's name (kUsage); the engine or the state does not tell; a signal came.
absl::StatusOr<std::set<PipelineKey>> PipelinesOf(Session& session, OwnStates& states, const std::string& namespace_,
                                                  bool volumes);

// The labels of the containers of a namespace's pipelines.
std::vector<std::string> LabelsOfNamespace(const std::string& namespace_);

// A pipeline that is there.
struct FoundPipeline {
  PipelineKey key;
  std::optional<deploy::Deployment> state;  // OwnState::deployment
  std::vector<docker::Container> containers;
};

// Those of the keys, which are of one namespace, in their order. Error (exit_status.h): one is not there; the engine
// does not tell; a signal came.
absl::StatusOr<std::vector<FoundPipeline>> FindPipelines(Session& session, Caller& caller,
                                                         const std::vector<PipelineKey>& keys);

}  // namespace flow

#endif  // CMD_DOCKER_PIPELINES_H_
