// A document as its fields, each with its whole path: so that two documents can be merged field by field, and it can be
// said whose each is. For the cluster in memory.
#ifndef FLOW_KUBERNETES_TESTING_FIELDS_H_
#define FLOW_KUBERNETES_TESTING_FIELDS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/kubernetes/difference.h"
#include "flow/text/document.h"
#include "flow/text/view.h"

namespace flow::kubernetes::testing {

// The keys from the root on; an entry of a list as "[key]".
using Path = std::vector<std::string>;

struct Field {
  Path path;
  text::Value value;  // a scalar, an empty mapping or an empty list
};
using Fields = std::vector<Field>;

inline void AddFields(const Path& path, text::View view, Fields& to) {
  const auto below = [&](const std::string& key, text::View value) {
    Path longer = path;
    longer.push_back(key);
    AddFields(longer, value, to);
  };
  if (!view.list().empty()) {
    const std::vector<std::string> keys = internal::EntryKeys(view.list());
    for (size_t i = 0; i < keys.size(); ++i) below("[" + keys[i] + "]", view.list()[i]);
  } else if (!view.members().empty()) {
    for (const auto& member : view.members()) {
      if (member.kind == text::Mapping::Entry::Kind::kMember) below(member.text, member.value);
    }
  } else if (view) {
    to.push_back({path, *view.value()});
  }
}

inline Fields FieldsOf(text::View view) {
  Fields fields;
  AddFields({}, view, fields);
  return fields;
}

// The document of these fields, which share their first `depth` keys; in the order in which each key comes first.
inline text::Value DocumentOf(const std::vector<const Field*>& fields, size_t depth) {
  if (fields.size() == 1 && fields[0]->path.size() == depth) return fields[0]->value;
  std::vector<std::pair<std::string, std::vector<const Field*>>> groups;
  for (const Field* field : fields) {
    const std::string& key = field->path[depth];
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == key; });
    if (group == groups.end()) group = groups.insert(group, {key, {}});
    group->second.push_back(field);
  }
  text::List list;
  text::Mapping mapping;
  for (const auto& [key, group] : groups) {
    if (key[0] == '[') {
      list.push_back(DocumentOf(group, depth + 1));
    } else {
      mapping.Add(key, DocumentOf(group, depth + 1));
    }
  }
  if (!list.empty()) return list;
  return mapping;
}

inline text::Value DocumentOf(const Fields& fields) {
  std::vector<const Field*> all;
  for (const Field& field : fields) all.push_back(&field);
  return DocumentOf(all, 0);
}

}  // namespace flow::kubernetes::testing

#endif  // FLOW_KUBERNETES_TESTING_FIELDS_H_
