#include "flow/control/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "flow/control/testing/talk.h"

namespace flow::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Registered;
using testing::Talk;

deploy::Deployment Known() {
  deploy::Deployment known;
  known.mutable_control_plane()->set_address("cp:8080");
  (*known.mutable_control_plane()->mutable_service_ids())["source"] = "s1";
  (*known.mutable_control_plane()->mutable_service_ids())["sink"] = "s2";
  return known;
}

// Components and their states; one that is "missing" has no container.
deploy::PipelineStatus Status(const std::vector<std::pair<std::string, std::string>>& components,
                              const std::string& state = "running") {
  deploy::PipelineStatus status;
  status.set_name("payments");
  status.set_namespace_("default");
  status.set_state(state);
  for (const auto& [id, its_state] : components) {
    deploy::ComponentStatus& component = *status.add_components();
    component.set_id(id);
    component.set_state(its_state);
    component.set_replicas(1);
    component.set_ready(its_state == "running");
    if (its_state != "missing") component.add_containers()->set_id("c-" + id);
  }
  return status;
}

class HeartbeatTest : public ::testing::Test {
 protected:
  void Look(const deploy::PipelineStatus& status) { heartbeat_.Look(status, &known_); }
  // Both are healthy, and that was told.
  void BothHealthy() {
    Look(Status({{"source", "running"}, {"sink", "running"}}));
    EXPECT_THAT(talk_.Said(), ElementsAre("s2 is HEALTHY", "s1 is HEALTHY"));
    talk_.Answer("s1 is HEALTHY");
    talk_.Answer("s2 is HEALTHY");
  }

  deploy::Deployment known_ = Known();
  Heartbeat heartbeat_{"cp:8080"};
  Talk<Heartbeat> talk_{heartbeat_};
};

TEST_F(HeartbeatTest, AChangeIsToldAtOnceAndAllAtEachBeat) {
  BothHealthy();
  Look(Status({{"source", "running"}, {"sink", "running"}}));
  EXPECT_THAT(talk_.Said(), IsEmpty());
  Look(Status({{"source", "running"}, {"sink", "failed"}}));
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is UNHEALTHY"));
  talk_.Answer("s2 is UNHEALTHY");
  heartbeat_.Beat();
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is UNHEALTHY", "s1 is HEALTHY"));
}

TEST_F(HeartbeatTest, IdsOfAnotherControlPlaneAreNotTaken) {
  known_.mutable_control_plane()->set_address("other:8080");
  Look(Status({{"source", "running"}}));
  EXPECT_THAT(talk_.Said(), ElementsAre("register source"));
}

TEST_F(HeartbeatTest, WhatChangesWhileACallIsOpenIsToldBehindIt) {
  Look(Status({{"source", "running"}, {"sink", "running"}}));
  talk_.Said();
  Look(Status({{"source", "running"}, {"sink", "failed"}}));
  EXPECT_THAT(talk_.Said(), IsEmpty());
  EXPECT_THAT(talk_.Answer("s2 is HEALTHY"), ElementsAre("s2 is UNHEALTHY"));
}

TEST(Heartbeat, RegistersWhatTheStateDoesNotKnow) {
  Heartbeat heartbeat("cp:8080");
  Talk<Heartbeat> talk(heartbeat);
  heartbeat.Look(Status({{"source", "running"}, {"sink", "missing"}}), nullptr);
  EXPECT_THAT(talk.Said(), ElementsAre("register source"));  // of the other there is nothing
  EXPECT_THAT(talk.Answer("register source", Registered("s7")), ElementsAre("s7 is HEALTHY"));
}

TEST_F(HeartbeatTest, AServerThatForgotIsToldAnewAfterALook) {
  BothHealthy();
  heartbeat_.Beat();
  talk_.Said();
  EXPECT_THAT(talk_.Answer("s1 is HEALTHY", absl::UnknownError("no such service")), IsEmpty());
  EXPECT_TRUE(heartbeat_.wants_look());
  Look(Status({{"source", "running"}, {"sink", "running"}}));
  EXPECT_THAT(talk_.Said(), ElementsAre("register source"));
  EXPECT_THAT(talk_.Answer("register source", Registered("s8")), ElementsAre("s8 is HEALTHY"));
  EXPECT_FALSE(heartbeat_.wants_look());
}

TEST_F(HeartbeatTest, WhatAnApplyRegisteredAnewIsToldUnderItsNewId) {
  BothHealthy();
  (*known_.mutable_control_plane()->mutable_service_ids())["sink"] = "s3";
  Look(Status({{"source", "running"}, {"sink", "running"}}));
  EXPECT_THAT(talk_.Said(), ElementsAre("s3 is HEALTHY"));
}

