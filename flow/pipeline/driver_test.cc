// What is said of each word of `spec.driver`, and of --driver in its place.
#include "flow/pipeline/driver.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/parse.h"

namespace flow::pipeline {
namespace {

constexpr char kImage[] = "image: busybox";
constexpr char kCommand[] = "command: [./a]";

// "warning: spec.driver: …" for each diagnostic of a file whose one component has `runs`, a line each.
std::string Told(absl::string_view word, absl::string_view runs, const ParseOptions& options) {
  const std::string yaml =
      absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n  driver: ", word,
                   "\n  sources: [{id: a, ", runs, "}]\n");
  std::vector<std::string> told;
  for (const Diagnostic& diagnostic : ParsePipeline(yaml, options).diagnostics) {
    told.push_back(absl::StrCat(diagnostic.severity == Severity::kError ? "error: " : "warning: ", diagnostic.path,
                                ": ", diagnostic.message));
  }
  return absl::StrJoin(told, "\n");
}

struct Case {
  absl::string_view word;      // of the file
  absl::string_view option;    // --driver
  absl::string_view looked;    // what is told of it where the file is only looked at: "", "warning", "error"
  absl::string_view deployed;  // and where it is about to be deployed
  absl::string_view message;
};

constexpr char kOnTheHost[] =
    " runs programs on the host, and flowctl passes events between them; flow runs these components as containers, "
    "which connect to each other themselves";
constexpr char kInsist[] = "; where the engine is meant, insist with --driver=docker";

std::vector<Case> Cases() {
  static const auto& texts = *new std::vector<std::string>{
      absl::StrCat("the driver process", kOnTheHost),
      absl::StrCat("the driver local", kOnTheHost),
      absl::StrCat("flow does not deploy to nomad", kInsist),
      absl::StrCat("flow does not deploy to nomad, which --driver says", kInsist),
  };
  return {
      {"docker", "", "", "", ""},
      {"container", "", "", "", ""},
      {"process", "", "warning", "warning", texts[0]},
      {"local", "", "warning", "warning", texts[1]},
      {"kubernetes", "", "", "", ""},
      {"k8s", "", "", "", ""},
      {"nomad", "", "warning", "error", texts[2]},
      // The option wins, either way.
      {"docker", "nomad", "warning", "error", texts[3]},
      {"kubernetes", "docker", "", "", ""},
      {"dokcer", "", "error", "error",
       "takes docker, container, process, local, kubernetes, k8s or nomad, not \"dokcer\"; did you mean \"docker\"?"},
      {"dag", "", "error", "error",
       "takes docker, container, process, local, kubernetes, k8s or nomad, not \"dag\"; did you mean \"docker\"?"},
  };
}

TEST(Driver, IsJudgedByWhatFlowDoesWithIt) {
  for (const Case& c : Cases()) {
    for (const bool deploy : {false, true}) {
      const absl::string_view severity = deploy ? c.deployed : c.looked;
      const std::string expected = severity.empty() ? "" : absl::StrCat(severity, ": spec.driver: ", c.message);
      EXPECT_EQ(Told(c.word, kImage, {.driver = std::string(c.option), .deploy = deploy}), expected)
          << c.word << (deploy ? ", deployed" : "");
    }
  }
}

TEST(Driver, HasACaseForEachWordOfTheFormat) {
  std::set<absl::string_view> words;
  for (const Case& c : Cases()) words.insert(c.word);
  for (const Driver& driver : kDrivers) EXPECT_TRUE(words.contains(driver.word)) << driver.word;
}

TEST(Driver, ThatRunsProgramsOnTheHostIsNamedWhereThereIsNoImage) {
  EXPECT_EQ(Told("process", kCommand, {}),
            "error: spec.sources[0]: this component has no image: give it \"image\", or a component reference as "
            "\"type: NAME@VERSION\"; with this driver flowctl runs its command on the host, flow runs containers");
}

}  // namespace
}  // namespace flow::pipeline
