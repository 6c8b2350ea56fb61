// What a reader of a Compose file should know of a component besides its role: comments of the file
// (EmitOptions::notes).
#ifndef FLOW_COMPOSE_NOTES_H_
#define FLOW_COMPOSE_NOTES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::compose {

// By component id, a line of text each: which components' plain config variables are the upper-case keys only because
// nothing is known of their image's metadata (pipeline format, "Component references and their metadata"). `known`: the
// references whose metadata the pipeline was parsed with.
inline std::map<std::string, std::vector<std::string>> MetadataNotes(const pipeline::Pipeline& pipeline,
                                                                     const std::set<std::string>& known) {
  std::map<std::string, std::vector<std::string>> notes;
  for (const pipeline::Component& component : pipeline.components()) {
    if (component.reference().empty() || component.config().empty()) continue;
    if (known.contains(component.reference())) continue;
    notes[component.id()].push_back(
        absl::StrCat("Nothing is known yet of the metadata of ", component.image(),
                     ": its config stands under upper-case names. flow-apply asks the image."));
  }
  return notes;
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_NOTES_H_
