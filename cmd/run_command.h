// For tests of the commands as programs, before an engine that a FakeServer is.
#ifndef CMD_RUN_COMMAND_H_
#define CMD_RUN_COMMAND_H_

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "cmd/http/fake_server.h"
#include "integration/process.h"

namespace flow {

// What commands find in their environment: the engine, and a state folder of the test's own.
inline std::map<std::string, std::string> EnvironmentOf(const FakeServer& engine) {
  return {{"DOCKER_HOST", engine.endpoint().address},
          {"FLOW_STATE_DIR", std::string(std::getenv("TEST_TMPDIR")) + "/state"}};
}

// Starts a command.
inline integration::Process StartCommand(const FakeServer& engine, const std::string& command,
                                         const std::vector<std::string>& arguments) {
  return integration::Process("cmd/" + command, arguments, EnvironmentOf(engine), std::getenv("TEST_TMPDIR"));
}

// Runs one to its end.
inline integration::Finished RunCommand(const FakeServer& engine, const std::string& command,
                                        const std::vector<std::string>& arguments) {
  return StartCommand(engine, command, arguments).Wait();
}

}  // namespace flow

#endif  // CMD_RUN_COMMAND_H_
