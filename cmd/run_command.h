// For tests of the commands as programs, before an engine that a FakeServer is.
#ifndef CMD_RUN_COMMAND_H_
#define CMD_RUN_COMMAND_H_

#include <cstdlib>
#include <string>
#include <vector>

#include "cmd/engine/fake_server.h"
#include "integration/process.h"

namespace flow {

// Starts a command, with a state folder of the test's own.
inline integration::Process StartCommand(const FakeServer& engine, const std::string& command,
                                         const std::vector<std::string>& arguments) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  return integration::Process("cmd/" + command, arguments,
                              {{"DOCKER_HOST", engine.endpoint().address}, {"FLOW_STATE_DIR", folder + "/state"}},
                              folder);
}

// Runs one to its end.
inline integration::Finished RunCommand(const FakeServer& engine, const std::string& command,
                                        const std::vector<std::string>& arguments) {
  return StartCommand(engine, command, arguments).Wait();
}

}  // namespace flow

#endif  // CMD_RUN_COMMAND_H_
