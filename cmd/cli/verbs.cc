#include "cmd/cli/verbs.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/nearest.h"

namespace flow {
namespace {

// The verbs of the program that flow takes the place of, which has the same name.
struct Elsewhere {
  absl::string_view word;
  const char* here;
};

constexpr Elsewhere kElsewhere[] = {
    {"list", "here it is `flowctl get pipelines`"},
    {"pipelines", "here it is `flowctl get pipelines`, and `flowctl delete pipeline NAME` to stop one"},
    {"init", "nothing asks here: the examples (examples/README.md) are there to start from"},
    {"server", "flow has no control plane of its own; `flowctl apply FILE --control_plane=HOST:PORT` tells one"},
    {"dashboard", "it belongs to a control plane; `flowctl status NAME --watch` shows a pipeline"},
    {"processors", "it belongs to a control plane; `flowctl get pipeline NAME` shows the components of one"},
    {"sandbox", "flow has none; Docker Compose runs services that stand beside a pipeline"},
    {"version", "here it is `flowctl --version`"},
    {"help", "here it is `flowctl --help`"},
};

const char* CalledHere(absl::string_view word) {
  const auto* const found = std::find_if(std::begin(kElsewhere), std::end(kElsewhere),
                                         [&](const Elsewhere& verb) { return verb.word == word; });
  return found == std::end(kElsewhere) ? nullptr : found->here;
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const auto& verbs = *new std::vector<Verb>{
      {{"get", "pipelines"}, "flow-status"},
      {{"get", "pipeline"}, "flow-status"},
      {{"delete", "pipeline"}, "flow-delete"},
      {{"delete", "pipelines"}, "flow-delete"},
      {{"run"}, "flow-run"},
      {{"apply"}, "flow-apply"},
      {{"status"}, "flow-status"},
      {{"logs"}, "flow-logs"},
      {{"heartbeat"}, "flow-heartbeat"},
      {{"stream"}, "flow-stream"},
      {{"translate"}, "flow-translate"},
      {{"validate"}, "flow-validate"},
  };
  return verbs;
}

const Verb* FindVerb(const std::vector<std::string>& arguments) {
  for (const Verb& verb : Verbs()) {
    if (arguments.size() < verb.words.size()) continue;
    if (std::equal(verb.words.begin(), verb.words.end(), arguments.begin())) return &verb;
  }
  return nullptr;
}

std::string UnknownVerb(const std::vector<std::string>& arguments) {
  const auto begins = [&](const Verb& verb) { return verb.words.front() == arguments.front(); };
  const bool begun = std::any_of(Verbs().begin(), Verbs().end(), begins);
  std::string said = arguments.front();
  if (begun && arguments.size() > 1) absl::StrAppend(&said, " ", arguments[1]);
  const std::string unknown = absl::StrCat("there is no verb \"", absl::CHexEscape(said), "\"");
  if (const char* here = CalledHere(said); here != nullptr) return absl::StrCat(unknown, "; ", here);
  std::vector<std::string> verbs;
  for (const Verb& verb : Verbs()) {
    if (!begun || begins(verb)) verbs.push_back(absl::StrJoin(verb.words, " "));
  }
  if (begun) return absl::StrCat(unknown, "; there is \"", absl::StrJoin(verbs, "\" and \""), "\"");
  const absl::string_view nearest = pipeline::Nearest(said, verbs);
  return nearest.empty() ? unknown : absl::StrCat(unknown, "; did you mean \"", nearest, "\"?");
}

}  // namespace flow
