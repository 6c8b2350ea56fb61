// The Kubernetes API's fields, as what `x-kubernetes` may name.
#ifndef FLOW_KUBERNETES_API_FIELDS_H_
#define FLOW_KUBERNETES_API_FIELDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/kubernetes/api_field_table.h"

namespace flow::kubernetes {

// What a field takes, in the words of the table (api_field_table.h): "text", "[name]Container", "{}quantity".
using Takes = absl::string_view;

// Of a list: what an entry takes, and the field by which entries are told apart; empty: none.
struct ListOf {
  Takes entry;
  absl::string_view key;
};

inline bool IsList(Takes takes) { return takes[0] == '['; }
inline bool IsMap(Takes takes) { return takes[0] == '{'; }

// Of what is a list.
inline ListOf TakeApartList(Takes takes) {
  const size_t end = takes.find(']');
  return {takes.substr(end + 1), takes.substr(1, end - 1)};
}
// Of what is a mapping to something.
inline Takes ValueOf(Takes takes) { return takes.substr(2); }

// The fields of a type, by name, as the table has them.
class ApiType {
 public:
  explicit ApiType(absl::string_view line) {
    for (const absl::string_view field : absl::StrSplit(line, ' ')) {
      const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(field, absl::MaxSplits(':', 1));
      fields_.push_back(parts);
    }
  }

  // What the field takes; empty: it has no such field.
  Takes Find(absl::string_view name) const {
    for (const auto& [field, takes] : fields_) {
      if (field == name) return takes;
    }
    return "";
  }
  std::vector<absl::string_view> names() const {
    std::vector<absl::string_view> names;
    for (const auto& [field, takes] : fields_) names.push_back(field);
    return names;
  }

 private:
  std::vector<std::pair<absl::string_view, absl::string_view>> fields_;
};

// Null: a word of the table that is no type, as "text".
inline const ApiType* FindApiType(absl::string_view name) {
  static const auto& types = *[] {
    auto* const made = new absl::flat_hash_map<absl::string_view, ApiType>;
    for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(kApiFields, "\n"), '\n')) {
      const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
      made->emplace(parts.first, ApiType(parts.second));
    }
    return made;
  }();
  const auto found = types.find(name);
  return found == types.end() ? nullptr : &found->second;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_API_FIELDS_H_
