// The programs that stand beside this one: flow's other commands.
#ifndef CMD_BASE_SIBLING_H_
#define CMD_BASE_SIBLING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace flow {

// The path of a program of this name in the folder of this one, wherever a link to it is.
std::string Sibling(const std::string& name);

// Becomes that program, with these arguments. Comes back where that is not possible, with why.
absl::Status BecomeSibling(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace flow

#endif  // CMD_BASE_SIBLING_H_
