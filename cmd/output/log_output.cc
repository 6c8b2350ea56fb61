#include "cmd/output/log_output.h"

#include <cstddef>
#include <utility>

#include "cmd/base/write_out.h"
#include "flow/project/names.h"

namespace flow {

static constexpr size_t kMostWaiting = 64 * 1024;

LogOutput::LogOutput(std::string project, const std::map<std::string, int>& components, const Options& options)
    : project_(std::move(project)), json_(options.json), text_(options.text) {
  for (const auto& [component, replicas] : components) text_.Expect(component, replicas);
}

void LogOutput::Add(const deploy::ComponentLine& line) {
  waiting_ +=
      json_ ? deploy::LogJson(line, project::ContainerName(project_, line.component, line.number)) : text_.Line(line);
  if (waiting_.size() > kMostWaiting) Write();
}

void LogOutput::Write() {
  if (status_.ok()) status_ = WriteOutput(waiting_);
  waiting_.clear();
}

}  // namespace flow
