#include "cmd/cli/completion.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Known : public KnownNames {
 public:
  std::vector<std::string> Namespaces(const std::string&) const override { return {"default", "staging"}; }
  std::vector<std::string> Pipelines(const std::string& state_dir, const std::string& namespace_) const override {
    if (state_dir == "/other") return {"elsewhere"};
    return namespace_ == "staging" ? std::vector<std::string>{"trial"} : std::vector<std::string>{"minimal", "mine"};
  }
  std::vector<std::string> Components(const std::string&, const std::string&,
                                      const std::string& pipeline) const override {
    return pipeline == "minimal" ? std::vector<std::string>{"source", "sink"} : std::vector<std::string>();
  }
};

std::vector<std::string> Words(const std::vector<std::string>& line) {
  std::vector<std::string> words;
  for (const Candidate& candidate : Complete(line, Known()).candidates) words.push_back(candidate.word);
  return words;
}

TEST(Complete, NamesOfPipelinesAreTheStates) {
  EXPECT_THAT(Words({"flow-delete", "mi"}), ElementsAre("minimal", "mine"));
  EXPECT_THAT(Words({"flow-delete", "min"}), ElementsAre("minimal", "mine"));
  EXPECT_THAT(Words({"flow-delete", "minimal", ""}), ElementsAre("mine"));  // once each
  EXPECT_THAT(Words({"flow-delete", "-n", "staging", ""}), ElementsAre("trial"));
  EXPECT_THAT(Words({"flow-delete", "--namespace=staging", ""}), ElementsAre("trial"));
  EXPECT_THAT(Words({"flow-delete", "--state_dir", "/other", ""}), ElementsAre("elsewhere"));
  EXPECT_THAT(Words({"flow-status", "minimal", ""}), IsEmpty());  // it takes one
}

TEST(Complete, ComponentsAreThePipelines) {
  EXPECT_THAT(Words({"flow-logs", "m"}), ElementsAre("minimal", "mine"));
  EXPECT_THAT(Words({"flow-logs", "minimal", "s"}), ElementsAre("source", "sink"));
  EXPECT_THAT(Words({"flow-logs", "--follow", "minimal", "sink", ""}), ElementsAre("source"));
}

TEST(Complete, FlagsAreTheCommands) {
  EXPECT_THAT(Words({"flow-apply", "--ti"}), ElementsAre("--timeout="));
  EXPECT_THAT(Words({"flow-apply", "--no"}), ElementsAre("--nowait", "--norollback", "--nostrict"));
  EXPECT_THAT(Words({"flow-apply", "-"}), AllOf(Contains("--dry_run"), Contains("--help"), Not(Contains("--follow"))));
  const Completion completion = Complete({"flow-logs", "--fol"}, Known());
  EXPECT_THAT(completion.candidates, ElementsAre(Field(&Candidate::meaning, StartsWith("Go on with what is written"))));
}

TEST(Complete, ValuesAreTheFlags) {
  EXPECT_THAT(Words({"flow-status", "--output=y"}), ElementsAre("--output=yaml"));
  EXPECT_THAT(Words({"flow-status", "-o", "w"}), ElementsAre("wide"));
  EXPECT_THAT(Words({"flow-validate", "-o", ""}), ElementsAre("text", "json"));  // the words of this command
  EXPECT_THAT(Words({"flow-delete", "-n", "s"}), ElementsAre("staging"));
  EXPECT_THAT(Words({"flow-apply", "--timeout="}), IsEmpty());
  EXPECT_EQ(Complete({"flow-apply", "--env-file="}, Known()).paths, Completion::Paths::kFiles);
  EXPECT_EQ(Complete({"flow-apply", "--state_dir", ""}, Known()).paths, Completion::Paths::kFolders);
}

TEST(Complete, FilesAreTheShells) {
  EXPECT_EQ(Complete({"flow-apply", ""}, Known()).paths, Completion::Paths::kFiles);
  EXPECT_EQ(Complete({"flow-apply", "a.yaml", ""}, Known()).paths, Completion::Paths::kNone);
  EXPECT_EQ(Complete({"flow-delete", ""}, Known()).paths, Completion::Paths::kNone);
}

TEST(Complete, BehindAVerbItIsTheCommands) {
  EXPECT_THAT(Words({"flowctl", ""}), ElementsAre("get", "delete", "run", "apply", "status", "logs", "heartbeat",
                                                  "stream", "translate", "validate"));
  EXPECT_THAT(Words({"flowctl", "get", ""}), ElementsAre("pipelines", "pipeline"));
  EXPECT_THAT(Words({"flowctl", "delete", "pipeline", "mi"}), ElementsAre("minimal", "mine"));
  EXPECT_THAT(Words({"flowctl", "logs", "minimal", "si"}), ElementsAre("sink"));
  EXPECT_EQ(Complete({"flowctl", "apply", ""}, Known()).paths, Completion::Paths::kFiles);
}

TEST(Complete, OfAnotherProgramNothing) {
  EXPECT_THAT(Words({"ls", "-"}), IsEmpty());
  EXPECT_THAT(Words({"flow-apply"}), IsEmpty());
  EXPECT_THAT(Words({}), IsEmpty());
}

TEST(ToText, IsWhatTheScriptsRead) {
  EXPECT_EQ(ToText({Completion::Paths::kFolders, {}}), "folders\n");
  EXPECT_EQ(ToText({Completion::Paths::kNone, {{"a", "The first"}, {"b", ""}}}), "words\na\tThe first\nb\t\n");
}

}  // namespace
}  // namespace flow
