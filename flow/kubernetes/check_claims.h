// Components that share a volume, and say in `x-kubernetes` what its claim is like: they may add to each other's words, and
// must not contradict them.
#ifndef FLOW_KUBERNETES_CHECK_CLAIMS_H_
#define FLOW_KUBERNETES_CHECK_CLAIMS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/finding.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::kubernetes {

// An error for each field that says something else of a volume than a component before it, with the place of that.
void CheckClaims(const pipeline::Pipeline& pipeline, std::vector<pipeline::Finding>& findings);

namespace internal {

class ClaimCheck {
 public:
  explicit ClaimCheck(std::vector<pipeline::Finding>& findings) : findings_(findings) {}

  // What a component says of a volume's claim. `claim`, `field`: the way to it in the file, and within it.
  void Add(const std::string& volume, const pipeline::Component& component, const pipeline::Tree& tree,
           const pipeline::Path& claim, const pipeline::Path& field) {
    const bool mapping = tree.kind() == pipeline::Tree::MAPPING;
    const Said said{mapping ? "fields" : absl::StrCat("value ", tree.SerializeAsString()), component.id(), claim};
    const auto [found, is_new] = said_.try_emplace({volume, field.ToString()}, said);
    const Said& first = found->second;
    if (!is_new && first.what != said.what) {
      findings_.push_back({.path = claim,
                           .message = absl::StrCat("the volume ", pipeline::Quoted(volume), " has one claim, and ",
                                                   pipeline::Quoted(first.component), " says something else of it"),
                           .first = first.path});
    } else if (mapping) {
      for (int i = 0; i < tree.keys_size(); ++i) {
        Add(volume, component, tree.values(i), claim / tree.keys(i), field / tree.keys(i));
      }
    }
  }

 private:
  struct Said {
    std::string what;
    std::string component;
    pipeline::Path path;
  };

  std::vector<pipeline::Finding>& findings_;
  std::map<std::pair<std::string, std::string>, Said> said_;  // volume and field → who said first what of it
};

}  // namespace internal

inline void CheckClaims(const pipeline::Pipeline& pipeline, std::vector<pipeline::Finding>& findings) {
  internal::ClaimCheck check(findings);
  const std::vector<pipeline::Path> paths = pipeline::ComponentPaths(pipeline);
  for (int i = 0; i < pipeline.components_size(); ++i) {
    const pipeline::Component& component = pipeline.components(i);
    if (component.kubernetes().claim().keys().empty()) continue;
    std::set<std::string> volumes;
    for (const pipeline::Mount& mount : component.volumes()) {
      if (!mount.host_path().empty() || !volumes.insert(mount.name()).second) continue;
      check.Add(mount.name(), component, component.kubernetes().claim(), paths[i] / "x-kubernetes" / "claim",
                pipeline::Path{});
    }
  }
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CHECK_CLAIMS_H_
