// Writes the state of a pipeline while it is deployed: the deployment each time, the Compose file and the pipeline file
// before the first, which is the intent. So where one of them cannot be written, the deployment says what it said.
#ifndef CMD_STATE_STATE_WRITER_H_
#define CMD_STATE_STATE_WRITER_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

class StateWriter {
 public:
  // `pipeline`: the text of the pipeline file. The store outlives this.
  StateWriter(const Store& store, PipelineKey key, std::string pipeline)
      : store_(store), key_(std::move(key)), pipeline_(std::move(pipeline)) {}

  // Where the intent of a first apply cannot be written, nothing stays of it.
  absl::Status Save(deploy::Deployment deployment);

  // What was saved last, where anything was.
  const std::optional<deploy::Deployment>& saved() const { return saved_; }

 private:
  absl::Status Write(const deploy::Deployment& deployment);
  absl::Status WriteFiles(const deploy::Deployment& deployment);

  const Store& store_;
  const PipelineKey key_;
  const std::string pipeline_;
  bool files_written_ = false;
  std::optional<deploy::Deployment> saved_;
};

}  // namespace flow

#endif  // CMD_STATE_STATE_WRITER_H_
