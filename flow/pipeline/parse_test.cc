#include "flow/pipeline/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace flow::pipeline {
namespace {

using testing::ElementsAre;

constexpr absl::string_view kMinimal = R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: minimal}
spec:
  sources:
    - {id: source, image: "busybox:1.36", command: [echo, hello]}
  sinks:
    - {id: sink, image: "busybox:1.36", inputs: [source]}
)";

TEST(ParsePipeline, TakesTheSmallestPipeline) {
  const ParseResult result = ParsePipeline(kMinimal, {});
  EXPECT_TRUE(result.diagnostics.empty()) << RenderDiagnostics("minimal.yaml", kMinimal, result.diagnostics, false);
  EXPECT_EQ(result.pipeline.name(), "minimal");
  EXPECT_EQ(result.pipeline.namespace_(), "default");
  ASSERT_EQ(result.pipeline.components_size(), 2);
  EXPECT_THAT(result.pipeline.components(0).command(), ElementsAre("echo", "hello"));
  EXPECT_THAT(result.pipeline.components(1).inputs(), ElementsAre("source"));
}

constexpr absl::string_view kHead = "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n";

TEST(ParsePipeline, ReadsWindowsFilesAsAllOthers) {
  const std::string text = absl::StrCat(kHead, R"(  sources:
    - id: source
      image: busybox
      args: >
        folded
        text

        second
      env:
        LITERAL: |
          a
          b
        PLAIN: two
          lines
        QUOTED: "one
          two"
)");
  const std::string windows = absl::StrCat("\xEF\xBB\xBF", absl::StrReplaceAll(text, {{"\n", "\r\n"}}));
  const ParseResult expected = ParsePipeline(text, {}), actual = ParsePipeline(windows, {});
  EXPECT_TRUE(actual.diagnostics.empty());
  EXPECT_EQ(actual.pipeline.components(0).args(0), "folded text\nsecond\n");
  EXPECT_EQ(actual.pipeline.SerializeAsString(), expected.pipeline.SerializeAsString());
}

TEST(ParsePipeline, CountsLinesAndColumnsOfWindowsFilesToo) {
  const ParseResult result = ParsePipeline(
      "\xEF\xBB\xBF"
      "apiVersion: flowctl/v1\r\nkind: \"ß\"\r\nmeta: 1\r\n",
      {});
  const auto kind = std::find_if(result.diagnostics.begin(), result.diagnostics.end(),
                                 [](const Diagnostic& diagnostic) { return diagnostic.path == "kind"; });
  ASSERT_NE(kind, result.diagnostics.end());
  EXPECT_EQ(kind->line, 2);
  EXPECT_EQ(kind->column, 7);
}

TEST(ParsePipeline, TellsAllProblemsAtOnceInOrder) {
  const std::string text = absl::StrCat(kHead, R"(  sources:
    - {id: a, image: Busybox, replicas: -1}
    - {id: a, image: "busybox:$TAG"}
  sinks:
    - {id: k, image: busybox, inputs: [b], depends_on: [c], colour: red}
)");
  const ParseResult result = ParsePipeline(text, {});
  std::vector<std::string> paths;
  for (const Diagnostic& diagnostic : result.diagnostics) paths.push_back(diagnostic.path);
  EXPECT_THAT(paths, ElementsAre("spec.sources[0].image", "spec.sources[0].replicas", "spec.sources[1].id",
                                 "spec.sources[1].image", "spec.sinks[0].inputs[0]", "spec.sinks[0].depends_on[0]",
                                 "spec.sinks[0].colour"));
}

std::vector<std::string> Messages(absl::string_view rest, const ParseOptions& options = {}) {
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : ParsePipeline(absl::StrCat(kHead, rest), options).diagnostics) {
    messages.push_back(diagnostic.message);
  }
  return messages;
}

TEST(ParsePipeline, TellsAMisspeltFieldOnceAndNothingThatFollowsFromIt) {
  for (absl::string_view rest : {
           "  sources: [{name: s, image: i}]\n  sinks: [{id: k, image: i, inputs: [s]}]\n",
           "  source: [{id: s, image: i}]\n  sinks: [{id: k, image: i, inputs: [s]}]\n",
           "  source: {id: s, image: i}\n  sinks: [{id: k, image: i, inputs: [s], depends_on: [s]}]\n",
           "  sources: [{id: s, binary: ./a}]\n  sinks: [{id: k, image: i, inputs: [s]}]\n",
           "  sources: [{id: s, image: i}]\n  consumers: [{id: k, image: i, inputs: [s]}]\n",
           "  sources: [{id: s, image: i}]\n  sinks: [{id: k, image: i, input: [s]}]\n",
           "  sources: [{id: s, image: i}]\n  sinks: [{id: k, image: i, input: s}]\n",
       }) {
    EXPECT_EQ(Messages(rest).size(), 1u) << rest << testing::PrintToString(Messages(rest));
  }
}

