#include "flow/project/environment.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "flow/project/digest.h"

namespace flow::project {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// The environment of the component that `text` describes, in the pipeline `payments`.
Service Filled(const std::string& text, const std::string& control_plane = "",
               const std::map<std::string, std::string>& input_addresses = {}) {
  pipeline::Pipeline pipeline;
  pipeline.set_name("payments");
  pipeline.set_namespace_("team-a");
  pipeline::Component component;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &component));
  Service service;
  service.set_name(component.id());
  FillEnvironment(pipeline, component, input_addresses, control_plane, service);
  return service;
}

TEST(EnvironmentTest, TellsAComponentWhoItIsAndWhatItReads) {
  EXPECT_THAT(
      Filled(R"(id: "pg.sink" type: SINK inputs: "a" inputs: "b")", "", {{"FLOW_INPUT_A", "a:80"}}).environment(),
      UnorderedElementsAre(Pair("FLOW_PIPELINE_NAME", "payments"), Pair("FLOW_NAMESPACE", "team-a"),
                           Pair("FLOW_COMPONENT_ID", "pg.sink"), Pair("FLOW_COMPONENT_TYPE", "sink"),
                           Pair("FLOW_INPUTS", "a,b"), Pair("FLOW_INPUT_A", "a:80")));
}

TEST(EnvironmentTest, ConfigIsPrefixed) {
  const Service service = Filled(R"(id: "s" config { name: "start-ledger" value: "0755" })");
  EXPECT_THAT(service.environment(), Contains(Pair("FLOW_CONFIG_START_LEDGER", "0755")));
  EXPECT_THAT(service.environment(), Not(Contains(Key("START_LEDGER"))));
}

TEST(EnvironmentTest, AComponentReferenceReadsConfigPlainlyToo) {
  const Service service = Filled(R"(
    id: "s" reference: "duckdb@v1"
    config { name: "database_path" value: "/d" variable: "DUCKDB_PATH" }
    config { name: "batch" value: "7" variable: "BATCH" })");
  EXPECT_THAT(service.environment(), Contains(Pair("DUCKDB_PATH", "/d")));
  EXPECT_THAT(service.environment(), Contains(Pair("BATCH", "7")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOW_CONFIG_DATABASE_PATH", "/d")));
  EXPECT_THAT(service.environment(), Not(Contains(Key("DATABASE_PATH"))));
}

TEST(EnvironmentTest, EnvWinsOverConfigAndOverWhatFlowSets) {
  const Service service = Filled(R"(
    id: "s" reference: "x@1" inputs: "a"
    config { name: "batch" value: "config" variable: "BATCH" }
    env { name: "BATCH" value: "env" }
    env { name: "FLOW_CONFIG_BATCH" value: "env" }
    env { name: "FLOW_INPUT_A" value: "env" }
    env { name: "FLOW_COMPONENT_ID" value: "env" })",
                                 "", {{"FLOW_INPUT_A", "a:80"}});
  for (const char* name : {"BATCH", "FLOW_CONFIG_BATCH", "FLOW_INPUT_A", "FLOW_COMPONENT_ID"}) {
    EXPECT_THAT(service.environment(), Contains(Pair(name, "env")));
  }
}

TEST(EnvironmentTest, TheControlPlaneWinsOverEverything) {
  const Service service = Filled(R"(
    id: "s"
    env { name: "FLOWCTL_ENDPOINT" value: "127.0.0.1:8080" }
    env { name: "ENABLE_FLOWCTL" value: "false" }
    secrets { type: ENV name: "x" env: "FLOWCTL_SERVICE_ID" host_path: "/x" }
    secrets { type: ENV name: "y" env: "KEPT" host_path: "/y" })",
                                 "localhost:9090");
  EXPECT_THAT(service.environment(), Contains(Pair("ENABLE_FLOWCTL", "true")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_ENDPOINT", "host.docker.internal:9090")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_COMPONENT_ID", "s")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_SERVICE_ID", "s")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_HEARTBEAT_INTERVAL", "10s")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_ATTEMPT", "1")));
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_HEARTBEAT_INTERVAL_MS", "10000")));
  ASSERT_EQ(service.secret_environment_size(), 1);
  EXPECT_EQ(service.secret_environment(0).name(), "KEPT");
}

