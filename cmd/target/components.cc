#include "cmd/target/components.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "flow/pipeline/nearest.h"
#include "flow/text/listed.h"

namespace flow {
namespace {

absl::Status NoSuchComponent(const PipelineKey& key, const std::string& wanted,
                             const std::map<std::string, int>& components) {
  std::vector<std::string> names;
  for (const auto& [name, replicas] : components) names.push_back(name);
  const std::string near(pipeline::Nearest(wanted, names));
  return ExitWith(ExitCode::kUsage, absl::StrCat("pipeline \"", key.name, "\" has no component \"", wanted, "\"",
                                                 near.empty() ? absl::StrCat("; it has ", text::Listed(names))
                                                              : absl::StrCat("; did you mean \"", near, "\"?")));
}

}  // namespace

absl::StatusOr<std::map<std::string, int>> ChooseComponents(const PipelineKey& key,
                                                            const std::map<std::string, int>& components,
                                                            const std::set<std::string>& wanted) {
  if (wanted.empty()) return components;
  std::map<std::string, int> found;
  for (const std::string& name : wanted) {
    const auto component = components.find(name);
    if (component == components.end()) return NoSuchComponent(key, name, components);
    found.insert(*component);
  }
  return found;
}

}  // namespace flow
