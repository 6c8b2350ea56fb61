// What a cluster is shown with each request: a token, a certificate; from the kubeconfig, a file, or a program that tells
// them.
#ifndef CMD_KUBERNETES_CREDENTIALS_H_
#define CMD_KUBERNETES_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/http/loop.h"
#include "flow/kubernetes/exec_credential.h"
#include "flow/kubernetes/kubeconfig.h"

namespace flow {

class Credentials {
 public:
  using Found = absl::StatusOr<kubernetes::ClusterCredentials>;
  using Done = std::function<void(const Found&)>;

  // A plugin is given `plugin_time`.
  Credentials(std::shared_ptr<Loop> loop, kubernetes::ClusterAccess access, Environment environment,
              absl::Duration plugin_time = absl::Seconds(60));
  ~Credentials();

  // Finds what the cluster is shown now, and tells it to `done`: at once, or, where a plugin has to be asked, from within
  // the loop's Poll. The plugin is asked once for all who wait, and its answer kept until it expires or is refused. Who
  // does not want to be told any more lets the result go, which is for nothing else. Errors: FailedPrecondition.
  [[nodiscard]] std::shared_ptr<void> Find(Done done);

  // The cluster does not take what was found (401). Whether it is worth to find it again: a plugin is asked anew, and a
  // token's file may have another one by now.
  bool Refused(const kubernetes::ClusterCredentials& shown);

 private:
  struct Asking;

  void Ask();
  void Advance();
  void Tell(const Found& found);
  Found OfFiles() const;
  Found Understand(const absl::StatusOr<kubernetes::ClusterCredentials>& read) const;

  const std::shared_ptr<Loop> loop_;
  const kubernetes::ClusterAccess access_;
  const Environment environment_;
  const absl::Duration plugin_time_;
  std::unique_ptr<Asking> asking_;                                           // the plugin that is being asked
  kubernetes::ClusterCredentials kept_ = {.expires = absl::InfinitePast()};  // what it told
  std::vector<std::weak_ptr<Done>> waiting_;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_CREDENTIALS_H_
