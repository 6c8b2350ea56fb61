#include "cmd/output/show.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/cli/terminal.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/status_text.h"
#include "flow/project/dot.h"
#include "flow/project/mermaid.h"
#include "flow/text/harmless.h"
#include "flow/text/message.h"
#include "flow/text/signs.h"
#include "google/protobuf/text_format.h"

namespace flow {
namespace {

// For programs: json yaml textproto; nothing where `output` is none of these.
std::optional<std::string> ForPrograms(const google::protobuf::Message& message, absl::string_view output) {
  if (output == "json") return text::MessageJson(message);
  if (output == "yaml") return text::MessageYaml(message);
  if (output != "textproto") return std::nullopt;
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

// For a person, in signs that the locale has.
std::string ForPeople(const std::string& text) { return text::WithSigns(SignsOf(ProcessEnvironment()), text); }

}  // namespace

std::string ShowPipeline(const deploy::PipelineStatus& status, absl::string_view output) {
  if (const auto text = ForPrograms(status, output)) return *text;
  if (output == "table" || output == "wide") return ForPeople(deploy::PipelineTable(status, output == "wide"));
  std::string names;
  for (const deploy::ComponentStatus& component : status.components()) {
    absl::StrAppend(&names, text::HarmlessLine(component.id()), "\n");
  }
  return names;
}

std::string ShowPipelines(const deploy::StatusList& list, absl::string_view output) {
  if (const auto text = ForPrograms(list, output)) return *text;
  if (output == "table" || output == "wide") return ForPeople(deploy::PipelinesTable(list));
  std::string names;
  for (const deploy::PipelineStatus& status : list.pipelines()) {
    absl::StrAppend(&names, text::HarmlessLine(status.name()), "\n");
  }
  return names;
}

bool IsPicture(absl::string_view output) { return output == "mermaid" || output == "dot"; }

std::string ShowPicture(const project::Picture& picture, absl::string_view output) {
  return output == "dot" ? project::DotText(picture) : project::MermaidText(picture);
}

std::string ShowPlan(const std::vector<deploy::Plan>& plans, deploy::PlanReport report, absl::string_view output,
                     bool with_order) {
  std::string lines;
  for (const deploy::Plan& plan : plans) {
    deploy::AddOperations(plan, &report);
    absl::StrAppend(&lines, text::Harmless(deploy::PlanText(plan)));
  }
  if (const auto text = ForPrograms(report, output)) return *text;
  if (lines.empty()) return "nothing to do\n";
  return ForPeople(with_order ? deploy::OrderedPlanText(plans) : lines);
}

std::string AppliedText(absl::string_view pipeline, int components, bool unchanged) {
  return absl::StrCat(unchanged ? "Pipeline unchanged: " : "Pipeline deployed successfully: ", pipeline, " (",
                      components, components == 1 ? " component)" : " components)");
}

}  // namespace flow
