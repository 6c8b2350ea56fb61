// What a pipeline's secrets say, as a cluster gets them.
#ifndef CMD_INPUT_SECRET_CONTENTS_H_
#define CMD_INPUT_SECRET_CONTENTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cmd/input/host_files.h"
#include "flow/kubernetes/desired.h"
#include "flow/project/project.pb.h"

namespace flow {

// Those of variables as `files` has them; of mounted ones the files are read. Error: the end of the command
// (exit_status.h), with the secret that cannot be carried and why.
absl::StatusOr<std::vector<kubernetes::SecretContent>> ReadSecretContents(const project::Project& project,
                                                                          const HostFiles& files);

}  // namespace flow

#endif  // CMD_INPUT_SECRET_CONTENTS_H_
