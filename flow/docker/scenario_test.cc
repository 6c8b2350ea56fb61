// Stories of apply and delete as text: testdata/deploy/*.txt. Under each command (after ">") stands what the machine does
// because of it. testdata/README.md has the commands; tools/golden writes the stories anew.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/testing/projects.h"
#include "flow/docker/apply.h"
#include "flow/docker/delete.h"
#include "flow/docker/testing/world.h"

namespace flow::docker {
namespace {

using testing::Choice;
using testing::FakeEngine;
using testing::World;

// A volume's name, as it is told: an anonymous one has 64 digits.
std::string Short(const std::string& volume) { return volume.size() == 64 ? volume.substr(0, 6) : volume; }

// A call in a few words.
struct CallText {
  std::string operator()(const engine::Ping&) const { return "ping"; }
  std::string operator()(const engine::GetInfo&) const { return "get info"; }
  std::string operator()(const engine::ListContainers& c) const {
    return absl::StrCat("list containers", c.names.empty() ? "" : " named ", absl::StrJoin(c.names, " "));
  }
  std::string operator()(const engine::ListNetworks&) const { return "list networks"; }
  std::string operator()(const engine::ListVolumes&) const { return "list volumes"; }
  std::string operator()(const engine::ListImages&) const { return "list images"; }
  std::string operator()(const engine::InspectContainer& c) const { return absl::StrCat("inspect ", c.id); }
  std::string operator()(const engine::SampleStats& c) const { return absl::StrCat("sample ", c.id); }
  std::string operator()(const engine::InspectNetwork& c) const { return absl::StrCat("inspect ", c.id); }
  std::string operator()(const engine::InspectImage& c) const { return absl::StrCat("inspect image ", c.reference); }
  std::string operator()(const engine::TailLogs& c) const { return absl::StrCat("logs of ", c.id); }
  std::string operator()(const engine::ReadFile& c) const { return absl::StrCat("read file ", c.path, " of ", c.id); }
  std::string operator()(const engine::PullImage& c) const { return absl::StrCat("pull ", c.reference); }
  std::string operator()(const engine::CreateNetwork& c) const { return absl::StrCat("create ", c.config.name()); }
  std::string operator()(const engine::CreateVolume& c) const { return absl::StrCat("create ", c.config.name()); }
  std::string operator()(const engine::CreateContainer& c) const {
    std::string text = absl::StrCat("create ", c.name);
    for (const engine::Mount& mount : c.config.host_config().mounts()) {
      absl::StrAppend(&text, " with ", Short(mount.source()), " at ", mount.target());
    }
    return text;
  }
  std::string operator()(const engine::RenameContainer& c) const {
    return absl::StrCat("rename ", c.id, " to ", c.name);
  }
  std::string operator()(const engine::StartContainer& c) const { return absl::StrCat("start ", c.id); }
  std::string operator()(const engine::UnpauseContainer& c) const { return absl::StrCat("unpause ", c.id); }
  std::string operator()(const engine::StopContainer& c) const { return absl::StrCat("stop ", c.id); }
  std::string operator()(const engine::RemoveContainer& c) const { return absl::StrCat("remove ", c.id); }
  std::string operator()(const engine::RemoveNetwork& c) const { return absl::StrCat("remove ", c.id); }
  std::string operator()(const engine::RemoveVolume& c) const { return absl::StrCat("remove ", Short(c.name)); }
};

std::string Text(const engine::Call& call) { return std::visit(CallText(), call); }

// What a command of a story does with the words behind it, and how many it takes.
struct Command {
  size_t fewest, most;
  std::function<void(const std::vector<std::string>& words)> run;
  bool names_container = false;  // the first word does, of one that there is
};
using Commands = std::map<absl::string_view, Command>;

constexpr size_t kAnyText = SIZE_MAX;

std::string Joined(const std::vector<std::string>& words) { return absl::StrJoin(words, " "); }

// A world whose machine may be either, and which writes down what it does.
class Teller {
 public:
  virtual ~Teller() = default;
  virtual void Begin() = 0;
  virtual const Commands& commands() const = 0;
  // What the machine has done since this was asked last.
  virtual std::string TakeText() = 0;
  virtual FakeEngine& engine() = 0;
  virtual std::shared_ptr<const Deployment>& saved() = 0;
  virtual Left left() const = 0;  // of an apply: what it made
};

template <typename Machine>
class TellerOf : public Teller {
 public:
  TellerOf(Machine machine, FakeEngine engine, std::shared_ptr<const Deployment> saved) : world_(std::move(machine)) {
    world_.engine = std::move(engine);
    world_.engine.events().clear();
    world_.saved = std::move(saved);
    world_.on_action = [this](const Action& action) { Tell(action); };
    using Kind = Choice::Kind;
    commands_ = {
        {"run", {0, 0, [this](const auto&) { Run(""); }}},
        {"until", {1, kAnyText, [this](const auto& words) { Run(Joined(words)); }}},
        {"answer", {1, kAnyText, [this](const auto& words) { Answer(Kind::kAnswer, Joined(words)); }}},
        {"lose", {1, kAnyText, [this](const auto& words) { Answer(Kind::kLoseAnswer, Joined(words)); }}},
        {"refuse", {2, kAnyText, [this](const auto& words) { Refuse(Joined(words)); }}},
        {"wait", {0, 0, [this](const auto&) { Timer(world_.timers.begin()); }}},
        {"last-timer", {0, 0, [this](const auto&) { Timer(std::prev(world_.timers.end())); }}},
        {"timeout", {0, 0, [this](const auto&) { Timeout(); }}},
        {"fail-to-save", {0, 0, [this](const auto&) { Happen(Kind::kFailToSave); }}},
        {"signal", {0, 0, [this](const auto&) { Happen(Kind::kSignal); }}},
        {"deafen", {0, kAnyText, [this](const auto& words) { Happen(Kind::kStreamEnds, Joined(words)); }}},
        {"kill-engine", {0, 0, [this](const auto&) { KillEngine(); }}},
        {"tell-end", {1, 1, [this](const auto& words) { TellEnd(words[0]); }, true}},
        {"healthy", {1, 1, [this](const auto& words) { Turn(Kind::kHealthy, words[0]); }, true}},
        {"unhealthy", {1, 1, [this](const auto& words) { Turn(Kind::kUnhealthy, words[0]); }, true}},
        {"end", {1, 1, [this](const auto& words) { Turn(Kind::kEnd, words[0]); }, true}},
        {"crash", {1, 1, [this](const auto& words) { Turn(Kind::kCrash, words[0]); }, true}},
    };
  }

