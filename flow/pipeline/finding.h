// What a target has against a pipeline, or does not do of it. A target judges the Pipeline, which has no places; it names
// what it means by the way that leads there, and the parser tells it at its place (tell_findings.h).
#ifndef FLOW_PIPELINE_FINDING_H_
#define FLOW_PIPELINE_FINDING_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::pipeline {

// A way from the root of the file: fields (by their documented names; other spellings are found too) or keys, and indexes
// into lists.
class Path {
 public:
  using Step = std::variant<std::string, size_t>;

  Path(std::initializer_list<Step> steps) : steps_(steps) {}

  const std::vector<Step>& steps() const { return steps_; }

  // What is in it.
  Path operator/(Step step) const {
    Path path = *this;
    path.steps_.push_back(std::move(step));
    return path;
  }

  // "spec.sources[0].env"
  std::string ToString() const {
    std::string text;
    for (const Step& step : steps_) {
      if (const auto* const index = std::get_if<size_t>(&step)) {
        absl::StrAppend(&text, "[", *index, "]");
      } else {
        absl::StrAppend(&text, text.empty() ? "" : ".", PathKey(std::get<std::string>(step)));
      }
    }
    return text;
  }

 private:
  std::vector<Step> steps_;
};

struct Finding {
  Severity severity = Severity::kError;
  Path path;
  std::string message;
  std::string suggestion = "";     // what was probably meant; the message says it too
  bool if_written = false;         // only where the file has the last step itself, and no default
  bool of_key = false;             // the key of the last step is meant, not its value
  std::optional<Path> first = {};  // what it meets or contradicts, told as "first defined here"
  bool on_disk = false;            // of a file that the pipeline names, where its own text is right
};

// The way to each component of a pipeline: components()[i] is at paths[i]. The pipeline is as the parser left it.
std::vector<Path> ComponentPaths(const Pipeline& pipeline);

inline std::vector<Path> ComponentPaths(const Pipeline& pipeline) {
  std::vector<Path> paths;
  size_t index = 0;
  for (int i = 0; i < pipeline.components_size(); ++i) {
    const Component::Type type = pipeline.components(i).type();
    index = i > 0 && pipeline.components(i - 1).type() == type ? index + 1 : 0;
    const char* const list = type == Component::SOURCE      ? "sources"
                             : type == Component::PROCESSOR ? "processors"
                             : type == Component::SINK      ? "sinks"
                                                            : "pipelines";
    paths.push_back(Path{"spec", list, index});
  }
  return paths;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_FINDING_H_
