#include "cmd/output/show.h"

#include "absl/strings/str_cat.h"
#include "flow/compose/message_yaml.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/status_text.h"
#include "flow/pipeline/harmless.h"
#include "flow/pipeline/message_json.h"
#include "google/protobuf/text_format.h"

namespace flow {
namespace {

std::string TextProto(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

}  // namespace

std::string ShowPipeline(const deploy::PipelineStatus& status, absl::string_view output) {
  if (output == "json") return pipeline::MessageJson(status);
  if (output == "yaml") return compose::MessageYaml(status);
  if (output == "textproto") return TextProto(status);
  if (output == "table" || output == "wide") return deploy::PipelineTable(status, output == "wide");
  std::string names;
  for (const deploy::ComponentStatus& component : status.components()) {
    absl::StrAppend(&names, pipeline::HarmlessLine(component.id()), "\n");
  }
  return names;
}

std::string ShowPipelines(const deploy::StatusList& list, absl::string_view output) {
  if (output == "json") return pipeline::MessageJson(list);
  if (output == "yaml") return compose::MessageYaml(list);
  if (output == "textproto") return TextProto(list);
  if (output == "table" || output == "wide") return deploy::PipelinesTable(list);
  std::string names;
  for (const deploy::PipelineStatus& status : list.pipelines()) {
    absl::StrAppend(&names, pipeline::HarmlessLine(status.name()), "\n");
  }
  return names;
}

std::string ShowPlan(const std::vector<deploy::Plan>& plans, deploy::PlanReport report, absl::string_view output,
                     bool with_order) {
  std::string lines;
  for (const deploy::Plan& plan : plans) {
    deploy::AddOperations(plan, &report);
    absl::StrAppend(&lines, pipeline::Harmless(deploy::PlanText(plan)));
  }
  if (output == "json") return pipeline::MessageJson(report);
  if (output == "yaml") return compose::MessageYaml(report);
  if (output == "textproto") return TextProto(report);
  if (lines.empty()) return "nothing to do\n";
  return with_order ? deploy::OrderedPlanText(plans) : lines;
}

}  // namespace flow
