// In what two documents of one object differ, and how that is told: the reason of an operation.
//
//   FieldsText(Kind::kDeployment, Differences(live, would_be))  // "image: busybox:1.35 → busybox:1.36, env LEVEL changed"
#ifndef FLOW_KUBERNETES_DIFFERENCE_H_
#define FLOW_KUBERNETES_DIFFERENCE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/kubernetes/labels.h"
#include "flow/text/document.h"
#include "flow/text/json.h"
#include "flow/text/listed.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// A field that is not the same, or is in one of them alone.
struct Difference {
  std::string path;    // "spec.template.spec.containers[sink].image"
  std::string before;  // as JSON in a line, a text without quotes; empty: it is not there
  std::string after;
};

enum class Compare {
  kAll,
  kNamed,  // only what the second one names: the first has more, which others decide
};

// In the order of the first document's fields, then those that only the second has. What the server keeps of an object
// (its status, version and times, whose each field is) is left out. Entries of lists that have a name or a port are told
// apart by that, whatever their order.
std::vector<Difference> Differences(text::View before, text::View after, Compare compare = Compare::kAll);

// What is told of them: a few fields with both values, and how many more there are. Values of secrets, of files that are
// carried along and of variables are in no message.
std::string FieldsText(api::Kind kind, const std::vector<Difference>& differences);

// Whether pods are made anew because of them.
inline bool ChangesPods(const std::vector<Difference>& differences) {
  return std::any_of(differences.begin(), differences.end(),
                     [](const Difference& one) { return absl::StartsWith(one.path, "spec.template"); });
}

// How it is done

namespace internal {

// What the server keeps. Objects in a list do not say again of which kind they are.
inline bool IsServers(absl::string_view path) {
  static constexpr std::array kServers = {"apiVersion",
                                          "kind",
                                          "status",
                                          "metadata.creationTimestamp",
                                          "metadata.deletionGracePeriodSeconds",
                                          "metadata.deletionTimestamp",
                                          "metadata.generation",
                                          "metadata.managedFields",
                                          "metadata.resourceVersion",
                                          "metadata.selfLink",
                                          "metadata.uid"};
  return std::find(kServers.begin(), kServers.end(), path) != kServers.end();
}

// By what an entry of a list is known (API reference, the merge keys of pods and services); empty: by its place.
inline std::string EntryKey(text::View entry) {
  for (const char* field : {"mountPath", "containerPort", "port", "name", "key"}) {
    const std::string& key = entry[field].text();
    if (key.empty()) continue;
    const std::string& protocol = entry["protocol"].text();
    return protocol.empty() ? key : absl::StrCat(key, "/", protocol);
  }
  return "";
}

inline std::vector<std::string> EntryKeys(const text::List& list) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < list.size(); ++i) {
    std::string key = EntryKey(list[i]);
    if (key.empty() || std::find(keys.begin(), keys.end(), key) != keys.end()) key = absl::StrCat(i);
    keys.push_back(std::move(key));
  }
  return keys;
}

inline std::string ValueText(text::View value) {
  if (!value) return "";
  // An empty text is what the API has no field for.
  const bool scalar = std::holds_alternative<text::Scalar>(value.value()->any());
  return scalar ? value.text() : text::Json(*value.value(), text::JsonLayout::kLine);
}

class DifferenceFinder {
 public:
  explicit DifferenceFinder(Compare compare) : compare_(compare) {}

  void Find(const std::string& path, text::View before, text::View after) {
    if (IsServers(path)) return;
    if (!after && compare_ == Compare::kNamed) return;
    const bool mappings = Is<text::Mapping>(before) && Is<text::Mapping>(after);
    const bool lists = Is<text::List>(before) && Is<text::List>(after);
    if (mappings) return FindInMappings(path, before, after);
    if (lists) return FindInLists(path, before.list(), after.list());
    Difference difference{path, ValueText(before), ValueText(after)};
    if (difference.before != difference.after) found_.push_back(std::move(difference));
  }