  FakeEngine& engine() override { return world_.engine; }
  std::shared_ptr<const Deployment>& saved() override { return world_.saved; }
  Left left() const override {
    if constexpr (std::is_same_v<Machine, Apply>) return world_.machine.left();
    return {};
  }

  void Begin() override { world_.Begin(); }
  const Commands& commands() const override { return commands_; }
  std::string TakeText() override { return std::exchange(text_, ""); }

 private:
  void Happen(Choice::Kind kind, const std::string& id = "") { Happen(Choice{kind, 0, id}); }

  void Happen(const Choice& choice) {
    if (world_.finished.has_value()) {
      text_ += "  (it is over)\n";
      return;
    }
    world_.Happen(choice);
  }

  void Run(const std::string& until) {
    for (int steps = 0; steps < 1000 && !world_.finished.has_value(); ++steps) {
      if (until == "save" && world_.save_asked) return;
      for (const auto& [number, send] : world_.requests) {
        if (Text(send->call) == until) return;
      }
      if (!world_.requests.empty()) {
        Happen({Choice::Kind::kAnswer, static_cast<int>(world_.requests.begin()->first), ""});
      } else if (world_.save_asked) {
        Happen({Choice::Kind::kSave, 0, ""});
      } else if (world_.stream_asked) {
        Happen({Choice::Kind::kStreamOpens, 0, ""});
      } else if (!world_.engine.events().empty()) {
        Happen({Choice::Kind::kEvent, 0, world_.engine.events().begin()->first});
      } else if (const auto timer = ShortTimer(); timer != 0) {
        Happen({Choice::Kind::kTimer, timer, ""});
      } else {
        return;
      }
    }
  }

  int ShortTimer() const {
    for (const auto& [number, after] : world_.timers) {
      if (after < absl::Seconds(5)) return static_cast<int>(number);
    }
    return 0;
  }

  void Timer(std::map<TimerId, absl::Duration>::const_iterator timer) {
    Happen({Choice::Kind::kTimer, static_cast<int>(timer->first), ""});
  }

  void Timeout() {
    TimerId longest = TimerId();
    for (const auto& [number, after] : world_.timers) {
      if (longest == TimerId() || after > world_.timers.at(longest)) longest = number;
    }
    Happen({Choice::Kind::kTimer, static_cast<int>(longest), ""});
  }

  // The number of the request that is this call.
  int Find(const std::string& call) {
    for (const auto& [number, send] : world_.requests) {
      if (Text(send->call) == call) return static_cast<int>(number);
    }
    ADD_FAILURE() << "nothing under way is: " << call;
    return 0;
  }

