// What a command tells on standard error while it works.
#ifndef CMD_DEPLOY_PROGRESS_H_
#define CMD_DEPLOY_PROGRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/deploy/machine.h"

namespace flow {

class Progress {
 public:
  enum class Mode {
    kPlain,  // one line an event, with the time since the start
    kJson,   // the same as JSON objects, for programs
    kNone,   // warnings alone
  };

  // --progress: auto plain json none. InvalidArgument for any other word.
  static absl::StatusOr<Mode> ParseMode(absl::string_view word);

  // `now`: when the command began.
  Progress(Mode mode, absl::Time now) : mode_(mode), start_(now) {}

  void Tell(const deploy::Report& report, absl::Time now);

 private:
  const Mode mode_;
  const absl::Time start_;
};

}  // namespace flow

#endif  // CMD_DEPLOY_PROGRESS_H_
