// The environment's variables as data, so that what depends on them can be tried with any.
#ifndef CMD_BASE_ENVIRONMENT_H_
#define CMD_BASE_ENVIRONMENT_H_

#include <map>
#include <string>

namespace flow {

using Environment = std::map<std::string, std::string>;

// The process's own, as it is now.
Environment ProcessEnvironment();

// The variable's value; empty where it is not set. For flow's own settings an empty variable is one that is not set, as
// it is for the docker program.
std::string Variable(const Environment& environment, const std::string& name);

}  // namespace flow

#endif  // CMD_BASE_ENVIRONMENT_H_
