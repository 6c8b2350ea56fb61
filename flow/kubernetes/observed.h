// What a cluster was found to have of a pipeline.
#ifndef FLOW_KUBERNETES_OBSERVED_H_
#define FLOW_KUBERNETES_OBSERVED_H_

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/pipeline/names.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// Whose pipeline it is, by flow's own words.
struct PipelineId {
  std::string namespace_;
  std::string pipeline;
};

inline PipelineId IdOf(const project::Project& project) { return {project.namespace_(), project.pipeline()}; }

// The labels by which everything of a pipeline is found.
inline std::vector<std::string> LabelsOf(const PipelineId& id) {
  return {absl::StrCat(project::kNamespaceLabel, "=", id.namespace_),
          absl::StrCat(project::kPipelineLabel, "=", id.pipeline)};
}

// Where a pipeline is on a cluster.
struct Place {
  PipelineId id;
  std::string namespace_;
  bool is_own = true;  // the namespace is the pipeline's: it is made and removed with it

  api::ObjectName NamespaceObject() const { return {api::Kind::kNamespace, "", namespace_}; }

  // What there is of a kind: the namespace, all else by the pipeline's labels. Of pods, which others make, only how they are.
  // Of events, of which a large pipeline has thousands, a single one: it is the list's version that counts.
  api::List ListOf(api::Kind kind) const {
    if (kind == api::Kind::kNamespace) {
      return {.kind = kind, .fields = {absl::StrCat("metadata.name=", namespace_)}, .whole = true};
    }
    if (kind == api::Kind::kEvent) return {.kind = kind, .namespace_ = namespace_, .limit = 1};
    return {.kind = kind, .namespace_ = namespace_, .labels = LabelsOf(id), .whole = kind != api::Kind::kPod};
  }
};

// Whether an object is the pipeline's: by its labels, never by its name.
inline bool IsOwned(const api::Object& object, const PipelineId& id) {
  return object.label(project::kNamespaceLabel) == id.namespace_ &&
         object.label(project::kPipelineLabel) == id.pipeline;
}

// Whose an object is, in words: `pipeline "a"`, `pipeline "a" of namespace "team"`, `something that is not flow's (of
// Helm)`.
std::string OwnerText(const api::Object& object);

// A kind as people call it: "config map", "claim".
absl::string_view WordOf(api::Kind kind);

// An object as people call it: "deployment sink".
inline std::string TextOf(const api::ObjectName& name) { return absl::StrCat(WordOf(name.kind), " ", name.name); }

// Objects are shared: none changes, one that is newer takes its place.
using ObjectPtr = std::shared_ptr<const api::Object>;

struct Observed {
  std::map<api::ObjectName, ObjectPtr> objects;
  // Of the lists that they come from: the versions from which watches go on.
  std::map<api::Kind, std::string> versions;

  // What decides. Versions do not: they go with what was told.
  auto Members() const { return std::tie(objects); }

  // Null: it is not there, or is not the pipeline's.
  ObjectPtr Find(const api::ObjectName& name) const {
    const auto found = objects.find(name);
    return found == objects.end() ? nullptr : found->second;
  }

  std::vector<ObjectPtr> OfKind(api::Kind kind) const {
    std::vector<ObjectPtr> found;
    for (const auto& [name, object] : objects) {
      if (name.kind == kind) found.push_back(object);
    }
    return found;
  }

  void Keep(api::Object object) {
    const api::ObjectName name = object.id();
    objects[name] = std::make_shared<const api::Object>(std::move(object));
  }

  // Takes the place of all that was known of its kind. Of events only the version counts: those of before are old news.
  void Keep(const api::ObjectList& list) {
    std::erase_if(objects, [&](const auto& one) { return one.first.kind == list.kind; });
    versions[list.kind] = list.resource_version;
    if (list.kind == api::Kind::kEvent) return;
    for (const api::Object& object : list.objects) Keep(object);
  }
};

// What holds an object that does not go, as its finalizers are called, comma-separated.
inline std::string FinalizersOf(const api::Object& object) {
  std::vector<std::string> names;
  for (const text::View finalizer : object.metadata()["finalizers"].list()) names.push_back(finalizer.text());
  for (const text::View finalizer : object["spec"]["finalizers"].list()) names.push_back(finalizer.text());
  return absl::StrJoin(names, ", ");
}

// A condition that an object's status has; nothing: it does not have it.
inline text::View ConditionOf(const api::Object& object, absl::string_view type) {
  for (const text::View condition : object["status"]["conditions"].list()) {
    if (condition["type"].text() == type) return condition;
  }
  return {};
}

inline bool HasCondition(const api::Object& object, absl::string_view type) {
  return ConditionOf(object, type)["status"].text() == "True";
}

// Why an object is still there whose removal was asked for: what the cluster says of a namespace (namespace controller: its
// conditions), else its finalizers.
inline std::string HoldersOf(const api::Object& object) {
  std::vector<std::string> words;
  for (const text::View condition : object["status"]["conditions"].list()) {
    const bool tells = object.kind == api::Kind::kNamespace && condition["status"].text() == "True";
    if (tells) words.push_back(condition["message"].text());
  }
  const std::string finalizers = FinalizersOf(object);
  if (words.empty()) words.push_back(finalizers.empty() ? "it is still there" : absl::StrCat("held by ", finalizers));
  return absl::StrJoin(words, "; ");
}

// How it is done

inline std::string OwnerText(const api::Object& object) {
  const std::string& pipeline = object.label(project::kPipelineLabel);
  if (!pipeline.empty()) {
    const std::string& namespace_ = object.label(project::kNamespaceLabel);
    return absl::StrCat(
        "pipeline \"", pipeline, "\"",
        namespace_ == pipeline::kDefaultNamespace ? "" : absl::StrCat(" of namespace \"", namespace_, "\""));
  }
  std::string whose = object.label(kManagedByLabel);
  if (whose.empty() && !object.metadata()["managedFields"].list().empty()) {
    whose = text::View(object.metadata()["managedFields"].list().front())["manager"].text();
  }
  return absl::StrCat("something that is not flow's", whose.empty() ? "" : absl::StrCat(" (of ", whose, ")"));
}

inline absl::string_view WordOf(api::Kind kind) {
  switch (kind) {
    case api::Kind::kNamespace:
      return "namespace";
    case api::Kind::kSecret:
      return "secret";
    case api::Kind::kConfigMap:
      return "config map";
    case api::Kind::kClaim:
      return "claim";
    case api::Kind::kService:
      return "service";
    case api::Kind::kDeployment:
      return "deployment";
    case api::Kind::kJob:
      return "job";
    case api::Kind::kPod:
      return "pod";
    default:
      return api::NamesOf(kind).resource;
  }
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OBSERVED_H_
