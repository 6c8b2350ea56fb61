// What flow keeps of its pipelines on disk: STATE_DIR/NAMESPACE/NAME/{deployment.textproto,compose.yaml,pipeline.yaml}.
// The engine's labels are the truth; everything here may be missing, cut off or of another version, and no caller may
// need it.
#ifndef CMD_STATE_STORE_H_
#define CMD_STATE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// A pipeline's name within one state folder, or one engine.
struct PipelineKey {
  std::string namespace_;
  std::string name;

  friend auto operator<=>(const PipelineKey&, const PipelineKey&) = default;
};

// The value of --namespace, or where that is empty the namespace of what names none.
std::string NamespaceOrDefault(const std::string& flag);

// Whether this is a namespace's name as the format has them. InvalidArgument (exit 2), naming it and the rule.
absl::Status CheckNamespace(absl::string_view name);

// Whether both are names as the format has them (docs/pipeline.md, "metadata"): only such a key becomes a path.
// InvalidArgument (exit 2), naming the wrong one and the rule.
absl::Status CheckKey(const PipelineKey& key);

// The pipelines of these names in one namespace, in their order. Error: CheckKey's of the first that has one.
absl::StatusOr<std::vector<PipelineKey>> KeysOf(const std::string& namespace_, const std::vector<std::string>& names);

// `flag` (--state_dir, empty where it was not given; relative to where the user stands), then FLOW_STATE_DIR,
// $XDG_STATE_HOME/flow, ~/.local/state/flow. FailedPrecondition where none of them is set.
absl::StatusOr<std::string> StateFolder(absl::string_view flag, const Environment& environment);

// The folder of whoever has none: nothing is ever in it, and nothing can be made there.
inline constexpr char kNoStateFolder[] = "/dev/null";

// The files. Folders are made as they are needed, mode 0700; files have mode 0600, whatever the umask. A write leaves
// the old file or the new one, whole, whatever happens (file.h). Writers of one pipeline hold its lock (lock.h);
// readers need none.
//
// Errors name the file. Every function with a key checks it first.
class Store {
 public:
  // `folder`: StateFolder(), or kNoStateFolder. It need not exist; reading does not make it.
  explicit Store(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }

  // The pipeline's folder, and its files, for messages and for whoever opens them.
  std::string FolderOf(const PipelineKey& key) const;
  std::string DeploymentFile(const PipelineKey& key) const;
  std::string ComposeFile(const PipelineKey& key) const;
  std::string PipelineFile(const PipelineKey& key) const;

  // NotFound: flow knows nothing of this pipeline. DataLoss: the file is there and cannot be used (empty, cut off, no
  // text of this kind, a folder in its place); the message names it. Fields that a newer flow wrote are skipped.
  absl::StatusOr<deploy::Deployment> ReadDeployment(const PipelineKey& key) const;
  absl::Status WriteDeployment(const PipelineKey& key, const deploy::Deployment& deployment) const;

  // pipeline.yaml as it was applied, and the Compose file.
  absl::Status WritePipeline(const PipelineKey& key, absl::string_view yaml) const;
  absl::Status WriteCompose(const PipelineKey& key, absl::string_view yaml) const;

  // Every pipeline that has a deployment.textproto, usable or not, sorted. Empty where the folder does not exist.
  absl::StatusOr<std::vector<PipelineKey>> List() const;

  // The pipeline's folder with all in it, and the namespace's where nothing else is in it. Nothing there: nothing to
  // do.
  absl::Status Remove(const PipelineKey& key) const;

 private:
  absl::Status Write(const PipelineKey& key, const std::string& file, absl::string_view bytes) const;

  std::string folder_;
};

// Makes the folder and those above it that are missing, mode 0700 each whatever the umask. NotFound where one is
// removed again at the same time.
absl::Status MakePrivateFolders(const std::string& folder);

}  // namespace flow

#endif  // CMD_STATE_STORE_H_
