// Component references: a `type` that names an image, as flowctl has them.
#ifndef FLOW_PIPELINE_COMPONENT_REFERENCE_H_
#define FLOW_PIPELINE_COMPONENT_REFERENCE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/image_reference.h"

namespace flow::pipeline {

// The image that a component's `type` refers to; nothing where it is no reference but free text.
//
//   NAME@VERSION → docker.io/withobsrvr/NAME:VERSION      ORG/NAME@VERSION → docker.io/ORG/NAME:VERSION
//   ghcr.io/org/name:1 (a full reference) → itself
inline std::optional<std::string> ReferencedImage(absl::string_view type) {
  const size_t at = type.rfind('@');
  const bool digest = at != absl::string_view::npos && absl::StrContains(type.substr(at), ":");
  if (at == absl::string_view::npos || digest) {
    if (type.find_first_of("/:") == absl::string_view::npos) return std::nullopt;
    return std::string(type);
  }
  const absl::string_view name = type.substr(0, at), version = type.substr(at + 1);
  const size_t slash = name.find('/');
  absl::string_view prefix = "docker.io/";
  if (slash == absl::string_view::npos) prefix = "docker.io/withobsrvr/";
  if (slash != absl::string_view::npos && image_internal::IsRegistry(name.substr(0, slash))) prefix = "";
  return absl::StrCat(prefix, name, ":", version);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_COMPONENT_REFERENCE_H_
