// How much a program can be started with: its arguments and its environment.
#ifndef FLOW_PIPELINE_START_SIZE_H_
#define FLOW_PIPELINE_START_SIZE_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::pipeline {

// Linux takes, with a NUL and a pointer for each text, a quarter of what the stack may have (execve(2), "Limits on size of
// arguments and environment"): of the 8 MiB of a container. 64 KiB of it are left to what the image, the engine and flow
// add. (Of one text: kMaxArgumentBytes.)
inline constexpr size_t kMostStartBytes = 2 * 1024 * 1024 - 64 * 1024;

// What keeps a component's program from being started because all that it is started with is too much, in words that name
// the largest part; empty: nothing. `secrets`: the values of its secret variables, by their names, where they are known.
inline std::string StartProblem(const Component& component, const std::map<std::string, std::string>& secrets = {});

// How it is done

namespace internal {

class StartSize {
 public:
  void AddArgument(const std::string& text) { Add("an argument", text.size()); }
  void AddVariable(const std::string& name, const std::string& value) {
    sizes_[absl::StrCat("the variable ", Quoted(name))] = name.size() + 1 + value.size();
  }
  void Finish() {
    for (const auto& [what, size] : sizes_) Add(what, size);
  }

  size_t bytes() const { return bytes_; }
  // The largest part, in words, and its size.
  const std::pair<std::string, size_t>& largest() const { return largest_; }

 private:
  void Add(const std::string& what, size_t size) {
    bytes_ += size + 1 + sizeof(char*);
    if (size > largest_.second) largest_ = {what, size};
  }

  std::map<std::string, size_t> sizes_;  // of variables: of two of a name one counts
  size_t bytes_ = 0;
  std::pair<std::string, size_t> largest_;
};

}  // namespace internal

inline std::string StartProblem(const Component& component, const std::map<std::string, std::string>& secrets) {
  internal::StartSize size;
  for (const std::string& text : component.command()) size.AddArgument(text);
  for (const std::string& text : component.args()) size.AddArgument(text);
  for (const Variable& config : component.config()) {
    size.AddVariable("FLOW_CONFIG_" + config.name(), config.value());
    if (!config.variable().empty()) size.AddVariable(config.variable(), config.value());
  }
  for (const Variable& variable : component.env()) size.AddVariable(variable.name(), variable.value());
  for (const auto& [name, value] : secrets) size.AddVariable(name, value);
  size.Finish();
  if (size.bytes() <= kMostStartBytes) return "";
  return absl::StrFormat(
      "its arguments and variables come to %.1f MiB in all, and Linux starts no program with over 2 MiB; the largest "
      "is %s "
      "with %d bytes: put it in a file and mount that",
      size.bytes() / 1048576.0, size.largest().first, size.largest().second);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_START_SIZE_H_
