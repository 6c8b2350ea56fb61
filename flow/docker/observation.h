// Finding out: which API version the engine speaks, what it has of a pipeline, and what else must be known before
// anything may be done. A part of the machines that apply and delete; it asks, and keeps what it is told.
#ifndef FLOW_DOCKER_OBSERVATION_H_
#define FLOW_DOCKER_OBSERVATION_H_

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/images.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/platform.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// What the same command has asked the engine before (learn_metadata.h), and does not ask again.
struct Known {
  compose::ApiVersion version;
  engine::ImageList images;
  std::set<std::string> pulled;  // references
};

class Observation {
 public:
  // Which engine it is. The first request: an engine that cannot be reached fails this one.
  void Connect(Outbox& out) const { Ask(engine::Ping{}, absl::Seconds(10), out); }

  // The same, and which images it has, where that was asked before.
  void Know(const Known& known, const project::Project& project, Outbox& out) {
    out.set_version(known.version);
    observed_.image_ids = ImageIds(project, known.images);
  }

  // What the engine has that carries the project's labels or names.
  void Observe(const project::Project& project, Outbox& out) const {
    for (engine::Call& call : ObservingCalls(project)) Ask(std::move(call), kReadDeadline, out);
  }

  // What the engine has that carries the pipeline's labels.
  void ObserveOwned(const std::string& namespace_, const std::string& pipeline, Outbox& out) const {
    const engine::ListContainers owned = ListPipelineContainers(namespace_, pipeline);
    Ask(owned, kReadDeadline, out);
    Ask(engine::ListNetworks{.labels = owned.labels}, kReadDeadline, out);
    Ask(engine::ListVolumes{.labels = owned.labels}, kReadDeadline, out);
  }

  // Which images the engine has.
  void ObserveImages(Outbox& out) const { Ask(engine::ListImages{}, kReadDeadline, out); }

  // Whose engine it is, and who holds the names that the plan is to create.
  void Prepare(const Plan& plan, Outbox& out) const {
    Ask(engine::GetInfo{}, kReadDeadline, out);
    engine::ListContainers names;
    for (const Operation& operation : plan.operations()) {
      if (TakesContainerName(operation)) names.names.push_back(operation.name());
    }
    if (!names.names.empty()) out.Request(WhoHoldsNames{}, std::move(names), kReadDeadline);
  }

  // Which of the images have a health check of their own, and for which platform they are.
  void InspectImages(const std::set<std::string>& images, Outbox& out) const {
    for (const std::string& image : images)
      out.Request(WhatImageSays{image}, engine::InspectImage{image}, kReadDeadline);
  }

  // Whether all that it asked is answered.
  static bool IsDone(const Outbox& out) { return !out.Awaits<WhatIsThere, WhoHoldsNames, WhatImageSays>(); }

  // Each takes an answer in. Error: the engine's, or that there is no API version in common (kFailedPrecondition).

  absl::Status On(const WhatIsThere&, const absl::StatusOr<engine::Reply>& reply, const project::Project& project,
                  Outbox& out) {
    if (!reply.ok()) return reply.status();
    if (const auto* pong = std::get_if<engine::Pong>(&*reply)) {
      const absl::StatusOr<compose::ApiVersion> negotiated = engine::NegotiateVersion(*pong);
      if (!negotiated.ok()) return negotiated.status();
      out.set_version(*negotiated);
    } else if (const auto* images = std::get_if<engine::ImageList>(&*reply)) {
      observed_.image_ids = ImageIds(project, *images);
    } else if (const auto* info = std::get_if<engine::Info>(&*reply)) {
      info_ = *info;
    } else {
      ReadInto(*reply, &observed_);  // containers, networks or volumes
    }
    return absl::OkStatus();
  }

  absl::Status On(const WhoHoldsNames&, const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok()) return reply.status();
    const auto& holders = std::get<engine::ContainerList>(*reply).containers();
    holders_.assign(holders.begin(), holders.end());
    return absl::OkStatus();
  }

  absl::Status On(const WhatImageSays& asked, const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok()) return reply.status();
    const auto& image = std::get<engine::ImageInspect>(*reply);
    if (HasHealthCheck(image)) checked_images_.insert(asked.image);
    if (!image.config().volumes().empty()) images_with_data_[asked.image] = image;
    const std::string mismatch = PlatformMismatch(asked.image, image, info_);
    if (!mismatch.empty()) foreign_images_[asked.image] = mismatch;
    return absl::OkStatus();
  }

  const Observed& observed() const { return observed_; }
  const std::vector<engine::ContainerSummary>& holders() const { return holders_; }
  const std::set<std::string>& checked_images() const { return checked_images_; }
  // Those that keep data at paths of their own, by reference.
  const std::map<std::string, engine::ImageInspect>& images_with_data() const { return images_with_data_; }
  // In words: that the image is for another platform than the engine's machine. Empty where it is not, as far as is
  // known.
  std::string ForeignPlatform(const std::string& image) const {
    const auto found = foreign_images_.find(image);
    return found == foreign_images_.end() ? "" : found->second;
  }
  const engine::Info& info() const { return info_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [observed, holders, checked_images, images_with_data, foreign_images, info] = *this;
    return std::tie(observed, holders, checked_images, images_with_data, foreign_images, info);
  }

 private:
  static void Ask(engine::Call call, absl::Duration deadline, Outbox& out) {
    out.Request(WhatIsThere{}, std::move(call), deadline);
  }

  Observed observed_;
  std::vector<engine::ContainerSummary> holders_;
  std::set<std::string> checked_images_;
  std::map<std::string, engine::ImageInspect> images_with_data_;
  std::map<std::string, std::string> foreign_images_;  // reference → in words
  engine::Info info_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_OBSERVATION_H_
