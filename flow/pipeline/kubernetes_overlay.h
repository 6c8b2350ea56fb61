// `x-kubernetes`, of a component and of the spec: taken as it is written. What its fields may be is for flow/kubernetes to
// say, where the pipeline is for a cluster.
#ifndef FLOW_PIPELINE_KUBERNETES_OVERLAY_H_
#define FLOW_PIPELINE_KUBERNETES_OVERLAY_H_

#include <cstddef>
#include <string>

#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/yaml_document.h"

namespace flow::pipeline {

namespace kubernetes_overlay_internal {

// The reader keeps nesting within 64 levels, aliases written out.
inline void ReadTree(Context& context, const Value& at, YamlNode node, Tree& tree) {
  if (!context.Spend(at, Context::kEntry)) return;
  switch (node.kind()) {
    case YamlDocument::Kind::kNull:
      return;
    case YamlDocument::Kind::kScalar:
      tree.set_kind(Tree::SCALAR);
      tree.set_text(std::string(node.text()));
      tree.set_plain(node.plain());
      return;
    case YamlDocument::Kind::kSequence:
      tree.set_kind(Tree::LIST);
      for (size_t i = 0; i < node.size(); ++i) ReadTree(context, at, node.item(i), *tree.add_values());
      return;
    case YamlDocument::Kind::kMapping:
      tree.set_kind(Tree::MAPPING);
      for (size_t i = 0; i < node.size(); ++i) {
        tree.add_keys(std::string(node.key(i).text()));
        ReadTree(context, at, node.value(i), *tree.add_values());
      }
      return;
  }
}

}  // namespace kubernetes_overlay_internal

// Into a component or a pipeline, which is left alone where `fields` have none.
template <typename Message>
void ReadKubernetesOverlay(Context& context, const Fields& fields, Message& message) {
  struct Part {
    absl::string_view name;
    Tree* (KubernetesOverlay::*mutable_tree)();
  };
  constexpr Part kParts[] = {
      {"pod", &KubernetesOverlay::mutable_pod},
      {"container", &KubernetesOverlay::mutable_container},
      {"service", &KubernetesOverlay::mutable_service},
      {"claim", &KubernetesOverlay::mutable_claim},
  };
  for (const Fields& written : fields.Sections("x-kubernetes")) {
    for (const Part& part : kParts) {
      const Value value = written.Get(part.name);
      if (!value) continue;
      Tree* const tree = (message.mutable_kubernetes()->*part.mutable_tree)();
      kubernetes_overlay_internal::ReadTree(context, value, value.node, *tree);
    }
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_KUBERNETES_OVERLAY_H_
