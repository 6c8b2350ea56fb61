// `x-kubernetes`: what the file's author lays over the objects that flow makes.
//
// Mappings are merged field by field, lists whose entries have a key (the API's own patchMergeKey: containers, volumes and
// env by name, ports by number…) entry by entry, all else is replaced; a null takes away. What is not a field of the API is
// an error with its place (check_overlay.h).
#ifndef FLOW_KUBERNETES_OVERLAY_H_
#define FLOW_KUBERNETES_OVERLAY_H_

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api_fields.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// `base`, of the type that `takes` names, with `over` laid over it.
text::Mapping Merged(const text::Mapping& base, const pipeline::Tree& over, Takes takes);

// An object with `over` (pod, service or claim) laid over it: "labels" and "annotations" over its metadata, all else over
// its "spec", which is of the type that `takes` names. The object has metadata and spec.
text::Mapping MergedObject(const text::Mapping& object, const pipeline::Tree& over, Takes takes);

// The fields of an overlay that belong to an object's metadata, and what they take.
inline bool IsMetadataField(absl::string_view name) { return name == "labels" || name == "annotations"; }
inline constexpr Takes kMetadataTakes = "{}text";

namespace internal {

// "-5", "8080".
inline bool IsWholeNumber(absl::string_view text) {
  int64_t number = 0;
  return !text.empty() && text.find_first_not_of("-0123456789") == absl::string_view::npos &&
         absl::SimpleAtoi(text, &number);
}

text::Value ToValue(const pipeline::Tree& tree, Takes takes);

inline Takes FieldTakes(const ApiType* type, Takes takes, absl::string_view key) {
  if (type != nullptr) return type->Find(key).empty() ? "any" : type->Find(key);
  return IsMap(takes) ? ValueOf(takes) : "any";
}

// A scalar as what the API takes there: `annotations: {a: yes}` is a text, `runAsNonRoot: yes` is not.
inline text::Value ScalarValue(const pipeline::Tree& tree, Takes takes) {
  if (takes == "bool") return pipeline::ReadBoolean(tree.text()).value_or(false);
  const bool number = takes == "whole" || ((takes == "port" || takes == "any") && tree.plain());
  if (number && IsWholeNumber(tree.text())) return text::Literal(tree.text());
  if (takes == "any" && tree.plain() && (tree.text() == "true" || tree.text() == "false")) {
    return text::Literal(tree.text());
  }
  return tree.text();
}

inline text::Value ToValue(const pipeline::Tree& tree, Takes takes) {
  switch (tree.kind()) {
    case pipeline::Tree::LIST: {
      const ListOf list_of = IsList(takes) ? TakeApartList(takes) : ListOf{"any", ""};
      text::List list;
      for (const pipeline::Tree& entry : tree.values()) list.push_back(ToValue(entry, list_of.entry));
      return list;
    }
    case pipeline::Tree::MAPPING:
      return Merged({}, tree, takes);
    case pipeline::Tree::SCALAR:
      return ScalarValue(tree, takes);
    default:
      return text::Literal("null");
  }
}

// The text of an entry's key; empty: it has none.
inline std::string KeyOf(const text::Value& entry, absl::string_view key) {
  const auto* const mapping = std::get_if<text::Mapping>(&entry.any());
  for (size_t i = 0; mapping != nullptr && i < mapping->entries().size(); ++i) {
    const text::Mapping::Entry& member = mapping->entries()[i];
    const auto* const scalar = std::get_if<text::Scalar>(&member.value.any());
    if (member.kind == text::Mapping::Entry::Kind::kMember && member.text == key && scalar != nullptr) {
      return scalar->text;
    }
  }
  return "";
}
inline std::string KeyOf(const pipeline::Tree& entry, absl::string_view key) {
  for (int i = 0; i < entry.keys_size(); ++i) {
    if (entry.keys(i) == key) return entry.values(i).text();
  }
  return "";
}

inline text::List MergedList(text::List list, const pipeline::Tree& over, const ListOf& list_of) {
  for (const pipeline::Tree& entry : over.values()) {
    const std::string key = KeyOf(entry, list_of.key);
    const auto same = std::find_if(list.begin(), list.end(), [&](const text::Value& there) {
      return !key.empty() && KeyOf(there, list_of.key) == key;
    });
    if (same == list.end()) {
      list.push_back(ToValue(entry, list_of.entry));
    } else {
      *same = Merged(std::get<text::Mapping>(same->any()), entry, list_of.entry);
    }
  }
  return list;
}

inline text::Value MergedValue(const text::Value& base, const pipeline::Tree& over, Takes takes) {
  const auto* const mapping = std::get_if<text::Mapping>(&base.any());
  if (mapping != nullptr && over.kind() == pipeline::Tree::MAPPING) return Merged(*mapping, over, takes);
  const auto* const list = std::get_if<text::List>(&base.any());
  if (list != nullptr && over.kind() == pipeline::Tree::LIST && IsList(takes)) {
    const ListOf list_of = TakeApartList(takes);
    if (!list_of.key.empty()) return MergedList(*list, over, list_of);
  }
  return ToValue(over, takes);
}

// A part of an overlay: the members whose names `wanted` takes.
template <typename Wanted>
pipeline::Tree Members(const pipeline::Tree& tree, Wanted wanted) {
  pipeline::Tree part;
  part.set_kind(pipeline::Tree::MAPPING);
  for (int i = 0; i < tree.keys_size(); ++i) {
    if (!wanted(tree.keys(i))) continue;
    part.add_keys(tree.keys(i));
    *part.add_values() = tree.values(i);
  }
  return part;
}

}  // namespace internal

