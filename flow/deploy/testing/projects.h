// Small projects for tests, described in a line a component.
#ifndef FLOW_DEPLOY_TESTING_PROJECTS_H_
#define FLOW_DEPLOY_TESTING_PROJECTS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::deploy::testing {

// A project of the pipeline with these components, each described by words:
//
//   a                      a processor on busybox:1.36 that restarts
//   b reads=a,c            inputs, which stand before it
//   c check                with a health check
//   d once                 restart policy no; those who read it wait for its completion
//   e on-failure           restart policy on-failure
//   f type=sink replicas=2 port=8080 digest=2 image=other:1
//   g mounts=KEY:/data     a named volume
//   volume=KEY             no component, but a named volume
//
// A word that is none of these fails the test, at the place of the call.
inline project::Project MakeProject(const std::string& pipeline, const std::vector<std::string>& components,
                                    const char* file = __builtin_FILE(), int line = __builtin_LINE());

// Adds what one line describes. `file` and `line`: the place that a failure names.
inline void Describe(absl::string_view description, project::Project* project, const char* file, int line);

// How it is done

namespace internal {

// Inputs, separated by commas. False: there is no component of one of these names yet.
inline bool AddInputs(absl::string_view inputs, const project::Project& project, project::Service* service) {
  for (const absl::string_view input : absl::StrSplit(inputs, ',')) {
    const project::Service* const other = project::FindService(project, input);
    if (other == nullptr) return false;
    project::Dependency& dependency = *service->add_depends_on();
    dependency.set_service(other->name());
    if (other->restart().mode() == project::RestartPolicy::NO) dependency.set_condition(project::Dependency::COMPLETED);
  }
  return true;
}

// "KEY:PATH"
inline void AddMount(const std::string& mount, project::Service* service) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(mount, absl::MaxSplits(':', 1));
  service->add_mounts()->set_source(parts.first);
  service->mutable_mounts(service->mounts_size() - 1)->set_target(parts.second);
}

// Carries out one word of a component's description. False: there is no such word.
inline bool TakeWord(absl::string_view word, const project::Project& project, project::Service* service) {
  if (word == "check") return service->mutable_health_check()->set_url("http://127.0.0.1:8080/health"), true;
  if (word == "once") return service->mutable_restart()->set_mode(project::RestartPolicy::NO), true;
  if (word == "on-failure") return service->mutable_restart()->set_mode(project::RestartPolicy::ON_FAILURE), true;
  const std::pair<std::string, std::string> pair = absl::StrSplit(word, absl::MaxSplits('=', 1));
  const auto& [key, value] = pair;
  if (key == "reads") return AddInputs(value, project, service);
  if (key == "type") return service->set_type(value), true;
  if (key == "image") return service->set_image(value), true;
  if (key == "mounts") return AddMount(value, service), true;
  if (key == "digest") return (*service->mutable_labels())[project::kDigestLabel] = value, true;
  uint32_t number = 0;
  if (!absl::SimpleAtoi(value, &number)) return false;
  if (key == "replicas") return service->set_replicas(number), true;
  if (key != "port") return false;
  project::Port& port = *service->add_ports();
  port.set_published(number);
  port.set_target(number);
  port.set_host_ip("127.0.0.1");
  port.set_protocol("tcp");
  return true;
}

}  // namespace internal

inline void Describe(absl::string_view description, project::Project* project, const char* file, int line) {
  if (absl::ConsumePrefix(&description, "volume=")) {
    project::Volume& volume = *project->add_volumes();
    volume.set_key(std::string(description));
    volume.set_name(absl::StrCat(project->name(), "_", description));
    return;
  }
  const std::vector<absl::string_view> words = absl::StrSplit(description, ' ', absl::SkipEmpty());
  project::Service service;
  service.set_name(std::string(words.at(0)));
  service.set_type("processor");
  service.set_image("busybox:1.36");
  service.set_replicas(1);
  service.set_stop_grace_period_seconds(10);
  service.mutable_restart()->set_mode(project::RestartPolicy::UNLESS_STOPPED);
  (*service.mutable_labels())[project::kDigestLabel] = "1";
  std::for_each(words.begin() + 1, words.end(), [&](absl::string_view word) {
    if (!internal::TakeWord(word, *project, &service)) ADD_FAILURE_AT(file, line) << "unknown word \"" << word << "\"";
  });
  auto& labels = *service.mutable_labels();
  labels[project::kNamespaceLabel] = project->namespace_();
  labels[project::kPipelineLabel] = project->pipeline();
  labels[project::kComponentLabel] = service.name();
  labels[project::kTypeLabel] = service.type();
  *project->add_services() = std::move(service);
}

inline project::Project MakeProject(const std::string& pipeline, const std::vector<std::string>& components,
                                    const char* file, int line) {
  project::Project project;
  project.set_name(absl::StrCat("flow-", pipeline));
  project.set_pipeline(pipeline);
  project.set_namespace_("default");
  (*project.mutable_labels())[project::kNamespaceLabel] = project.namespace_();
  (*project.mutable_labels())[project::kPipelineLabel] = project.pipeline();
  project.mutable_network()->set_key("default");
  project.mutable_network()->set_name(absl::StrCat("flow-", pipeline, "_default"));
  for (const std::string& component : components) Describe(component, &project, file, line);
  return project;
}

}  // namespace flow::deploy::testing

#endif  // FLOW_DEPLOY_TESTING_PROJECTS_H_
