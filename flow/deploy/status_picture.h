// A status as a picture: the pipeline's components with how each of them does.
#ifndef FLOW_DEPLOY_STATUS_PICTURE_H_
#define FLOW_DEPLOY_STATUS_PICTURE_H_

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/picture.h"
#include "flow/project/project.pb.h"

namespace flow::deploy {

// `project`: what was asked for, as the state has it; an empty one where that is lost: then nothing is known of what
// reads what. Each component has its state as a word and a mood, how many of it are ready, and the ports that it has
// now. One that only the target has stands at the end.
project::Picture PictureOf(const project::Project& project, const PipelineStatus& status);

// How it is done

namespace picture_internal {

inline project::Mood MoodOf(absl::string_view state) {
  if (state == "running" || state == "completed") return project::Mood::kWell;
  if (state == "starting" || state == "pending" || state == "paused") return project::Mood::kWaiting;
  return project::Mood::kBad;
}

}  // namespace picture_internal

inline project::Picture PictureOf(const project::Project& project, const PipelineStatus& status) {
  project::Picture picture = project::PictureOf(project);
  picture.title = absl::StrCat(status.name(), " is ", status.state());
  for (const ComponentStatus& component : status.components()) {
    auto node = std::find_if(picture.nodes.begin(), picture.nodes.end(),
                             [&](const project::Node& drawn) { return drawn.id == component.id(); });
    if (node == picture.nodes.end()) {
      picture.nodes.push_back({.id = component.id(), .type = component.type()});
      node = picture.nodes.end() - 1;
    }
    node->mood = picture_internal::MoodOf(component.state());
    node->details = {component.replicas() == 1
                         ? component.state()
                         : absl::StrCat(component.state(), " ", component.ready(), "/", component.replicas())};
    node->details.insert(node->details.end(), component.endpoints().begin(), component.endpoints().end());
  }
  return picture;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STATUS_PICTURE_H_
