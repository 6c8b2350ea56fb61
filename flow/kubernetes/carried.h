// Files of this machine that are carried to a cluster: what a component mounts read-only by `host_path`, as data. Whoever
// can see the disk reads them.
#ifndef FLOW_KUBERNETES_CARRIED_H_
#define FLOW_KUBERNETES_CARRIED_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/characters.h"
#include "flow/kubernetes/names.h"
#include "flow/project/digest.h"
#include "flow/text/character.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// What one config map holds (API reference, "ConfigMap"; the API's MaxSecretSize).
inline constexpr size_t kMostCarriedBytes = 1048576;
// What `kubectl apply` without --server-side takes: it keeps the object in an annotation besides.
inline constexpr size_t kMostClientSideBytes = 262144;

struct CarriedFile {
  std::string path;   // below the folder, "sub/app.yaml"; of what is one file, its name
  uint32_t mode = 0;  // permissions, 0644
  std::string bytes;
};

struct Carried {
  bool folder = false;
  std::vector<CarriedFile> files;  // sorted by path

  size_t bytes() const {
    size_t sum = 0;
    for (const CarriedFile& file : files) sum += file.bytes.size();
    return sum;
  }
};

// By host path, as the pipeline has it.
using CarriedPaths = std::map<std::string, Carried>;

namespace internal {

// Whether a text may stand in a config map as it is; other bytes are "binaryData", and so is what would not be sent.
inline bool IsConfigText(absl::string_view bytes) {
  if (UnsentCharacter(bytes) != 0) return false;
  while (!bytes.empty()) {
    const text::Character character = text::TakeCharacter(bytes);
    if (!character.valid || character.code == 0) return false;
  }
  return true;
}

// The characters of a config map's key.
inline bool IsKeyCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace internal

// The key of each file, in their order: its path where that is one, else "_" for what no key has, and where that would be
// another's a hash besides.
inline std::vector<std::string> CarriedKeys(const Carried& carried) {
  std::set<std::string> taken;
  for (const CarriedFile& file : carried.files) taken.insert(file.path);
  std::vector<std::string> keys;
  for (const CarriedFile& file : carried.files) {
    std::string key = file.path;
    for (char& c : key) c = internal::IsKeyCharacter(c) ? c : '_';
    if (absl::StartsWith(key, "..") || key == ".") key = absl::StrCat("_", key);
    key = Shortened(std::move(key), kLongestSubdomain);
    if (key != file.path && !taken.insert(key).second) {
      key = Shortened(absl::StrCat(key, "-", project::Sha256(file.path).substr(0, 8)), kLongestSubdomain);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

// "data" and "binaryData" of a config map. What is in the files is put there later: they must live that long.
inline void AddCarriedData(const Carried& carried, text::Mapping& config_map) {
  const std::vector<std::string> keys = CarriedKeys(carried);
  std::map<std::string, text::Value> data, binary;
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string& bytes = carried.files[i].bytes;
    if (internal::IsConfigText(bytes)) {
      data.emplace(keys[i], text::Later([&bytes] { return bytes; }));
    } else {
      binary.emplace(keys[i], text::Later([&bytes] { return absl::Base64Escape(bytes); }));
    }
  }
  const auto add = [&](const char* name, const std::map<std::string, text::Value>& values) {
    text::Mapping mapping;
    for (const auto& [key, value] : values) mapping.Add(key, value);
    config_map.AddUnlessEmpty(name, std::move(mapping));
  };
  add("data", data);
  add("binaryData", binary);
}
void AddCarriedData(const Carried&& carried, text::Mapping& config_map) = delete;  // would not live that long

// A hash of what is carried to `target`.
inline std::string CarriedDigest(const std::string& target, const Carried& carried) {
  std::string text = project::LengthPrefixed(target);
  for (const CarriedFile& file : carried.files) {
    absl::StrAppend(&text, project::LengthPrefixed(file.path), project::LengthPrefixed(file.bytes));
  }
  return project::Sha256(text);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CARRIED_H_
