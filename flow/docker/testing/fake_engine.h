// An engine in memory, for tests: takes the calls that a machine makes, keeps containers, networks and volumes as the
// real one does, and tells what happened. A value: copying it copies all it has.
#ifndef FLOW_DOCKER_TESTING_FAKE_ENGINE_H_
#define FLOW_DOCKER_TESTING_FAKE_ENGINE_H_

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/observed.h"
#include "flow/project/digest.h"
#include "flow/project/labels.h"

namespace flow::docker::testing {

using Labels = google::protobuf::Map<std::string, std::string>;

class FakeEngine {
 public:
  struct FakeContainer {
    std::string id;
    std::string name;
    std::shared_ptr<const engine::ContainerConfig> config;
    std::string state = "created";
    int exit_code = 0;
    std::string health;  // "", "starting", "healthy", "unhealthy"
    std::string log;
    std::string image_id;
    std::map<std::string, std::string> anonymous_volumes;  // path → the volume that was made for it
    std::string probe_output = "HTTP/1.1 500 Internal Server Error";
    // What it has ever been.
    bool was_started = false;
    bool was_healthy = false;
    bool was_completed = false;
  };

  // What the engine has at first: an image, and whether it brings a health check.
  void AddImage(const std::string& tag, const std::string& id, bool has_health_check = false) {
    images_[tag] = {id, has_health_check};
  }

  // What is under a tag keeps data at a path.
  void AddImageVolume(const std::string& tag, const std::string& path) { image_volumes_[tag].insert(path); }

  // It was started without a bridge network.
  void LoseBridge() { has_bridge_ = false; }

  // A file that containers of the image with this id have.
  void AddFile(const std::string& image_id, const std::string& path, const std::string& bytes) {
    files_[{image_id, path}] = bytes;
  }

  // Carries a call out and answers it; what happens because of it is in events().
  absl::StatusOr<engine::Reply> Execute(const engine::Call& call) {
    return std::visit([this](const auto& c) { return On(c); }, call);
  }

  // What a program does by itself.
  void Exit(const std::string& id, int exit_code) {
    FakeContainer& container = containers_.at(id);
    container.state = "exited";
    container.exit_code = exit_code;
    container.health.clear();
    container.was_completed |= exit_code == 0;
    Tell(container, "die", {{"exitCode", absl::StrCat(exit_code)}});
    const std::string& policy = container.config->host_config().restart_policy().name();
    const bool again = policy == "always" || policy == "unless-stopped" || (policy == "on-failure" && exit_code != 0);
    if (again) Run(container);
  }
  // The engine is killed; when it comes back it ends what ran on without it, and starts nothing.
  void Kill() {
    for (auto& [id, container] : containers_) {
      if (container.state != "running") continue;
      container.state = "exited";
      container.exit_code = 143;
      container.health.clear();
    }
  }
  // Tells how a container ended that was running when the engine was killed.
  void TellEnd(const std::string& id) {
    const FakeContainer& container = containers_.at(id);
    Tell(container, "die", {{"exitCode", absl::StrCat(container.exit_code)}});
  }
  void SetHealth(const std::string& id, const std::string& health) {
    FakeContainer& container = containers_.at(id);
    container.health = health;
    container.was_healthy |= health == "healthy";
    Tell(container, absl::StrCat("health_status: ", health));
  }
  // A probe begins that cannot be run: its image has no shell.
  void FailToProbe(const std::string& id) {
    FakeContainer& container = containers_.at(id);
    container.probe_output =
        "OCI runtime exec failed: exec: \"/bin/sh\": stat /bin/sh: no such file or directory: unknown";
    Tell(container, "exec_create: /bin/sh -c probe");
    Tell(container, "exec_start: /bin/sh -c probe");
  }
  // What a person does with the engine's own tools.
  void RemoveByHand(const std::string& id) { (void)On(engine::RemoveContainer{id}).ok(); }
  void StopByHand(const std::string& id) { (void)On(engine::StopContainer{id}).ok(); }
  void AddForeignContainer(const std::string& name, const std::string& pipeline = "") {
    auto config = std::make_shared<engine::ContainerConfig>();
    if (!pipeline.empty()) {
      (*config->mutable_labels())[project::kPipelineLabel] = pipeline;
      (*config->mutable_labels())[project::kNamespaceLabel] = "default";
    }
    const std::string id = absl::StrCat("foreign-", name);
    containers_[id] = {id, name, config, "running"};
  }
  void AddForeignNetwork(const std::string& name) { networks_[absl::StrCat("foreign-", name)] = {name, {}}; }
  void AddNetwork(const std::string& name, const std::string& pipeline) {
    auto& [its_name, labels] = networks_[absl::StrCat("other-", name)];
    its_name = name;
    labels[project::kNamespaceLabel] = "default";
    labels[project::kPipelineLabel] = pipeline;
  }
  void AddVolume(const std::string& name, const std::string& pipeline) {
    volumes_[name][project::kNamespaceLabel] = "default";
    volumes_[name][project::kPipelineLabel] = pipeline;
  }
  // A network that is there and in no list.
  void Unlist(const std::string& id) { unlisted_.insert(id); }
  // A container of someone else joins the pipeline's network.
  void Attach(const std::string& name) { attached_.insert(name); }
  void SetImage(const std::string& tag, const std::string& id) { images_[tag].first = id; }
  // What a pull of it brings.
  void SetRegistry(const std::string& tag, const std::string& id, bool has_health_check) {
    registry_[tag] = {id, has_health_check};
  }
  // What it says of each container that it creates.
  void SetWarning(const std::string& text) { warning_ = text; }
  void SetLog(const std::string& component, const std::string& text) { logs_[component] = text; }

