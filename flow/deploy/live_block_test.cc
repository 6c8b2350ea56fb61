// What is drawn of a deployment that goes on.
#include "flow/deploy/live_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace flow::deploy {
namespace {

using Kind = Report::Kind;
using testing::ElementsAre;

class LiveBlockTest : public testing::Test {
 protected:
  void Expect(const std::string& name, const std::vector<std::string>& waits_for, uint32_t replicas = 1) {
    project::Service& service = *project_.add_services();
    service.set_name(name);
    service.set_replicas(replicas);
    for (const std::string& other : waits_for) service.add_depends_on()->set_service(other);
    block_.Expect(project_);
    project_.Clear();
  }

  // Something happens half a second later.
  void Take(Kind kind, const std::string& component, const std::string& action, const std::string& text = "",
            const std::string& subject = "") {
    now_ += absl::Milliseconds(500);
    block_.Take({kind, component, text, action, "thing", subject}, now_);
  }

  std::vector<std::string> Lines(int width = 80, int height = 24, bool colour = false) const {
    std::vector<std::string> texts;
    for (const BlockLine& line : block_.Lines(now_, {width, height, colour})) texts.push_back(line.text);
    return texts;
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  LiveBlock block_{"apply x", absl::FromUnixSeconds(1000)};
  project::Project project_;
};

TEST_F(LiveBlockTest, TellsWhatEachComponentDoesAndWaitsFor) {
  Expect("source", {});
  Expect("sink", {"source"});
  EXPECT_THAT(Lines(), ElementsAre("   0.0s  apply x"));
  Take(Kind::kBegun, "", "create", "create network flow-x_default");
  EXPECT_THAT(Lines(), ElementsAre("   0.5s  apply x, create network flow-x_default"));
  Take(Kind::kDone, "", "create", "network flow-x_default created");
  Take(Kind::kBegun, "source", "create");
  Take(Kind::kDone, "sink", "create");
  EXPECT_THAT(Lines(), ElementsAre("   2.0s  apply x: 0 of 2 done", "   0.5s  source  is created",
                                   "   0.0s  sink    waits for source"));
  Take(Kind::kDone, "source", "create");
  Take(Kind::kBegun, "source", "start");
  Take(Kind::kDone, "source", "start");
  Take(Kind::kUp, "source", "", "running");
  Take(Kind::kBegun, "sink", "start");
  EXPECT_THAT(Lines(),
              ElementsAre("   4.5s  apply x: 1 of 2 done", "   4.0s  source  running", "   0.0s  sink    is started"));
}

TEST_F(LiveBlockTest, CountsReplicas) {
  Expect("source", {}, 2);
  Take(Kind::kDone, "source", "start");
  Take(Kind::kUp, "source", "", "running");
  EXPECT_THAT(Lines(), ElementsAre("   1.0s  apply x: 0 of 1 done", "   0.0s  source  runs, 1 of 2 up"));
  Take(Kind::kUp, "source", "", "running");
  EXPECT_THAT(Lines(), ElementsAre("   1.5s  apply x: 1 of 1 done", "   1.5s  source  running"));
}

TEST_F(LiveBlockTest, WhatNothingHappensToIsNotShown) {
  Expect("untouched", {});
  Expect("changed", {"untouched"});
  Take(Kind::kDone, "changed", "create");
  EXPECT_THAT(Lines(), ElementsAre("   0.5s  apply x: 0 of 1 done", "   0.0s  changed  created"));
}

TEST_F(LiveBlockTest, ShowsHowFarPullsAre) {
  Take(Kind::kBegun, "a", "pull", "pull image i:1", "i:1");
  Take(Kind::kProgress, "", "pull", "pull image i:1: 2 of 5 layers", "i:1");
  EXPECT_THAT(Lines(), ElementsAre("   1.0s  apply x: 0 of 1 done", "   0.5s  image i:1  2 of 5 layers"));
  block_.Take({Kind::kProgress, "", "pull image i:1: 3 of 5 layers", "pull", "image", "i:1", {"0a1b  1.0 of 2.0 MB"}},
              now_);
  EXPECT_THAT(Lines(), ElementsAre("   1.0s  apply x: 0 of 1 done", "   0.5s  image i:1  3 of 5 layers",
                                   "           0a1b  1.0 of 2.0 MB"));
  Take(Kind::kDone, "a", "pull", "image i:1 pulled", "i:1");
  EXPECT_THAT(Lines(), ElementsAre("   1.5s  apply x: 1 of 1 done", "   1.5s  image i:1  pulled"));
}

// Whatever the width, no line goes on in the next, and the block stays within the terminal.
TEST_F(LiveBlockTest, FitsAnyTerminal) {
  for (int i = 0; i < 50; ++i) Expect(absl::StrCat("component-with-a-long-name-", i), {});
  for (int i = 0; i < 50; ++i) {
    Take(Kind::kUp, absl::StrCat("component-with-a-long-name-", i), "",
         "r\u00FCnn\x1b[2J\ning and more than anyone would like to read");
  }
  for (const int width : {1, 2, 10, 20, 80, 200}) {
    for (const int height : {1, 5, 24, 50, 100}) {
      const std::vector<BlockLine> lines = block_.Lines(now_, {width, height, true});
      EXPECT_LT(lines.size(), static_cast<size_t>(std::max(height, 5))) << width << " x " << height;
      for (const BlockLine& line : lines) {
        EXPECT_LT(line.columns, static_cast<size_t>(std::max(width, 2))) << line.text;
        EXPECT_FALSE(absl::StrContains(line.text, "\x1b[2J") || absl::StrContains(line.text, "\n"));
      }
    }
  }
}

TEST_F(LiveBlockTest, WhatIsDoneGoesWhereThereIsNoPlace) {
  for (const char* name : {"a", "b", "c", "d"}) Expect(name, {});
  for (const char* name : {"a", "b", "d"}) Take(Kind::kUp, name, "", "running");
  Take(Kind::kBegun, "c", "start");
  EXPECT_THAT(Lines(80, 5), ElementsAre("   2.0s  apply x: 3 of 4 done", "   0.0s  c  is started",
                                        "   0.5s  a  running", "         and 2 more"));
}

TEST_F(LiveBlockTest, NamesStandInOneColumn) {
  Take(Kind::kBegun, "漢字", "start");
  Take(Kind::kBegun, "größe", "start");
  EXPECT_THAT(Lines(80, 5),
              ElementsAre("   1.0s  apply x: 0 of 2 done", "   0.5s  漢字   is started", "   0.0s  größe  is started"));
}

TEST_F(LiveBlockTest, ColoursTakeNoColumns) {
  Take(Kind::kFailed, "a", "start", "start a: no");
  const std::vector<BlockLine> lines = block_.Lines(now_, {80, 24, true});
  EXPECT_EQ(lines.at(1).text, "   0.0s  a  \x1b[31mfailed\x1b[0m");
  EXPECT_EQ(lines.at(1).columns, text::Columns("   0.0s  a  failed"));
}

}  // namespace
}  // namespace flow::deploy
