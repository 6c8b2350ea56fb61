// The pipeline that a command is asked for by its file: -f FILE of the commands that need no more of it than its name.
#ifndef CMD_DOCKER_KEY_OF_FILE_H_
#define CMD_DOCKER_KEY_OF_FILE_H_

#include <variant>

#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/exit_code.h"

namespace flow {

// By --file. What else is wrong with the file is no concern here: a pipeline whose file was broken since, or whose
// variables are not set, can be looked at and deleted. The exit code where it cannot be read or tells no name, which
// was told then.
std::variant<PipelineKey, ExitCode> KeyOfFile(const Session& session, const Arguments& arguments,
                                              const Environment& environment);

}  // namespace flow

#endif  // CMD_DOCKER_KEY_OF_FILE_H_
