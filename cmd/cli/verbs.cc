#include "cmd/cli/verbs.h"

#include <algorithm>

namespace flow {

const std::vector<Verb>& Verbs() {
  static const auto& verbs = *new std::vector<Verb>{
      {{"get", "pipelines"}, "flow-status"},
      {{"get", "pipeline"}, "flow-status"},
      {{"delete", "pipeline"}, "flow-delete"},
      {{"delete", "pipelines"}, "flow-delete"},
      {{"apply"}, "flow-apply"},
      {{"status"}, "flow-status"},
      {{"logs"}, "flow-logs"},
      {{"heartbeat"}, "flow-heartbeat"},
      {{"stream"}, "flow-stream"},
      {{"translate"}, "flow-translate"},
      {{"validate"}, "flow-validate"},
  };
  return verbs;
}

const Verb* FindVerb(const std::vector<std::string>& arguments) {
  for (const Verb& verb : Verbs()) {
    if (arguments.size() < verb.words.size()) continue;
    if (std::equal(verb.words.begin(), verb.words.end(), arguments.begin())) return &verb;
  }
  return nullptr;
}

}  // namespace flow
