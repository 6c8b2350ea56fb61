#ifndef FLOW_COMPOSE_NAMES_H_
#define FLOW_COMPOSE_NAMES_H_
#include <string>

#include "absl/strings/str_cat.h"
namespace flow::compose {
inline std::string ContainerName(absl::string_view project, absl::string_view service, int number) {
  return absl::StrCat(project, "-", service, "-", number);
}
inline std::string VolumeName(absl::string_view project, absl::string_view key) {
  return absl::StrCat(project, "_", key);
}
}  // namespace flow::compose
#endif
