// What the machines of flow-logs are told by their driver, and ask of it, besides the contract of contract.h: streams of
// output, and lines for people. The same for every target.
#ifndef FLOW_DEPLOY_LOG_CONTRACT_H_
#define FLOW_DEPLOY_LOG_CONTRACT_H_

#include <string>

#include "absl/status/status.h"

namespace flow::deploy {

// Events. `stream` is the number with which the machine has asked for the output.

struct LogPiece {
  int stream;
  std::string bytes;
};
struct LogEnded {
  int stream;
  absl::Status status;  // the target's refusal, or what cut the stream off
};
struct Tick {};  // the time of the machine's due() has come

// Actions

struct PauseLog {  // or go on
  int stream;
  bool pause;
};
struct LogWarning {
  std::string text;
};
struct LogsDone {
  // Else something is missing, and that was told: a log was not read to its end, or none can be read. One that can not
  // be read beside others that can is no more than a warning.
  bool complete = true;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LOG_CONTRACT_H_
