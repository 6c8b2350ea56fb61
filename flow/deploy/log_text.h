// A line of a component's output as it is shown: to people, or as JSON to programs.
#ifndef FLOW_DEPLOY_LOG_TEXT_H_
#define FLOW_DEPLOY_LOG_TEXT_H_

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/deploy/log_line.h"
#include "flow/text/columns.h"
#include "flow/text/document.h"
#include "flow/text/harmless.h"
#include "flow/text/json.h"

namespace flow::deploy {

// "2026-11-26T08:00:00.000000001Z"
inline std::string TimestampText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E9SZ", time, absl::UTCTimeZone());
}

// Puts the component before each line:
//
//   source   | 12:00:01 started
//   sink-2   | one
class LogText {
 public:
  struct Options {
    bool timestamps = false;
    bool colour = false;
  };

  explicit LogText(Options options) : options_(options) {}

  // Of which components lines may come, and how many replicas each has: what the prefixes are as wide as. One that is
  // not told of is added as it comes.
  void Expect(const std::string& component, int replicas) {
    if (replicas > 1) replicated_.insert(component);
    width_ = std::max(width_, text::Columns(Label(component, replicas)));
    colours_.emplace(component, kColours[colours_.size() % kColours.size()]);
  }

  // The line with its end. What the program wrote is not changed, its own colours neither.
  std::string Line(const ComponentLine& print) {
    if (print.number > 1 || !colours_.contains(print.component)) Expect(print.component, print.number);
    const std::string label = text::Padded(Label(print.component, print.number), width_);
    return absl::StrCat(options_.colour ? colours_.at(print.component) : "", label, " |",
                        options_.colour ? kNoColour : "", options_.timestamps ? " " : "",
                        options_.timestamps ? TimestampText(print.line.time) : "", print.line.text.empty() ? "" : " ",
                        print.line.text, "\n");
  }

 private:
  static constexpr absl::string_view kNoColour = "\033[0m";
  // Cyan, yellow, green, magenta, blue, and the same again brighter: red is for what is wrong.
  static constexpr std::array<absl::string_view, 10> kColours = {"\033[36m", "\033[33m", "\033[32m", "\033[35m",
                                                                 "\033[34m", "\033[96m", "\033[93m", "\033[92m",
                                                                 "\033[95m", "\033[94m"};

  std::string Label(const std::string& component, int number) const {
    const std::string label = text::HarmlessLine(component);
    return replicated_.contains(component) ? absl::StrCat(label, "-", number) : label;
  }

  const Options options_;
  std::set<std::string> replicated_;
  std::map<std::string, absl::string_view> colours_;
  size_t width_ = 0;
};

// {"time":…,"component":…,"container":…,"stream":"stdout","line":…} and a line end. `container`: the name of what wrote
// it. Bytes that are no UTF-8 become U+FFFD.
inline std::string LogJson(const ComponentLine& print, const std::string& container) {
  const bool error = print.line.stream == OutputStream::kStderr;
  const text::Mapping line = {{"time", TimestampText(print.line.time)},
                              {"component", print.component},
                              {"container", container},
                              {"stream", error ? "stderr" : "stdout"},
                              {"line", print.line.text}};
  return text::Json(line, text::JsonLayout::kCompact) + "\n";
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LOG_TEXT_H_
