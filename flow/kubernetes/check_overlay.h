// What is wrong with an `x-kubernetes`: names that are no fields of the API, values of another shape, and what would undo
// what flow goes by.
#ifndef FLOW_KUBERNETES_CHECK_OVERLAY_H_
#define FLOW_KUBERNETES_CHECK_OVERLAY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api_fields.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/overlay.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/nearest.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::kubernetes {

// `path`: of the `x-kubernetes`.
void CheckOverlay(const pipeline::KubernetesOverlay& overlay, const pipeline::Path& path,
                  std::vector<pipeline::Finding>& findings);

namespace internal {

class OverlayCheck {
 public:
  explicit OverlayCheck(std::vector<pipeline::Finding>& findings) : findings_(findings) {}

  // A part of the overlay. `metadata`: it has labels and annotations besides the fields of its type.
  void CheckPart(const pipeline::Tree& part, const char* type_name, bool metadata, const pipeline::Path& path) {
    const ApiType& type = *FindApiType(type_name);
    for (int i = 0; i < part.keys_size(); ++i) {
      const std::string& key = part.keys(i);
      if (metadata && IsMetadataField(key)) {
        CheckMetadata(part.values(i), key == "labels", path / key);
      } else {
        CheckField(type, type_name, key, part.values(i), path / key);
      }
    }
  }

 private:
  void Error(const pipeline::Path& path, std::string message) {
    findings_.push_back({.path = path, .message = std::move(message)});
  }

  void CheckMetadata(const pipeline::Tree& tree, bool labels, const pipeline::Path& path) {
    Check(tree, kMetadataTakes, path);
    for (int i = 0; i < tree.keys_size(); ++i) {
      const std::string& key = tree.keys(i);
      if (!IsLabelKey(key)) {
        Error(path / key, absl::StrCat(pipeline::Quoted(key), " cannot be the name of a label or annotation"));
      } else if (labels && IsOwnLabel(key)) {
        Error(path / key, absl::StrCat("flow knows what is its own by the label ", key, "; choose another"));
      } else if (labels && !IsLabelValue(tree.values(i).text())) {
        Error(path / key,
              "a label has at most 63 letters, digits, \"-\", \"_\" and \".\", with a letter or digit at both "
              "ends; an annotation may be any text");
      }
    }
  }

  void CheckField(const ApiType& type, absl::string_view type_name, const std::string& key, const pipeline::Tree& tree,
                  const pipeline::Path& path) {
    const Takes takes = type.Find(key);
    if (!takes.empty()) return Check(tree, takes, path);
    const absl::string_view nearest = pipeline::Nearest(key, type.names());
    findings_.push_back({.path = path,
                         .message = absl::StrCat("Kubernetes' ", type_name, " has no field ", pipeline::Quoted(key)),
                         .suggestion = std::string(nearest),
                         .of_key = true});
  }

  // A null takes away, whatever is there.
  void Check(const pipeline::Tree& tree, Takes takes, const pipeline::Path& path) {
    if (tree.kind() == pipeline::Tree::NOTHING || takes == "any") return;
    const ApiType* const type = FindApiType(takes);
    if (type != nullptr || IsMap(takes)) {
      if (tree.kind() != pipeline::Tree::MAPPING) return Error(path, "takes a mapping");
      for (int i = 0; i < tree.keys_size(); ++i) {
        const std::string& key = tree.keys(i);
        if (type != nullptr) {
          CheckField(*type, takes, key, tree.values(i), path / key);
        } else {
          Check(tree.values(i), ValueOf(takes), path / key);
        }
      }
    } else if (IsList(takes)) {
      if (tree.kind() != pipeline::Tree::LIST) return Error(path, "takes a list");
      const Takes entry = TakeApartList(takes).entry;
      for (int i = 0; i < tree.values_size(); ++i) Check(tree.values(i), entry, path / static_cast<size_t>(i));
    } else {
      CheckScalar(tree, takes, path);
    }
  }

  void CheckScalar(const pipeline::Tree& tree, Takes takes, const pipeline::Path& path) {
    const bool scalar = tree.kind() == pipeline::Tree::SCALAR;
    if (takes == "whole") {
      if (!scalar || !IsWholeNumber(tree.text())) Error(path, "takes a whole number");
    } else if (takes == "bool") {
      if (!scalar || !pipeline::ReadBoolean(tree.text())) Error(path, "takes true or false");
    } else if (!scalar) {
      Error(path, "takes a text");
    }
  }

  std::vector<pipeline::Finding>& findings_;
};

}  // namespace internal

inline void CheckOverlay(const pipeline::KubernetesOverlay& overlay, const pipeline::Path& path,
                         std::vector<pipeline::Finding>& findings) {
  internal::OverlayCheck check(findings);
  check.CheckPart(overlay.pod(), "PodSpec", /*metadata=*/true, path / "pod");
  check.CheckPart(overlay.container(), "Container", /*metadata=*/false, path / "container");
  check.CheckPart(overlay.service(), "ServiceSpec", /*metadata=*/true, path / "service");
  check.CheckPart(overlay.claim(), "PersistentVolumeClaimSpec", /*metadata=*/true, path / "claim");
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CHECK_OVERLAY_H_