  void Answer(Choice::Kind kind, const std::string& call) {
    if (const int number = Find(call); number != 0) Happen({kind, number, ""});
  }

  void Refuse(const std::string& argument) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(argument, absl::MaxSplits(": ", 1));
    const int number = Find(pair.first);
    if (number == 0) return;
    world_.requests.erase(RequestId(number));
    world_.Tell(docker::Answer{RequestId(number), absl::InternalError(pair.second)});
  }

  void KillEngine() {
    world_.engine.Kill();
    Happen(Choice::Kind::kStreamEnds);
  }

  void TellEnd(const std::string& container) {
    world_.engine.TellEnd(world_.engine.Find(container)->id);
    Run("");
  }

  void Turn(Choice::Kind kind, const std::string& container) {
    const std::string id = world_.engine.Find(container)->id;
    Happen({kind, 0, id});
    while (!world_.finished.has_value() && world_.engine.events().contains(id)) Happen({Choice::Kind::kEvent, 0, id});
  }

  void Tell(const Action& action) {
    if (const auto* send = std::get_if<Send>(&action)) absl::StrAppend(&text_, "  send    ", Text(send->call), "\n");
    if (std::holds_alternative<Cancel>(action)) text_ += "  cancel\n";
    if (std::holds_alternative<OpenStream>(action)) text_ += "  listen\n";
    if (std::holds_alternative<CloseStream>(action)) text_ += "  hush\n";
    if (std::holds_alternative<Forget>(action)) text_ += "  forget the state\n";
    if (const auto* save = std::get_if<Save>(&action)) {
      absl::StrAppend(&text_, "  save    ", Deployment::Phase_Name(save->deployment.phase()),
                      save->deployment.error().empty() ? "" : ": ", save->deployment.error(), "\n");
    }
    if (const auto* report = std::get_if<Report>(&action)) {
      const bool plain = report->kind == Report::Kind::kBegun || report->kind == Report::Kind::kDone;
      if (!plain)
        absl::StrAppend(&text_, "  report  ", report->component, report->component.empty() ? "" : ": ", report->text,
                        "\n");
    }
    if (const auto* finish = std::get_if<Finish>(&action)) {
      absl::StrAppend(&text_, "  finish  ", static_cast<int>(finish->code), finish->unchanged ? " unchanged" : "",
                      finish->again ? " (looks again)" : "", "\n");
      for (absl::string_view line : absl::StrSplit(finish->message, '\n', absl::SkipEmpty())) {
        absl::StrAppend(&text_, "          ", line, "\n");
      }
    }
  }

  World<Machine> world_;
  Commands commands_;
  std::string text_;
};

// Tells one story anew: its commands, with what comes of them under each.
class Story {
 public:
  // `file`: its name, for failures.
  Story(std::string file, const std::string& script) : file_(std::move(file)), lines_(absl::StrSplit(script, '\n')) {
    engine_.AddImage("busybox:1.36", "sha256:1");
    commands_ = {
        {"apply", {0, 4, [this](const auto& words) { Apply(words); }}},
        {"delete", {1, 2, [this](const auto& words) { Delete(words); }}},
        {"engine", {0, 0, [this](const auto&) { TellEngine(); }}},
        {"image", {2, 2, [this](const auto& words) { engine().SetImage(words[0], words[1]); }}},
        {"image-volume", {2, 2, [this](const auto& words) { engine().AddImageVolume(words[0], words[1]); }}},
        {"registry", {2, 3, [this](const auto& words) { SetRegistry(words); }}},
        {"sicken", {1, 1, [this](const auto& words) { engine().SetHealth(IdOf(words[0]), "unhealthy"); }, true}},
        {"fail-to-probe", {1, 1, [this](const auto& words) { engine().FailToProbe(IdOf(words[0])); }, true}},
        {"log", {2, kAnyText, [this](const auto& words) { SetLog(words); }}},
        {"warn", {1, kAnyText, [this](const auto& words) { engine().SetWarning(Joined(words)); }}},
        {"stop", {1, 1, [this](const auto& words) { engine().StopByHand(IdOf(words[0])); }, true}},
        {"remove", {1, 1, [this](const auto& words) { engine().RemoveByHand(IdOf(words[0])); }, true}},
        {"attach", {1, 1, [this](const auto& words) { engine().Attach(words[0]); }}},
        {"network", {2, 2, [this](const auto& words) { engine().AddNetwork(words[0], words[1]); }}},
        {"volume", {2, 2, [this](const auto& words) { engine().AddVolume(words[0], words[1]); }}},
        {"remove-network",
         {1, 1, [this](const auto& words) { (void)engine().Execute(engine::RemoveNetwork{words[0]}).ok(); }}},
        {"lose-bridge", {0, 0, [this](const auto&) { engine().LoseBridge(); }}},
        {"unlist-network", {1, 1, [this](const auto& words) { engine().Unlist(words[0]); }}},
        {"lose-state", {0, 0, [this](const auto&) { saved().reset(); }}},
        {"hold", {2, 3, [this](const auto& words) { Hold(words); }}},
    };
  }

