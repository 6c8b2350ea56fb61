#include "flow/kubernetes/observed.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

std::string Holders(api::Kind kind, const std::string& json) {
  return HoldersOf(api::Object(kind, text::ReadJson(json).value()));
}

TEST(HoldersOf, IsWhatTheClusterSaysOfANamespace) {
  EXPECT_EQ(Holders(api::Kind::kNamespace, R"({"metadata": {"name": "x"}, "spec": {"finalizers": ["kubernetes"]},
      "status": {"phase": "Terminating", "conditions": [
        {"type": "NamespaceDeletionDiscoveryFailure", "status": "True", "reason": "DiscoveryFailed",
         "message": "Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1: the server is currently unable to handle the request"},
        {"type": "NamespaceDeletionContentFailure", "status": "False", "message": "All content successfully deleted"}]}})"),
            "Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1: the server is currently unable to "
            "handle the request");
}

TEST(HoldersOf, IsTheFinalizersOfAnythingElse) {
  EXPECT_EQ(Holders(api::Kind::kClaim, R"({"metadata": {"name": "x", "finalizers": ["kubernetes.io/pvc-protection"]},
      "status": {"conditions": [{"type": "Resizing", "status": "True", "message": "of no concern"}]}})"),
            "held by kubernetes.io/pvc-protection");
}

}  // namespace
}  // namespace flow::kubernetes
