// What a service does in its pipeline, in a line for people.
#ifndef FLOW_PROJECT_ROLE_H_
#define FLOW_PROJECT_ROLE_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// A list of names, which a thousand of them do not make endless: "a, b, c, d, e, f, g, h and 992 more".
template <typename Names>
std::string Listed(const Names& names) {
  constexpr int kMost = 8;
  const int size = static_cast<int>(names.size());
  if (size <= kMost) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kMost, ", "), " and ", size - kMost, " more");
}

// "Processor: reads ledgers, prices"
inline std::string Role(const Service& service) {
  std::string role = service.type();
  if (!role.empty()) role[0] = absl::ascii_toupper(role[0]);
  if (!service.inputs().empty()) absl::StrAppend(&role, ": reads ", Listed(service.inputs()));
  return role;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_ROLE_H_