TEST(EnvironmentTest, WithAControlPlaneAComponentIsToldItsIdUnlessTheFileSaysOne) {
  EXPECT_THAT(Filled(R"(id: "s")", "a:1").environment(), Contains(Pair("COMPONENT_ID", "s")));
  EXPECT_THAT(Filled(R"(id: "s" env { name: "COMPONENT_ID" value: "x" })", "a:1").environment(),
              Contains(Pair("COMPONENT_ID", "x")));
  EXPECT_THAT(
      Filled(R"(id: "s" secrets { type: ENV name: "y" env: "COMPONENT_ID" host_path: "/y" })", "a:1").environment(),
      Not(Contains(Key("COMPONENT_ID"))));
}

TEST(EnvironmentTest, WhatFlowCameToTellLaterReplacesNothing) {
  Service service = Filled(R"(id: "s")", "a:1");
  const std::string digest = ServiceDigest(service);
  for (const char* name : {"COMPONENT_ID", "FLOWCTL_ATTEMPT", "FLOWCTL_HEARTBEAT_INTERVAL_MS"}) {
    EXPECT_EQ(service.mutable_environment()->erase(name), 1) << name;
  }
  service.clear_undigested_variables();
  EXPECT_EQ(ServiceDigest(service), digest);
  const Service written = Filled(R"(id: "s" env { name: "COMPONENT_ID" value: "s" })", "a:1");
  EXPECT_NE(ServiceDigest(written), digest) << "what the file says is in it, as ever";
}

TEST(EnvironmentTest, WithoutAControlPlaneNothingIsSaidOfOne) {
  const Service service = Filled(R"(id: "s" env { name: "FLOWCTL_ENDPOINT" value: "127.0.0.1:8080" })");
  EXPECT_THAT(service.environment(), Contains(Pair("FLOWCTL_ENDPOINT", "127.0.0.1:8080")));
  EXPECT_THAT(service.environment(), Not(Contains(Key("ENABLE_FLOWCTL"))));
}

TEST(EnvironmentTest, AnEnvironmentSecretHasNoValueHere) {
  const Service service = Filled(R"(
    id: "pg-sink"
    env { name: "DB_PASSWORD" value: "plain" }
    secrets { type: ENV name: "db.password" env: "DB_PASSWORD" host_path: "/run/db" }
    secrets { type: ENV name: "api-key" host_path: "/run/key" })");
  EXPECT_THAT(service.environment(), Not(Contains(Key("DB_PASSWORD"))));
  ASSERT_EQ(service.secret_environment_size(), 2);
  EXPECT_EQ(service.secret_environment(0).name(), "API_KEY");
  EXPECT_EQ(service.secret_environment(1).name(), "DB_PASSWORD");
  EXPECT_EQ(service.secret_environment(1).host_path(), "/run/db");
  EXPECT_EQ(service.secret_environment(1).compose_variable(), "FLOW_SECRET_PG_SINK_DB_PASSWORD");
}

TEST(EnvironmentTest, AFileSecretsVariableHoldsItsPath) {
  const Service service = Filled(R"(
    id: "s"
    secrets { type: FILE name: "key" env: "KEY_FILE" host_path: "/k" container_path: "/secrets/key" }
    secrets { type: DIR name: "tls" env: "TLS" host_path: "/t" container_path: "/certs" }
    secrets { type: FILE name: "silent" host_path: "/s" })");
  EXPECT_THAT(service.environment(), Contains(Pair("KEY_FILE", "/secrets/key")));
  EXPECT_THAT(service.environment(), Contains(Pair("TLS", "/certs")));
  EXPECT_THAT(service.environment(), Not(Contains(Key(""))));
  EXPECT_EQ(service.secret_environment_size(), 0);
}

TEST(EnvironmentTest, OfTwoSecretsThatSetOneVariableTheLaterWins) {
  const Service service = Filled(R"(
    id: "s"
    secrets { type: ENV name: "a" env: "V" host_path: "/a" }
    secrets { type: FILE name: "b" env: "V" host_path: "/b" container_path: "/secrets/b" })");
  EXPECT_THAT(service.environment(), Contains(Pair("V", "/secrets/b")));
  EXPECT_EQ(service.secret_environment_size(), 0);
}

}  // namespace
}  // namespace flow::project
