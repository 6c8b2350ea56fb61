// The state machine that reads the /metadata.json of the images that component references name, before flow-apply knows
// what to ask for: pull what is missing, make a container of each image that is not remembered, read the file, remove
// the container. None is started. contract.h says what its driver owes it.
//
// What it promises:
//   * what the state remembers of the very image is not read again: then it sends two GETs, whose answers Apply takes
//     over (ApplyInput::known);
//   * every container that it made is removed before it ends, also after a failure or a signal; those of a program that
//     was killed carry the pipeline's labels, so that the next apply or delete takes them;
//   * a dry run sends only GETs, and tells what it cannot know.
#ifndef FLOW_DOCKER_LEARN_METADATA_H_
#define FLOW_DOCKER_LEARN_METADATA_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.h"
#include "flow/docker/apply_input.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/images.h"
#include "flow/docker/operations.h"
#include "flow/docker/pull_refusal.h"
#include "flow/docker/pulls.h"
#include "flow/pipeline/component_metadata.h"
#include "flow/pipeline/image_reference.h"
#include "flow/pipeline/parse_options.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/labels.h"

namespace flow::docker {

inline constexpr char kMetadataPath[] = "/metadata.json";

struct LearnInput {
  std::string namespace_;
  std::string pipeline;
  struct Reference {
    std::string image;
    std::string component;  // the first that names it, for messages
  };
  std::map<std::string, Reference> references;    // by what `type` says
  std::vector<deploy::ImageMetadata> remembered;  // in the state
  PullPolicy pull = PullPolicy::kMissing;
  bool dry_run = false;
  absl::Duration timeout = absl::Minutes(5);
};

// What there is to learn of a pipeline; no references: nothing. `previous` is its state, where there is one. The rest
// is the caller's to fill in.
inline LearnInput WhatToLearn(const pipeline::Pipeline& pipeline, const std::optional<Deployment>& previous) {
  LearnInput input{.namespace_ = pipeline.namespace_(), .pipeline = pipeline.name()};
  for (const pipeline::Component& component : pipeline.components()) {
    if (!component.reference().empty()) {
      input.references.try_emplace(component.reference(), LearnInput::Reference{component.image(), component.id()});
    }
  }
  if (previous.has_value()) input.remembered.assign(previous->metadata().begin(), previous->metadata().end());
  return input;
}

// As the parser takes it.
inline std::map<std::string, pipeline::ComponentMetadata> ForParser(const std::vector<deploy::ImageMetadata>& known) {
  std::map<std::string, pipeline::ComponentMetadata> metadata;
  for (const deploy::ImageMetadata& one : known) {
    metadata[one.reference()] = {{one.variables().begin(), one.variables().end()},
                                 {one.input_types().begin(), one.input_types().end()},
                                 {one.output_types().begin(), one.output_types().end()},
                                 one.port(),
                                 one.health_port()};
  }
  return metadata;
}

// A value, as Apply is.
class LearnMetadata {
 public:
  explicit LearnMetadata(LearnInput input) : input_(std::make_shared<const LearnInput>(std::move(input))) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    if (started_ == absl::InfinitePast()) started_ = now;
    took_ = now - started_;
    if (phase_ != Phase::kFinished) {
      std::visit([this](const auto& e) { On(e); }, event);
      for (Phase before = Phase::kStart; before != phase_;) {
        before = phase_;
        Advance();
      }
    }
    return out_.Take();
  }

  // What is known of the references, where it ended well; sorted by reference.
  const std::vector<deploy::ImageMetadata>& metadata() const { return metadata_; }
  // Images of which a dry run could not know it.
  const std::set<std::string>& unknown() const { return unknown_; }
  // What Apply need not ask again.
  Known known() const { return {out_.version(), images_, pulled_}; }
  // From Begin to Finish.
  absl::Duration took() const { return took_; }

  // What a test tells states apart by.
  std::string DebugString() const {
    std::string text = absl::StrCat(static_cast<int>(phase_), "|", absl::StrJoin(made_, ","), "|", files_.size(), "|",
                                    failures_.size(), ",", left_.size(), ",", interrupted_, stopped_, may_be_left_);
    for (const auto& [request, about] : requests_) absl::StrAppend(&text, "|", about.image, ",", about.container);
    return text;
  }