  std::string Tell() {
    while (line_ < lines_.size()) {
      const std::string& line = lines_[line_++];
      if (absl::StartsWith(line, "#")) absl::StrAppend(&text_, line, "\n");
      if (absl::StartsWith(line, "#") || absl::StartsWith(line, "  ") || line.empty()) continue;
      if (!absl::StartsWith(line, "> ")) {
        Unknown(line);
        continue;
      }
      absl::StrAppend(&text_, "\n", line, "\n");
      Do(absl::StrSplit(line.substr(2), ' ', absl::SkipEmpty()));
    }
    return text_;
  }

 private:
  void Do(std::vector<std::string> words) {
    const std::string name = words.empty() ? "" : words[0];
    const Command* const command = Find(name);
    if (command == nullptr) return Unknown(name);
    words.erase(words.begin());
    if (words.size() > command->most) return Unknown(words[command->most]);
    if (words.size() < command->fewest) return Fail(absl::StrCat("more words are wanted behind \"", name, "\""));
    if (command->names_container && engine().Find(words[0]) == nullptr) return Unknown(words[0]);
    const ::testing::ScopedTrace trace(file_.c_str(), static_cast<int>(line_), lines_[line_ - 1]);
    command->run(words);
    if (teller_ != nullptr) text_ += teller_->TakeText();
  }

  const Command* Find(const std::string& name) const {
    if (const auto found = commands_.find(name); found != commands_.end()) return &found->second;
    if (teller_ == nullptr) return nullptr;
    const auto found = teller_->commands().find(name);
    return found == teller_->commands().end() ? nullptr : &found->second;
  }

  // About the line that was read last.
  void Fail(const std::string& message) const { ADD_FAILURE_AT(file_.c_str(), static_cast<int>(line_)) << message; }
  void Unknown(const std::string& word) const { Fail(absl::StrCat("unknown word \"", word, "\"")); }

  void Apply(const std::vector<std::string>& words) {
    ApplyInput input;
    input.previous = Previous();
    for (const std::string& word : words) {
      if (word == "again") {
        input.left = teller_->left();
      } else if (word == "force") {
        input.options.force_recreate = true;
      } else if (word == "norollback") {
        input.options.rollback = false;
      } else if (word == "pull") {
        input.options.pull = PullPolicy::kAlways;
      } else {
        Unknown(word);
      }
    }
    input.project = deploy::testing::MakeProject("x", {});
    for (; line_ < lines_.size() && absl::StartsWith(lines_[line_], ". "); ++line_) {
      absl::StrAppend(&text_, lines_[line_], "\n");
      deploy::testing::Describe(lines_[line_].substr(2), &input.project, file_.c_str(), static_cast<int>(line_) + 1);
    }
    Begin(std::make_unique<TellerOf<docker::Apply>>(docker::Apply(std::move(input)), engine(), saved()));
  }

  void Delete(const std::vector<std::string>& words) {
    DeleteInput input{
        .namespace_ = "default", .pipeline = words[0], .previous = Previous(), .has_state = saved() != nullptr};
    input.keep_volumes = words.size() > 1;
    if (input.keep_volumes && words[1] != "keep_volumes") Unknown(words[1]);
    Begin(std::make_unique<TellerOf<docker::Delete>>(docker::Delete(std::move(input)), engine(), saved()));
  }

  void Begin(std::unique_ptr<Teller> teller) {
    teller_ = std::move(teller);
    teller_->Begin();
  }

  void SetRegistry(const std::vector<std::string>& words) {
    const bool has_check = words.size() > 2;
    if (has_check && words[2] != "check") Unknown(words[2]);
    engine().SetRegistry(words[0], words[1], has_check);
  }

  void SetLog(const std::vector<std::string>& words) {
    engine().SetLog(words[0], Joined({words.begin() + 1, words.end()}));
  }

