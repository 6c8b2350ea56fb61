// The state machine that reads the metadata.json of the images that component references name, before flow-apply knows
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

#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/step.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/images.h"
#include "flow/docker/observation.h"
#include "flow/docker/operations.h"
#include "flow/docker/pull_refusal.h"
#include "flow/docker/pulls.h"
#include "flow/pipeline/component_metadata.h"
#include "flow/pipeline/image_reference.h"
#include "flow/pipeline/parse_options.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/labels.h"
#include "flow/text/listed.h"

namespace flow::docker {

// Where an image says it, in this order: as flowctl looks.
inline constexpr const char* kMetadataPaths[] = {"/metadata.json", "/bin/metadata.json", "/app/metadata.json"};

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

  std::vector<Action> Step(absl::Time, const Event& event) {
    return deploy::TakeStep(
        event, out_, phase_, [this](const auto&... told) { On(told...); }, [this] { GoOn(); });
  }

  // What is known of the references, where it ended well; sorted by reference.
  const std::vector<deploy::ImageMetadata>& metadata() const { return metadata_; }
  // Images of which a dry run could not know it.
  const std::set<std::string>& unknown() const { return unknown_; }
  // What Apply need not ask again.
  Known known() const { return {out_.version(), images_, pulled_}; }

  // For a test that tells states apart: what is under way, and all else that changes.
  const auto& outbox() const { return out_; }
  auto Members() const {
    const auto& [input, out, phase, signal, stopped, images, ids, pulled, files, metadata, unknown, failures, left,
                 may_be_left] = *this;
    return std::tie(phase, signal, stopped, images, ids, pulled, files, metadata, unknown, failures, left, may_be_left);
  }

 private:
  using Reply = absl::StatusOr<engine::Reply>;

  enum class Phase {
    kConnecting,  // which API version
    kListing,     // which images the engine has
    kPulling,
    kListingAgain,
    kReading,  // until each container that was made is removed
    kFinished,
  };

  // What a request is for. `image` is an id, of Pulling a reference.
  struct Connecting {};
  struct Listing {};
  struct Pulling {
    std::string image;
  };
  struct Making {
    std::string image;
  };
  struct Reading {
    std::string image;
    std::string container;
    size_t path = 0;  // of kMetadataPaths
  };
  struct Removing {
    std::string container;
  };
  using Purpose = std::variant<Connecting, Listing, Pulling, Making, Reading, Removing>;

  // What happens, and who takes it

  void On(const Begin&) {
    out_.Timer(Timeout{}, input_->timeout);
    out_.Request(Connecting{}, engine::Ping{}, kReadDeadline);
  }
  void On(const Interrupted& interrupted) {
    if (signal_.has_value()) return GiveUp();
    signal_ = interrupted.signal;
    Stop();
  }
  void On(const Saved&) {}
  void On(const StreamOpened&) {}
  void On(const StreamEvent&) {}
  void On(const StreamEnded&) {}

  void On(const Timeout&) {
    if (stopped_) return;
    Fail(absl::StrCat("the metadata of images was not read after ", absl::FormatDuration(input_->timeout),
                      " (--timeout)"));
    Stop();
  }
  void On(const Silence&) { GiveUp(); }

  // Going on, when all that a phase waits for is there.
  void GoOn() {
    if (out_.AwaitsAny()) return;
    if (stopped_ || (!failures_.empty() && phase_ != Phase::kReading)) return Finish();
    switch (phase_) {
      case Phase::kConnecting:
        phase_ = Phase::kListing;
        out_.Request(Listing{}, engine::ListImages{}, kReadDeadline);
        break;
      case Phase::kListing:
        phase_ = Phase::kPulling;
        Pull();
        break;
      case Phase::kPulling:
        phase_ = Phase::kListingAgain;
        if (!pulled_.empty()) out_.Request(Listing{}, engine::ListImages{}, kReadDeadline);
        break;
      case Phase::kListingAgain:
        phase_ = Phase::kReading;
        Read();
        break;
      case Phase::kReading:
        Conclude();
        break;
      case Phase::kFinished:
        break;
    }
  }

  void Fail(std::string what) { failures_.push_back(std::move(what)); }

  // "sink: /metadata.json of image docker.io/withobsrvr/duckdb-consumer:v1.0.0: …", of all references that name it.
  void FailImage(const std::string& id, absl::string_view path, absl::string_view what) {
    for (const auto& [type, reference] : input_->references) {
      if (IdOf(reference.image) != id) continue;
      Fail(absl::StrCat(reference.component, ": ", path, " of image ", reference.image, ": ", what));
    }
  }

  // Asking which images there are

  void On(const Connecting&, const Reply& reply) {
    if (!reply.ok()) return Finish(ExitCode::kNoEngine, std::string(reply.status().message()));
    const absl::StatusOr<compose::ApiVersion> version = engine::NegotiateVersion(std::get<engine::Pong>(*reply));
    if (!version.ok()) return Finish(ExitCode::kNoEngine, std::string(version.status().message()));
    out_.set_version(*version);
  }

