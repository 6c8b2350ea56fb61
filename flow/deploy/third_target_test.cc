// What a target needs to be deployed to, beside Docker: this file. Its target is made up, a host whose init system runs
// "units"; what it is deployed, recorded, shown and read with is what flow/deploy has for all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/execution.h"
#include "flow/deploy/live_block.h"
#include "flow/deploy/log_merge.h"
#include "flow/deploy/log_text.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/record.h"
#include "flow/deploy/status.h"
#include "flow/deploy/status_text.h"
#include "flow/project/project.pb.h"

namespace flow::deploy {
namespace {

using ::testing::ElementsAre;

// The target: what is asked of it, what it answers, what it tells.

struct WriteUnit {
  std::string name;
};
struct StartUnit {
  std::string id;
};
struct UnitIsUp {
  std::string id;
};

struct Host {
  using Call = std::variant<WriteUnit, StartUnit>;
  using Reply = std::string;  // the id of a unit that was written
  using Event = UnitIsUp;
  using Filter = std::string;  // the project
  using Version = int;
  using Purpose = std::variant<OperationCall>;
  using TimerPurpose = std::monostate;  // it starts none
};

// Deciding: every unit is written before one is started.

Operation& Add(Plan& plan, const std::string& action, const std::string& done, const project::Service& service,
               uint32_t stage) {
  Operation& operation = *plan.add_operations();
  operation.set_action(action);
  operation.set_done(done);
  operation.set_object("unit");
  operation.set_name(service.name() + ".unit");
  operation.set_component(service.name());
  operation.set_reason("not there");
  operation.set_stage(stage);
  return operation;
}

Plan MakePlan(const project::Project& project) {
  Plan plan;
  for (const project::Service& service : project.services()) Add(plan, "write", "written", service, 0);
  uint32_t written_by = 0;
  for (const project::Service& service : project.services()) {
    Operation& start = Add(plan, "start", "started", service, 1);
    start.set_made_by(written_by++);
    for (const project::Dependency& dependency : service.depends_on()) {
      start.add_wait()->set_component(dependency.service());
    }
  }
  return plan;
}

// Doing: the machine.

class Apply {
 public:
  explicit Apply(DeploymentInput input) : input_(std::move(input)) {}

  std::vector<Action<Host>> Step(absl::Time now, const Event<Host>& event) {
    now_ = now;
    std::visit([this](const auto& e) { On(e); }, event);
    return out_.Take();
  }

 private:
  void On(const Begin&) { out_.Put(OpenStream<Host>{input_.project.name(), out_.version()}); }
  void On(const StreamOpened&) { Save(Deployment::APPLYING); }
  void On(const Saved&) {
    if (outcome_.has_value()) return out_.Put(*outcome_);
    execution_.Start(MakePlan(input_.project));
    GoOn();
  }
  void On(const Answer<Host>& answer) {
    const uint32_t index = std::get<OperationCall>(out_.Answered(answer.request).value()).operation;
    if (answer.reply.ok()) {
      execution_.Done(index, *answer.reply, out_);
    } else {
      execution_.Failed(index, answer.reply.status().message(), out_);
      execution_.Stop();
      error_ = std::string(answer.reply.status().message());
    }
    GoOn();
  }
  void On(const StreamEvent<Host>& told) {
    for (const auto& [index, id] : execution_.made()) {
      if (id != told.event.id) continue;
      const std::string& component = execution_.plan().operations(static_cast<int>(index)).component();
      up_.insert(component);
      out_.Tell(Report::Kind::kUp, component, "running");
    }
    GoOn();
  }
  void On(const StreamEnded&) {}
  void On(const TimerFired&) {}
  void On(const Interrupted&) {}

  void GoOn() {
    execution_.Pump([this](const Wait& wait) { return up_.contains(wait.component()); },
                    [this](uint32_t index) { return RequestOf(index); }, out_);
    const bool all_up = up_.size() == static_cast<size_t>(input_.project.services_size());
    if (outcome_.has_value() || !(error_.empty() ? all_up : execution_.Idle())) return;
    outcome_ = Finish{error_.empty() ? ExitCode::kDone : ExitCode::kFailed, error_};
    Save(error_.empty() ? Deployment::APPLIED : Deployment::FAILED);
  }

  Execution<Host>::Request RequestOf(uint32_t index) const {
    const Operation& operation = execution_.plan().operations(static_cast<int>(index));
    if (operation.action() == "write") return {WriteUnit{operation.name()}, absl::Seconds(1)};
    return {StartUnit{execution_.ObjectId(index)}, absl::Seconds(1)};
  }