  const std::map<std::string, FakeContainer>& containers() const { return containers_; }
  const FakeContainer* Find(absl::string_view name) const {
    for (const auto& [id, container] : containers_) {
      if (container.name == name) return &container;
    }
    return nullptr;
  }
  const std::map<std::string, std::pair<std::string, Labels>>& networks() const { return networks_; }
  const std::map<std::string, Labels>& volumes() const { return volumes_; }
  bool Empty() const { return containers_.empty() && networks_.empty() && volumes_.empty(); }

  // Container id → what happened to it and was not told yet. Only the order of one container's own events is kept: any
  // interleaving of different ones may be told.
  std::map<std::string, std::deque<engine::Event>>& events() { return events_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [containers, networks, volumes, made, images, image_volumes, registry, files, logs, warning, attached,
                 has_bridge, unlisted, events] = *this;
    return std::tie(containers, networks, volumes, made, images, image_volumes, registry, files, logs, warning,
                    attached, has_bridge, unlisted, events);
  }

  // For a message.
  std::string DebugString() const {
    std::string text;
    for (const auto& [id, c] : containers_) {
      absl::StrAppend(&text, id, "/", c.name, "/", c.state, c.exit_code, c.health, " ");
    }
    absl::StrAppend(&text, "|", networks_.size(), "|", volumes_.size(), "|");
    for (const auto& [id, queue] : events_) {
      for (const engine::Event& event : queue) absl::StrAppend(&text, id, ":", event.action(), " ");
    }
    return text;
  }

 private:
  using Result = absl::StatusOr<engine::Reply>;

