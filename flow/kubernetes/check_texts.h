// Texts of the file with characters that `kubectl apply --server-side` does not bring to a cluster (characters.h).
#ifndef FLOW_KUBERNETES_CHECK_TEXTS_H_
#define FLOW_KUBERNETES_CHECK_TEXTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/characters.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::kubernetes {

// A warning for each text of the pipeline with such a character.
void CheckTexts(const pipeline::Pipeline& pipeline, std::vector<pipeline::Finding>& findings);

namespace internal {

class TextCheck {
 public:
  explicit TextCheck(std::vector<pipeline::Finding>& findings) : findings_(findings) {}

  void CheckPipeline(const pipeline::Pipeline& pipeline) {
    const pipeline::Path metadata = {"metadata"};
    Check(pipeline.description(), [&] { return metadata / "description"; });
    for (const auto& [key, value] : pipeline.labels()) CheckNamed(key, value, metadata, "labels");
    for (const auto& [key, value] : pipeline.annotations()) CheckNamed(key, value, metadata, "annotations");
    CheckOverlay(pipeline.kubernetes(), {"spec", "x-kubernetes"});
    const std::vector<pipeline::Path> paths = pipeline::ComponentPaths(pipeline);
    for (int i = 0; i < pipeline.components_size(); ++i) CheckComponent(pipeline.components(i), paths[i]);
  }

 private:
  // `path` is made only where it is told, which is nearly never.
  template <typename MakePath>
  void Check(absl::string_view text, const MakePath& path) {
    const uint32_t code = UnsentCharacter(text);
    if (code == 0) return;
    findings_.push_back(
        {.severity = pipeline::Severity::kWarning,
         .path = path(),
         .message = absl::StrFormat("it has the character U+%04X, which `kubectl apply` brings to a cluster only "
                                    "without --server-side",
                                    code)});
  }

  void CheckNamed(const std::string& name, absl::string_view text, const pipeline::Path& path, const char* field) {
    Check(text, [&] { return path / field / name; });
  }

  template <typename Texts>
  void CheckList(const Texts& texts, const pipeline::Path& path, const char* field) {
    for (int i = 0; i < texts.size(); ++i) Check(texts[i], [&] { return path / field / static_cast<size_t>(i); });
  }

  void CheckComponent(const pipeline::Component& component, const pipeline::Path& path) {
    CheckList(component.command(), path, "command");
    CheckList(component.args(), path, "args");
    for (const pipeline::Variable& one : component.env()) CheckNamed(one.name(), one.value(), path, "env");
    for (const pipeline::Variable& one : component.config()) CheckNamed(one.name(), one.value(), path, "config");
    for (int i = 0; i < component.volumes_size(); ++i) {
      const auto at = [&] { return path / "volumes" / static_cast<size_t>(i); };
      Check(component.volumes(i).host_path(), [&] { return at() / "host_path"; });
      Check(component.volumes(i).container_path(), at);  // a field of two names
    }
    for (int i = 0; i < component.secrets_size(); ++i) {
      const auto at = [&] { return path / "secrets" / static_cast<size_t>(i) / "container_path"; };
      Check(component.secrets(i).container_path(), at);
    }
    if (component.has_kubernetes()) CheckOverlay(component.kubernetes(), path / "x-kubernetes");
  }

  void CheckOverlay(const pipeline::KubernetesOverlay& overlay, const pipeline::Path& path) {
    CheckTree(overlay.pod(), path / "pod");
    CheckTree(overlay.container(), path / "container");
    CheckTree(overlay.service(), path / "service");
    CheckTree(overlay.claim(), path / "claim");
  }

  void CheckTree(const pipeline::Tree& tree, const pipeline::Path& path) {
    Check(tree.text(), [&] { return path; });
    const bool list = tree.kind() == pipeline::Tree::LIST;
    for (int i = 0; i < tree.values_size(); ++i) {
      CheckTree(tree.values(i), list ? path / static_cast<size_t>(i) : path / tree.keys(i));
    }
  }

  std::vector<pipeline::Finding>& findings_;
};

}  // namespace internal

inline void CheckTexts(const pipeline::Pipeline& pipeline, std::vector<pipeline::Finding>& findings) {
  internal::TextCheck(findings).CheckPipeline(pipeline);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CHECK_TEXTS_H_