  void Save(Deployment::Phase phase) {
    const auto ids = [this](const std::string& component) {
      std::vector<std::string> found;
      for (const auto& [index, id] : execution_.made()) {
        if (execution_.plan().operations(static_cast<int>(index)).component() == component) found.push_back(id);
      }
      return found;
    };
    Deployment record = MakeRecord(input_, phase, "host-7", ids, now_, now_);
    record.set_error(error_);
    out_.Put(deploy::Save{std::move(record)});
  }

  const DeploymentInput input_;
  Outbox<Host> out_;
  Execution<Host> execution_;
  std::set<std::string> up_;  // components
  std::string error_;
  std::optional<Finish> outcome_;  // which is being saved
  absl::Time now_;
};

// The world: a host in memory, whose driver carries out one thing after the other.

class FakeHost {
 public:
  // It refuses to start this unit.
  std::string broken;

  // What was asked and what was told, in order.
  const std::vector<std::string>& story() const { return story_; }
  const std::vector<Report>& reports() const { return reports_; }
  const Deployment& saved() const { return saved_; }
  const Finish& finish() const { return finish_.value(); }

  void Run(Apply machine) {
    coming_ = {Begin{}};
    while (!coming_.empty()) {
      const Event<Host> event = std::move(coming_.front());
      coming_.pop_front();
      for (const Action<Host>& action : machine.Step(absl::UnixEpoch(), event)) {
        std::visit([this](const auto& a) { Do(a); }, action);
      }
    }
  }

  std::vector<Replica> Replicas() const {
    std::vector<Replica> replicas;
    for (const auto& [id, name] : running_) {
      const std::string component = name.substr(0, name.find('.'));
      replicas.push_back({.id = id,
                          .name = name,
                          .component = component,
                          .number = 1,
                          .state = ReplicaState::kRunning,
                          .state_word = "active",
                          .up = "1 minute"});
    }
    return replicas;
  }

 private:
  void Do(const Send<Host>& send) {
    coming_.push_back(
        Answer<Host>{send.request, std::visit([this](const auto& call) { return Take(call); }, send.call)});
    if (const auto* start = std::get_if<StartUnit>(&send.call); start != nullptr && running_.contains(start->id)) {
      coming_.push_back(StreamEvent<Host>{UnitIsUp{start->id}});
    }
  }
  void Do(const OpenStream<Host>& open) {
    story_.push_back("listen to " + open.filter);
    coming_.push_back(StreamOpened{});
  }
  void Do(const Save& save) {
    story_.push_back("save " + Deployment::Phase_Name(save.deployment.phase()));
    saved_ = save.deployment;
    coming_.push_back(Saved{});
  }
  void Do(const Report& report) {
    reports_.push_back(report);
    if (report.kind != Report::Kind::kBegun) story_.push_back(report.text);
  }
  void Do(const Finish& finish) { finish_ = finish; }
  void Do(const Cancel&) {}
  void Do(const CloseStream&) {}
  void Do(const Forget&) {}
  void Do(const StartTimer&) {}

  absl::StatusOr<std::string> Take(const WriteUnit& call) {
    story_.push_back("write " + call.name);
    const std::string id = absl::StrCat("u", written_.size() + 1);
    written_[id] = call.name;
    return id;
  }
  absl::StatusOr<std::string> Take(const StartUnit& call) {
    story_.push_back("start " + call.id);
    if (written_.at(call.id) == broken) return absl::InternalError("no such program");
    running_[call.id] = written_[call.id];
    return "";
  }

  std::deque<Event<Host>> coming_;
  std::map<std::string, std::string> written_, running_;  // id → name
  std::vector<std::string> story_;
  std::vector<Report> reports_;
  Deployment saved_;
  std::optional<Finish> finish_;
};

class ThirdTargetTest : public ::testing::Test {
 protected:
  ThirdTargetTest() {
    input_.project.set_name("flow-x");
    input_.project.set_pipeline("x");
    input_.project.set_namespace_("default");
    for (const char* name : {"source", "sink"}) {
      project::Service& service = *input_.project.add_services();
      service.set_name(name);
      service.set_type(name);
      service.set_replicas(1);
      service.mutable_restart()->set_mode(project::RestartPolicy::ALWAYS);
    }
    input_.project.mutable_services(1)->add_depends_on()->set_service("source");
  }

  void Deploy() { host_.Run(Apply(input_)); }

  PipelineStatus Status() const {
    return DescribePipeline({.namespace_ = "default",
                             .pipeline = "x",
                             .deployment = host_.saved(),
                             .replicas = host_.Replicas(),
                             .replica_noun = "unit"});
  }