  Result On(const engine::Ping&) const { return engine::Reply(engine::Pong{"1.41"}); }
  Result On(const engine::GetInfo&) const {
    engine::Info info;
    info.set_id("ENGINE");
    return engine::Reply(info);
  }
  Result On(const engine::SampleStats&) const { return engine::Reply(engine::ContainerStats()); }
  Result On(const engine::ListContainers& call) const {
    engine::ContainerList list;
    for (const auto& [id, container] : containers_) {
      const bool named = std::find(call.names.begin(), call.names.end(), container.name) != call.names.end();
      if (!call.names.empty() && !named) continue;
      if (!Matches(container.config->labels(), call.labels)) continue;
      if (call.volume.empty()) *list.add_containers() = Summary(container);
    }
    return engine::Reply(std::move(list));
  }
  Result On(const engine::ListNetworks& call) const {
    engine::NetworkList list;
    if (call.and_bridge && has_bridge_) list.add_networks()->set_name(engine::kBridge);
    for (const auto& [id, network] : networks_) {
      if (!call.name.empty() && call.name != network.first) continue;
      if (!Matches(network.second, call.labels) || unlisted_.contains(id)) continue;
      engine::NetworkSummary& summary = *list.add_networks();
      summary.set_id(id);
      summary.set_name(network.first);
      *summary.mutable_labels() = network.second;
    }
    return engine::Reply(std::move(list));
  }
  Result On(const engine::ListVolumes& call) const {
    engine::VolumeList list;
    for (const auto& [name, labels] : volumes_) {
      if (!absl::StrContains(name, call.name_prefix) || !Matches(labels, call.labels)) continue;
      list.add_volumes()->set_name(name);
      *list.mutable_volumes(list.volumes_size() - 1)->mutable_labels() = labels;
    }
    return engine::Reply(std::move(list));
  }
  Result On(const engine::ListImages&) const {
    engine::ImageList list;
    for (const auto& [tag, image] : images_) {
      list.add_images()->set_id(image.first);
      list.mutable_images(list.images_size() - 1)->add_tags(tag);
    }
    return engine::Reply(std::move(list));
  }
  Result On(const engine::InspectImage& call) const {
    const auto found = images_.find(call.reference);
    if (found == images_.end()) return absl::NotFoundError("No such image");
    engine::ImageInspect image;
    image.set_id(found->second.first);
    if (found->second.second) image.mutable_config()->mutable_healthcheck()->add_test("CMD");
    const auto paths = image_volumes_.find(call.reference);
    if (paths != image_volumes_.end()) {
      for (const std::string& path : paths->second) (*image.mutable_config()->mutable_volumes())[path];
    }
    return engine::Reply(std::move(image));
  }
  Result On(const engine::InspectContainer& call) const {
    const auto found = containers_.find(call.id);
    if (found == containers_.end()) return absl::NotFoundError("No such container");
    engine::ContainerInspect inspect;
    inspect.set_id(call.id);
    inspect.mutable_state()->set_exit_code(found->second.exit_code);
    inspect.mutable_state()->set_started_at("2026-01-01T00:00:00Z");
    inspect.mutable_config()->set_image(found->second.config->image());
    *inspect.mutable_config()->mutable_healthcheck() = found->second.config->healthcheck();
    inspect.mutable_state()->mutable_health()->set_status(found->second.health);
    engine::HealthProbe& probe = *inspect.mutable_state()->mutable_health()->add_log();
    probe.set_exit_code(1);
    probe.set_output(found->second.probe_output);
    probe.set_end("2026-01-01T00:01:02.5Z");
    return engine::Reply(std::move(inspect));
  }
  Result On(const engine::InspectNetwork& call) const {
    engine::NetworkInspect inspect;
    inspect.set_id(call.id);
    for (const std::string& name : attached_) (*inspect.mutable_containers())[name].set_name(name);
    return engine::Reply(std::move(inspect));
  }
  Result On(const engine::TailLogs& call) const {
    const auto found = containers_.find(call.id);
    if (found == containers_.end()) return absl::NotFoundError("No such container");
    const auto log = logs_.find(project::Label(found->second.config->labels(), project::kComponentLabel));
    engine::LogLines lines;
    if (log != logs_.end()) lines.lines = absl::StrSplit(log->second, '\n');
    return engine::Reply(std::move(lines));
  }
  Result On(const engine::ReadFile& call) const {
    const auto found = containers_.find(call.id);
    if (found == containers_.end()) return absl::NotFoundError("No such container");
    const auto file = files_.find({found->second.image_id, call.path});
    return engine::Reply(file == files_.end() ? engine::FileContent() : engine::FileContent{true, file->second});
  }
  Result On(const engine::PullImage& call) {
    const auto found = registry_.find(call.reference);
    images_[call.reference] =
        found != registry_.end() ? found->second : std::pair(absl::StrCat("sha256:", call.reference), false);
    return engine::Reply();
  }
  Result On(const engine::CreateNetwork& call) {
    for (const auto& [id, network] : networks_) {
      if (network.first == call.config.name()) {
        return absl::AlreadyExistsError(absl::StrCat("network with name ", call.config.name(), " already exists"));
      }
    }
    const std::string id = absl::StrCat("net-", call.config.name());
    networks_[id] = {call.config.name(), call.config.labels()};
    engine::Created created;
    created.set_id(id);
    return engine::Reply(std::move(created));
  }
  Result On(const engine::CreateVolume& call) {
    const auto [volume, is_new] = volumes_.try_emplace(call.config.name(), call.config.labels());
    engine::Created created;
    created.set_name(call.config.name());
    *created.mutable_labels() = volume->second;
    return engine::Reply(std::move(created));
  }
  Result On(const engine::CreateContainer& call) {
    const bool taken = !call.name.empty() && Find(call.name) != nullptr;
    if (taken) return absl::AlreadyExistsError(absl::StrCat("the name ", call.name, " is in use"));
    std::string id = absl::StrCat("id-", call.name);
    while (containers_.contains(id)) id += "'";
    const auto image = std::find_if(images_.begin(), images_.end(), [&](const auto& one) {
      return one.first == call.config.image() || one.second.first == call.config.image();
    });
    if (image == images_.end()) return absl::NotFoundError(absl::StrCat("No such image: ", call.config.image()));
    const std::string name = call.name.empty() ? absl::StrCat("random_name", id.substr(3)) : call.name;
    containers_[id] = {id, name, std::make_shared<const engine::ContainerConfig>(call.config)};
    containers_[id].image_id = image->second.first;
    MakeAnonymousVolumes(containers_[id]);
    engine::Created created;
    created.set_id(id);
    if (!warning_.empty()) created.add_warnings(warning_);
    return engine::Reply(std::move(created));
  }
  Result On(const engine::RenameContainer& call) {
    if (Find(call.name) != nullptr) return absl::AlreadyExistsError(absl::StrCat("the name ", call.name, " is in use"));
    return Change(call.id, [&](FakeContainer& container) { container.name = call.name; });
  }
  Result On(const engine::StartContainer& call) {
    const auto found = containers_.find(call.id);
    const bool is_made = found != containers_.end() && !found->second.config->host_config().network_mode().empty();
    if (is_made && !networks_.contains(found->second.config->host_config().network_mode())) {
      return absl::NotFoundError(
          absl::StrCat("network ", found->second.config->host_config().network_mode(), " not found"));
    }
    return Change(call.id, [this](FakeContainer& container) {
      if (container.state != "running") Run(container);
    });
  }
  Result On(const engine::UnpauseContainer& call) {
    return Change(call.id, [](FakeContainer& container) { container.state = "running"; });
  }
  Result On(const engine::StopContainer& call) {
    if (!containers_.contains(call.id)) return engine::Reply();
    return Change(call.id, [this](FakeContainer& container) {
      if (container.state != "running") return;
      container.state = "exited";
      container.exit_code = 143;
      container.health.clear();
      Tell(container, "die", {{"exitCode", "143"}});
    });
  }
  Result On(const engine::RemoveContainer& call) {
    const auto found = containers_.find(call.id);
    if (found == containers_.end()) return engine::Reply();
    Tell(found->second, "destroy");
    const std::map<std::string, std::string> anonymous = std::move(found->second.anonymous_volumes);
    containers_.erase(found);
    for (const auto& [path, volume] : anonymous) {
      if (call.with_volumes && !IsUsed(volume)) volumes_.erase(volume);
    }
    return engine::Reply();
  }
  Result On(const engine::RemoveNetwork& call) {
    const bool is_used = std::any_of(containers_.begin(), containers_.end(), [&](const auto& container) {
      return container.second.state == "running" && container.second.config->host_config().network_mode() == call.id;
    });
    if (is_used || !attached_.empty()) return absl::PermissionDeniedError("network has active endpoints");
    networks_.erase(call.id);
    return engine::Reply();
  }
  Result On(const engine::RemoveVolume& call) {
    if (IsUsed(call.name)) return absl::AlreadyExistsError("volume is in use");
    volumes_.erase(call.name);
    return engine::Reply();
  }