inline text::Mapping Merged(const text::Mapping& base, const pipeline::Tree& over, Takes takes) {
  const ApiType* const type = FindApiType(takes);
  text::Mapping merged;
  std::vector<bool> used(static_cast<size_t>(over.keys_size()));
  const auto find = [&](absl::string_view key) {
    return static_cast<int>(std::find(over.keys().begin(), over.keys().end(), key) - over.keys().begin());
  };
  for (const text::Mapping::Entry& entry : base.entries()) {
    const int at = find(entry.text);
    if (entry.kind == text::Mapping::Entry::Kind::kComment) {
      merged.Comment(entry.text);
    } else if (at == over.keys_size()) {
      merged.Add(entry.text, entry.value);
    } else {
      used[at] = true;
      if (over.values(at).kind() == pipeline::Tree::NOTHING) continue;
      merged.Add(entry.text,
                 internal::MergedValue(entry.value, over.values(at), internal::FieldTakes(type, takes, entry.text)));
    }
  }
  for (int i = 0; i < over.keys_size(); ++i) {
    if (used[i] || over.values(i).kind() == pipeline::Tree::NOTHING) continue;
    merged.Add(over.keys(i), internal::ToValue(over.values(i), internal::FieldTakes(type, takes, over.keys(i))));
  }
  return merged;
}

inline text::Mapping MergedObject(const text::Mapping& object, const pipeline::Tree& over, Takes takes) {
  const pipeline::Tree metadata = internal::Members(over, IsMetadataField);
  const pipeline::Tree spec = internal::Members(over, [](absl::string_view name) { return !IsMetadataField(name); });
  text::Mapping merged;
  for (const text::Mapping::Entry& entry : object.entries()) {
    const auto* const mapping = std::get_if<text::Mapping>(&entry.value.any());
    if (mapping != nullptr && entry.text == "metadata") {
      merged.Add(entry.text, Merged(*mapping, metadata, absl::StrCat("{}", kMetadataTakes)));
    } else if (mapping != nullptr && entry.text == "spec") {
      merged.Add(entry.text, Merged(*mapping, spec, takes));
    } else {
      merged.Add(entry.text, entry.value);
    }
  }
  return merged;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OVERLAY_H_