  void Hold(const std::vector<std::string>& words) {
    const std::string pipeline = words.size() > 2 ? words[2] : "";
    if (words[0] == "container") return engine().AddForeignContainer(words[1], pipeline);
    if (words[0] != "network") return Unknown(words[0]);
    if (!pipeline.empty()) return Unknown(pipeline);
    engine().AddForeignNetwork(words[1]);
  }

  void TellEngine() {
    for (const auto& [id, container] : engine().containers()) {
      absl::StrAppend(&text_, "  ", container.name, " ", container.state,
                      container.state == "exited" ? absl::StrCat(" ", container.exit_code) : "",
                      container.health.empty() ? "" : " ", container.health, "  (", id, ")\n");
    }
    for (const auto& [id, network] : engine().networks()) absl::StrAppend(&text_, "  network ", network.first, "\n");
    for (const auto& [name, labels] : engine().volumes()) absl::StrAppend(&text_, "  volume ", Short(name), "\n");
    if (engine().Empty()) text_ += "  empty\n";
  }

  const std::string& IdOf(const std::string& container) { return engine().Find(container)->id; }

  FakeEngine& engine() { return teller_ == nullptr ? engine_ : teller_->engine(); }
  std::optional<Deployment> Previous() {
    return saved() == nullptr ? std::nullopt : std::optional<Deployment>(*saved());
  }
  std::shared_ptr<const Deployment>& saved() { return teller_ == nullptr ? saved_ : teller_->saved(); }

  const std::string file_;
  const std::vector<std::string> lines_;
  size_t line_ = 0;  // how many were read
  Commands commands_;
  std::string text_;
  FakeEngine engine_;
  std::shared_ptr<const Deployment> saved_;
  std::unique_ptr<Teller> teller_;
};

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Scenarios, HappenAsTheyAreWritten) {
  const bool update = std::getenv("FLOW_UPDATE_GOLDEN") != nullptr;
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::filesystem::path folder =
      (update && workspace != nullptr) ? std::filesystem::path(workspace) / "testdata/deploy" : "testdata/deploy";
  int stories = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    ++stories;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string written = Read(entry.path());
    const std::string told = Story(entry.path().string(), written).Tell();
    if (update && !HasFailure()) std::ofstream(entry.path()) << told;
    EXPECT_TRUE(update || told == written) << told;
  }
  EXPECT_GT(stories, 0);
}

// "x.txt:2: what is said of it" for each failure of a story of this text.
std::string FailuresOf(const std::string& script) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(&failures);
    (void)Story("x.txt", script).Tell();
  }
  std::string text;
  for (int i = 0; i < failures.size(); ++i) {
    const ::testing::TestPartResult& failure = failures.GetTestPartResult(i);
    const std::vector<std::string> lines = absl::StrSplit(failure.message(), '\n');  // the first is "Failed"
    absl::StrAppend(&text, failure.file_name(), ":", failure.line_number(), ": ", lines.at(1), "\n");
  }
  return text;
}

TEST(Scenarios, AnUnknownWordFailsAtItsLine) {
  EXPECT_EQ(FailuresOf("# Nothing.\n\n> engine\n  empty\n"), "");
  EXPECT_EQ(FailuresOf("# A typo.\n> aply\n"), "x.txt:2: unknown word \"aply\"\n");
  EXPECT_EQ(FailuresOf("> apply noroll\n"), "x.txt:1: unknown word \"noroll\"\n");
  EXPECT_EQ(FailuresOf("> apply\n. a\n. b reads=a chekc\n"), "x.txt:3: unknown word \"chekc\"\n");
  EXPECT_EQ(FailuresOf("> apply\n. b reads=a\n. a replicas=two\n"),
            "x.txt:2: unknown word \"reads=a\"\nx.txt:3: unknown word \"replicas=two\"\n");
  EXPECT_EQ(FailuresOf("> apply\n. a\n\n> run fast\n"), "x.txt:4: unknown word \"fast\"\n");
  EXPECT_EQ(FailuresOf("> hold volume v\n"), "x.txt:1: unknown word \"volume\"\n");
  EXPECT_EQ(FailuresOf("> stop flow-x-a-1\n"), "x.txt:1: unknown word \"flow-x-a-1\"\n");
  EXPECT_EQ(FailuresOf("> delete\n"), "x.txt:1: more words are wanted behind \"delete\"\n");
  EXPECT_EQ(FailuresOf("> engine\n. a\n"), "x.txt:2: unknown word \". a\"\n");
}

TEST(Scenarios, WhatIsToldOfAMachineWantsOne) { EXPECT_EQ(FailuresOf("> run\n"), "x.txt:1: unknown word \"run\"\n"); }

}  // namespace
}  // namespace flow::docker
