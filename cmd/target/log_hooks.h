// What a command does with the lines that a target's log driver brings.
#ifndef CMD_TARGET_LOG_HOOKS_H_
#define CMD_TARGET_LOG_HOOKS_H_

#include <functional>
#include <string>

#include "flow/deploy/log_line.h"
#include "flow/http/message.h"

namespace flow {

struct LogHooks {
  std::function<void(const deploy::ComponentLine&)> print;
  std::function<void()> printed;  // lines were printed, and no more are there for now
  std::function<void(const std::string&)> warn;
  std::function<void(const http::Request&)> request;  // one is about to be sent
};

}  // namespace flow

#endif  // CMD_TARGET_LOG_HOOKS_H_
