// What a service does in its pipeline, in a line for people.
#ifndef FLOW_PROJECT_ROLE_H_
#define FLOW_PROJECT_ROLE_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "flow/project/project.pb.h"
#include "flow/text/listed.h"

namespace flow::project {

// "Processor: reads ledgers, prices"
inline std::string Role(const Service& service) {
  std::string role = service.type();
  if (!role.empty()) role[0] = absl::ascii_toupper(role[0]);
  if (!service.inputs().empty()) absl::StrAppend(&role, ": reads ", text::Listed(service.inputs()));
  return role;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_ROLE_H_
