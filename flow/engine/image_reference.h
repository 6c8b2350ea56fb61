// Image references as people write them, and what they mean.
#ifndef FLOW_ENGINE_IMAGE_REFERENCE_H_
#define FLOW_ENGINE_IMAGE_REFERENCE_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace flow::engine {

// The source of the rules is the distribution project's reference grammar, "Familiar" names.
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
// It does not judge: the engine refuses what is malformed, and says so.
inline ImageReference ParseImageReference(absl::string_view text) {
  ImageReference reference;
  if (const size_t at = text.find('@'); at != absl::string_view::npos) {
    reference.digest = std::string(text.substr(at + 1));
    text = text.substr(0, at);
  }
  // A first part is a registry where it could be no user's name: it has a dot or a port, or is localhost.
  const size_t slash = text.find('/');
  const absl::string_view first = text.substr(0, slash == absl::string_view::npos ? 0 : slash);
  if (absl::StrContains(first, '.') || absl::StrContains(first, ':') || first == "localhost") {
    reference.registry = std::string(first);
    text.remove_prefix(slash + 1);
  } else {
    reference.registry = "docker.io";
  }
  if (reference.registry == "index.docker.io") reference.registry = "docker.io";
  if (const size_t colon = text.rfind(':'); colon != absl::string_view::npos) {
    reference.tag = std::string(text.substr(colon + 1));
    text = text.substr(0, colon);
  } else if (reference.digest.empty()) {
    reference.tag = "latest";
  }
  const bool official = reference.registry == "docker.io" && !absl::StrContains(text, '/');
  reference.repository = official ? absl::StrCat("library/", text) : std::string(text);
  return reference;
}

}  // namespace flow::engine

#endif  // FLOW_ENGINE_IMAGE_REFERENCE_H_
