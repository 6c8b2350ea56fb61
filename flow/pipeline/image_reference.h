// Names of images: what an engine accepts (github.com/distribution/reference), and flowctl's component references.
#ifndef FLOW_PIPELINE_IMAGE_REFERENCE_H_
#define FLOW_PIPELINE_IMAGE_REFERENCE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"

namespace flow::pipeline {

namespace image_internal {

// Whether the first part of a name is a registry and no folder of Docker Hub: it has a dot, a port, or is localhost.
inline bool IsRegistry(absl::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != absl::string_view::npos;
}

inline bool IsWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// One part of a repository's path: lower-case letters and digits, with ".", "_", "__" or dashes between.
inline bool IsPathPart(absl::string_view part) {
  const auto plain = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  if (part.empty() || !plain(part.front()) || !plain(part.back())) return false;
  for (size_t i = 0; i < part.size();) {
    const size_t begin = i;
    while (i < part.size() && !plain(part[i])) ++i;
    const absl::string_view separator = part.substr(begin, i - begin);
    const bool dashes = separator.find_first_not_of('-') == absl::string_view::npos;
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
    while (i < part.size() && plain(part[i])) ++i;
  }
  return true;
}

inline bool IsTag(absl::string_view tag) {
  if (tag.empty() || tag.size() > 128 || !IsWord(tag[0])) return false;
  for (char c : tag) {
    if (!IsWord(c) && c != '.' && c != '-') return false;
  }
  return true;
}

inline bool IsDigest(absl::string_view digest) {
  const size_t colon = digest.find(':');
  if (colon == 0 || colon == absl::string_view::npos) return false;
  const absl::string_view hex = digest.substr(colon + 1);
  if (digest.substr(0, colon) == "sha256" && hex.size() != 64) return false;
  return hex.size() >= 32 && hex.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

inline bool IsRegistryAddress(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view host = address.substr(0, colon);
  if (colon != absl::string_view::npos && !absl::StartsWith(address, "[")) {
    const absl::string_view port = address.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != absl::string_view::npos)
      return false;
  }
  return !host.empty() && (absl::ascii_isalnum(host[0]) || host[0] == '[');
}

}  // namespace image_internal

// What keeps a text from being the name of an image, in words; empty: nothing.
//
//   ImageProblem("Redis:7") == "a repository is written in lower case: \"redis\""
inline std::string ImageProblem(absl::string_view image) {
  if (image.empty()) return "the image's name is empty";
  if (image.find_first_of(" \t\n") != absl::string_view::npos) return "an image's name holds no spaces";
  if (absl::StrContains(image, "://")) return "an image's name begins with its registry, without http:// or docker://";

  absl::string_view name = image;
  if (const size_t at = name.find('@'); at != absl::string_view::npos) {
    if (!image_internal::IsDigest(name.substr(at + 1))) {
      return absl::StrCat("after \"@\" an image has a digest (\"sha256:…\" with 64 hexadecimal digits), not ",
                          Quoted(name.substr(at + 1)));
    }
    name = name.substr(0, at);
  }
  const size_t slash = name.rfind('/');
  if (const size_t colon = name.rfind(':');
      colon != absl::string_view::npos && (slash == absl::string_view::npos || colon > slash)) {
    if (!image_internal::IsTag(name.substr(colon + 1))) {
      return absl::StrCat(Quoted(name.substr(colon + 1)), " is no tag: letters, digits, \"_\", \".\" and \"-\"");
    }
    name = name.substr(0, colon);
  }
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() > 1 && image_internal::IsRegistry(parts[0])) {
    if (!image_internal::IsRegistryAddress(parts[0]))
      return absl::StrCat(Quoted(parts[0]), " is no registry's address");
    parts.erase(parts.begin());
  }
  for (absl::string_view part : parts) {
    if (image_internal::IsPathPart(part)) continue;
    const std::string lower = absl::AsciiStrToLower(part);
    if (image_internal::IsPathPart(lower))
      return absl::StrCat("a repository is written in lower case: ", Quoted(lower));
    return absl::StrCat(Quoted(part),
                        " cannot be a part of an image's name: lower-case letters and digits, with \".\", ",
                        "\"_\" or \"-\" between");
  }
  return name.size() > 255 ? "an image's name has at most 255 characters" : "";
}

// The image that a component's `type` refers to; nothing where it is no reference but free text.
//
//   NAME@VERSION → docker.io/withobsrvr/NAME:VERSION      ORG/NAME@VERSION → docker.io/ORG/NAME:VERSION
//   ghcr.io/org/name:1 (a full reference) → itself
inline std::optional<std::string> ReferencedImage(absl::string_view type) {
  const size_t at = type.rfind('@');
  const bool digest = at != absl::string_view::npos && absl::StrContains(type.substr(at), ":");
  if (at == absl::string_view::npos || digest) {
    if (type.find_first_of("/:") == absl::string_view::npos) return std::nullopt;
    return std::string(type);
  }
  const absl::string_view name = type.substr(0, at), version = type.substr(at + 1);
  const size_t slash = name.find('/');
  absl::string_view prefix = "docker.io/";
  if (slash == absl::string_view::npos) prefix = "docker.io/withobsrvr/";
  if (slash != absl::string_view::npos && image_internal::IsRegistry(name.substr(0, slash))) prefix = "";
  return absl::StrCat(prefix, name, ":", version);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_IMAGE_REFERENCE_H_
