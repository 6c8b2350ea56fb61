// The verbs of flowctl: which of the other commands each runs.
#ifndef CMD_CLI_VERBS_H_
#define CMD_CLI_VERBS_H_

#include <string>
#include <vector>

namespace flow {

struct Verb {
  std::vector<std::string> words;
  const char* program;
};

// The longest way to say it before the shorter ones.
const std::vector<Verb>& Verbs();

// The verb that the arguments begin with; nullptr: none.
const Verb* FindVerb(const std::vector<std::string>& arguments);

// That the arguments, of which there is one at least, begin with no verb; and what was meant: what a verb of the other
// program called flowctl is called here (docs/flowctl.md), or the nearest of our own.
std::string UnknownVerb(const std::vector<std::string>& arguments);

}  // namespace flow

#endif  // CMD_CLI_VERBS_H_
