// Small projects for tests, described in a line a component.
#ifndef FLOW_DOCKER_TESTING_PROJECTS_H_
#define FLOW_DOCKER_TESTING_PROJECTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"

namespace flow::docker::testing {

// Adds a component as described by words:
//
//   a                      a processor on busybox:1.36 that restarts
//   b reads=a,c            inputs
//   c check                with a health check
//   d once                 restart policy no; those who read it wait for its completion
//   e type=sink replicas=2 port=8080 digest=2 image=other:1
inline void AddComponent(absl::string_view description, project::Project* project) {
  const std::vector<std::string> words = absl::StrSplit(description, ' ', absl::SkipEmpty());
  project::Service& service = *project->add_services();
  service.set_name(words.at(0));
  service.set_type("processor");
  service.set_image("busybox:1.36");
  service.set_replicas(1);
  service.set_stop_grace_period_seconds(10);
  service.mutable_restart()->set_mode(project::RestartPolicy::UNLESS_STOPPED);
  std::string digest = "1";
  for (const std::string& word : words) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const auto& [key, value] = pair;
    uint32_t number = 0;
    (void)absl::SimpleAtoi(value, &number);
    if (key == "check") service.mutable_health_check()->set_url("http://127.0.0.1:8080/health");
    if (key == "once") service.mutable_restart()->set_mode(project::RestartPolicy::NO);
    if (key == "on-failure") service.mutable_restart()->set_mode(project::RestartPolicy::ON_FAILURE);
    if (key == "type") service.set_type(value);
    if (key == "image") service.set_image(value);
    if (key == "replicas") service.set_replicas(number);
    if (key == "digest") digest = value;
    if (key == "port") {
      service.add_ports()->set_published(number);
      service.mutable_ports(0)->set_target(number);
      service.mutable_ports(0)->set_host_ip("127.0.0.1");
      service.mutable_ports(0)->set_protocol("tcp");
    }
    if (key != "reads") continue;
    for (absl::string_view input : absl::StrSplit(value, ',')) {
      project::Dependency& dependency = *service.add_depends_on();
      dependency.set_service(std::string(input));
      for (const project::Service& other : project->services()) {
        const bool once = other.name() == input && other.restart().mode() == project::RestartPolicy::NO;
        if (once) dependency.set_condition(project::Dependency::COMPLETED);
      }
    }
  }
  auto& labels = *service.mutable_labels();
  labels[project::kNamespaceLabel] = project->namespace_();
  labels[project::kPipelineLabel] = project->pipeline();
  labels[project::kComponentLabel] = service.name();
  labels[project::kTypeLabel] = service.type();
  labels[project::kDigestLabel] = digest;
}

// A project of these components; "volume=KEY" among them adds a volume.
inline project::Project MakeProject(const std::string& pipeline, const std::vector<std::string>& components) {
  project::Project project;
  project.set_name(absl::StrCat("flow-", pipeline));
  project.set_pipeline(pipeline);
  project.set_namespace_("default");
  project.mutable_network()->set_key("default");
  project.mutable_network()->set_name(absl::StrCat("flow-", pipeline, "_default"));
  for (const std::string& component : components) {
    if (absl::StartsWith(component, "volume=")) {
      project::Volume& volume = *project.add_volumes();
      volume.set_key(component.substr(7));
      volume.set_name(absl::StrCat(project.name(), "_", volume.key()));
    } else {
      AddComponent(component, &project);
    }
  }
  return project;
}

}  // namespace flow::docker::testing

#endif  // FLOW_DOCKER_TESTING_PROJECTS_H_
