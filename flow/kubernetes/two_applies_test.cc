// Two applies of one pipeline at the same time, from two state folders: thousands of orders in which they may meet. One of
// them deploys at least, none takes away what the other stands on, and what is there in the end is one of the two files.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/deploy/testing/projects.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/testing/fake_cluster.h"
#include "flow/kubernetes/testing/world.h"

namespace flow::kubernetes {
namespace {

using testing::Choice;
using testing::FakeCluster;
using World = testing::World<Apply>;

using Components = std::vector<std::string>;

// A person who applies a file, and again where another is found at work, as flow-apply does.
struct Applier {
  Components file;
  World world;
  int looks = 1;

  static World Begun(const Components& file, const FakeCluster& cluster, std::optional<Deployment> previous) {
    ApplyInput input;
    input.project = deploy::testing::MakeProject("x", file);
    input.previous = std::move(previous);
    World world{Apply(std::move(input))};
    world.cluster = cluster;
    world.cluster.events().clear();
    return world;
  }

  bool IsDone() const { return world.finished.has_value() && (!world.finished->again || looks == 10); }
};

class Meeting {
 public:
  Meeting(int seed, const Components& one, const Components& other, FakeCluster cluster)
      : random_(seed),
        cluster_(std::move(cluster)),
        appliers_{Applier{one, Applier::Begun(one, cluster_, {})},
                  Applier{other, Applier::Begun(other, cluster_, {})}} {
    for (Applier& applier : appliers_) Lend(applier, [](World& world) { world.Begin(); });
  }

  // Until both are done. False: nothing happens any more.
  bool Run() {
    for (int steps = 0; steps < 5000; ++steps) {
      std::vector<std::pair<Applier*, Choice>> choices;
      for (Applier& applier : appliers_) {
        if (applier.IsDone()) continue;
        if (applier.world.finished.has_value()) LookAgain(applier);
        Lend(applier, [&](World& world) {
          for (const Choice& choice : Choices(world)) choices.emplace_back(&applier, choice);
        });
      }
      if (choices.empty()) return appliers_[0].IsDone() && appliers_[1].IsDone();
      const auto& [applier, choice] = choices[std::uniform_int_distribution<size_t>(0, choices.size() - 1)(random_)];
      Lend(*applier, [&choice = choice](World& world) { world.Happen(choice); });
    }
    return false;
  }

  // For a message: how far each is.
  std::string DebugString() const {
    std::string text;
    for (const Applier& applier : appliers_) {
      absl::StrAppend(&text, "\n", applier.looks, " looks: ", applier.world.DebugString(), "\n  ",
                      absl::StrJoin(applier.world.reports, "\n  "));
    }
    return text;
  }

  const std::array<Applier, 2>& appliers() const { return appliers_; }
  const FakeCluster& cluster() const { return cluster_; }

 private:
  // Both have one cluster, and each hears by itself what happens there.
  template <typename Function>
  void Lend(Applier& applier, const Function& function) {
    std::deque<api::WatchEvent> unheard = std::move(applier.world.cluster.events());
    applier.world.cluster = cluster_;
    applier.world.cluster.events() = std::move(unheard);
    applier.world.cluster.Record();
    function(applier.world);
    cluster_ = applier.world.cluster;
    cluster_.events().clear();
    Applier& other = &applier == &appliers_[0] ? appliers_[1] : appliers_[0];
    for (const api::WatchEvent& event : cluster_.TakeRecord()) other.world.cluster.events().push_back(event);
  }

  void LookAgain(Applier& applier) {
    std::optional<Deployment> previous = applier.world.Previous();
    applier.world = Applier::Begun(applier.file, cluster_, std::move(previous));
    ++applier.looks;
    Lend(applier, [](World& world) { world.Begin(); });
  }

  std::mt19937 random_;
  FakeCluster cluster_;
  std::array<Applier, 2> appliers_;
};

// Each component has one workload, whose pod is well.
void ExpectWell(const Meeting& meeting, const std::string& which) {
  std::set<std::string> well;
  for (const api::ObjectName& pod : meeting.cluster().Pods()) {
    EXPECT_EQ(meeting.cluster().StateOf(pod), "Ready") << which;
    EXPECT_TRUE(well.insert(pod.name.substr(0, 1)).second) << which << " has two of " << pod.name;
  }
  EXPECT_EQ(well, (std::set<std::string>{"a", "b"})) << which;
}

// What is deployed is one of the files that were applied well, whole: the images of its components.
void ExpectOneOf(const Meeting& meeting, const std::string& which) {
  std::set<std::vector<std::string>> wanted;
  std::vector<std::string> there;
  for (const Applier& applier : meeting.appliers()) {
    if (applier.world.finished->code != ExitCode::kDone) continue;
    std::vector<std::string> images;
    for (const project::Service& service : applier.world.machine.project().services()) {
      images.push_back(service.image());
    }
    wanted.insert(images);
  }
  for (const char* const component : {"a", "b"}) {
    const api::Object* const workload = meeting.cluster().Find(api::Kind::kDeployment, component);
    if (workload == nullptr) continue;  // ExpectWell tells that
    const text::View containers = (*workload)["spec"]["template"]["spec"]["containers"];
    there.push_back(text::View(containers.list().front())["image"].text());
  }
  EXPECT_TRUE(wanted.contains(there)) << which << ": " << absl::StrJoin(there, ", ");
}

void Meet(const Components& one, const Components& other, const FakeCluster& cluster) {
  for (int seed = 0; seed < 500 && !::testing::Test::HasFailure(); ++seed) {
    Meeting meeting(seed, one, other, cluster);
    ASSERT_TRUE(meeting.Run()) << "seed " << seed << meeting.DebugString();
    int done = 0;
    std::string which = absl::StrCat("seed ", seed);
    for (const Applier& applier : meeting.appliers()) {
      done += applier.world.finished->code == ExitCode::kDone;
      EXPECT_TRUE(applier.world.finished->code == ExitCode::kDone || applier.world.finished->code == ExitCode::kBusy)
          << which << ": " << applier.world.finished->message;
      absl::StrAppend(&which, ", ", applier.looks, " looks");
    }
    EXPECT_GE(done, 1) << which;
    ExpectWell(meeting, which);
    ExpectOneOf(meeting, which);
  }
}

TEST(TwoApplies, OfOneFileThatIsNew) { Meet({"a", "b reads=a"}, {"a", "b reads=a"}, {}); }

TEST(TwoApplies, OfTwoFilesThatAreNew) { Meet({"a", "b reads=a"}, {"a image=other:1", "b reads=a"}, {}); }

TEST(TwoApplies, OfTwoUpdates) {
  Meeting first(0, {"a", "b reads=a"}, {"a", "b reads=a"}, {});
  ASSERT_TRUE(first.Run());
  Meet({"a image=one:1", "b reads=a image=one:1"}, {"a image=two:1", "b reads=a image=two:1"}, first.cluster());
}

// Each leaves alone what the other changes.
TEST(TwoApplies, OfUpdatesOfTwoComponents) {
  Meeting first(0, {"a", "b reads=a"}, {"a", "b reads=a"}, {});
  ASSERT_TRUE(first.Run());
  Meet({"a image=one:1", "b reads=a"}, {"a", "b reads=a image=two:1"}, first.cluster());
}

}  // namespace
}  // namespace flow::kubernetes