 private:
  enum class Phase {
    kStart,
    kConnecting,  // which API version
    kListing,     // which images the engine has
    kPulling,
    kListingAgain,
    kReading,  // until each container that was made is removed
    kFinished,
  };

  // What a request is about: an image by its reference (pulls) or id, and its container.
  struct About {
    std::string image;
    std::string container;
  };

  static constexpr absl::Duration kDeadline = absl::Seconds(30);
  // After a signal, or when time is up, what is under way is given this long.
  static constexpr absl::Duration kPatience = absl::Seconds(10);

  // Events

  void On(const Begin&) {
    timeout_ = out_.Timer(input_->timeout);
    phase_ = Phase::kConnecting;
    Ask(engine::Ping{}, kDeadline);
  }

  void On(const Answer& answer) {
    const auto request = requests_.extract(answer.request);
    if (request.empty()) return;
    const About& about = request.mapped();
    if (phase_ == Phase::kConnecting) return OnPong(answer.reply);
    if (phase_ == Phase::kPulling) return OnPulled(about, answer.reply.status());
    if (phase_ != Phase::kReading) return OnImages(answer.reply);
    if (about.container.empty()) return OnCreated(about, answer.reply);
    if (made_.contains(about.container)) return OnRead(about, answer.reply);
    if (!answer.reply.ok()) left_.insert(about.container);
  }

  void On(const TimerFired& fired) {
    if (fired.timer == patience_) return GiveUp();
    if (fired.timer != timeout_ || stopped_) return;
    Fail(absl::StrCat("the metadata of images was not read after ", absl::FormatDuration(input_->timeout),
                      " (--timeout)"));
    Stop();
  }

  void On(const Interrupted& signal) {
    if (interrupted_ != 0) return GiveUp();
    interrupted_ = signal.signal;
    Stop();
  }

  void On(const Saved&) {}
  void On(const StreamOpened&) {}
  void On(const StreamEvent&) {}
  void On(const StreamEnded&) {}

  // Going on, when all that a phase waits for is there.
  void Advance() {
    if (!requests_.empty() || phase_ == Phase::kFinished) return;
    if (stopped_ || (!failures_.empty() && phase_ != Phase::kReading)) return Finish();
    switch (phase_) {
      case Phase::kConnecting:
        phase_ = Phase::kListing;
        Ask(engine::ListImages{}, kDeadline);
        break;
      case Phase::kListing:
        phase_ = Phase::kPulling;
        Pull();
        break;
      case Phase::kPulling:
        phase_ = Phase::kListingAgain;
        if (!pulled_.empty()) Ask(engine::ListImages{}, kDeadline);
        break;
      case Phase::kListingAgain:
        phase_ = Phase::kReading;
        Read();
        break;
      case Phase::kReading:
        Conclude();
        break;
      default:
        break;
    }
  }

  void Ask(engine::Call call, absl::Duration deadline, About about = {}) {
    requests_[out_.Request(std::move(call), deadline)] = std::move(about);
  }

  void Fail(std::string what) { failures_.push_back(std::move(what)); }

  // "sink: the metadata of docker.io/withobsrvr/duckdb-consumer:v1.0.0 …", of all references that name this image.
  void FailImage(const std::string& id, absl::string_view what) {
    for (const auto& [type, reference] : input_->references) {
      if (IdOf(reference.image) != id) continue;
      Fail(absl::StrCat(reference.component, ": ", kMetadataPath, " of image ", reference.image, ": ", what));
    }
  }

  // Asking which images there are