  std::vector<Difference> Take() { return std::move(found_); }

 private:
  template <typename T>
  static bool Is(text::View view) {
    return view && std::holds_alternative<T>(view.value()->any());
  }

  void FindInMappings(const std::string& path, text::View before, text::View after) {
    const std::string prefix = path.empty() ? "" : absl::StrCat(path, ".");
    for (const auto& member : before.members()) {
      if (IsMember(member)) Find(absl::StrCat(prefix, member.text), member.value, after[member.text]);
    }
    for (const auto& member : after.members()) {
      if (IsMember(member) && !before[member.text]) Find(absl::StrCat(prefix, member.text), {}, member.value);
    }
  }

  static bool IsMember(const text::Mapping::Entry& entry) { return entry.kind == text::Mapping::Entry::Kind::kMember; }

  void FindInLists(const std::string& path, const text::List& before, const text::List& after) {
    const std::vector<std::string> old_keys = EntryKeys(before), new_keys = EntryKeys(after);
    for (size_t i = 0; i < before.size(); ++i) {
      const size_t at = std::find(new_keys.begin(), new_keys.end(), old_keys[i]) - new_keys.begin();
      Find(EntryPath(path, old_keys[i]), before[i], at == after.size() ? text::View() : text::View(after[at]));
    }
    for (size_t i = 0; i < after.size(); ++i) {
      const bool is_new = std::find(old_keys.begin(), old_keys.end(), new_keys[i]) == old_keys.end();
      if (is_new) Find(EntryPath(path, new_keys[i]), {}, after[i]);
    }
  }

  static std::string EntryPath(const std::string& path, const std::string& key) {
    return absl::StrCat(path, "[", key, "]");
  }

  Compare compare_;
  std::vector<Difference> found_;
};

// "image" of "spec.template.spec.containers[sink].image", "env LEVEL" of "….env[LEVEL].value".
inline std::string FieldName(absl::string_view path) {
  for (const char* above : {"spec.template.spec.containers[", "spec.template.spec.", "spec.template.", "spec."}) {
    if (!absl::ConsumePrefix(&path, above)) continue;
    if (absl::EndsWith(above, "[")) path = absl::StripPrefix(path.substr(path.find(']') + 1), ".");
    break;
  }
  if (absl::EndsWith(path, kFilesAnnotation)) return "its files";
  if (absl::EndsWith(path, kSecretsAnnotation)) return "its secrets";
  if (absl::ConsumePrefix(&path, "env[")) return absl::StrCat("env ", path.substr(0, path.find(']')));
  return path.empty() ? "container" : std::string(path);
}

// Whether the values may be told.
inline bool IsOpen(api::Kind kind, absl::string_view field) {
  return kind != api::Kind::kSecret && kind != api::Kind::kConfigMap && !absl::StartsWith(field, "env ") &&
         !absl::StartsWith(field, "its ");
}

inline std::string FieldText(api::Kind kind, const Difference& difference) {
  constexpr size_t kLongestValue = 60;
  const std::string field = FieldName(difference.path);
  if (difference.before.empty()) return absl::StrCat(field, " added");
  if (difference.after.empty()) return absl::StrCat(field, " removed");
  const bool told = IsOpen(kind, field) && std::max(difference.before.size(), difference.after.size()) <= kLongestValue;
  return told ? absl::StrCat(field, ": ", difference.before, " → ", difference.after) : absl::StrCat(field, " changed");
}

}  // namespace internal

inline std::vector<Difference> Differences(text::View before, text::View after, Compare compare) {
  internal::DifferenceFinder finder(compare);
  finder.Find("", before, after);
  return finder.Take();
}

inline std::string FieldsText(api::Kind kind, const std::vector<Difference>& differences) {
  constexpr size_t kMost = 3;
  std::vector<std::string> texts;
  for (const Difference& difference : differences) {
    std::string text = internal::FieldText(kind, difference);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return text::Listed(texts, kMost);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_DIFFERENCE_H_
