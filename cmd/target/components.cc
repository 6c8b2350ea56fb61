#include "cmd/target/components.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "flow/pipeline/names.h"
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

std::string NothingThere(const PipelineKey& key) {
  const std::string in =
      key.namespace_ == pipeline::kDefaultNamespace ? "" : absl::StrCat(" --namespace=", key.namespace_);
  return absl::StrCat("nothing is there that could write anything: `flow-status ", key.name, in, "` tells why");
}

}  // namespace

absl::StatusOr<std::map<std::string, int>> ChooseComponents(const CommandSession& session, const PipelineKey& key,
                                                            const KnownComponents& known,
                                                            const std::set<std::string>& wanted) {
  if (!known.has_state && known.there.empty()) return session.NoSuchPipeline(key);
  std::map<std::string, int> components = known.there;
  if (known.deployment.has_value()) {
    for (const project::Service& service : known.deployment->project().services()) {
      components[service.name()] = std::max(components[service.name()], static_cast<int>(service.replicas()));
    }
  }
  std::map<std::string, int> found;
  for (const std::string& name : wanted) {
    const auto component = components.find(name);
    if (component == components.end()) return NoSuchComponent(key, name, components);
    found.insert(*component);
  }
  if (wanted.empty()) found = std::move(components);
  const bool none_there = std::none_of(found.begin(), found.end(),
                                       [&](const auto& component) { return known.there.contains(component.first); });
  if (none_there) session.Note(NothingThere(key));
  return found;
}

}  // namespace flow
