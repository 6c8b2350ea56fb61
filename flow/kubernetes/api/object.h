// An object as a cluster has it: the whole of its document, fields that flow does not know too, but for what nobody here asks
// for and would be most of it (kNotRead).
//
//   object["status"]["readyReplicas"].number()  // 0 where it has none
//   object.label(project::kComponentLabel)
#ifndef FLOW_KUBERNETES_API_OBJECT_H_
#define FLOW_KUBERNETES_API_OBJECT_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/text/document.h"
#include "flow/text/view.h"

namespace flow::kubernetes::api {

// What is not read: members of these names, wherever they stand, that are mappings or lists. As all that people name is a
// text, nothing of theirs is among it. Of any object which manager has set which field, …
inline constexpr absl::string_view kNotRead[] = {"fieldsV1"};
// … and where only its state counts, as of what a watch tells, most of what it should be.
inline constexpr absl::string_view kNotReadOfState[] = {"args",     "env",         "managedFields", "startupProbe",
                                                        "template", "tolerations", "volumeMounts",  "volumes"};

// Which object.
struct ObjectName {
  Kind kind = Kind::kPod;
  std::string namespace_;  // empty of a kind that is in none
  std::string name;

  auto operator<=>(const ObjectName&) const = default;
  bool operator==(const ObjectName&) const = default;
};

struct Object {
  Kind kind = Kind::kPod;
  text::Value document = text::Mapping();

  // A field of the document. What it returns, and what these below do, lives as long as the object.
  text::View operator[](absl::string_view field) const { return text::View(document)[field]; }

  text::View metadata() const { return (*this)["metadata"]; }
  const std::string& name() const { return metadata()["name"].text(); }
  const std::string& namespace_() const { return metadata()["namespace"].text(); }
  // Which of those that had this name one after the other.
  const std::string& uid() const { return metadata()["uid"].text(); }
  const std::string& resource_version() const { return metadata()["resourceVersion"].text(); }
  // Counts the changes of what should be. A status is of this one only where its observedGeneration is no smaller.
  int64_t generation() const { return metadata()["generation"].number(); }
  const std::string& label(absl::string_view key) const { return metadata()["labels"][key].text(); }
  const std::string& annotation(absl::string_view key) const { return metadata()["annotations"][key].text(); }
  // Its removal was asked for, and something still holds it.
  bool is_going() const { return static_cast<bool>(metadata()["deletionTimestamp"]); }

  ObjectName id() const { return {kind, namespace_(), name()}; }
};

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_OBJECT_H_
