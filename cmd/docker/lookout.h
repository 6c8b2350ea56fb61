// The pipelines of an engine, for whoever keeps an eye on them.
#ifndef CMD_DOCKER_LOOKOUT_H_
#define CMD_DOCKER_LOOKOUT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/docker/change_watch.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "cmd/target/lookout.h"
#include "flow/compose/api_version.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

class EngineLookout : public Lookout {
 public:
  // Of pipelines in `namespace_`. The session has a client that speaks `version`.
  EngineLookout(Session& session, const compose::ApiVersion& version, const std::string& namespace_);

  Changes& changes() override { return changes_; }
  absl::StatusOr<std::vector<std::optional<deploy::Deployment>>> Find(const std::vector<PipelineKey>& keys) override;
  absl::StatusOr<Sightings> Look(const std::vector<PipelineKey>& keys, absl::Time until) override;
  std::string HostOf(const PipelineKey&, const std::string& component) const override { return component; }

 private:
  Session& session_;
  const compose::ApiVersion version_;
  const std::vector<std::string> labels_;
  ChangeWatch changes_;
};

}  // namespace flow

#endif  // CMD_DOCKER_LOOKOUT_H_
