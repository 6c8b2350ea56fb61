// Stories of apply and delete as text: testdata/deploy/*.txt. A paragraph is a command (after ">") and, under it, what
// the machine does because of it; the top of the file says what is there. Reads like what it promises, and is rewritten
// by
//
//   tools/golden
//
//   > apply                     COMPONENTS a line each under it, as testing/projects.h describes them
//   > delete NAME
//   > lose-state
//   > run                       all that goes well by itself, until nothing does; begins with what there is under way
//   > until CALL                the same, until this call is under way
//   > answer CALL               the engine carries it out          (CALL as the machine's `send` lines say)
//   > refuse CALL: MESSAGE
//   > lose CALL                 carried out, but the connection breaks before the answer
//   > healthy|unhealthy|end|crash CONTAINER
//   > fail-to-save              the state cannot be written; "until save" comes before it
//   > wait                      the next timer fires
//   > timeout                   the last one to fire does
//   > signal N
//   > deafen [MESSAGE]          the stream of events breaks; the engine says why
//   > kill-engine               the same, and what ran has ended when it is opened again
//   > tell-end CONTAINER        by then, as an engine does that was killed
//   > remove-network ID         by someone else
//   > stop|remove CONTAINER     by hand, without the machine
//   > hold container|network NAME [PIPELINE]
//   > network|volume NAME PIPELINE    one comes up that carries the pipeline's labels
//   > image TAG ID              what the engine has under a tag
//   > registry TAG ID [check]   what a pull brings; "check": with a health check
//   > sicken CONTAINER          its probe fails from now on, while nothing goes on
//   > log COMPONENT TEXT
//   > engine                    what there is on it now
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
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
#include "flow/docker/apply.h"
#include "flow/docker/delete.h"
#include "flow/docker/testing/projects.h"
#include "flow/docker/testing/world.h"

namespace flow::docker {
namespace {

using testing::Choice;
using testing::FakeEngine;
using testing::World;

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
  std::string operator()(const engine::CreateContainer& c) const { return absl::StrCat("create ", c.name); }
  std::string operator()(const engine::RenameContainer& c) const {
    return absl::StrCat("rename ", c.id, " to ", c.name);
  }
  std::string operator()(const engine::StartContainer& c) const { return absl::StrCat("start ", c.id); }
  std::string operator()(const engine::UnpauseContainer& c) const { return absl::StrCat("unpause ", c.id); }
  std::string operator()(const engine::StopContainer& c) const { return absl::StrCat("stop ", c.id); }
  std::string operator()(const engine::RemoveContainer& c) const { return absl::StrCat("remove ", c.id); }
  std::string operator()(const engine::RemoveNetwork& c) const { return absl::StrCat("remove ", c.id); }
  std::string operator()(const engine::RemoveVolume& c) const { return absl::StrCat("remove ", c.name); }
};

std::string Text(const engine::Call& call) { return std::visit(CallText(), call); }

// A world whose machine may be either, and which writes down what it does.
class Teller {
 public:
  virtual ~Teller() = default;
  virtual std::string Begin() = 0;
  virtual std::string Do(absl::string_view command, const std::string& argument) = 0;
  virtual FakeEngine& engine() = 0;
  virtual std::optional<Deployment>& saved() = 0;
  virtual std::set<std::string> volumes() const = 0;  // of an apply: those that it created
};

template <typename Machine>
class TellerOf : public Teller {
 public:
  TellerOf(Machine machine, FakeEngine engine, std::optional<Deployment> saved) : world_(std::move(machine)) {
    world_.engine = std::move(engine);
    world_.engine.events().clear();
    world_.saved = std::move(saved);
    world_.on_action = [this](const Action& action) { Tell(action); };
  }

  FakeEngine& engine() override { return world_.engine; }
  std::optional<Deployment>& saved() override { return world_.saved; }
  std::set<std::string> volumes() const override {
    if constexpr (std::is_same_v<Machine, Apply>) return world_.machine.volumes();
    return {};
  }

  std::string Begin() override {
    world_.Begin();
    return std::exchange(text_, "");
  }

  std::string Do(absl::string_view command, const std::string& argument) override {
    if (command == "run") Run("");
    if (command == "until") Run(argument);
    if (command == "answer") Answer(Choice::Kind::kAnswer, argument);
    if (command == "lose") Answer(Choice::Kind::kLoseAnswer, argument);
    if (command == "refuse") Refuse(argument);
    if (command == "wait") Timer(world_.timers.begin());
    if (command == "last-timer") Timer(std::prev(world_.timers.end()));
    if (command == "timeout") Timeout();
    if (command == "fail-to-save") Happen({Choice::Kind::kFailToSave, 0, ""});
    if (command == "signal") Happen({Choice::Kind::kSignal, 0, ""});
    if (command == "deafen") Happen({Choice::Kind::kDeafen, 0, argument});
    if (command == "kill-engine") {
      world_.engine.Kill();
      Happen({Choice::Kind::kDeafen, 0, ""});
    }
    if (command == "tell-end") {
      world_.engine.TellEnd(world_.engine.Find(argument)->id);
      Run("");
    }
    if (command == "healthy") Turn(Choice::Kind::kHealthy, argument);
    if (command == "unhealthy") Turn(Choice::Kind::kUnhealthy, argument);
    if (command == "end") Turn(Choice::Kind::kEnd, argument);
    if (command == "crash") Turn(Choice::Kind::kCrash, argument);
    return std::exchange(text_, "");
  }