  // Where the image keeps data and nothing is mounted.
  void MakeAnonymousVolumes(FakeContainer& container) {
    std::set<std::string> paths = image_volumes_[container.config->image()];
    for (const engine::Mount& mount : container.config->host_config().mounts()) paths.erase(mount.target());
    for (const std::string& path : paths) {
      const std::string name = project::Sha256(absl::StrCat(++anonymous_volumes_made_));
      volumes_[name];
      container.anonymous_volumes[path] = name;
    }
  }

  // The volumes that a container has, by path.
  static std::map<std::string, std::string> VolumesOf(const FakeContainer& container) {
    std::map<std::string, std::string> volumes = container.anonymous_volumes;
    for (const engine::Mount& mount : container.config->host_config().mounts()) {
      if (mount.type() == "volume") volumes[mount.target()] = mount.source();
    }
    return volumes;
  }

  bool IsUsed(const std::string& volume) const {
    return std::any_of(containers_.begin(), containers_.end(), [&](const auto& container) {
      const std::map<std::string, std::string> volumes = VolumesOf(container.second);
      return std::any_of(volumes.begin(), volumes.end(), [&](const auto& one) { return one.second == volume; });
    });
  }

  template <typename Function>
  Result Change(const std::string& id, const Function& function) {
    const auto found = containers_.find(id);
    if (found == containers_.end()) return absl::NotFoundError(absl::StrCat("No such container: ", id));
    function(found->second);
    return engine::Reply();
  }