  DeploymentInput input_;
  FakeHost host_;
};

TEST_F(ThirdTargetTest, ItsPlanIsWrittenInItsWords) {
  EXPECT_EQ(OrderedPlanText({MakePlan(input_.project)}),
            "[1]  write unit source.unit  not there\n"
            "[2]  write unit sink.unit    not there\n"
            "then\n"
            "[3]  start unit source.unit  not there\n"
            "[4]  start unit sink.unit    not there  waits for source running\n");
}

TEST_F(ThirdTargetTest, IsDeployedInThePlansOrder) {
  Deploy();
  EXPECT_THAT(host_.story(),
              ElementsAre("listen to flow-x", "save APPLYING", "write source.unit", "write sink.unit",
                          "unit source.unit written", "unit sink.unit written", "start u1", "unit source.unit started",
                          "running", "start u2", "unit sink.unit started", "running", "save APPLIED"));
  EXPECT_EQ(host_.finish().code, ExitCode::kDone);
}

TEST_F(ThirdTargetTest, AFailureIsToldAndNothingBeginsAfterIt) {
  host_.broken = "source.unit";
  Deploy();
  EXPECT_THAT(host_.story(), ElementsAre("listen to flow-x", "save APPLYING", "write source.unit", "write sink.unit",
                                         "unit source.unit written", "unit sink.unit written", "start u1",
                                         "start unit source.unit: no such program", "save FAILED"));
  EXPECT_EQ(host_.finish().code, ExitCode::kFailed);
}

TEST_F(ThirdTargetTest, IsRecordedWithTheIdsOfItsReplicas) {
  Deploy();
  EXPECT_EQ(host_.saved().engine_id(), "host-7");
  EXPECT_EQ(host_.saved().phase(), Deployment::APPLIED);
  ASSERT_EQ(host_.saved().components_size(), 2);
  EXPECT_THAT(host_.saved().components(0).container_ids(), ElementsAre("u1"));
  EXPECT_THAT(host_.saved().components(1).container_ids(), ElementsAre("u2"));
}

TEST_F(ThirdTargetTest, ItsStatusIsATable) {
  Deploy();
  EXPECT_EQ(PipelineTable(Status()),
            "COMPONENT  TYPE    STATE    HEALTH  READY  UP        PORTS\n"
            "source     source  running  none    1/1    1 minute  -\n"
            "sink       sink    running  none    1/1    1 minute  -\n");
}

TEST_F(ThirdTargetTest, ItsStatusSaysWhatIsMissingInItsWords) {
  host_.broken = "sink.unit";
  Deploy();
  EXPECT_EQ(PipelineTable(Status()),
            "COMPONENT  TYPE    STATE    HEALTH  READY  UP        PORTS\n"
            "source     source  running  none    1/1    1 minute  -\n"
            "sink       sink    missing  none    0/1    -         -\n"
            "\n"
            "x is degraded: sink is missing (there is no unit); the last apply failed: no such program\n");
}

TEST_F(ThirdTargetTest, IsDrawnWhileItIsDeployed) {
  host_.broken = "sink.unit";
  Deploy();
  LiveBlock block("apply x", absl::UnixEpoch());
  block.Expect(input_.project);
  for (const Report& report : host_.reports()) block.Take(report, absl::UnixEpoch() + absl::Seconds(1));
  std::vector<std::string> lines;
  for (const BlockLine& line : block.Lines(absl::UnixEpoch() + absl::Seconds(2), {.colour = false})) {
    lines.push_back(line.text);
  }
  EXPECT_THAT(lines,
              ElementsAre("   2.0s  apply x: 1 of 2 done", "   1.0s  source  running", "   1.0s  sink    failed"));
}

TEST_F(ThirdTargetTest, ItsLinesAreShownInTheOrderOfTheirTimes) {
  LogMerge merge(absl::InfiniteDuration());
  LogText text({});
  for (const project::Service& service : input_.project.services()) {
    text.Expect(service.name(), static_cast<int>(service.replicas()));
    merge.Open(service.name());
  }
  merge.Add("sink", {.time = absl::FromUnixSeconds(2), .text = "two"}, absl::UnixEpoch());
  merge.Add("source", {.time = absl::FromUnixSeconds(1), .text = "one"}, absl::UnixEpoch());
  merge.Add("source", {.time = absl::FromUnixSeconds(3), .text = "three"}, absl::UnixEpoch());
  for (const project::Service& service : input_.project.services()) merge.Close(service.name());
  std::string shown;
  for (const MergedLine& line : merge.Take(absl::UnixEpoch())) shown += text.Line({line.source, 1, line.line});
  EXPECT_EQ(shown,
            "source | one\n"
            "sink   | two\n"
            "source | three\n");
}

}  // namespace
}  // namespace flow::deploy
