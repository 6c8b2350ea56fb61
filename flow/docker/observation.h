// Finding out: which API version the engine speaks, what it has of a pipeline, and what else must be known before
// anything may be done. A part of the machines; it asks, and keeps what it is told.
#ifndef FLOW_DOCKER_OBSERVATION_H_
#define FLOW_DOCKER_OBSERVATION_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/images.h"
#include "flow/docker/observed.h"
#include "flow/docker/platform.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class Observation {
 public:
  // Which engine it is. The first request: an engine that cannot be reached fails this one.
  void Connect(Outbox& out) { Ask(engine::Ping{}, absl::Seconds(10), out); }

  // The same, and which images it has, where that was asked before.
  void Know(const compose::ApiVersion& version, const engine::ImageList& images, const project::Project& project,
            Outbox& out) {
    out.set_version(version);
    observed_.image_ids = ImageIds(project, images);
  }

  // What the engine has that carries the project's labels or names.
  void Observe(const project::Project& project, Outbox& out) {
    for (engine::Call& call : ObservingCalls(project)) Ask(std::move(call), kDeadline, out);
  }

  // What the engine has that carries the pipeline's labels.
  void ObserveOwned(const std::string& namespace_, const std::string& pipeline, Outbox& out) {
    const engine::ListContainers owned = ListPipelineContainers(namespace_, pipeline);
    Ask(owned, kDeadline, out);
    Ask(engine::ListNetworks{.labels = owned.labels}, kDeadline, out);
    Ask(engine::ListVolumes{.labels = owned.labels}, kDeadline, out);
  }

  // Which images the engine has.
  void ObserveImages(Outbox& out) { Ask(engine::ListImages{}, kDeadline, out); }

  // Whose engine it is, and who holds the names that the plan is to create.
  void Prepare(const Plan& plan, Outbox& out) {
    Ask(engine::GetInfo{}, kDeadline, out);
    engine::ListContainers names;
    for (const Operation& operation : plan.operations()) {
      if (TakesContainerName(operation)) names.names.push_back(operation.name());
    }
    if (!names.names.empty()) holders_request_ = Ask(std::move(names), kDeadline, out);
  }

  // Which of the images have a health check of their own.
  void InspectImages(const std::set<std::string>& images, Outbox& out) {
    for (const std::string& image : images) inspected_[Ask(engine::InspectImage{image}, kDeadline, out)] = image;
  }

  // Whether this answers one of the survey's requests.
  bool Owns(const Answer& answer) const { return pending_.contains(answer.request); }

  // Takes an answer in. Error: the engine's, or that there is no API version in common (kFailedPrecondition).
  absl::Status Take(const Answer& answer, const project::Project& project, Outbox& out) {
    pending_.erase(answer.request);
    if (!answer.reply.ok()) return answer.reply.status();
    const engine::Reply& reply = *answer.reply;
    if (const auto* pong = std::get_if<engine::Pong>(&reply)) {
      const absl::StatusOr<compose::ApiVersion> negotiated = engine::NegotiateVersion(*pong);
      if (!negotiated.ok()) return negotiated.status();
      out.set_version(*negotiated);
    } else if (answer.request == holders_request_) {
      const auto& holders = std::get<engine::ContainerList>(reply).containers();
      holders_.assign(holders.begin(), holders.end());
    } else if (ReadInto(reply, &observed_)) {
      // containers, networks or volumes
    } else if (const auto* images = std::get_if<engine::ImageList>(&reply)) {
      observed_.image_ids = ImageIds(project, *images);
    } else if (const auto* image = std::get_if<engine::ImageInspect>(&reply)) {
      const std::string& reference = inspected_[answer.request];
      if (HasHealthCheck(*image)) checked_images_.insert(reference);
      const std::string mismatch = PlatformMismatch(reference, *image, info_);
      if (!mismatch.empty()) foreign_images_[reference] = mismatch;
    } else if (const auto* info = std::get_if<engine::Info>(&reply)) {
      info_ = *info;
    }
    return absl::OkStatus();
  }

  // Nothing is asked that is not answered.
  bool Done() const { return pending_.empty(); }

  const Observed& observed() const { return observed_; }
  const std::vector<engine::ContainerSummary>& holders() const { return holders_; }
  const std::set<std::string>& checked_images() const { return checked_images_; }
  // In words: that the image is for another platform than the engine's machine. Empty where it is not, as far as is
  // known.
  std::string ForeignPlatform(const std::string& image) const {
    const auto found = foreign_images_.find(image);
    return found == foreign_images_.end() ? "" : found->second;
  }
  const engine::Info& info() const { return info_; }
  size_t pending() const { return pending_.size(); }

 private:
  static constexpr absl::Duration kDeadline = absl::Seconds(30);

  RequestId Ask(engine::Call call, absl::Duration deadline, Outbox& out) {
    return *pending_.insert(out.Request(std::move(call), deadline)).first;
  }

  std::set<RequestId> pending_;
  RequestId holders_request_ = RequestId();
  std::map<RequestId, std::string> inspected_;  // request → image

  Observed observed_;
  std::vector<engine::ContainerSummary> holders_;
  std::set<std::string> checked_images_;
  std::map<std::string, std::string> foreign_images_;  // reference → in words
  engine::Info info_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_OBSERVATION_H_