  void Run(FakeContainer& container) {
    container.state = "running";
    container.was_started = true;
    container.exit_code = 0;
    container.health =
        container.config->has_healthcheck() || images_[container.config->image()].second ? "starting" : "";
    Tell(container, "start");
  }

  void Tell(const FakeContainer& container, const std::string& action,
            const std::map<std::string, std::string>& attributes = {}) {
    engine::Event event;
    event.set_type("container");
    event.set_action(action);
    event.mutable_actor()->set_id(container.id);
    event.mutable_actor()->mutable_attributes()->insert(attributes.begin(), attributes.end());
    events_[container.id].push_back(std::move(event));
  }

  engine::ContainerSummary Summary(const FakeContainer& container) const {
    engine::ContainerSummary summary;
    summary.set_id(container.id);
    summary.add_names(absl::StrCat("/", container.name));
    summary.set_image(container.config->image());
    summary.set_image_id(container.image_id);
    summary.set_state(container.state);
    summary.set_status(container.state == "exited" ? absl::StrCat("Exited (", container.exit_code, ") 1 second ago")
                       : container.health == "starting" ? "Up 1 second (health: starting)"
                       : container.health.empty()       ? "Up 1 second"
                                                        : absl::StrCat("Up 1 second (", container.health, ")"));
    *summary.mutable_labels() = container.config->labels();
    auto& networks = *summary.mutable_network_settings()->mutable_networks();
    networks["n"].set_network_id(container.config->host_config().network_mode());
    for (const auto& [path, volume] : VolumesOf(container)) {
      engine::MountPoint& mount = *summary.add_mounts();
      mount.set_type("volume");
      mount.set_name(volume);
      mount.set_destination(path);
    }
    return summary;
  }

  static bool Matches(const Labels& labels, const std::vector<std::string>& wanted) {
    for (const std::string& label : wanted) {
      const std::pair<std::string, std::string> pair = absl::StrSplit(label, absl::MaxSplits('=', 1));
      if (project::Label(labels, pair.first) != pair.second) return false;
    }
    return true;
  }

  std::map<std::string, FakeContainer> containers_;
  std::map<std::string, std::pair<std::string, Labels>> networks_;  // id → name, labels
  std::map<std::string, Labels> volumes_;                           // name → labels
  int anonymous_volumes_made_ = 0;
  std::map<std::string, std::pair<std::string, bool>> images_;        // tag → id, has a health check
  std::map<std::string, std::set<std::string>> image_volumes_;        // tag → paths
  std::map<std::string, std::pair<std::string, bool>> registry_;      // the same, of what a pull brings
  std::map<std::pair<std::string, std::string>, std::string> files_;  // image id, path → content
  std::map<std::string, std::string> logs_;                           // component → text
  std::string warning_;
  std::set<std::string> attached_;  // foreign containers on the network
  bool has_bridge_ = true;
  std::set<std::string> unlisted_;  // networks that no list shows
  std::map<std::string, std::deque<engine::Event>> events_;
};

}  // namespace flow::docker::testing

#endif  // FLOW_DOCKER_TESTING_FAKE_ENGINE_H_