TEST_F(HeartbeatTest, WhatWasDeletedIsNotRegisteredAgain) {
  BothHealthy();
  Look(Status({{"source", "running"}, {"sink", "missing"}}, "deleting"));
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is STOPPING", "s1 is STOPPING"));
  EXPECT_THAT(talk_.Answer("s1 is STOPPING", absl::UnknownError("no such service")), IsEmpty());
  EXPECT_THAT(talk_.Answer("s2 is STOPPING", absl::UnknownError("no such service")), IsEmpty());
  Look(Status({{"source", "running"}}, "deleting"));
  EXPECT_THAT(talk_.Said(), IsEmpty());
  Look(Status({}, "deleting"));
  heartbeat_.Beat();
  EXPECT_THAT(talk_.Said(), IsEmpty());
}

TEST_F(HeartbeatTest, AnAbsenceIsToldOnceAndItsEndToo) {
  BothHealthy();
  heartbeat_.Beat();
  talk_.Said();
  talk_.Answer("s1 is HEALTHY", absl::UnavailableError("nothing listens there"));
  talk_.Answer("s2 is HEALTHY", absl::UnavailableError("nothing listens there"));
  EXPECT_TRUE(heartbeat_.away());
  EXPECT_THAT(talk_.Warned(), ElementsAre(HasSubstr("cp:8080 cannot be told: nothing listens there")));
  heartbeat_.Beat();
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is HEALTHY", "s1 is HEALTHY"));
  talk_.Answer("s1 is HEALTHY");
  EXPECT_FALSE(heartbeat_.away());
  EXPECT_THAT(talk_.Warned(), ElementsAre(HasSubstr("answers again")));
}

TEST_F(HeartbeatTest, WhatIsNotKnownIsNotCalledHealthy) {
  BothHealthy();
  heartbeat_.Unknown();
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is UNKNOWN", "s1 is UNKNOWN"));
}

TEST_F(HeartbeatTest, ItsLastWordIsStopping) {
  BothHealthy();
  heartbeat_.Stop();
  EXPECT_THAT(talk_.Said(), ElementsAre("s2 is STOPPING", "s1 is STOPPING"));
  talk_.Answer("s1 is STOPPING", absl::UnknownError("no such service"));
  EXPECT_FALSE(heartbeat_.Done());
  talk_.Answer("s2 is STOPPING");
  EXPECT_TRUE(heartbeat_.Done());
}

TEST(Heartbeat, ARefusedRegistrationIsTriedAgainAtEachBeatAndToldOnce) {
  Heartbeat heartbeat("cp:8080");
  Talk<Heartbeat> talk(heartbeat);
  heartbeat.Look(Status({{"source", "running"}}), nullptr);
  talk.Said();
  EXPECT_THAT(talk.Answer("register source", absl::InvalidArgumentError("no endpoint")), IsEmpty());
  EXPECT_THAT(talk.Warned(), ElementsAre("source: the control plane refused it: no endpoint; it is tried again"));
  heartbeat.Look(Status({{"source", "starting"}}), nullptr);
  EXPECT_THAT(talk.Said(), IsEmpty());
  heartbeat.Beat();
  EXPECT_THAT(talk.Said(), ElementsAre("register source"));
  EXPECT_THAT(talk.Answer("register source", absl::InvalidArgumentError("still no endpoint")), IsEmpty());
  EXPECT_THAT(talk.Warned(), IsEmpty());
  heartbeat.Beat();
  EXPECT_THAT(talk.Said(), ElementsAre("register source"));
  EXPECT_THAT(talk.Answer("register source", Registered("s7")), ElementsAre("s7 is STARTING"));
}

TEST(Heartbeat, ARefusalAfterASuccessIsToldAgain) {
  Heartbeat heartbeat("cp:8080");
  Talk<Heartbeat> talk(heartbeat);
  const absl::Status refusal = absl::ResourceExhaustedError("too many");
  heartbeat.Look(Status({{"source", "running"}}), nullptr);
  talk.Said();
  talk.Answer("register source", refusal);
  EXPECT_THAT(talk.Warned(), ElementsAre(HasSubstr("too many")));
  heartbeat.Beat();
  talk.Said();
  talk.Answer("register source", Registered("s7"));
  talk.Answer("s7 is HEALTHY", absl::UnknownError("no such service"));
  heartbeat.Look(Status({{"source", "running"}}), nullptr);
  EXPECT_THAT(talk.Said(), ElementsAre("register source"));
  talk.Answer("register source", refusal);
  EXPECT_THAT(talk.Warned(), ElementsAre(HasSubstr("too many")));
}

}  // namespace
}  // namespace flow::control
