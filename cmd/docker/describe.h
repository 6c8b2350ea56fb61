// How pipelines are, by what the engine lists and the state knows: for the commands that look.
#ifndef CMD_DOCKER_DESCRIBE_H_
#define CMD_DOCKER_DESCRIBE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/status.pb.h"
#include "flow/docker/observed.h"

namespace flow {

using ContainersOf = std::map<PipelineKey, std::vector<docker::Container>>;

// The containers with all of these labels ("key" or "key=value"), by pipeline. An error is the engine's, or the end by
// a signal. `ended`: those of which events tell that they have. Docker 20.10 lists such a one as running for some 100
// ms more, so it is asked how it is by itself.
absl::StatusOr<ContainersOf> ListContainers(Caller& caller, const std::vector<std::string>& labels,
                                            const std::set<std::string>& ended = {});

// How a pipeline is. Asks the engine about containers that are starting or unhealthy (whose probe may be unable to run), about
// those whose health it does not list, and with `inspect_all` about all of them, for restarts and exact times. What it does not tell is left out; an error is the end
// by a signal, when nothing is to be shown.
absl::StatusOr<deploy::PipelineStatus> Describe(Session& session, Caller& caller, const PipelineKey& key,
                                                std::optional<deploy::Deployment> state,
                                                std::vector<docker::Container> containers, bool inspect_all);

}  // namespace flow

#endif  // CMD_DOCKER_DESCRIBE_H_
