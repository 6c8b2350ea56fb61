// A session with a cluster that a test makes up.
#ifndef CMD_KUBERNETES_SESSION_TESTING_H_
#define CMD_KUBERNETES_SESSION_TESTING_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/cli/options.h"
#include "cmd/kubernetes/session.h"
#include "testkit/fake_server.h"
#include "testkit/temporary_folder.h"

namespace flow {

class MadeUpCluster {
 public:
  // `serve`: is called for each connection, with what the cluster answers.
  explicit MadeUpCluster(std::function<void(testkit::FakeConnection&)> serve)
      : server_(testkit::FakeServer::Tcp{}, std::move(serve)) {}

  // One whose state folder is the test's own.
  std::unique_ptr<ClusterSession> Open(const std::string& kube_namespace = "") {
    EngineOptions options;
    options.kube_namespace = kube_namespace;
    options.state_dir = folder_ / "state";
    options.kubeconfig = folder_.Write(
        "kubeconfig", absl::StrCat("clusters: [{name: c, cluster: {server: \"", server_.endpoint().url,
                                   "\"}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"));
    return *ClusterSession::Open("test", ClusterSession::State::kWritten, options, {});
  }

 private:
  testkit::TemporaryFolder folder_;
  testkit::FakeServer server_;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_SESSION_TESTING_H_
