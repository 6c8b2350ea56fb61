// References to images: what an engine accepts, and what it means by what is left out. The rules are those of
// github.com/distribution/reference.
#ifndef FLOW_PIPELINE_IMAGE_REFERENCE_H_
#define FLOW_PIPELINE_IMAGE_REFERENCE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"

namespace flow::pipeline {

// What keeps a text from being a reference to an image, in words; empty: nothing.
//
//   ImageProblem("Redis:7") == "\"Redis:7\" has upper-case letters, and an image's name is in lower case"
std::string ImageProblem(absl::string_view image);

// The reference that a text most likely stands for that is none; empty where nothing near is one.
//
//   MendedImage("docker://example.org/Redis:V7") == "example.org/redis:V7"
std::string MendedImage(absl::string_view image);

// A reference with all that may be left out.
struct ImageReference {
  std::string registry;    // "docker.io", "127.0.0.1:5000"
  std::string repository;  // "library/busybox", "withobsrvr/duckdb-consumer"
  std::string tag;         // "latest" where neither tag nor digest is written; empty beside a digest alone
  std::string digest;      // "sha256:…", or empty

  // In full: "docker.io/library/busybox:1.36".
  std::string ToString() const {
    return absl::StrCat(registry, "/", repository, tag.empty() ? "" : ":", tag, digest.empty() ? "" : "@", digest);
  }
};

// Takes a reference apart and fills in what is left out:
//
//   ParseImageReference("busybox").ToString()              == "docker.io/library/busybox:latest"
//   ParseImageReference("127.0.0.1:5000/a/b:2").registry  == "127.0.0.1:5000"
//
// It does not judge: ImageProblem does, and the engine.
ImageReference ParseImageReference(absl::string_view text);

// Docker Hub's name where credentials are kept: in Docker's config.json, for its helpers, in a cluster's secrets.
inline constexpr char kHubKey[] = "https://index.docker.io/v1/";

// Under which name a registry's credentials are kept: "127.0.0.1:5000"; kHubKey for Docker Hub.
inline std::string CredentialsKey(const std::string& registry) { return registry == "docker.io" ? kHubKey : registry; }

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

// A reference as it is written. What is left out is empty, or nothing where that differs.
struct Written {
  absl::string_view registry, path;
  std::optional<absl::string_view> tag, digest;
};

inline Written TakeApart(absl::string_view text) {
  Written written;
  if (const size_t at = text.find('@'); at != absl::string_view::npos) {
    written.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const size_t slash = text.find('/');
  if (slash != absl::string_view::npos && IsRegistry(text.substr(0, slash))) {
    written.registry = text.substr(0, slash);
    text.remove_prefix(slash + 1);
  }
  const size_t last = text.rfind('/'), colon = text.rfind(':');
  if (colon != absl::string_view::npos && (last == absl::string_view::npos || colon > last)) {
    written.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  written.path = text;
  return written;
}

// What is wrong, to follow the text itself; empty: nothing.
inline std::string Fault(absl::string_view image) {
  if (image.find_first_of(" \t\n") != absl::string_view::npos) return "has spaces, and an image's name has none";
  if (absl::StrContains(image, "://")) return "has a scheme; an image's name begins with its registry";
  const Written written = TakeApart(image);
  if (written.digest.has_value() && !IsDigest(*written.digest)) {
    return "has no digest after its \"@\": \"sha256:…\" with 64 hexadecimal digits";
  }
  if (written.tag.has_value() && !IsTag(*written.tag)) {
    return "has no tag after its \":\": letters, digits, \"_\", \".\" and \"-\"";
  }
  if (!written.registry.empty() && !IsRegistryAddress(written.registry)) {
    return absl::StrCat("begins with ", Quoted(written.registry), ", which is no registry's address");
  }
  for (const absl::string_view part : absl::StrSplit(written.path, '/')) {
    if (IsPathPart(part)) continue;
    if (IsPathPart(absl::AsciiStrToLower(part))) return "has upper-case letters, and an image's name is in lower case";
    return absl::StrCat("has the part ", Quoted(part),
                        ": an image's name is lower-case letters and digits, with \".\", \"_\" or \"-\" between");
  }
  // The registry counts, and the slash after it.
  const size_t length = written.path.size() + (written.registry.empty() ? 0 : written.registry.size() + 1);
  return length > 255 ? "is too long: an image's name has at most 255 characters" : "";
}

}  // namespace image_internal

inline std::string ImageProblem(absl::string_view image) {
  if (image.empty()) return "the image's name is empty";
  const std::string fault = image_internal::Fault(image);
  return fault.empty() ? "" : absl::StrCat(Quoted(image), " ", fault);
}

inline std::string MendedImage(absl::string_view image) {
  image = absl::StripAsciiWhitespace(image);
  if (const size_t scheme = image.find("://"); scheme != absl::string_view::npos) image.remove_prefix(scheme + 3);
  const absl::string_view path = image_internal::TakeApart(image).path;
  std::string mended(image);
  mended.replace(path.data() - image.data(), path.size(), absl::AsciiStrToLower(path));
  return ImageProblem(mended).empty() ? mended : "";
}

inline ImageReference ParseImageReference(absl::string_view text) {
  const image_internal::Written written = image_internal::TakeApart(text);
  const bool hub = written.registry.empty() || written.registry == "index.docker.io" || written.registry == "docker.io";
  const bool official = hub && !absl::StrContains(written.path, '/');
  return {.registry = hub ? "docker.io" : std::string(written.registry),
          .repository = absl::StrCat(official ? "library/" : "", written.path),
          .tag = std::string(written.tag.value_or(written.digest.has_value() ? "" : "latest")),
          .digest = std::string(written.digest.value_or(""))};
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_IMAGE_REFERENCE_H_
