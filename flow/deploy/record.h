// What an apply writes into the state.
#ifndef FLOW_DEPLOY_RECORD_H_
#define FLOW_DEPLOY_RECORD_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "google/protobuf/util/message_differencer.h"

namespace flow::deploy {

// What an apply is given, whatever its target, and what the state keeps of that.
struct DeploymentInput {
  project::Project project;
  std::optional<Deployment> previous;  // the state, where there is one that can be read
  std::string file_digest;             // SHA-256 of the pipeline file, in hex
  std::string engine_host;             // the target's address, for messages
  std::map<std::string, std::string> annotations;
  std::vector<ImageMetadata> metadata;  // that the project was made with
  std::optional<ControlPlane> control_plane;
};

inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const timespec spec = absl::ToTimespec(time);
  timestamp->set_seconds(spec.tv_sec);
  timestamp->set_nanos(static_cast<int32_t>(spec.tv_nsec));
}

// The ids of a component's replicas, in the order of their numbers.
using ReplicaIds = std::function<std::vector<std::string>(const std::string& component)>;

// The state of an apply in `phase`. `engine_id` is the target's own id; `ids` are those that are known by now. Its error
// is the caller's to add.
inline Deployment MakeRecord(const DeploymentInput& input, Deployment::Phase phase, const std::string& engine_id,
                             const ReplicaIds& ids, absl::Time started, absl::Time now) {
  Deployment record;
  record.set_name(input.project.pipeline());
  record.set_namespace_(input.project.namespace_());
  record.set_phase(phase);
  record.set_engine_id(engine_id);
  record.set_engine_host(input.engine_host);
  *record.mutable_project() = input.project;
  record.set_file_digest(input.file_digest);
  for (const project::Service& service : input.project.services()) {
    Component& component = *record.add_components();
    component.set_id(service.name());
    component.set_digest(project::Label(service.labels(), project::kDigestLabel));
    for (const std::string& id : ids(service.name())) component.add_container_ids(id);
  }
  SetTimestamp(started, record.mutable_started());
  if (phase != Deployment::APPLYING) SetTimestamp(now, record.mutable_finished());
  if (phase == Deployment::APPLIED) {
    *record.mutable_succeeded() = record.finished();
  } else if (input.previous.has_value() && input.previous->has_succeeded()) {
    *record.mutable_succeeded() = input.previous->succeeded();
  }
  for (const ImageMetadata& metadata : input.metadata) *record.add_metadata() = metadata;
  if (input.control_plane.has_value()) *record.mutable_control_plane() = *input.control_plane;
  record.mutable_annotations()->insert(input.annotations.begin(), input.annotations.end());
  return record;
}

template <typename Message>
bool SameMessage(const Message& a, const Message& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

// Whether two records say the same, their times aside.
inline bool SameRecord(const Deployment& a, const Deployment& b) {
  google::protobuf::util::MessageDifferencer differencer;
  for (const char* time : {"started", "finished", "succeeded"}) {
    differencer.IgnoreField(Deployment::descriptor()->FindFieldByName(time));
  }
  return differencer.Compare(a, b);
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_RECORD_H_
