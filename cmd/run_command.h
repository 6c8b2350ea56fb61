// For tests of the commands as programs, before an engine that a FakeServer is.
#ifndef CMD_RUN_COMMAND_H_
#define CMD_RUN_COMMAND_H_

#include <cstdlib>
#include <string>
#include <vector>

#include "cmd/base/environment.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"

namespace flow {

// What commands find in their environment: the engine, and a state folder of the test's own.
inline Environment EnvironmentOf(const testkit::FakeServer& engine) {
  return {{"DOCKER_HOST", engine.endpoint().address},
          {"FLOW_STATE_DIR", std::string(std::getenv("TEST_TMPDIR")) + "/state"}};
}

// Starts a command.
inline testkit::Process StartCommand(const testkit::FakeServer& engine, const std::string& command,
                                     const std::vector<std::string>& arguments) {
  return testkit::Process("cmd/" + command, arguments, EnvironmentOf(engine));
}

// Runs one to its end.
inline testkit::Finished RunCommand(const testkit::FakeServer& engine, const std::string& command,
                                    const std::vector<std::string>& arguments) {
  return StartCommand(engine, command, arguments).Wait();
}

}  // namespace flow

#endif  // CMD_RUN_COMMAND_H_
