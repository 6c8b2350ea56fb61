// What flow-stream tells a control plane of a pipeline's run: how its events flow. A machine like those beside it.
//
// One call is under way at a time, and what is told next is the newest there is. A control plane that does not answer,
// or that knows nothing of the run, is one warning; it is told again the next time.
#ifndef FLOW_CONTROL_RUN_COUNTS_H_
#define FLOW_CONTROL_RUN_COUNTS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/control/call.h"
#include "flow/control/run.pb.h"

namespace flow::control {

class RunCounts {
 public:
  // `address`: the control plane's, for warnings.
  RunCounts(std::string address, std::string run_id) : address_(std::move(address)), run_id_(std::move(run_id)) {}

  // The run is so now. `error`: why it failed; empty where it did not.
  void Tell(flowctl::RunStatus status, flowctl::RunMetrics metrics, std::string error = "") {
    next_ = UpdateRun(run_id_, status, std::move(error));
    *next_->mutable_metrics() = std::move(metrics);
    Pump();
  }

  void On(int number, const absl::StatusOr<Reply>& reply) {
    if (number != open_) return;
    open_ = 0;
    if (reply.ok()) {
      warned_ = false;
    } else if (!std::exchange(warned_, true)) {
      out_.Warn(absl::StrCat("the control plane at ", address_,
                             " cannot be told how the events flow: ", reply.status().message(), "; it is tried again"));
    }
    Pump();
  }

  bool Done() const { return open_ == 0; }
  Outbox& out() { return out_; }

 private:
  void Pump() {
    if (open_ != 0 || !next_.has_value()) return;
    open_ = out_.Send(*std::exchange(next_, std::nullopt));
  }

  const std::string address_;
  const std::string run_id_;
  Outbox out_;
  std::optional<flowctl::UpdatePipelineRunRequest> next_;
  int open_ = 0;  // the call under way; 0: none
  bool warned_ = false;
};

}  // namespace flow::control

#endif  // FLOW_CONTROL_RUN_COUNTS_H_
