#include "cmd/deploy/tell_plan.h"

#include <algorithm>
#include <utility>

#include "cmd/base/exit_status.h"
#include "cmd/cli/print.h"
#include "cmd/output/show.h"

namespace flow {

absl::Status TellPlan(const Options& options, const PipelineKey& key, const std::vector<deploy::Plan>& plans,
                      const std::vector<std::string>& notes) {
  deploy::PlanReport report;
  report.set_name(key.name);
  report.set_namespace_(key.namespace_);
  report.mutable_notes()->Add(notes.begin(), notes.end());
  if (absl::Status end = Print(ShowPlan(plans, std::move(report), options.output, options.verbose)); !end.ok()) {
    return end;
  }
  const bool anything =
      std::any_of(plans.begin(), plans.end(), [](const deploy::Plan& plan) { return !plan.operations().empty(); });
  return options.check && anything ? ExitWith(ExitCode::kFailed) : absl::OkStatus();
}

}  // namespace flow