TEST(ParsePipeline, FindsWhatIsWrongUnderAMisspeltField) {
  EXPECT_THAT(Messages("  sources: [{id: s, image: i, enviroment: {A: $UNSET}, port: [{containerport: 80}]}]\n"),
              ElementsAre(testing::HasSubstr("did you mean \"env\""), testing::HasSubstr("\"UNSET\" is not set"),
                          testing::HasSubstr("did you mean \"ports\""), testing::HasSubstr("\"containerPort\"")));
}

TEST(ParsePipeline, NeverSuggestsAFieldThatIsThere) {
  EXPECT_THAT(Messages("  sources: [{id: s, image: i, ids: t, imag: u}]\n"),
              testing::Each(testing::EndsWith("is here already")));
}

TEST(ParsePipeline, KnowsFilesOfOtherFormatsByOneKey) {
  const std::pair<absl::string_view, absl::string_view> kFormats[] = {
      {"source: {type: mock}\n", "older format"},
      {"version: 0.1\nsink: {type: stdout}\nother: 1\n", "older format"},
      {"version: \"3\"\nservices: {a: {image: busybox}}\n", "Compose file"},
      {"pipelines:\n  Latest: {source: {type: A}, processors: [], consumers: []}\n", "an entry of \"pipelines\""},
      {"pipeline: {source: {type: A}, consumers: []}\n", "an entry of \"pipelines\""},
      {"kind: Pipeline\nsource: {type: mock}\n", "older format"},
      {"apiVersion: v1\nkind: Deployment\nspec: {replicas: x}\n", "takes Pipeline, not \"Deployment\""},
      {"name: a\nsinks: 1\n", "no pipeline file"},
      {"{}\n", "no pipeline file"},
  };
  for (const auto& [text, what] : kFormats) {
    const ParseResult result = ParsePipeline(text, {});
    ASSERT_EQ(result.diagnostics.size(), 1u) << text;
    EXPECT_THAT(result.diagnostics[0].message, testing::HasSubstr(std::string(what)));
  }
}

TEST(ParsePipeline, JudgesAsAPipelineWhatIsOneButForAMisspeltHeader) {
  for (absl::string_view text :
       {"kind: pipeline\nmetadata: 1\n", "Kind: Pipeline\nsources: 1\n", "spek: {sinks: 1}\nname: a\n"}) {
    EXPECT_GT(ParsePipeline(text, {}).diagnostics.size(), 1u) << text;
  }
}

TEST(ParsePipeline, TellsOnceWhatIsTheSameInManyComponents) {
  const ParseResult result = ParsePipeline(
      absl::StrCat(kHead, "  sources: [{id: a, command: [a]}, {id: b, command: [b]}, {id: c, command: [c]}]\n"), {});
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_THAT(result.diagnostics[0].message, testing::HasSubstr("has no image"));
  EXPECT_EQ(result.diagnostics[0].notes.size(), 2u);
}

TEST(ParsePipeline, SaysThatACommandWithoutADriverRunsOnTheHost) {
  const auto message = [](absl::string_view rest) { return testing::PrintToString(Messages(rest)); };
  EXPECT_THAT(message("  sources: [{id: a, command: [./a]}]\n"), testing::HasSubstr("runs its command on the host"));
  EXPECT_THAT(message("  driver: docker\n  sources: [{id: a, command: [./a]}]\n"),
              testing::HasSubstr("--default_image"));
  EXPECT_THAT(message("  sources: [{id: a}]\n"), testing::HasSubstr("--default_image"));
}

TEST(ParsePipeline, PutsWhatAnAliasBringsWhereItIsWritten) {
  const ParseResult result = ParsePipeline(
      absl::StrCat("x-env: &env {A: $UNSET}\n", kHead,
                   "  sources: [{id: a, image: busybox, env: *env}, {id: b, image: busybox, env: *env}]\n"),
      {});
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].line, 1);
  EXPECT_EQ(result.diagnostics[0].column, 17);
}

TEST(ParsePipeline, TakesVariablesAndOptions) {
  ParseOptions options;
  options.variables = {{"TAG", "1"}};
  options.default_image = "fallback:1";
  const ParseResult result =
      ParsePipeline(absl::StrCat(kHead, "  sources: [{id: a, image: \"b:$TAG\"}, {id: c}]\n"), options);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.pipeline.components(0).image(), "b:1");
  EXPECT_EQ(result.pipeline.components(1).image(), "fallback:1");
}

// In a chain each reads the one before it; closed, the first reads the last.
std::string Chain(int length, bool closed) {
  std::string text = absl::StrCat(kHead, "  sources: [{id: s, image: busybox}]\n  processors:\n");
  for (int i = 0; i < length; ++i) {
    const int before = i == 0 ? length - 1 : i - 1;
    absl::StrAppend(&text, "    - {id: p", i, ", image: busybox, inputs: [",
                    i == 0 && !closed ? std::string("s") : absl::StrCat("p", before), "]}\n");
  }
  return text;
}

TEST(ParsePipeline, TakesAChainOfTenThousandComponents) {
  const ParseResult result = ParsePipeline(Chain(10000, false), {});
  EXPECT_TRUE(result.diagnostics.empty());
  EXPECT_EQ(result.pipeline.components_size(), 10001);
}

