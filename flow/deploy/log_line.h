// A line of what a component writes.
#ifndef FLOW_DEPLOY_LOG_LINE_H_
#define FLOW_DEPLOY_LOG_LINE_H_

#include <string>

#include "absl/time/time.h"

namespace flow::deploy {

enum class OutputStream { kStdout, kStderr };

struct LogLine {
  OutputStream stream = OutputStream::kStdout;
  absl::Time time;   // of its first part, by the target's clock
  std::string text;  // without its end, "\n" or "\r\n"
};

// A line, and whose it is.
struct ComponentLine {
  std::string component;
  int number = 0;  // of the component's replicas, from 1
  LogLine line;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LOG_LINE_H_
