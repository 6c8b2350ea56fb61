#include "flow/docker/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/testing/projects.h"

namespace flow::docker {
namespace {

std::string Explain(OperationKind kind, const std::string& message) {
  Operation operation;
  SetKind(kind, &operation);
  operation.set_name("busybox:1.36");
  return ExplainRefusal(operation, message);
}

// As Docker 20.10, Podman and Docker 28 say it.
TEST(ExplainRefusal, NamesThePortThatIsTaken) {
  for (const char* message : {"driver failed programming external connectivity on endpoint x (4f1c): Error starting "
                              "userland proxy: listen tcp4 "
                              "127.0.0.1:18080: bind: address already in use",
                              "driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:18080 "
                              "failed: port is already "
                              "allocated",
                              "failed to set up container networking: driver failed programming external connectivity "
                              "on endpoint x: failed to "
                              "bind host port 127.0.0.1:18080:172.18.0.2:8080/tcp: address already in use"}) {
    EXPECT_EQ(Explain(OperationKind::kStartContainer, message),
              "cannot publish 127.0.0.1:18080: that port is taken on the host");
  }
}

TEST(ExplainRefusal, NamesTheAddressOfVersionSixToo) {
  for (const auto& [message, address] : std::vector<std::pair<const char*, const char*>>{
           {"Bind for :::18080 failed: port is already allocated", "[::]:18080"},
           {"Error starting userland proxy: listen tcp6 [::1]:18080: bind: address already in use", "[::1]:18080"},
           {"failed to bind host port [fd00::1]:18080:172.18.0.2:8080/tcp: address already in use", "[fd00::1]:18080"},
       }) {
    EXPECT_EQ(Explain(OperationKind::kStartContainer, message),
              absl::StrCat("cannot publish ", address, ": that port is taken on the host"));
  }
}

// As Docker 20.10 and 28, and Podman, say it.
TEST(ExplainRefusal, TellsThatNoSubnetIsLeft) {
  for (const char* message :
       {"could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
        "all predefined address pools have been fully subnetted", "could not find free subnet from subnet pools"}) {
    const std::string text = Explain(OperationKind::kCreateNetwork, message);
    for (const char* part :
         {"no subnet left", "deleting a pipeline", "docker network prune", "default-address-pools"}) {
      EXPECT_THAT(text, ::testing::HasSubstr(part));
    }
    EXPECT_THAT(text, ::testing::HasSubstr(message));
  }
}

// What has the port on all addresses has it on this one.
TEST(AddPortHolder, NamesTheContainerAndWhoseItIs) {
  engine::ContainerList list;
  const auto add = [&](const std::string& name, const std::string& ip, int port) {
    engine::ContainerSummary& container = *list.add_containers();
    container.add_names("/" + name);
    container.add_ports()->set_ip(ip);
    container.mutable_ports(0)->set_public_port(port);
    return &container;
  };
  add("elsewhere", "127.0.0.2", 18080);
  add("near", "0.0.0.0", 8080);
  const auto what = [&] {
    Failure failure{.what = "taken", .address = "127.0.0.1:18080"};
    AddPortHolder(list, &failure);
    return failure.what;
  };
  EXPECT_EQ(what(), "taken");
  auto& labels = *add("flow-b-source-1", "0.0.0.0", 18080)->mutable_labels();
  EXPECT_EQ(what(), "taken by container flow-b-source-1 (something that is not flow's)");
  labels[project::kPipelineLabel] = "b";
  labels[project::kNamespaceLabel] = "default";
  EXPECT_EQ(what(), "taken by container flow-b-source-1 (pipeline \"b\")");
}

TEST(ExplainRefusal, TellsWhichCommandCannotBeRun) {
  EXPECT_EQ(Explain(OperationKind::kStartContainer,
                    "OCI runtime create failed: runc create failed: unable to start container process: exec: \"nope\": "
                    "executable file not found in $PATH: unknown"),
            "its command cannot be run: exec: \"nope\": executable file not found in $PATH");
}

TEST(ExplainRefusal, TellsWhyAnImageCannotBePulled) {
  EXPECT_EQ(Explain(OperationKind::kPullImage, "no such host"),
            "the engine's machine does not know the host of registry docker.io (the engine says: no such host)");
}

TEST(ExplainRefusal, WhatItDoesNotKnowStaysAsItIs) {
  EXPECT_EQ(Explain(OperationKind::kCreateContainer, "disk full"), "disk full");
}

// An inspection of a container that started at 12:00:00, whose last probe ended at `end` and said `output`.
engine::ContainerInspect Probed(const std::string& end, const std::string& output) {
  engine::ContainerInspect inspect;
  inspect.mutable_state()->set_started_at("2026-11-28T12:00:00.123456789Z");
  inspect.mutable_config()->mutable_healthcheck()->set_start_period(30e9);
  inspect.mutable_config()->mutable_healthcheck()->set_timeout(5e9);
  inspect.mutable_state()->mutable_health()->set_status("unhealthy");
  engine::HealthProbe& probe = *inspect.mutable_state()->mutable_health()->add_log();
  probe.set_exit_code(1);
  probe.set_end(end);
  probe.set_output(output);
  return inspect;
}

Failure Unhealthy(const engine::ContainerInspect& inspect) {
  Failure failure{.component = "a", .what = "is unhealthy", .by_probe = true};
  AddInspection(inspect, &failure);
  return failure;
}

TEST(AddInspection, OfAnUnhealthyOneTellsTheLastProbeTheTimeThatItHadAndTheFieldToRaise) {
  const Failure failure = Unhealthy(Probed("2026-11-28T13:01:02.9+01:00", "wget: connection refused\n"));
  EXPECT_EQ(failure.what, "is unhealthy; its last health probe (1m2s after its start): wget: connection refused");
  EXPECT_EQ(failure.hint, "a component that takes longer to start gets more time by `health_start_period` (now 30s)");
}

TEST(AddInspection, OfAProbeThatTookTooLongNamesItsTimeout) {
  const Failure failure = Unhealthy(Probed("2026-11-28T12:01:00Z", "Health check exceeded timeout (5s)"));
  EXPECT_EQ(failure.hint, "a probe that takes longer gets more time by `health_timeout` (now 5s)");
}

TEST(AddInspection, OfOneThatIsStillStartingNamesNoField) {
  engine::ContainerInspect inspect = Probed("2026-11-28T12:01:00Z", "");
  inspect.mutable_state()->mutable_health()->set_status("starting");
  EXPECT_EQ(Unhealthy(inspect).hint, "");
}

TEST(AddInspection, WithoutTimesTellsTheProbeAlone) {
  EXPECT_EQ(Unhealthy(Probed("", "")).what, "is unhealthy; its last health probe: exit code 1");
}

}  // namespace
}  // namespace flow::docker
