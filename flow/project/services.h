// Questions about the services of a project that more than one target asks.
#ifndef FLOW_PROJECT_SERVICES_H_
#define FLOW_PROJECT_SERVICES_H_

#include "absl/strings/string_view.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// The service of a component; nullptr where the project has none of that name.
inline const Service* FindService(const Project& project, absl::string_view name) {
  for (const Service& service : project.services()) {
    if (service.name() == name) return &service;
  }
  return nullptr;
}

// Whether exit code 0 is completion: a program that restarts in any case is meant to run for ever.
inline bool MayComplete(const Service& service) {
  return service.restart().mode() == RestartPolicy::NO || service.restart().mode() == RestartPolicy::ON_FAILURE;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_SERVICES_H_
