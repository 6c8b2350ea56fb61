#include "flow/project/translate.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::project {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

pipeline::Pipeline Parse(const std::string& text) {
  pipeline::Pipeline pipeline;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &pipeline));
  return pipeline;
}

Project Translated(const std::string& components, const TranslateOptions& options = {}) {
  return Translate(Parse(R"(name: "payments" namespace: "default" )" + components), options);
}

Service TranslatedOne(const std::string& component) {
  return Translated("components { " + component + " }").services(0);
}

TEST(TranslateTest, NamesTheProjectItsNetworkAndItsVolumes) {
  const Project project = Translate(Parse(R"pb(
    name: "payments"
    namespace: "team-a"
    components {
      id: "b"
      volumes { name: "z" container_path: "/z" }
      volumes { host_path: "/h" container_path: "/h" }
    }
    components {
      id: "a"
      volumes { name: "z" container_path: "/z" }
      volumes { name: "a" container_path: "/a" }
    }
  )pb"));
  EXPECT_EQ(project.name(), "flow-team-a__payments");
  EXPECT_EQ(project.pipeline(), "payments");
  EXPECT_EQ(project.namespace_(), "team-a");
  EXPECT_EQ(project.network().key(), "default");
  EXPECT_EQ(project.network().name(), "flow-team-a__payments_default");
  ASSERT_EQ(project.volumes_size(), 2);
  EXPECT_EQ(project.volumes(0).key(), "a");
  EXPECT_EQ(project.volumes(1).key(), "z");
  EXPECT_EQ(project.volumes(1).name(), "flow-team-a__payments_z");
  EXPECT_EQ(project.services(0).name(), "b");  // as the file lists them
}

TEST(TranslateTest, LabelsTellWhoseEverythingIs) {
  const Project project = Translate(Parse(R"pb(
    name: "payments"
    namespace: "team-a"
    labels { key: "team" value: "data" }
    labels { key: "com.obsrvr.flow.pipeline" value: "another" }
    labels { key: "com.docker.compose.project" value: "another" }
    components { id: "sink" type: SINK }
  )pb"));
  EXPECT_THAT(project.labels(), UnorderedElementsAre(Pair("team", "data"), Pair(kNamespaceLabel, "team-a"),
                                                     Pair(kPipelineLabel, "payments")));
  const Service& sink = project.services(0);
  EXPECT_THAT(sink.labels(), UnorderedElementsAre(Pair("team", "data"), Pair(kNamespaceLabel, "team-a"),
                                                  Pair(kPipelineLabel, "payments"), Pair(kComponentLabel, "sink"),
                                                  Pair(kTypeLabel, "sink"), Pair(kDigestLabel, ServiceDigest(sink))));
}

TEST(TranslateTest, ArgsFollowTheCommand) {
  EXPECT_THAT(TranslatedOne(R"(id: "a" command: "sh" command: "-c" args: "x" args: "")").command(),
              ElementsAre("sh", "-c", "x", ""));
  EXPECT_THAT(TranslatedOne(R"(id: "a")").command(), ElementsAre());
}

TEST(TranslateTest, AnIdThatIsNoHostNameHasAnAlias) {
  EXPECT_THAT(TranslatedOne(R"(id: "My.So_urce")").aliases(), ElementsAre("My-So-urce"));
  EXPECT_THAT(TranslatedOne(R"(id: "my-source")").aliases(), ElementsAre());
}

TEST(TranslateTest, AnInputsAddressIsItsFirstPort) {
  const Project project = Translated(R"pb(
    components {
      id: "my.source"
      ports { container_port: 9000 host_port: 19000 }
      ports { container_port: 9001 }
    }
    components { id: "silent" }
    components { id: "sink" inputs: "my.source" inputs: "silent" }
  )pb");
  EXPECT_THAT(project.services(2).environment(), Contains(Pair("FLOW_INPUT_MY_SOURCE", "my.source:9000")));
  EXPECT_THAT(project.services(2).environment(), Not(Contains(Key("FLOW_INPUT_SILENT"))));
}

TEST(TranslateTest, DependsOnInputsAndDependenciesOnceEach) {
  const Project project = Translated(R"pb(
    components { id: "b" }
    components { id: "a" }
    components { id: "sink" inputs: "b" inputs: "a" depends_on: "a" depends_on: "nowhere" }
  )pb");
  ASSERT_EQ(project.services(2).depends_on_size(), 2);
  EXPECT_EQ(project.services(2).depends_on(0).service(), "a");
  EXPECT_EQ(project.services(2).depends_on(1).service(), "b");
  EXPECT_THAT(project.services(2).inputs(), ElementsAre("b", "a"));
}

TEST(TranslateTest, OnlyAWrittenRunOncePolicyIsWaitedForToComplete) {
  const Project project = Translated(R"pb(
    components {
      id: "a-no"
      restart { mode: NO written: true }
    }
    components {
      id: "b-on-failure"
      restart { mode: ON_FAILURE written: true }
    }
    components {
      id: "c-no-by-default"
      type: PIPELINE
      restart { mode: NO }
    }
    components {
      id: "d-always"
      restart { mode: ALWAYS written: true }
    }
    components { id: "sink" inputs: "a-no" inputs: "c-no-by-default" depends_on: "b-on-failure" depends_on: "d-always" }
  )pb");
  const Service& sink = project.services(4);
  ASSERT_EQ(sink.depends_on_size(), 4);
  EXPECT_EQ(sink.depends_on(0).condition(), Dependency::COMPLETED);
  EXPECT_EQ(sink.depends_on(1).condition(), Dependency::COMPLETED);
  EXPECT_EQ(sink.depends_on(2).condition(), Dependency::STARTED);
  EXPECT_EQ(sink.depends_on(3).condition(), Dependency::STARTED);
}

TEST(TranslateTest, PortsKeepTheirAddressAndProtocol) {
  const Service service = TranslatedOne(R"(
    id: "a"
    ports { container_port: 80 host_port: 8080 host_ip: "127.0.0.1" }
    ports { container_port: 81 host_ip: "::" protocol: UDP }
    ports { container_port: 82 protocol: SCTP })");
  ASSERT_EQ(service.ports_size(), 3);
  EXPECT_EQ(service.ports(0).target(), 80);
  EXPECT_EQ(service.ports(0).published(), 8080);
  EXPECT_EQ(service.ports(0).host_ip(), "127.0.0.1");
  EXPECT_EQ(service.ports(0).protocol(), "tcp");
  EXPECT_EQ(service.ports(1).published(), 0);
  EXPECT_EQ(service.ports(1).protocol(), "udp");
  EXPECT_EQ(service.ports(2).protocol(), "sctp");
}

TEST(TranslateTest, MountsAreVolumesBindsAndSecretFiles) {
  const Service service = TranslatedOne(R"(
    id: "a"
    volumes { name: "data" container_path: "/data" read_only: true }
    volumes { name: "conf" host_path: "/h" container_path: "/c" }
    secrets { type: FILE name: "key" host_path: "/k" container_path: "/secrets/key" }
    secrets { type: DIR name: "tls" host_path: "/t" container_path: "/secrets/tls" }
    secrets { type: ENV name: "env" host_path: "/e" env: "E" })");
  ASSERT_EQ(service.mounts_size(), 4);
  EXPECT_EQ(service.mounts(0).type(), Mount::VOLUME);
  EXPECT_EQ(service.mounts(0).source(), "data");
  EXPECT_TRUE(service.mounts(0).read_only());
  EXPECT_EQ(service.mounts(1).type(), Mount::BIND);
  EXPECT_EQ(service.mounts(1).source(), "/h");
  EXPECT_FALSE(service.mounts(1).read_only());
  EXPECT_EQ(service.mounts(2).source(), "/k");
  EXPECT_TRUE(service.mounts(2).read_only());
  EXPECT_EQ(service.mounts(3).target(), "/secrets/tls");
}

TEST(TranslateTest, ResourcesAreLimitsAWeightAndAReservation) {
  const Resources resources = TranslatedOne(R"(id: "a" resources { request_cpus: 0.5 limit_cpus: 1.5
                                           request_memory_bytes: 1000.7 limit_memory_bytes: 2000.9 })")
                                  .resources();
  EXPECT_EQ(resources.limit_cpus(), 1.5);
  EXPECT_EQ(resources.cpu_shares(), 512);
  EXPECT_EQ(resources.limit_memory_bytes(), 2000);
  EXPECT_EQ(resources.reserved_memory_bytes(), 1000);
  EXPECT_EQ(TranslatedOne(R"(id: "a" resources { request_cpus: 0.0001 })").resources().cpu_shares(), 2);
  EXPECT_EQ(TranslatedOne(R"(id: "a" resources { request_cpus: 1e9 })").resources().cpu_shares(), 262144);
  EXPECT_EQ(TranslatedOne(R"(id: "a" resources { limit_cpus: 1 })").resources().cpu_shares(), 0);
  EXPECT_FALSE(TranslatedOne(R"(id: "a")").has_resources());
}

TEST(TranslateTest, RestartPolicies) {
  const auto restart = [](const std::string& text) {
    return TranslatedOne(R"(id: "a" restart { )" + text + "}").restart();
  };
  EXPECT_EQ(restart("mode: NO").mode(), RestartPolicy::NO);
  EXPECT_EQ(restart("mode: ALWAYS").mode(), RestartPolicy::ALWAYS);
  EXPECT_EQ(restart("mode: UNLESS_STOPPED").mode(), RestartPolicy::UNLESS_STOPPED);
  EXPECT_EQ(restart("mode: ON_FAILURE max_retries: 3").mode(), RestartPolicy::ON_FAILURE);
  EXPECT_EQ(restart("mode: ON_FAILURE max_retries: 3").max_retries(), 3);
}

TEST(TranslateTest, TheRestOfAComponentIsCarriedOver) {
  const Service service = TranslatedOne(R"(
    id: "a" type: PROCESSOR image: "i:1" replicas: 0 init: true stop_grace_period_seconds: 1.2 stop_signal: "SIGINT"
    health_check { url: "http://127.0.0.1:8080/health" })");
  EXPECT_EQ(service.type(), "processor");
  EXPECT_EQ(service.image(), "i:1");
  EXPECT_EQ(service.replicas(), 0);
  EXPECT_TRUE(service.init());
  EXPECT_EQ(service.stop_grace_period_seconds(), 2);  // whole seconds, never less than asked for
  EXPECT_EQ(service.stop_signal(), "SIGINT");
  EXPECT_EQ(service.health_check().url(), "http://127.0.0.1:8080/health");
  EXPECT_THAT(service.extra_hosts(), ElementsAre("host.docker.internal:host-gateway"));
}

TEST(TranslateTest, HowHealthIsProbedIsCarriedOverAsFarAsTheFileSaysIt) {
  const HealthTiming timing =
      TranslatedOne(R"(id: "a" health_timing { start_period_seconds: 0 interval_seconds: 0.5 })").health_timing();
  EXPECT_TRUE(timing.has_start_period_seconds());
  EXPECT_EQ(timing.start_period_seconds(), 0);
  EXPECT_EQ(timing.interval_seconds(), 0.5);
  EXPECT_FALSE(timing.has_timeout_seconds() || timing.has_retries());
  EXPECT_FALSE(TranslatedOne(R"(id: "a")").has_health_timing());
}

TEST(TranslateTest, ThePortOfTheMetadataStandsInForPortsThatAreNotWritten) {
  const Project project = Translated(R"pb(
    components { id: "a" reference: "x@1" metadata_port: 9100 }
    components {
      id: "b"
      reference: "x@1"
      metadata_port: 9100
      ports { container_port: 9000 }
    }
    components { id: "sink" inputs: "a" inputs: "b" }
  )pb");
  EXPECT_THAT(project.services(2).environment(), Contains(Pair("FLOW_INPUT_A", "a:9100")));
  EXPECT_THAT(project.services(2).environment(), Contains(Pair("FLOW_INPUT_B", "b:9000")));
  EXPECT_EQ(project.services(0).ports_size(), 0);  // it is not published
}

TEST(TranslateTest, SecretsOfEqualComposeVariablesAreKeptApart) {
  const Project project = Translated(R"pb(
    components {
      id: "a_b"
      secrets { type: ENV name: "c" env: "C" host_path: "/1" }
    }
    components {
      id: "a"
      secrets { type: ENV name: "b_c" env: "C" host_path: "/2" }
    }
  )pb");
  EXPECT_EQ(project.services(0).secret_environment(0).compose_variable(), "FLOW_SECRET_A_B_C");
  EXPECT_EQ(project.services(1).secret_environment(0).compose_variable(), "FLOW_SECRET_A_B_C_2");
}

TEST(TranslateTest, ASecretsValueChangesTheDigestLabel) {
  const std::string pipeline = R"(components { id: "a" secrets { type: ENV name: "c" env: "C" host_path: "/1" } })";
  TranslateOptions options;
  options.secret_digests["a"]["C"] = SecretDigest("payments", "default", "a", "one");
  const Project one = Translated(pipeline, options);
  options.secret_digests["a"]["C"] = SecretDigest("payments", "default", "a", "two");
  const Project two = Translated(pipeline, options);
  EXPECT_NE(one.services(0).labels().at(kDigestLabel), two.services(0).labels().at(kDigestLabel));
}

TEST(TranslateTest, WhatIsMountedIsALabelOfItsOwnAndInNoDigest) {
  const std::string pipeline = R"(components { id: "a" volumes { host_path: "/1" container_path: "/c" } })";
  const Project plain = Translated(pipeline);
  const Project known = Translated(pipeline, {.mounted = {{"a", {{"/c", "folder:7"}}}}});
  EXPECT_FALSE(plain.services(0).labels().contains(kMountedLabel));
  EXPECT_EQ(known.services(0).labels().at(kMountedLabel), "folder:7 /c");
  EXPECT_EQ(known.services(0).labels().at(kDigestLabel), plain.services(0).labels().at(kDigestLabel));
}

TEST(TranslateTest, IsAFunctionOfThePipeline) {
  const pipeline::Pipeline pipeline = Parse(R"pb(
    name: "p"
    namespace: "default"
    labels { key: "a" value: "1" }
    labels { key: "b" value: "2" }
    components {
      id: "x"
      env { name: "A" value: "1" }
      env { name: "B" value: "2" }
    }
  )pb");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(Translate(pipeline), Translate(pipeline)));
}

}  // namespace
}  // namespace flow::project
