#include "cmd/target/look.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cmd/output/show.h"
#include "flow/deploy/status.h"
#include "flow/deploy/status_picture.h"
#include "flow/deploy/status_text.h"
#include "flow/project/labels.h"

namespace flow {

PipelineKey KeyOf(const LookOptions& options) { return {NamespaceOrDefault(options.namespace_), options.pipeline}; }

std::vector<std::string> LabelsOf(const LookOptions& options) {
  const bool all = options.pipeline.empty();
  std::vector<std::string> labels = {all ? project::kPipelineLabel
                                         : absl::StrCat(project::kPipelineLabel, "=", options.pipeline)};
  if (!all || !options.namespace_.empty()) {
    labels.push_back(absl::StrCat(project::kNamespaceLabel, "=", KeyOf(options).namespace_));
  }
  return labels;
}

bool IsTable(const std::string& output) { return output == "table" || output == "wide"; }

Look ShowOne(const deploy::PipelineStatus& status, const project::Project& project, const LookOptions& options) {
  Look look{.text = IsPicture(options.output) ? ShowPicture(deploy::PictureOf(project, status), options.output)
                                              : ShowPipeline(status, options.output),
            .well = deploy::IsWell(status)};
  if (options.stats && IsTable(options.output)) absl::StrAppend(&look.text, "\n", deploy::UsageTable(status));
  return look;
}

absl::StatusOr<Look> ShowAll(const CommandSession& session, const deploy::StatusList& list,
                             const LookOptions& options) {
  if (list.pipelines().empty() && IsTable(options.output)) return session.NoPipelines(options.namespace_);
  return Look{.text = ShowPipelines(list, options.output),
              .well = std::all_of(list.pipelines().begin(), list.pipelines().end(), deploy::IsWell)};
}

}  // namespace flow
