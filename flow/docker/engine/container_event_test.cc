#include "flow/docker/engine/container_event.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/docker/engine/json.h"

namespace flow::docker::engine {
namespace {

using Kind = ContainerEvent::Kind;

ContainerEvent Read(const std::string& json) { return ReadContainerEvent(*ReadJson<Event>(json)); }
Kind KindOf(const std::string& action) { return Read("{\"Action\":\"" + action + "\"}").kind; }

TEST(ReadContainerEvent, KnowsDockersWordsAndPodmans) {
  EXPECT_EQ(KindOf("create"), Kind::kCreated);
  EXPECT_EQ(KindOf("start"), Kind::kStarted);
  for (const char* action : {"die", "died"}) EXPECT_EQ(KindOf(action), Kind::kExited) << action;
  for (const char* action : {"destroy", "remove"}) EXPECT_EQ(KindOf(action), Kind::kRemoved) << action;
  EXPECT_EQ(KindOf("exec_create: sh -c x"), Kind::kExecBegun);
  for (const char* action : {"exec_start: sh -c x", "exec", "top"}) EXPECT_EQ(KindOf(action), Kind::kExec) << action;
  for (const char* action : {"exec_die", "exec_died"}) EXPECT_EQ(KindOf(action), Kind::kExecEnded) << action;
  for (const char* action : {"pause", "rename", "health_stat", "starts", ""}) {
    EXPECT_EQ(KindOf(action), Kind::kOther) << action;
  }
}

TEST(ReadContainerEvent, TellsWhoseItIs) {
  const ContainerEvent event = Read(R"({"Action":"start","Actor":{"ID":"1","Attributes":{
      "com.obsrvr.flow.component":"sink","com.docker.compose.container-number":"2"}}})");
  EXPECT_EQ(event.id, "1");
  EXPECT_EQ(event.component, "sink");
  EXPECT_EQ(event.number, 2);
}

TEST(ReadContainerEvent, TellsTheExitCodeUnderEitherName) {
  EXPECT_EQ(Read(R"({"Action":"die","Actor":{"Attributes":{"exitCode":"3"}}})").exit_code, 3);
  EXPECT_EQ(Read(R"({"Action":"died","Actor":{"Attributes":{"containerExitCode":"137"}}})").exit_code, 137);
  EXPECT_EQ(Read(R"({"Action":"die"})").exit_code, 0);
}

TEST(ReadContainerEvent, TellsTheHealthWhereverItStands) {
  EXPECT_EQ(Read(R"({"Action":"health_status: healthy"})").health, deploy::Health::kHealthy);
  EXPECT_EQ(Read(R"({"Action":"health_status: unhealthy"})").health, deploy::Health::kUnhealthy);
  EXPECT_EQ(Read(R"({"Action":"health_status: starting"})").health, deploy::Health::kStarting);
  EXPECT_EQ(Read(R"({"Action":"health_status","HealthStatus":"healthy"})").health, deploy::Health::kHealthy);
  EXPECT_EQ(Read(R"({"Action":"start"})").health, deploy::Health::kNone);
}

TEST(ContainerEvent, AWordOfHealthIsOfAContainerWithACheck) {
  EXPECT_EQ(HealthOfWord("healthy"), deploy::Health::kHealthy);
  EXPECT_EQ(HealthOfWord("starting"), deploy::Health::kStarting);
  EXPECT_EQ(HealthOfWord(""), deploy::Health::kNone);
  EXPECT_EQ(HealthOfWord("none"), deploy::Health::kNone);
}

}  // namespace
}  // namespace flow::docker::engine
