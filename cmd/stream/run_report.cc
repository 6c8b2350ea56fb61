#include "cmd/stream/run_report.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/control/address.h"
#include "flow/stream/run_metrics.h"

namespace flow {

void RunReport::Follow(const deploy::ControlPlane& registered) {
  const bool same = told_.has_value() && told_->registered.run_id() == registered.run_id() &&
                    told_->registered.address() == registered.address();
  if (same) return;
  told_.reset();
  if (registered.address().empty() || registered.run_id().empty()) return;
  const absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(registered.address(), environment_);
  if (!endpoint.ok()) return session_.Warn(endpoint.status().message());
  told_.emplace(session_, *endpoint, registered);
}

void RunReport::Tell(const stream::PipelineFigures& figures, flowctl::RunStatus status, const std::string& error) {
  if (!told_.has_value()) return;
  told_->counts.Tell(status, stream::MetricsOf(figures), error);
  told_->messenger.Pump(told_->counts);
  Warn(*told_);
}

void RunReport::Finish() {
  if (!told_.has_value()) return;
  (void)told_->messenger.Drain(told_->counts, Messenger::kDeadline);
  Warn(*told_);
}

void RunReport::Warn(Told& told) const {
  for (const std::string& warning : told.counts.out().TakeWarnings()) {
    session_.Warn(absl::StrCat(name_, ": ", warning));
  }
}

}  // namespace flow
