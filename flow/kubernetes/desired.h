// All objects that a pipeline should have on a cluster, as an apply sends them: those of objects.h and its secrets, each
// with what an apply has to know of it.
#ifndef FLOW_KUBERNETES_DESIRED_H_
#define FLOW_KUBERNETES_DESIRED_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/objects.h"
#include "flow/kubernetes/options.h"
#include "flow/kubernetes/pull_secrets.h"
#include "flow/project/digest.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"
#include "flow/text/document.h"
#include "flow/text/json.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// What a secret of a component says.
struct SecretContent {
  std::string component;
  std::string secret;                       // its name in the component
  std::map<std::string, std::string> data;  // key → bytes; of one that is a file the key is SecretKey's
};

struct DesiredObject {
  api::ObjectName object;
  std::string component;   // empty: it is of all of them
  text::Mapping document;  // most of it is made later, as long as its Desired lives
};

// In the order in which they are made: by kind as the enumeration has it, the workloads last, in the order of the file.
class Desired {
 public:
  Desired() = default;  // nothing
  // `pull_configs`: PullConfigs of the same; their registries are the options' `logins`. Takes time in proportion to the
  // project, which must live as long.
  Desired(const project::Project& project, ObjectOptions options, const std::vector<SecretContent>& secrets,
          const std::map<std::string, std::string>& pull_configs = {});

  const std::vector<DesiredObject>& objects() const { return objects_; }

  // Null: there is none of that name.
  const DesiredObject* Find(const api::ObjectName& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : &objects_[found->second];
  }

 private:
  std::shared_ptr<const ObjectOptions> options_;
  std::vector<DesiredObject> objects_;
  std::map<api::ObjectName, size_t> places_;
};

// Whether it runs a component.
inline bool IsWorkload(api::Kind kind) { return kind == api::Kind::kDeployment || kind == api::Kind::kJob; }

// How it is done

namespace internal {

inline text::Mapping SecretObject(const project::Project& project, const ObjectOptions& options,
                                  const project::Service& service, const SecretContent& content) {
  text::Mapping document =
      Document("v1", "Secret",
               Metadata(SecretName(content.component, content.secret), NamespaceOf(project, options),
                        ServiceTags(ProjectTags(project), service)));
  text::Mapping data;
  for (const auto& [key, bytes] : content.data) data.Add(key, absl::Base64Escape(bytes));
  document.Add("type", "Opaque");
  document.Add("data", std::move(data));
  return document;
}

// The mapping with a value at a path below it, whose mappings are made where they are not there.
inline text::Mapping With(const text::Mapping& mapping, absl::Span<const absl::string_view> path,
                          const text::Value& value) {
  const auto below = [&](const text::Value* old) -> text::Value {
    if (path.size() == 1) return value;
    const auto* inner = old == nullptr ? nullptr : std::get_if<text::Mapping>(&old->any());
    return With(inner == nullptr ? text::Mapping() : *inner, path.subspan(1), value);
  };
  text::Mapping with;
  for (const text::Mapping::Entry& entry : mapping.entries()) {
    if (entry.kind != text::Mapping::Entry::Kind::kMember) continue;
    with.Add(entry.text, entry.text == path[0] ? below(&entry.value) : entry.value);
  }
  if (mapping.Find(path[0]) == nullptr) with.Add(std::string(path[0]), below(nullptr));
  return with;
}

// The workload's document with a hash of its component's secrets, so that its pods are made anew when those change.
inline text::Mapping WithSecretHash(const text::Mapping& document, const std::string& hash) {
  return With(document, {"spec"}, text::Later([spec = *document.Find("spec"), hash] {
                const text::Value made = text::Made(spec);
                return With(std::get<text::Mapping>(made.any()),
                            {"template", "metadata", "annotations", kSecretsAnnotation}, hash);
              }));
}

// By component. Salted with whose it is: equal secrets of two pipelines are not known to be equal.
inline std::map<std::string, std::string> SecretHashes(const project::Project& project,
                                                       const std::vector<SecretContent>& secrets) {
  std::map<std::string, std::string> texts;
  for (const SecretContent& content : secrets) {
    std::string& text = texts[content.component];
    absl::StrAppend(&text, content.secret, "\n");
    for (const auto& [key, bytes] : content.data) absl::StrAppend(&text, key, " ", project::Sha256(bytes), "\n");
  }
  for (auto& [component, text] : texts) {
    text = project::Sha256(absl::StrCat(project.namespace_(), "/", project.pipeline(), "/", component, "\n", text));
  }
  return texts;
}

}  // namespace internal

inline Desired::Desired(const project::Project& project, ObjectOptions options,
                        const std::vector<SecretContent>& secrets,
                        const std::map<std::string, std::string>& pull_configs)
    : options_(std::make_shared<const ObjectOptions>(std::move(options))) {
  const auto add = [this](const text::Mapping& document, std::string component) {
    const text::Value value = document;
    const text::View view(value), metadata = view["metadata"];
    const auto kind = api::FindKind(view["apiVersion"].text(), view["kind"].text());
    objects_.push_back(
        {{kind.value(), metadata["namespace"].text(), metadata["name"].text()}, std::move(component), document});
  };
  const std::map<std::string, std::string> hashes = internal::SecretHashes(project, secrets);
  ForEachObject(project, *options_, [&](const Object& object) {
    const std::string component = object.service == nullptr ? "" : object.service->name();
    add(object.document, component);
    DesiredObject& added = objects_.back();
    const auto hash = hashes.find(component);
    if (!IsWorkload(added.object.kind) || hash == hashes.end()) return;
    added.document = internal::WithSecretHash(added.document, hash->second);
  });
  for (const SecretContent& content : secrets) {
    const project::Service* const service = project::FindService(project, content.component);
    if (service != nullptr) add(internal::SecretObject(project, *options_, *service, content), content.component);
  }
  for (const text::Mapping& secret : PullSecrets(project, *options_, pull_configs)) add(secret, "");
  const auto rank = [](const DesiredObject& one) {
    return IsWorkload(one.object.kind) ? api::Kind::kDeployment : one.object.kind;
  };
  std::stable_sort(objects_.begin(), objects_.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (size_t place = 0; place < objects_.size(); ++place) places_[objects_[place].object] = place;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_DESIRED_H_
