// Every state that a machine and its made-up target (a world) can reach.
#ifndef FLOW_DEPLOY_TESTING_EXPLORER_H_
#define FLOW_DEPLOY_TESTING_EXPLORER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/deploy/testing/fingerprint.h"
#include "gtest/gtest.h"

namespace flow::deploy::testing {

// A target's `Choice` is something that can happen next in its `World`, whose Happen() makes it so.
template <typename World, typename Choice>
using ChoicesOf = std::vector<Choice> (*)(World& world);

// Goes on from a world in one order to its end. `choices`: what can happen without anything going wrong. Where nothing
// does, time passes.
template <typename Choice, typename World>
void RunToEnd(World& world, ChoicesOf<World, Choice> choices) {
  for (int steps = 0; !world.finished.has_value(); ++steps) {
    std::vector<Choice> next = choices(world);
    if (next.empty() && !world.timers.empty()) {
      next.push_back({Choice::Kind::kTimer, static_cast<int>(world.timers.begin()->first)});
    }
    ASSERT_FALSE(next.empty()) << "stuck: " << world.DebugString();
    ASSERT_LT(steps, 2000) << "for ever: " << world.DebugString();
    world.Happen(next.front());
  }
}

template <typename World, typename Choice>
class Explorer {
 public:
  // `faults`: what can go wrong.
  Explorer(ChoicesOf<World, Choice> choices, ChoicesOf<World, Choice> faults) : choices_(choices), faults_(faults) {}

  // Visits each state once, over every order, with so many faults, each at every point. `check` is called with every end:
  // (const World&, const std::string& path); `each_state` with every other state: (const World&, const Path& path), where
  // path() is what happened until then, for a message. Ends with the first failure, which tells most.
  template <typename Check, typename EachState>
  void Explore(World first, int faults, const Check& check, EachState& each_state) {
    std::deque<Node> open;
    Visit({std::move(first), faults, nullptr}, &open);
    while (!open.empty()) {
      Node node = std::move(open.back());
      open.pop_back();
      if (node.world.finished.has_value()) {
        ++ends_;
        check(node.world, Text(node.path));
        if (::testing::Test::HasFailure()) return;
        continue;
      }
      each_state(node.world, [&] { return Text(node.path); });
      const std::vector<Choice> choices = choices_(node.world);
      ASSERT_FALSE(choices.empty()) << "stuck after " << Text(node.path) << ": " << node.world.DebugString();
      for (const Choice& choice : choices) Follow(node, choice, node.faults, &open);
      const std::vector<Choice> wrong = node.faults == 0 ? std::vector<Choice>() : faults_(node.world);
      for (const Choice& fault : wrong) Follow(node, fault, node.faults - 1, &open);
    }
  }

  int states() const { return static_cast<int>(seen_.size()); }
  int ends() const { return ends_; }

 private:
  struct Path {
    std::shared_ptr<const Path> before;
    Choice choice;
  };
  struct Node {
    World world;
    int faults;
    std::shared_ptr<const Path> path;  // what happened, for the message of a failure
  };

  static std::string Text(std::shared_ptr<const Path> path) {
    std::string text;
    for (; path != nullptr; path = path->before) text = absl::StrCat(ToString(path->choice), ", ", text);
    return text;
  }

  void Follow(const Node& node, const Choice& choice, int faults, std::deque<Node>* open) {
    if (::testing::Test::HasFailure()) return open->clear();
    Node next{node.world, faults, std::make_shared<const Path>(Path{node.path, choice})};
    next.world.Happen(choice);
    EXPECT_FALSE(::testing::Test::HasFailure()) << "after " << Text(next.path);
    Visit(std::move(next), open);
  }

  void Visit(Node node, std::deque<Node>* open) {
    if (!seen_.insert(Fingerprint().Add(node.faults).Add(node.world.Fingerprint()).value()).second) return;
    open->push_back(std::move(node));
  }

  const ChoicesOf<World, Choice> choices_, faults_;
  std::unordered_set<uint64_t> seen_;
  int ends_ = 0;
};

}  // namespace flow::deploy::testing

#endif  // FLOW_DEPLOY_TESTING_EXPLORER_H_
