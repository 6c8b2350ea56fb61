// Printing a status or a plan as --output says.
#ifndef CMD_OUTPUT_SHOW_H_
#define CMD_OUTPUT_SHOW_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/deploy/plan.pb.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/picture.h"

namespace flow {

// `output`: table wide json yaml textproto name.
std::string ShowPipeline(const deploy::PipelineStatus& status, absl::string_view output);
std::string ShowPipelines(const deploy::StatusList& list, absl::string_view output);

// Whether `output` is a picture of one pipeline: mermaid dot.
bool IsPicture(absl::string_view output);

// A picture in such words.
std::string ShowPicture(const project::Picture& picture, absl::string_view output);

// Plans that are carried out one after the other. `output`: json, yaml and textproto give `report`, to which their
// operations are added; anything else is text, a line an operation. `with_order`: the text tells what each operation
// comes after and waits for, too.
std::string ShowPlan(const std::vector<deploy::Plan>& plans, deploy::PlanReport report, absl::string_view output,
                     bool with_order);

// How an apply that ended well is told: "Pipeline deployed successfully: minimal (3 components)", without an end of line.
std::string AppliedText(absl::string_view pipeline, int components, bool unchanged);

}  // namespace flow

#endif  // CMD_OUTPUT_SHOW_H_