 private:
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
      } else if (world_.listen_asked) {
        Happen({Choice::Kind::kListen, 0, ""});
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

  void Turn(Choice::Kind kind, const std::string& container) {
    const FakeEngine::FakeContainer* found = world_.engine.Find(container);
    ASSERT_NE(found, nullptr) << container;
    const std::string id = found->id;
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
  std::string text_;
};

// Tells one story anew: its commands, with what comes of them under each.
class Story {
 public:
  explicit Story(const std::string& script) : lines_(absl::StrSplit(script, '\n')) {
    engine_.AddImage("busybox:1.36", "sha256:1");
  }

  std::string Tell() {
    std::string text;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string& line = lines_[i];
      if (absl::StartsWith(line, "#")) absl::StrAppend(&text, line, "\n");
      if (!absl::StartsWith(line, "> ")) continue;
      std::vector<std::string> details;
      while (i + 1 < lines_.size() && absl::StartsWith(lines_[i + 1], ". ")) details.push_back(lines_[++i].substr(2));
      absl::StrAppend(&text, "\n", line, "\n");
      for (const std::string& detail : details) absl::StrAppend(&text, ". ", detail, "\n");
      absl::StrAppend(&text, Do(line.substr(2), details));
    }
    return text;
  }

 private:
  std::string Do(const std::string& line, const std::vector<std::string>& details) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    const auto& [command, argument] = pair;
    const std::vector<std::string> words = absl::StrSplit(argument, ' ', absl::SkipEmpty());
    if (command == "apply") return Apply(argument, details);
    if (command == "delete") return Delete(argument);
    if (command == "engine") return Engine();
    if (command == "image") return engine().SetImage(words.at(0), words.at(1)), "";
    if (command == "registry") return engine().SetRegistry(words.at(0), words.at(1), words.size() > 2), "";
    if (command == "sicken") return engine().SetHealth(engine().Find(argument)->id, "unhealthy"), "";
    if (command == "log") return engine().SetLog(words.at(0), argument.substr(words[0].size() + 1)), "";
    if (command == "stop") return engine().StopByHand(engine().Find(argument)->id), "";
    if (command == "remove") return engine().RemoveByHand(engine().Find(argument)->id), "";
    if (command == "attach") return engine().Attach(argument), "";
    if (command == "network") return engine().AddNetwork(words.at(0), words.at(1)), "";
    if (command == "volume") return engine().AddVolume(words.at(0), words.at(1)), "";
    if (command == "remove-network") return (void)engine().Execute(engine::RemoveNetwork{argument}).ok(), "";
    if (command == "lose-state") return saved().reset(), "";
    if (command == "hold") {
      if (words.at(0) == "container") engine().AddForeignContainer(words.at(1), words.size() > 2 ? words[2] : "");
      if (words.at(0) == "network") engine().AddForeignNetwork(words.at(1));
      return "";
    }
    if (teller_ == nullptr) return ADD_FAILURE() << "nothing goes on yet: " << line, "";
    return teller_->Do(command, argument);
  }

  // "> apply [again] [force] [norollback] [pull]", and the components under it.
  std::string Apply(const std::string& argument, const std::vector<std::string>& components) {
    ApplyInput input;
    input.project = testing::MakeProject("x", components);
    input.previous = saved();
    if (absl::StrContains(argument, "again")) input.left = teller_->volumes();
    input.options.force_recreate = absl::StrContains(argument, "force");
    input.options.rollback = !absl::StrContains(argument, "norollback");
    if (absl::StrContains(argument, "pull")) input.options.pull = PullPolicy::kAlways;
    return Begin(std::make_unique<TellerOf<docker::Apply>>(docker::Apply(std::move(input)), engine(), saved()));
  }

  std::string Delete(const std::string& pipeline) {
    DeleteInput input{
        .namespace_ = "default", .pipeline = pipeline, .previous = saved(), .has_state = saved().has_value()};
    return Begin(std::make_unique<TellerOf<docker::Delete>>(docker::Delete(std::move(input)), engine(), saved()));
  }

  std::string Begin(std::unique_ptr<Teller> teller) {
    teller_ = std::move(teller);
    return teller_->Begin();
  }

  std::string Engine() {
    std::string text;
    for (const auto& [id, container] : engine().containers()) {
      absl::StrAppend(&text, "  ", container.name, " ", container.state,
                      container.state == "exited" ? absl::StrCat(" ", container.exit_code) : "",
                      container.health.empty() ? "" : " ", container.health, "  (", id, ")\n");
    }
    for (const auto& [id, network] : engine().networks()) absl::StrAppend(&text, "  network ", network.first, "\n");
    for (const auto& [name, labels] : engine().volumes()) absl::StrAppend(&text, "  volume ", name, "\n");
    if (engine().Empty()) text = "  empty\n";
    return text;
  }

  FakeEngine& engine() { return teller_ == nullptr ? engine_ : teller_->engine(); }
  std::optional<Deployment>& saved() { return teller_ == nullptr ? saved_ : teller_->saved(); }

  std::vector<std::string> lines_;
  FakeEngine engine_;
  std::optional<Deployment> saved_;
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
    const std::string told = Story(written).Tell();
    if (update) std::ofstream(entry.path()) << told;
    EXPECT_TRUE(update || told == written) << told;
  }
  EXPECT_GT(stories, 0);
}

}  // namespace
}  // namespace flow::docker