  void On(const Listing&, const Reply& reply) {
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
      if (!WantsPull(input_->pull, reference.image, missing) || !pulled_.insert(reference.image).second) continue;
      const Operation pull = PullOf(reference);
      out_.Tell(Report::Kind::kBegun, pull, OperationText(pull));
      out_.Request(Pulling{reference.image}, engine::PullImage{reference.image, ""}, absl::InfiniteDuration());
    }
  }

  void On(const Pulling& asked, const Reply& reply) {
    for (const auto& [type, reference] : input_->references) {
      if (reference.image != asked.image) continue;
      if (!reply.ok()) {
        return Fail(absl::StrCat(reference.component, ": could not pull image ", asked.image, ": ",
                                 ExplainPull(asked.image, reply.status().message())));
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
        out_.Request(Making{id}, MakeContainer(reference.component, id), kReadDeadline);
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

  void On(const Making& asked, const Reply& reply) {
    if (!reply.ok()) {
      may_be_left_ |= absl::IsUnavailable(reply.status()) || absl::IsDeadlineExceeded(reply.status());
      return FailImage(asked.image, kMetadataPaths[0],
                       absl::StrCat("no container could be made to read it: ", reply.status().message()));
    }
    const std::string& id = std::get<engine::Created>(*reply).id();
    if (stopped_) return Remove(id);
    ReadIn(Reading{asked.image, id});
  }

  void ReadIn(const Reading& reading) {
    out_.Request(reading,
                 engine::ReadFile{reading.container, kMetadataPaths[reading.path], pipeline::kMaxMetadataBytes},
                 kReadDeadline);
  }

  void On(const Reading& asked, const Reply& reply) {
    const engine::FileContent* file = reply.ok() ? &std::get<engine::FileContent>(*reply) : nullptr;
    if (file != nullptr && !file->there && asked.path + 1 < std::size(kMetadataPaths)) {
      return ReadIn({asked.image, asked.container, asked.path + 1});
    }
    Remove(asked.container);
    const char* const path = kMetadataPaths[asked.path];
    if (file == nullptr) return FailImage(asked.image, path, reply.status().message());
    if (!file->there) {
      files_[asked.image];  // nothing is said: that is fine
      return;
    }
    absl::StatusOr<pipeline::ComponentMetadata> read = pipeline::ReadComponentMetadata(file->bytes);
    if (!read.ok()) return FailImage(asked.image, path, read.status().message());
    files_[asked.image] = *std::move(read);
  }

  void Remove(const std::string& id) { out_.Request(Removing{id}, engine::RemoveContainer{id}, kReadDeadline); }

  void On(const Removing& asked, const Reply& reply) {
    if (!reply.ok()) left_.insert(asked.container);
  }

  // Ending

  // What was made is removed, and nothing more is begun.
  void Stop() {
    if (std::exchange(stopped_, true)) return;
    out_.Timer(Silence{}, kPatience);
    std::set<std::string> made;
    out_.Cancel([&made](const Purpose& purpose) {
      if (const auto* reading = std::get_if<Reading>(&purpose)) made.insert(reading->container);
      // The answer to a create is awaited: it has the id. So is that of a removal.
      return !std::holds_alternative<Making>(purpose) && !std::holds_alternative<Removing>(purpose);
    });
    for (const std::string& id : made) Remove(id);
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
    return absl::StrCat("a container that was made to read ", kMetadataPaths[0], " may be left",
                        left_.empty() ? "" : absl::StrCat(" (", text::Listed(left_), ")"),
                        "; the next flow-apply or flow-delete of the pipeline removes it");
  }

  void Finish() {
    const std::string left = Left();
    if (signal_.has_value()) {
      return Finish(ExitCodeOf(*signal_),
                    absl::StrCat(WordOf(*signal_), "; ", left.empty() ? "nothing was changed" : left));
    }
    if (!failures_.empty()) {
      return Finish(ExitCode::kFailed,
                    absl::StrCat(text::ListedLines(failures_), left.empty() ? "" : absl::StrCat("\n", left)));
    }
    if (!left.empty()) out_.Tell(Report::Kind::kWarning, "", left);
    Finish(ExitCode::kDone, "");
  }

  void Finish(ExitCode code, std::string message) {
    phase_ = Phase::kFinished;
    out_.Put(deploy::Finish{code, std::move(message)});
  }

  std::shared_ptr<const LearnInput> input_;
  deploy::Outbox<Docker, Purpose, std::variant<Timeout, Silence>> out_;
  Phase phase_ = Phase::kConnecting;
  std::optional<Signal> signal_;
  bool stopped_ = false;  // nothing more is begun

  engine::ImageList images_;                // that the engine has
  std::map<std::string, std::string> ids_;  // reference in full → image, of those that are wanted
  std::set<std::string> pulled_;
  std::map<std::string, pipeline::ComponentMetadata> files_;  // by image id
  std::vector<deploy::ImageMetadata> metadata_;
  std::set<std::string> unknown_;
  std::vector<std::string> failures_;
  std::set<std::string> left_;  // containers that could not be removed
  bool may_be_left_ = false;    // the engine may have made one that it did not tell of
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_LEARN_METADATA_H_
