#include "flow/control/arrival.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/control/testing/talk.h"

namespace flow::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Listed;
using testing::Registered;
using testing::RunIs;
using testing::Talk;
using ::testing::UnorderedElementsAre;

ArrivalInput Input() {
  ArrivalInput input;
  input.project.set_pipeline("payments");
  input.project.set_namespace_("default");
  for (const char* name : {"source", "sink"}) {
    project::Service& service = *input.project.add_services();
    service.set_name(name);
    service.set_type(name);
    service.set_image("busybox:1.36");
  }
  input.config_yaml = "kind: Pipeline\n";
  input.run_id = "r1";
  input.registered.set_address("127.0.0.1:8080");
  return input;
}

class ArrivalTest : public ::testing::Test {
 protected:
  void Up(const std::string& component) {
    for (const project::Service& service : input_.project.services()) {
      if (service.name() == component) arrival_.Up(service, {"c-" + component});
    }
  }

  const ArrivalInput input_ = Input();
  Arrival arrival_{input_};
  Talk<Arrival> talk_{arrival_};
};

TEST_F(ArrivalTest, TellsARunAndItsComponents) {
  arrival_.Look();
  EXPECT_THAT(talk_.Said(), ElementsAre("list"));
  EXPECT_THAT(talk_.Answer("list", Listed({})), IsEmpty());
  arrival_.BeginRun();
  EXPECT_THAT(talk_.Said(), ElementsAre("create run r1"));
  EXPECT_THAT(talk_.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_STARTING)), IsEmpty());
  Up("source");
  EXPECT_THAT(talk_.Said(), ElementsAre("register source"));
  EXPECT_THAT(talk_.Answer("register source", Registered("s1")), ElementsAre("s1 is HEALTHY"));
  Up("sink");
  arrival_.End(flowctl::RUN_STATUS_RUNNING, "", {"source", "sink"});
  EXPECT_THAT(talk_.Said(), ElementsAre("register sink", "run r1 is RUNNING"));
  EXPECT_THAT(talk_.Answer("register sink", Registered("s2")), ElementsAre("s2 is HEALTHY"));
  talk_.Answer("s1 is HEALTHY");
  talk_.Answer("run r1 is RUNNING", RunIs("r1", flowctl::RUN_STATUS_RUNNING));
  EXPECT_FALSE(arrival_.Done());
  talk_.Answer("s2 is HEALTHY");
  EXPECT_TRUE(arrival_.Done());
  EXPECT_THAT(talk_.Warned(), IsEmpty());
  EXPECT_EQ(arrival_.record().run_id(), "r1");
  EXPECT_EQ(arrival_.record().service_ids().at("sink"), "s2");
}

TEST_F(ArrivalTest, AComponentIsDescribed) {
  Up("sink");
  const auto calls = arrival_.out().TakeCalls();
  const auto& request = std::get<flowctl::v1::RegisterRequest>(calls.at(0).second);
  EXPECT_EQ(request.component_id(), "sink");
  EXPECT_EQ(request.component().id(), "sink");
  EXPECT_EQ(request.component().type(), flowctl::v1::COMPONENT_TYPE_CONSUMER);
  const auto& metadata = request.component().metadata();
  EXPECT_EQ(metadata.at("pipeline"), "payments");
  EXPECT_EQ(metadata.at("namespace"), "default");
  EXPECT_EQ(metadata.at("image"), "busybox:1.36");
  EXPECT_EQ(metadata.at("container_ids"), "c-sink");
}

TEST_F(ArrivalTest, ARunsStatesComeInTheirOrder) {
  arrival_.BeginRun();
  arrival_.End(flowctl::RUN_STATUS_RUNNING, "", {});
  EXPECT_THAT(talk_.Said(), ElementsAre("create run r1"));  // and nothing of it before that is answered
  // The server may give it a name of its own, and say another state than starting.
  EXPECT_THAT(talk_.Answer("create run r1", RunIs("x", flowctl::RUN_STATUS_UNKNOWN)), ElementsAre("run x is RUNNING"));
  EXPECT_EQ(arrival_.record().run_id(), "x");
}

TEST_F(ArrivalTest, AServerThatDoesNotSayStartingIsTold) {
  arrival_.BeginRun();
  talk_.Said();
  EXPECT_THAT(talk_.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_UNKNOWN)),
              ElementsAre("run r1 is STARTING"));
}

TEST_F(ArrivalTest, AFailedApplyEndsTheRunAndWhatWasRolledBackIsUnregistered) {
  arrival_.BeginRun();
  talk_.Said();
  talk_.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_STARTING));
  Up("source");
  Up("sink");
  talk_.Said();
  talk_.Answer("register source", Registered("s1"));
  arrival_.End(flowctl::RUN_STATUS_FAILED, "sink: exited with code 3", {});
  EXPECT_THAT(talk_.Said(), ElementsAre("unregister s1", "run r1 is FAILED: sink: exited with code 3"));
  // Its registration was under way.
  EXPECT_THAT(talk_.Answer("register sink", Registered("s2")), ElementsAre("unregister s2"));
  talk_.Answer("run r1 is FAILED: sink: exited with code 3", RunIs("r1", flowctl::RUN_STATUS_FAILED));
  EXPECT_EQ(arrival_.record().run_id(), "");
  EXPECT_THAT(arrival_.record().service_ids(), IsEmpty());
}