  void OnPong(const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok()) return Finish(ExitCode::kNoEngine, std::string(reply.status().message()));
    const absl::StatusOr<compose::ApiVersion> version = engine::NegotiateVersion(std::get<engine::Pong>(*reply));
    if (!version.ok()) return Finish(ExitCode::kNoEngine, std::string(version.status().message()));
    out_.set_version(*version);
  }

  void OnImages(const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok()) {
      const ExitCode code = absl::IsFailedPrecondition(reply.status()) ? ExitCode::kNoEngine : ExitCode::kFailed;
      return Finish(code, absl::StrCat("the engine would not tell what it has: ", reply.status().message()));
    }
    images_ = std::get<engine::ImageList>(*reply);
    std::set<std::string> wanted;
    for (const auto& [type, reference] : input_->references) wanted.insert(reference.image);
    ids_ = ImageIds(wanted, images_);
  }

  // Empty: the engine has no such image.
  std::string IdOf(const std::string& image) const {
    const auto found = ids_.find(pipeline::ParseImageReference(image).ToString());
    return found == ids_.end() ? "" : found->second;
  }

  void Pull() {
    if (input_->dry_run) return;
    for (const auto& [type, reference] : input_->references) {
      const bool missing = IdOf(reference.image).empty();
      if (input_->pull == PullPolicy::kNever && missing) {
        Fail(MissingImageText(reference.component, reference.image));
      }
      if (!WantsPull(input_->pull, missing) || !pulled_.insert(reference.image).second) continue;
      const Operation pull = PullOf(reference);
      out_.Tell(Report::Kind::kBegun, pull, OperationText(pull));
      Ask(engine::PullImage{reference.image, ""}, absl::InfiniteDuration(), {reference.image, ""});
    }
  }

  void OnPulled(const About& about, const absl::Status& status) {
    for (const auto& [type, reference] : input_->references) {
      if (reference.image != about.image) continue;
      if (!status.ok()) {
        return Fail(absl::StrCat(reference.component, ": could not pull image ", about.image, ": ",
                                 ExplainPull(about.image, status.message())));
      }
      const Operation pull = PullOf(reference);
      return out_.Tell(Report::Kind::kDone, pull, DoneText(pull));
    }
  }

  static Operation PullOf(const LearnInput::Reference& reference) {
    Operation operation;
    SetKind(OperationKind::kPullImage, &operation);
    operation.set_name(reference.image);
    operation.set_component(reference.component);
    return operation;
  }

  // Reading

  const deploy::ImageMetadata* Remembered(const std::string& type, const std::string& id) const {
    for (const deploy::ImageMetadata& one : input_->remembered) {
      if (one.reference() == type && one.image_id() == id) return &one;
    }
    return nullptr;
  }

  void Read() {
    std::set<std::string> asked;
    for (const auto& [type, reference] : input_->references) {
      const std::string id = IdOf(reference.image);
      if (!id.empty() && Remembered(type, id) != nullptr) continue;
      if (input_->dry_run) {
        unknown_.insert(reference.image);
      } else if (id.empty()) {
        Fail(absl::StrCat(reference.component, ": the engine has no image ", reference.image, ", though it pulled it"));
      } else if (asked.insert(id).second) {
        Ask(MakeContainer(reference.component, id), kDeadline, {id, ""});
      }
    }
  }

  engine::CreateContainer MakeContainer(const std::string& component, const std::string& image) const {
    engine::CreateContainer call;
    call.config.set_image(image);
    call.config.add_cmd("metadata");  // an image without a command cannot be made a container of
    auto& labels = *call.config.mutable_labels();
    labels[project::kNamespaceLabel] = input_->namespace_;
    labels[project::kPipelineLabel] = input_->pipeline;
    labels[project::kComponentLabel] = component;
    labels[project::kTypeLabel] = project::kMetadataType;
    call.config.mutable_host_config()->set_network_mode("none");
    return call;
  }

  void OnCreated(const About& about, const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok()) {
      const bool unanswered = absl::IsUnavailable(reply.status()) || absl::IsDeadlineExceeded(reply.status());
      may_be_left_ |= unanswered;
      return FailImage(about.image, absl::StrCat("no container could be made to read it: ", reply.status().message()));
    }
    const std::string& id = std::get<engine::Created>(*reply).id();
    if (stopped_) return Remove(id);
    made_.insert(id);
    Ask(engine::ReadFile{id, kMetadataPath, pipeline::kMaxMetadataBytes}, kDeadline, {about.image, id});
  }

  void OnRead(const About& about, const absl::StatusOr<engine::Reply>& reply) {
    made_.erase(about.container);
    Remove(about.container);
    if (!reply.ok()) return FailImage(about.image, reply.status().message());
    const auto& file = std::get<engine::FileContent>(*reply);
    if (!file.there) {
      files_[about.image];  // nothing is said: that is fine
      return;
    }
    absl::StatusOr<pipeline::ComponentMetadata> read = pipeline::ReadComponentMetadata(file.bytes);
    if (!read.ok()) return FailImage(about.image, read.status().message());
    files_[about.image] = *std::move(read);
  }

  void Remove(const std::string& id) { Ask(engine::RemoveContainer{id}, kDeadline, {"", id}); }

  // Ending

  // What was made is removed, and nothing more is begun.
  void Stop() {
    if (stopped_) return;
    stopped_ = true;
    patience_ = out_.Timer(kPatience);
    std::erase_if(requests_, [this](const auto& request) {
      const About& about = request.second;
      // The answer to a create is awaited: it has the id. So is that of a removal.
      const bool awaited = phase_ == Phase::kReading && (about.container.empty() || !made_.contains(about.container));
      if (!awaited) out_.Put(Cancel{request.first});
      return !awaited;
    });
    for (const std::string& id : std::exchange(made_, {})) Remove(id);
  }

  // The engine did not answer in time, or a second signal came.
  void GiveUp() {
    if (phase_ == Phase::kReading) may_be_left_ = true;
    stopped_ = true;
    Finish();
  }

  void Conclude() {
    if (!failures_.empty()) return Finish();
    for (const auto& [type, reference] : input_->references) {
      const std::string id = IdOf(reference.image);
      if (const deploy::ImageMetadata* remembered = Remembered(type, id)) {
        metadata_.push_back(*remembered);
      } else if (const auto file = files_.find(id); file != files_.end()) {
        metadata_.push_back(Record(type, id, file->second));
      }
    }
    Finish();
  }

  static deploy::ImageMetadata Record(const std::string& type, const std::string& id,
                                      const pipeline::ComponentMetadata& file) {
    deploy::ImageMetadata record;
    record.set_reference(type);
    record.set_image_id(id);
    record.mutable_variables()->insert(file.env_mapping.begin(), file.env_mapping.end());
    record.mutable_input_types()->Assign(file.input_types.begin(), file.input_types.end());
    record.mutable_output_types()->Assign(file.output_types.begin(), file.output_types.end());
    record.set_port(file.port);
    record.set_health_port(file.health_port);
    return record;
  }

  // The command that removes what may be left.
  std::string Left() const {
    if (left_.empty() && !may_be_left_) return "";
    return absl::StrCat("a container that was made to read ", kMetadataPath, " may be left",
                        left_.empty() ? "" : absl::StrCat(" (", absl::StrJoin(left_, ", "), ")"),
                        "; the next flow-apply or flow-delete of the pipeline removes it");
  }

  void Finish() {
    const std::string left = Left();
    if (interrupted_ != 0) {
      return Finish(static_cast<ExitCode>(128 + interrupted_),
                    absl::StrCat("interrupted; ", left.empty() ? "nothing was changed" : left));
    }
    if (!failures_.empty()) {
      if (!left.empty()) Fail(left);
      return Finish(ExitCode::kFailed, absl::StrJoin(failures_, "\n"));
    }
    if (!left.empty()) out_.Tell(Report::Kind::kWarning, "", left);
    Finish(ExitCode::kDone, "");
  }

  void Finish(ExitCode code, std::string message) {
    phase_ = Phase::kFinished;
    out_.Put(deploy::Finish{code, std::move(message)});
  }

  std::shared_ptr<const LearnInput> input_;
  Outbox out_;
  Phase phase_ = Phase::kStart;
  absl::Time started_ = absl::InfinitePast();
  absl::Duration took_;
  TimerId timeout_ = TimerId(), patience_ = TimerId();
  int interrupted_ = 0;   // the signal
  bool stopped_ = false;  // nothing more is begun

  std::map<RequestId, About> requests_;     // those without an answer
  engine::ImageList images_;                // that the engine has
  std::map<std::string, std::string> ids_;  // reference in full → image, of those that are wanted
  std::set<std::string> pulled_;
  std::set<std::string> made_;                                // containers whose file is being read
  std::map<std::string, pipeline::ComponentMetadata> files_;  // by image id
  std::vector<deploy::ImageMetadata> metadata_;
  std::set<std::string> unknown_;
  std::vector<std::string> failures_;
  std::set<std::string> left_;  // containers that could not be removed
  bool may_be_left_ = false;    // the engine may have made one that it did not tell of
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_LEARN_METADATA_H_
