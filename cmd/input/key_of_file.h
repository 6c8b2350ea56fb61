// The pipeline that a command is asked for by its file: -f FILE of the commands that need no more of it than its name.
#ifndef CMD_INPUT_KEY_OF_FILE_H_
#define CMD_INPUT_KEY_OF_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/state/store.h"

namespace flow {

struct NamedPipeline {
  PipelineKey key;
  std::string driver;  // that counts: the option's, else the file's; empty: neither says
};

// Of the file that the options name. What else is wrong with it is no concern here: a pipeline whose file was broken
// since, or whose variables are not set, can be looked at and deleted. Error (exit_status.h): the options are wrong, or
// the file cannot be read, or it tells no name. In the last case its diagnostics were printed on standard error.
absl::StatusOr<NamedPipeline> KeyOfFile(const Options& options, const Environment& environment);

}  // namespace flow

#endif  // CMD_INPUT_KEY_OF_FILE_H_