TEST(Arrival, AnUpdateEndsTheRunBeforeAndUnregistersWhatHasLeft) {
  ArrivalInput input = Input();
  input.registered.set_run_id("r0");
  (*input.registered.mutable_service_ids())["gone"] = "s0";
  (*input.registered.mutable_service_ids())["sink"] = "s2";
  Arrival arrival(input);
  Talk<Arrival> talk(arrival);
  arrival.BeginRun();
  EXPECT_THAT(talk.Said(), ElementsAre("run r0 is STOPPED", "create run r1"));
  // A server that was restarted has forgotten it.
  EXPECT_THAT(talk.Answer("run r0 is STOPPED", absl::UnknownError("no such run")), IsEmpty());
  talk.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_STARTING));
  arrival.End(flowctl::RUN_STATUS_RUNNING, "", {"source", "sink"});
  EXPECT_THAT(talk.Said(), UnorderedElementsAre("unregister s0", "run r1 is RUNNING"));
  EXPECT_THAT(talk.Warned(), IsEmpty());
  EXPECT_FALSE(arrival.record().service_ids().contains("gone"));
}

TEST(Arrival, AnApplyThatChangesNothingGoesOnWithItsRun) {
  ArrivalInput input = Input();
  input.registered.set_run_id("r0");
  Arrival arrival(input);
  Talk<Arrival> talk(arrival);
  arrival.End(flowctl::RUN_STATUS_RUNNING, "", {"source", "sink"});
  EXPECT_THAT(talk.Said(), ElementsAre("run r0 is RUNNING"));
  // Unless the server knows it no more.
  EXPECT_THAT(talk.Answer("run r0 is RUNNING", absl::UnknownError("no such run")), ElementsAre("create run r1"));
  EXPECT_THAT(talk.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_STARTING)),
              ElementsAre("run r1 is RUNNING"));
  talk.Answer("run r1 is RUNNING", RunIs("r1", flowctl::RUN_STATUS_RUNNING));
  EXPECT_EQ(arrival.record().run_id(), "r1");
  EXPECT_THAT(talk.Warned(), IsEmpty());
}

TEST_F(ArrivalTest, WhatHasCompletedIsARunNoMore) {
  arrival_.BeginRun();
  arrival_.End(flowctl::RUN_STATUS_COMPLETED, "", {"source", "sink"});
  talk_.Said();
  EXPECT_THAT(talk_.Answer("create run r1", RunIs("r1", flowctl::RUN_STATUS_STARTING)),
              ElementsAre("run r1 is COMPLETED"));
  talk_.Answer("run r1 is COMPLETED", RunIs("r1", flowctl::RUN_STATUS_COMPLETED));
  EXPECT_EQ(arrival_.record().run_id(), "");
}

TEST_F(ArrivalTest, AnIdOfAnotherPipelineIsWarnedOf) {
  arrival_.Look();
  talk_.Said();
  talk_.Answer(
      "list",
      Listed({{"sink", {"default", "orders"}}, {"source", {"default", "payments"}}, {"other", {"default", "orders"}}}));
  EXPECT_THAT(talk_.Warned(), ElementsAre(HasSubstr("\"sink\" of pipeline \"orders\" in namespace \"default\"")));
  // What registered by itself has no pipeline.
  arrival_.Look();
  talk_.Said();
  talk_.Answer("list", Listed({{"sink", {"", ""}}}));
  EXPECT_THAT(talk_.Warned(), IsEmpty());
}

TEST_F(ArrivalTest, AControlPlaneThatIsAwayIsOneWarning) {
  for (const absl::Status& away : {absl::UnavailableError("nothing listens there"),
                                   absl::DeadlineExceededError("no answer"), absl::DataLossError("garbage")}) {
    Arrival arrival(input_);
    Talk<Arrival> talk(arrival);
    arrival.Look();
    arrival.BeginRun();
    talk.Said();
    talk.Answer("list", away);
    EXPECT_TRUE(arrival.Done());
    arrival.End(flowctl::RUN_STATUS_RUNNING, "", {"source", "sink"});
    EXPECT_THAT(talk.Said(), IsEmpty());
    EXPECT_THAT(talk.Warned(), ElementsAre(HasSubstr("127.0.0.1:8080 cannot be told: ")));
  }
}

TEST_F(ArrivalTest, WhatIsNotAnsweredInTimeIsGivenUp) {
  arrival_.Look();
  arrival_.GiveUp();
  EXPECT_TRUE(arrival_.Done());
  EXPECT_THAT(talk_.Warned(), ElementsAre(HasSubstr("has not answered in time")));
  arrival_.GiveUp();
  EXPECT_THAT(talk_.Warned(), IsEmpty());
}

TEST_F(ArrivalTest, ARefusalIsTheServersWordOnOneCall) {
  Up("source");
  Up("sink");
  talk_.Said();
  talk_.Answer("register source", absl::InvalidArgumentError("no endpoint"));
  EXPECT_THAT(talk_.Warned(), ElementsAre("source: the control plane refused it: no endpoint"));
  EXPECT_THAT(talk_.Answer("register sink", Registered("s2")), ElementsAre("s2 is HEALTHY"));
}

}  // namespace
}  // namespace flow::control
