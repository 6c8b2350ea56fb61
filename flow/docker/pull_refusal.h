// Why an image could not be pulled, in words for its user. The engine passes on what registries, name servers and
// networks say, and each of them says it in its own way.
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

// What is wrong, and with whom, by `message`, which is what the engine said of a pull of `image`. Its own words follow in
// brackets; a message of an unknown kind stays as it is.
//
//   ExplainPull("my:1", "no basic auth credentials") == "docker.io wants credentials, and there are none for it; `docker
//   login` stores them (the engine says: no basic auth credentials)"
inline std::string ExplainPull(const std::string& image, absl::string_view message);

// How it is done

namespace internal {

// A kind of refusal.
struct PullRefusal {
  std::vector<absl::string_view> phrases;  // of which the message, in lower case, has one
  const char* meaning;  // $0: registry, $1: repository, $2: "tag 1.36" or the digest, $3: what stores credentials
};

// The first one that fits counts, so those that say more come first.
inline const std::vector<PullRefusal>& PullRefusals() {
  static const auto& refusals = *new std::vector<PullRefusal>{
      {{"toomanyrequests", "too many requests", "rate limit"},
       "$0 allows no more pulls for now (its rate limit); $3 may raise it, waiting helps too"},
      {{"no basic auth credentials"}, "$0 wants credentials, and there are none for it; $3 stores them"},
      {{"unauthorized", "authentication required", "incorrect username or password"},
       "$0 refused the credentials, or wants some; $3 stores them"},
      {{"denied", "forbidden", "repository does not exist", "name unknown", "repository name not known"},
       "$0 has no repository $1, or shows it only to those who have credentials ($3)"},
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
