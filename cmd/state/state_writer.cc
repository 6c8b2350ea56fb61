#include "cmd/state/state_writer.h"

#include <utility>

#include "absl/status/statusor.h"
#include "flow/compose/api_version.h"
#include "flow/compose/emit.h"

namespace flow {

absl::Status StateWriter::Save(deploy::Deployment deployment) {
  saved_ = std::move(deployment);
  absl::Status status = Write(*saved_);
  if (!status.ok() && absl::IsNotFound(store_.ReadDeployment(key_).status())) (void)store_.Remove(key_);
  return status;
}

absl::Status StateWriter::Write(const deploy::Deployment& deployment) {
  if (!files_written_) {
    if (absl::Status status = WriteFiles(deployment); !status.ok()) return status;
    files_written_ = true;
  }
  return store_.WriteDeployment(key_, deployment);
}

absl::Status StateWriter::WriteFiles(const deploy::Deployment& deployment) {
  compose::EmitOptions options;
  options.api_version = compose::ParseApiVersion(deployment.engine_api_version()).value_or(compose::kOldestApiVersion);
  const absl::Status status = store_.WriteCompose(key_, compose::EmitCompose(deployment.project(), options));
  return status.ok() ? store_.WritePipeline(key_, pipeline_) : status;
}

}  // namespace flow
