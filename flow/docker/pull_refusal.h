// Why an image could not be pulled, in words for its user: the engine passes on what registries, resolvers and
// networks say, each in its own way.
#ifndef FLOW_DOCKER_PULL_REFUSAL_H_
#define FLOW_DOCKER_PULL_REFUSAL_H_

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "flow/pipeline/image_reference.h"

namespace flow::docker {

namespace internal {

// Phrases of which one, in lower case, is in what the engine passes on, and what they mean: $0 is the registry, $1 the
// repository, $2 "tag 1.36" or the digest, $3 the command that stores credentials.
struct PullRefusal {
  std::vector<absl::string_view> phrases;
  const char* meaning;
};

// The first that fits counts: the more special ones come first.
inline const std::vector<PullRefusal>& PullRefusals() {
  static const auto& refusals = *new std::vector<PullRefusal>{
      {{"toomanyrequests", "too many requests", "rate limit"},
       "$0 allows no more pulls for now (its rate limit); $3 may raise it, waiting helps too"},
      {{"pull access denied", "repository does not exist", "name unknown", "repository name not known"},
       "$0 has no repository $1, or shows it only to those who have credentials ($3)"},
      {{"no basic auth credentials"}, "$0 wants credentials, and there are none for it; $3 stores them"},
      {{"unauthorized", "authentication required", "access denied", "denied: ", "incorrect username or password"},
       "$0 refused the credentials, or wants some; $3 stores them"},
      {{"no matching manifest"}, "$0 has this image for other platforms only"},
      {{"manifest unknown", "manifest for ", "not found"}, "$0 has the repository $1, but not the $2"},
      {{"no such host", "server misbehaving", "name resolution"},
       "the engine's machine does not know the host of registry $0"},
      {{"http response to https client"},
       "$0 speaks no TLS; the engine must be told so (\"insecure-registries\" in its daemon.json)"},
      {{"x509", "certificate"}, "the engine does not trust the certificate of $0"},
      {{"connection refused", "timeout", "deadline exceeded", "no route to host", "network is unreachable",
        "connection reset", "unexpected eof"},
       "the engine's machine cannot reach registry $0"},
  };
  return refusals;
}

}  // namespace internal

// What is wrong, and with whom; the engine's own words follow in any case, in brackets.
inline std::string ExplainPull(const std::string& image, absl::string_view message) {
  const pipeline::ImageReference reference = pipeline::ParseImageReference(image);
  const std::string version =
      reference.digest.empty() ? absl::StrCat("tag ", reference.tag) : absl::StrCat("digest ", reference.digest);
  const std::string login =
      reference.registry == "docker.io" ? "`docker login`" : absl::StrCat("`docker login ", reference.registry, "`");
  const std::string text = absl::AsciiStrToLower(message);
  for (const internal::PullRefusal& refusal : internal::PullRefusals()) {
    for (const absl::string_view phrase : refusal.phrases) {
      if (!absl::StrContains(text, phrase)) continue;
      return absl::StrCat(absl::Substitute(refusal.meaning, reference.registry, reference.repository, version, login),
                          " (the engine says: ", message, ")");
    }
  }
  return std::string(message);
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_PULL_REFUSAL_H_