TEST(ParsePipeline, SpellsOutACycleOfTenThousandAtItsEnds) {
  const ParseResult result = ParsePipeline(Chain(10000, true), {});
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_THAT(result.diagnostics[0].message, testing::HasSubstr("p0 → p9999 → "));
  EXPECT_THAT(result.diagnostics[0].message, testing::HasSubstr(" → p1 → p0"));
  EXPECT_LT(result.diagnostics[0].message.size(), 400u);
}

TEST(ParsePipeline, TellsAThousandProblemsAndCountsTheRest) {
  std::string text = absl::StrCat(kHead, "  sources:\n    - id: a\n      image: busybox\n");
  for (int i = 0; i < 50000; ++i) absl::StrAppend(&text, "      f", i, ": 1\n");
  const ParseResult result = ParsePipeline(text, {});
  ASSERT_EQ(result.diagnostics.size(), Context::kMaxDiagnostics);
  EXPECT_EQ(result.diagnostics.back().notes.back().message, "and 49000 more problems at least");
}

TEST(ParsePipeline, RefusesVariablesAndArgumentsThatLinuxCannotPass) {
  const std::string big(kMaxArgumentBytes + 1, 'x');
  const ParseResult result = ParsePipeline(absl::StrCat(kHead, "  sources: [{id: a, image: busybox, args: [", big,
                                                        "], env: {A: ", big, "}, config: {b: ", big, "}}]\n"),
                                           {});
  EXPECT_EQ(result.diagnostics.size(), 3u);
}

TEST(ParsePipeline, RefusesVariablesThatAreTooMuchTogether) {
  std::string text = "  sources:\n    - id: a\n      image: busybox\n      env:\n";
  for (int i = 0; i < 40; ++i) absl::StrAppend(&text, "        V", i, ": ", std::string(60000, 'x'), "\n");
  EXPECT_THAT(Messages(text), ElementsAre(testing::HasSubstr("come to 2.3 MiB in all")));
}

TEST(ParsePipeline, TakesVariablesToTheLastByteThatLinuxPasses) {
  for (const bool over : {false, true}) {
    const std::string value(kMaxArgumentBytes - 2 + over, 'x'), config(kMaxArgumentBytes - 14 + over, 'x');
    const std::string name(kMaxArgumentBytes - 1 + over, 'N');
    const std::vector<std::string> messages =
        Messages(absl::StrCat("  sources: [{id: a, image: busybox, env: {A: ", value, "}, config: {b: ", config,
                              "}, secrets: [{name: s, host_path: s, env: ", name, "}]}]\n"));
    EXPECT_EQ(messages.size(), over ? 3u : 0u);
    for (const std::string& message : messages) {
      EXPECT_THAT(message, testing::HasSubstr("takes 131072 bytes with its name"));
      EXPECT_THAT(message, testing::HasSubstr("over 131071 (128 KiB)"));
      EXPECT_LT(message.size(), 300u);
    }
  }
}

TEST(ParsePipeline, TellsOfAByteOrderMarkInFrontOfAValue) {
  ParseOptions options;
  options.variables = {{"TOKEN", "\xEF\xBB\xBFtoken"}};
  const auto mark = testing::HasSubstr("byte-order mark");
  EXPECT_THAT(Messages("  sources: [{id: a, image: busybox, env: {A: $TOKEN}}]\n", options), ElementsAre(mark));
  EXPECT_THAT(Messages("  sources: [{id: a, image: busybox, env: {A: \"\\uFEFFx\"}}]\n"), ElementsAre(mark));
}

TEST(ParsePipeline, JudgesManyPathsBesideManyVolumesInTime) {
  std::string text = absl::StrCat(kHead, "  sources:\n    - id: a\n      type: a@1\n      volumes:\n");
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, "        - {name: v", i, ", mountPath: /v", i, "}\n");
  absl::StrAppend(&text, "      config:\n");
  for (int i = 0; i < 6000; ++i) absl::StrAppend(&text, "        path_", i, ": /w/", std::string(100, 'a'), "\n");
  const ParseResult result = ParsePipeline(text, {});
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.diagnostics.size(), 1u);  // the same a thousand times
  EXPECT_EQ(result.diagnostics[0].notes.size(), kMaxSamePlaces + 2);
}

TEST(ParsePipeline, SurvivesTextsThatAreNoPipeline) {
  for (absl::string_view text : {"", "a", "[]", "{}", "~", "- - -", "spec: {sources: [{}]}", "metadata: {name: ~}",
                                 "spec: []", "spec: {sources: [~, 1, []], sinks: {}, pipelines: x}", "\xFF", "{"}) {
    const ParseResult result = ParsePipeline(text, {});
    EXPECT_FALSE(result.ok()) << text;
    EXPECT_FALSE(RenderDiagnostics("f", text, result.diagnostics, false).empty());
  }
}

}  // namespace
}  // namespace flow::pipeline
