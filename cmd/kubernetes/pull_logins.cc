#include "cmd/kubernetes/pull_logins.h"

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "cmd/registry/credentials.h"
#include "flow/kubernetes/pull_secrets.h"

namespace flow {

absl::StatusOr<std::map<std::string, registry::Login>> FindPullLogins(ClusterSession& session,
                                                                      const project::Project& project) {
  std::map<std::string, registry::Login> logins;
  const std::set<std::string> registries = kubernetes::Registries(project);
  size_t told = 0;
  RegistryCredentials credentials(session.client().loop(), session.environment());
  std::vector<std::shared_ptr<void>> asking;
  for (const std::string& registry : registries) {
    asking.push_back(credentials.Find(registry, [&, registry](const RegistryCredentials::Found& found) {
      ++told;
      if (!found.warning.empty()) session.Warn(found.warning);
      if (!found.login.has_value()) return;
      if (found.login->identity_token.empty()) {
        logins[registry] = *found.login;
      } else {
        session.Warn(absl::StrCat("the login at ", registry, " is an identity token, with which nodes cannot pull; ",
                                  "--pull_secret=NAME names a secret of the cluster with which they can"));
      }
    }));
  }
  while (told < registries.size()) {
    const absl::Status polled = session.client().Poll(absl::InfiniteDuration(), {session.signals().fd()});
    if (!polled.ok()) return polled;
    if (const std::optional<int> signal = session.signals().Next()) {
      return EndedBy(*signal, absl::StrCat(WordOf(Signal(*signal)), "; nothing was changed"));
    }
  }
  return logins;
}

}  // namespace flow
