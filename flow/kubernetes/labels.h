// Labels and annotations of what a pipeline becomes: the pipeline's own, flow's, by which everything of it is known, and
// those that Kubernetes recommends (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
#ifndef FLOW_KUBERNETES_LABELS_H_
#define FLOW_KUBERNETES_LABELS_H_

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/names.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

inline constexpr char kNameLabel[] = "app.kubernetes.io/name";
inline constexpr char kInstanceLabel[] = "app.kubernetes.io/instance";
inline constexpr char kRoleLabel[] = "app.kubernetes.io/component";
inline constexpr char kPartOfLabel[] = "app.kubernetes.io/part-of";
inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";

inline constexpr char kDescriptionAnnotation[] = "kubernetes.io/description";
// On pods: a hash of the files that are carried to them, so that pods are replaced when those change.
inline constexpr char kFilesAnnotation[] = "com.obsrvr.flow.files";
// The same of what the component's secrets say; only an apply knows it (desired.h).
inline constexpr char kSecretsAnnotation[] = "com.obsrvr.flow.secrets";

using Texts = std::map<std::string, std::string>;

struct Tags {
  Texts labels;
  Texts annotations;
};

// Of whatever a project has. A label of the file that is none on a cluster becomes an annotation.
Tags ProjectTags(const project::Project& project);

// Of what belongs to a component, pods too.
Tags ServiceTags(const Tags& project, const project::Service& service);

// Those by which a component's pods are found. They never change as long as the component has its id.
text::Mapping Selector(const Tags& service);

// "metadata" of an object; of a pod's template without name and namespace.
text::Mapping Metadata(absl::string_view name, absl::string_view namespace_, const Tags& tags);

// Whether a label may have this value: at most 63 letters, digits, "-", "_" and ".", a letter or digit at both ends; or
// none.
inline bool IsLabelValue(absl::string_view value) {
  if (value.empty()) return true;
  return value.size() <= kLongestLabel && absl::ascii_isalnum(value.front()) && absl::ascii_isalnum(value.back()) &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

// Whether a label or an annotation may have this key: a name as a value is, perhaps behind a DNS subdomain and "/".
inline bool IsLabelKey(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos) return !key.empty() && IsLabelValue(key);
  const absl::string_view name = key.substr(slash + 1);
  return IsObjectName(key.substr(0, slash)) && !name.empty() && IsLabelValue(name);
}

// Whether flow sets this label itself, whatever the file says.
inline bool IsOwnLabel(absl::string_view key) {
  return key == kNameLabel || key == kInstanceLabel || key == kRoleLabel || key == kPartOfLabel ||
         key == kManagedByLabel || pipeline::IsReservedLabel(key);
}

namespace internal {

inline text::Mapping ToMapping(const Texts& texts) {
  text::Mapping mapping;
  for (const auto& [key, value] : texts) mapping.Add(key, value);
  return mapping;
}

inline void AddTag(const std::string& key, const std::string& value, Tags& tags) {
  if (!IsLabelKey(key)) return;  // told by check.h
  (IsLabelValue(value) ? tags.labels : tags.annotations)[key] = value;
}

}  // namespace internal

inline Tags ProjectTags(const project::Project& project) {
  Tags tags;
  for (const auto& [key, value] : project.annotations()) {
    if (IsLabelKey(key)) tags.annotations[key] = value;
  }
  for (const auto& [key, value] : project.labels()) internal::AddTag(key, value, tags);
  tags.labels[kInstanceLabel] = Shortened(NamespaceName(project.namespace_(), project.pipeline()), kLongestLabel);
  tags.labels[kPartOfLabel] = project.pipeline();
  tags.labels[kManagedByLabel] = "flow";
  return tags;
}

inline Tags ServiceTags(const Tags& project, const project::Service& service) {
  Tags tags = project;
  tags.labels[kNameLabel] = ComponentName(service.name());
  tags.labels[kRoleLabel] = service.type();
  internal::AddTag(project::kComponentLabel, service.name(), tags);
  internal::AddTag(project::kTypeLabel, service.type(), tags);
  return tags;
}

inline text::Mapping Selector(const Tags& service) {
  return {{kInstanceLabel, service.labels.at(kInstanceLabel)}, {kNameLabel, service.labels.at(kNameLabel)}};
}

inline text::Mapping Metadata(absl::string_view name, absl::string_view namespace_, const Tags& tags) {
  text::Mapping metadata;
  metadata.AddUnlessEmpty("name", name);
  metadata.AddUnlessEmpty("namespace", namespace_);
  metadata.AddUnlessEmpty("labels", internal::ToMapping(tags.labels));
  metadata.AddUnlessEmpty("annotations", internal::ToMapping(tags.annotations));
  return metadata;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_LABELS_H_
