#include "flow/stream/figures.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/stream/check.h"
#include "flow/stream/testing/world.h"

namespace flow::stream::testing {
namespace {

TEST(Figures, LagIsTheLedgersThatASinkMayNotBeDoneWith) {
  World world(Wire({"s", "k"}, {{"s", "k"}}), {{"s", {.events = 1000, .per_ledger = 1}}}, 8, 1);
  world.StartAll();
  world.set_slow(1, true);
  world.Run(2000);
  const Figures figures = world.pump().figures();
  EXPECT_EQ(figures.ledgers[0], 1000u);
  EXPECT_EQ(figures.replicas[1].lag, 999u) << "it may have to be sent the first again";
  world.set_slow(1, false);
  ASSERT_TRUE(world.Run());
  EXPECT_EQ(world.pump().figures().replicas[1].lag, 0u);
}

TEST(Figures, ARowIsAnEdgeAndWhatHasGoneWrongStandsBelow) {
  const Topology topology = Wire({"s", "k"}, {{"s", "k"}});
  const Figures figures{.edges = {{.from = 0, .to = 1, .events = 100, .bytes = 20000, .skipped = 3}},
                        .replicas = {{.component = 0, .number = 1, .connected = true},
                                     {.component = 1,
                                      .number = 1,
                                      .waiting = 7,
                                      .refused = 2,
                                      .reconnects = 1,
                                      .lag = 5,
                                      .why = "nothing listens there"}},
                        .ledgers = {40, 0},
                        .again = 4,
                        .lost = 6};
  const PipelineFigures described = Describe(topology, figures, nullptr, absl::Seconds(10));
  EXPECT_EQ(FiguresTable(described),
            "FROM  TO  EVENTS  RATE  SIZE   WAITING  LAG  SKIPPED  RECONNECTS  STATE\n"
            "s     k   100     10/s  20 kB  7        5    3        1           away\n"
            "4 events were read a second time\n"
            "at most 6 events were lost\n"
            "k does not take events of more than 4 MiB: 2 were dropped\n");
  EXPECT_EQ(FiguresLine(described), "s → k 100 events (10/s); waits for k; at most 6 lost");
  EXPECT_EQ(described.replicas(0).ledger(), 40);
  EXPECT_EQ(described.replicas(1).message(), "nothing listens there");
}

TEST(Figures, ACheckTellsOfEachEdgeWhetherBothEndsServe) {
  const Topology topology = Wire({"s", "p", "k"}, {{"s", "p"}, {"p", "k"}});
  const Serving serving = {{{0, 1}, absl::OkStatus()}, {{1, 1}, absl::OkStatus()}};
  const PipelineFigures figures = DescribeServing(topology, serving);
  EXPECT_EQ(ServingTable(figures),
            "FROM  TO  STATE\n"
            "s     p   serves\n"
            "p     k   away\n"
            "k 1 is away: no container of it runs that can be reached\n");
  EXPECT_FALSE(AllServe(figures));
  Serving all = serving;
  all[{2, 1}] = absl::OkStatus();
  EXPECT_TRUE(AllServe(DescribeServing(topology, all)));
}

TEST(FiguresLines, WhatWasSaidOfAPipelineIsNotSaidAgainBeforeItChanges) {
  StreamReport report;
  for (const char* name : {"busy", "idle"}) {
    PipelineFigures& pipeline = *report.add_pipelines();
    pipeline.set_name(name);
    pipeline.add_edges()->set_from("s");
  }
  FiguresLines lines;
  EXPECT_EQ(lines.News(report).size(), 2u);
  EXPECT_TRUE(lines.News(report).empty());
  report.mutable_pipelines(0)->mutable_edges(0)->set_events(1);
  EXPECT_EQ(lines.News(report), std::vector<std::string>{absl::StrCat("busy: ", FiguresLine(report.pipelines(0)))});
}

}  // namespace
}  // namespace flow::stream::testing
