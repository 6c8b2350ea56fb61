// Every small topology under every fault that a seed can bring: what the machine promises (pump.h) holds.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "flow/stream/pump.h"
#include "flow/stream/testing/world.h"

namespace flow::stream::testing {
namespace {

struct Case {
  std::string name;
  Topology topology;
  // How many paths lead from a source to each sink.
  std::map<std::string, int> paths;
};

std::vector<Case> Cases() {
  return {
      {"Direct", Wire({"s", "k"}, {{"s", "k"}}), {{"k", 1}}},
      {"Chain", Wire({"s", "p", "k"}, {{"s", "p"}, {"p", "k"}}), {{"k", 1}}},
      {"TwoProcessors", Wire({"s", "p1", "p2", "k"}, {{"s", "p1"}, {"p1", "p2"}, {"p2", "k"}}), {{"k", 1}}},
      {"TwoSinks", Wire({"s", "p", "k1", "k2"}, {{"s", "p"}, {"p", "k1"}, {"p", "k2"}}), {{"k1", 1}, {"k2", 1}}},
      {"FanIn", Wire({"s1", "s2", "p", "k"}, {{"s1", "p"}, {"s2", "p"}, {"p", "k"}}), {{"k", 1}}},
      {"Diamond", Wire({"s", "p1", "p2", "k"}, {{"s", "p1"}, {"s", "p2"}, {"p1", "k"}, {"p2", "k"}}), {{"k", 2}}},
  };
}

constexpr int kEvents = 60;

std::map<std::string, Behaviour> Behaviours(const Case& of, uint32_t seed, int per_ledger, int keep = 1) {
  std::map<std::string, Behaviour> behaviours;
  for (const Component& component : of.topology.components) {
    behaviours[component.id] = {.events = kEvents,
                                .per_ledger = per_ledger,
                                .keep = keep,
                                .sdk = (seed >> component.id.size()) % 2 == 0,
                                .keeps_cursor = seed % 3 != 0};
  }
  return behaviours;
}

std::vector<std::string> Sources(const Case& of) {
  std::vector<std::string> ids;
  for (const Component& component : of.topology.components) {
    if (component.kind == Kind::kSource) ids.push_back(component.id);
  }
  return ids;
}

TEST(PumpFaults, WithoutFaultsEveryEventArrivesOnceOnEachPath) {
  for (const Case& of : Cases()) {
    for (uint32_t seed = 0; seed < 150; ++seed) {
      const int64_t window = seed % 4 == 0 ? 1 : seed % 17 + 2;
      World world(of.topology, Behaviours(of, seed, seed % 5), window, seed);
      world.StartAll();
      ASSERT_TRUE(world.Run()) << of.name << " " << seed << "\n" << absl::StrJoin(world.reports(), "\n");
      EXPECT_TRUE(world.well()) << of.name << " " << seed << "\n" << absl::StrJoin(world.reports(), "\n");
      for (const auto& [sink, paths] : of.paths) {
        const auto& arrived = world.ArrivedAt(sink);
        ASSERT_EQ(arrived.size(), kEvents * Sources(of).size()) << of.name << " " << seed << " " << sink;
        for (const auto& [id, times] : arrived) ASSERT_EQ(times, paths) << of.name << " " << seed << " " << id;
      }
      EXPECT_EQ(world.pump().figures().again, 0);
    }
  }
}

// Each processor lets one event of three through; SDK's ones and plain ones, which tell nothing of the others.
TEST(PumpFaults, WhatIsFilteredHoldsNothingUp) {
  for (const Case& of : Cases()) {
    for (uint32_t seed = 0; seed < 100; ++seed) {
      World world(of.topology, Behaviours(of, seed, seed % 5, /*keep=*/3), seed % 4 + 1, seed);
      world.StartAll();
      ASSERT_TRUE(world.Run()) << of.name << " " << seed << "\n" << absl::StrJoin(world.reports(), "\n");
      const bool filtered = of.name != "Direct";
      for (const auto& [sink, paths] : of.paths) {
        ASSERT_EQ(world.ArrivedAt(sink).size(), kEvents / (filtered ? 3 : 1) * Sources(of).size())
            << of.name << " " << seed << " " << sink;
      }
    }
  }
}

// Kills, cuts, slow starts, at any point; every source has cursors. Every second time processors filter.
TEST(PumpFaults, WithCursorsNothingIsLostWhateverDies) {
  int kills = 0;
  for (const Case& of : Cases()) {
    for (uint32_t seed = 0; seed < 400; ++seed) {
      const int keep = seed % 2 == 0 ? 1 : 3;
      std::map<std::string, Behaviour> behaviours = Behaviours(of, seed, 1 + seed % 4, keep);
      // What tells nothing and dies may have had any of what it was sent: no one can know.
      for (auto& [id, behaviour] : behaviours) behaviour.sdk = true;
      World world(of.topology, behaviours, seed % 5 == 0 ? 1 : 8, seed);
      world.StartAll();
      std::vector<size_t> dead;
      for (int fault = 0; fault < 6 && !world.finished(); ++fault) {
        world.Run(static_cast<int64_t>(world.random()() % 120));
        if (world.finished()) break;
        const size_t which = world.random()() % world.size();
        if (world.random()() % 4 == 0) {
          world.Cut(which);
        } else {
          world.Kill(which, world.random()() % 2 == 0);
          dead.push_back(which);
        }
        if (world.random()() % 2 == 0) {
          for (const size_t one : dead) world.Start(one, static_cast<int>(world.random()() % 4));
          dead.clear();
        }
      }
      for (const size_t one : dead) world.Start(one);
      ASSERT_TRUE(world.Run()) << of.name << " " << seed << "\n" << absl::StrJoin(world.reports(), "\n");
      kills += world.kills();
      EXPECT_EQ(world.spins(), 0) << of.name << " " << seed;
      EXPECT_TRUE(world.well()) << of.name << " " << seed << "\n" << absl::StrJoin(world.reports(), "\n");
      for (const auto& [sink, paths] : of.paths) {
        const auto& arrived = world.ArrivedAt(sink);
        ASSERT_EQ(arrived.size(), kEvents / (of.name == "Direct" ? 1 : keep) * Sources(of).size())
            << of.name << " " << seed << " " << sink << "\n"
            << absl::StrJoin(world.reports(), "\n");
        for (const auto& [id, times] : arrived) ASSERT_GE(times, paths) << of.name << " " << seed << " " << id;
      }
    }
  }
  EXPECT_GT(kills, 1000);
}

// Without cursors what is lost is told, and never less than what is missing.
TEST(PumpFaults, WithoutCursorsTheNumberThatIsLostIsTold) {
  for (const Case& of : {Cases()[0], Cases()[1], Cases()[2]}) {
    for (uint32_t seed = 0; seed < 300; ++seed) {
      std::map<std::string, Behaviour> behaviours = Behaviours(of, seed, 0);
      for (auto& [id, behaviour] : behaviours) behaviour.sdk = true;
      World world(of.topology, behaviours, 8, seed);
      world.StartAll();
      world.Run(static_cast<int64_t>(50 + world.random()() % 300));
      const size_t which = 1 + world.random()() % (world.size() - 1);
      const bool killed = !world.finished();
      world.Kill(which, world.random()() % 2 == 0);
      world.Start(which);
      ASSERT_TRUE(world.Run()) << of.name << " " << seed;
      const int64_t missing = kEvents - static_cast<int64_t>(world.ArrivedAt("k").size());
      EXPECT_LE(missing, world.pump().figures().lost) << of.name << " " << seed << " " << killed << "\n"
                                                      << absl::StrJoin(world.reports(), "\n");
      EXPECT_EQ(world.well(), world.pump().figures().lost == 0);
    }
  }
}

}  // namespace
}  // namespace flow::stream::testing
