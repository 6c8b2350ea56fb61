// How a deployment that failed is told: what failed, what was not started because of that, and what is left.
#ifndef FLOW_DEPLOY_FAILED_TEXT_H_
#define FLOW_DEPLOY_FAILED_TEXT_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/deploy/inputs.h"
#include "flow/text/listed.h"

namespace flow::deploy {

// Up to so many failures are looked into and told one by one; of a thousand components that are not ready in time the first
// few say what is wrong with the others.
inline constexpr size_t kMostFailures = text::kMostListed;

// All that a failed apply's message says. `failures`: a target's own, one at least, each with a Headline (a function beside it), its
// `component` (empty: of no one), a `hint` (may be empty), and what its container wrote last (`log`) or why that cannot be
// read (`no_log`). `not_started`: the components of which nothing was started, of which those are told that wait, by `inputs`,
// for one that failed.
template <typename Failure>
std::string FailedText(const std::vector<Failure>& failures, const std::vector<std::string>& not_started,
                       const Inputs& inputs, const std::string& what_is_left);

// How it is done

namespace internal {

// One failure, from its headline to its last log lines.
template <typename Failure>
std::string FailureText(const Failure& failure) {
  std::string text = Headline(failure);
  if (!failure.hint.empty()) absl::StrAppend(&text, "\n  hint: ", failure.hint);
  if (!failure.log.empty()) {
    absl::StrAppend(&text, "\n  what it wrote last:\n    ", absl::StrJoin(failure.log, "\n    "));
  } else if (!failure.no_log.empty()) {
    absl::StrAppend(&text, "\n  what it wrote cannot be read: ", failure.no_log);
  }
  return text;
}

}  // namespace internal

template <typename Failure>
std::string FailedText(const std::vector<Failure>& failures, const std::vector<std::string>& not_started,
                       const Inputs& inputs, const std::string& what_is_left) {
  std::vector<std::string> texts;
  std::set<std::string> failed;
  for (const Failure& failure : failures) {
    texts.push_back(internal::FailureText(failure));
    failed.insert(failure.component);
  }
  const std::set<std::string> readers = ReadersOf(failed, inputs);
  std::vector<std::string> waiting;
  for (const std::string& component : not_started) {
    if (readers.contains(component) && !failed.contains(component)) waiting.push_back(component);
  }
  return absl::StrCat(text::ListedLines(texts, kMostFailures), "\n",
                      waiting.empty() ? "" : absl::StrCat("not started because of it: ", text::Listed(waiting), "\n"),
                      what_is_left);
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_FAILED_TEXT_H_
