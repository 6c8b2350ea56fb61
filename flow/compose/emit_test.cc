#include "flow/compose/emit.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <string>

#include "flow/project/translate.h"

namespace flow::compose {
namespace {

project::Project Parse(const std::string& text) {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &project));
  return project;
}

YAML::Node Emitted(const std::string& services, const EmitOptions& options = {}) {
  return YAML::Load(EmitCompose(Parse(R"(name: "flow-p" pipeline: "p" namespace: "default"
                                         network { key: "default" name: "flow-p_default" } )" +
                                      services),
                                options));
}

YAML::Node EmittedOne(const std::string& service, const EmitOptions& options = {}) {
  return Emitted(R"(services { name: "a" )" + service + "}", options)["services"]["a"];
}

TEST(EmitTest, EveryDollarOfAValueIsDoubledAndNoneOfAKey) {
  const YAML::Node service = EmittedOne(R"(
    image: "i$1" command: "echo $HOME $$ ${X}"
    environment { key: "A" value: "pa$word" } labels { key: "k$" value: "v$" }
    mounts { type: BIND source: "/a$" target: "/b$" }
    health_check { url: "http://127.0.0.1/$x" })");
  EXPECT_EQ(service["image"].Scalar(), "i$$1");
  EXPECT_EQ(service["command"][0].Scalar(), "echo $$HOME $$$$ $${X}");
  EXPECT_EQ(service["environment"]["A"].Scalar(), "pa$$word");
  EXPECT_EQ(service["labels"]["k$"].Scalar(), "v$$");
  EXPECT_EQ(service["volumes"][0]["source"].Scalar(), "/a$$");
  EXPECT_TRUE(absl::StrContains(service["healthcheck"]["test"][1].Scalar(), "'http://127.0.0.1/$$x'"));
}

TEST(EmitTest, ASecretIsAVariableOfComposesEnvironment) {
  const std::string file = EmitCompose(Parse(R"pb(
    services {
      name: "a"
      environment { key: "B" value: "plain" }
      secret_environment { name: "A" host_path: "/run/a\nb" compose_variable: "FLOW_SECRET_A_A" }
    }
  )pb"));
  EXPECT_TRUE(absl::StrContains(file,
                                "    environment:\n"
                                "      # The content of \"/run/a\\nb\"\n"
                                "      A: \"${FLOW_SECRET_A_A:?}\"\n"
                                "      B: plain\n"))
      << file;
}

TEST(EmitTest, AStartIntervalOnlyWhereTheEngineKnowsIt) {
  const std::string service = R"(health_check { url: "http://127.0.0.1/" })";
  const YAML::Node old = EmittedOne(service)["healthcheck"];
  EXPECT_FALSE(old["start_interval"]);
  EXPECT_EQ(old["interval"].Scalar(), "2s");
  EXPECT_EQ(old["retries"].Scalar(), "15");
  const YAML::Node now = EmittedOne(service, {.api_version = {1, 44}})["healthcheck"];
  EXPECT_EQ(now["start_interval"].Scalar(), "250ms");
  EXPECT_EQ(now["interval"].Scalar(), "10s");
  EXPECT_EQ(now["start_period"].Scalar(), "30s");
  EXPECT_EQ(now["test"][0].Scalar(), "CMD-SHELL");
}

TEST(EmitTest, WaitsAsFlowDoes) {
  const YAML::Node depends_on = Emitted(R"(
    services { name: "a" health_check { url: "http://127.0.0.1/" } }
    services { name: "b" }
    services { name: "c" health_check { url: "http://127.0.0.1/" } }
    services { name: "d" depends_on { service: "a" } depends_on { service: "b" }
                         depends_on { service: "c" condition: COMPLETED } })")["services"]["d"]["depends_on"];
  EXPECT_EQ(depends_on["a"]["condition"].Scalar(), "service_healthy");
  EXPECT_EQ(depends_on["b"]["condition"].Scalar(), "service_started");
  EXPECT_EQ(depends_on["c"]["condition"].Scalar(), "service_completed_successfully");
}

TEST(EmitTest, AFreePortHasNoPublishedNumber) {
  const YAML::Node ports = EmittedOne(R"(
    ports { target: 80 host_ip: "127.0.0.1" protocol: "tcp" }
    ports { target: 81 published: 8081 host_ip: "::1" protocol: "udp" })")["ports"];
  EXPECT_FALSE(ports[0]["published"]);
  EXPECT_EQ(ports[0]["host_ip"].Scalar(), "127.0.0.1");
  EXPECT_EQ(ports[1]["published"].Scalar(), "8081");
  EXPECT_EQ(ports[1]["published"].Tag(),
            "!");  // quoted: Compose's schema asks for text or a number, older ones for text
  EXPECT_EQ(ports[1]["protocol"].Scalar(), "udp");
}

TEST(EmitTest, AMissingBindSourceIsNotMadeByTheEngine) {
  const YAML::Node volumes = EmittedOne(R"(
    mounts { type: BIND source: "/a" target: "/b" read_only: true }
    mounts { type: VOLUME source: "data" target: "/c" })")["volumes"];
  EXPECT_EQ(volumes[0]["bind"]["create_host_path"].Scalar(), "false");
  EXPECT_EQ(volumes[0]["read_only"].Scalar(), "true");
  EXPECT_EQ(volumes[1]["type"].Scalar(), "volume");
  EXPECT_EQ(volumes[1]["source"].Scalar(), "data");
  EXPECT_FALSE(volumes[1]["read_only"]);
}

TEST(EmitTest, AVolumeAtAPathWithAColonIsNotLeftToComposesShortSyntax) {
  const YAML::Node volumes = EmittedOne(R"(
    labels { key: "com.obsrvr.flow.pipeline" value: "p" }
    mounts { type: VOLUME source: "data" target: "/c:d" }
    mounts { type: VOLUME source: "data" target: "/e" }
    mounts { type: BIND source: "/a:b" target: "/f:g" })")["volumes"];
  EXPECT_EQ(volumes[0]["volume"]["labels"]["com.obsrvr.flow.pipeline"].Scalar(), "p");
  EXPECT_FALSE(volumes[1]["volume"]);
  EXPECT_FALSE(volumes[2]["volume"]);
}

TEST(EmitTest, RestartPoliciesAreText) {
  const auto restart = [](const std::string& policy) { return EmittedOne("restart {" + policy + "}")["restart"]; };
  EXPECT_EQ(restart("mode: NO").Scalar(), "no");
  EXPECT_EQ(restart("mode: NO").Tag(), "!");
  EXPECT_EQ(restart("mode: ALWAYS").Scalar(), "always");
  EXPECT_EQ(restart("mode: ON_FAILURE").Scalar(), "on-failure");
  EXPECT_EQ(restart("mode: ON_FAILURE max_retries: 4").Scalar(), "on-failure:4");
  EXPECT_EQ(restart("mode: UNLESS_STOPPED").Scalar(), "unless-stopped");
}

TEST(EmitTest, NumbersAreDecimalAndDurationsHaveUnits) {
  const YAML::Node service = EmittedOne(R"(
    stop_grace_period_seconds: 90 replicas: 0
    resources { limit_cpus: 0.000001 cpu_shares: 256 limit_memory_bytes: 1610612736 reserved_memory_bytes: 107374183 })");
  EXPECT_EQ(service["stop_grace_period"].Scalar(), "1m30s");
  EXPECT_EQ(service["scale"].Scalar(), "0");
  EXPECT_EQ(service["cpus"].Scalar(), "0.000001");
  EXPECT_EQ(service["cpu_shares"].Scalar(), "256");
  EXPECT_EQ(service["mem_limit"].Scalar(), "1536m");
  EXPECT_EQ(service["mem_reservation"].Scalar(), "107374183");
  EXPECT_EQ(EmittedOne("stop_grace_period_seconds: 0")["stop_grace_period"].Scalar(), "0s");
  EXPECT_EQ(internal::CpusWord(2), "2");
  EXPECT_EQ(internal::CpusWord(10), "10");
  EXPECT_EQ(internal::CpusWord(1.25), "1.25");
}

TEST(EmitTest, OfAnImagesOwnHealthCheckOnlyWhatTheFileSaysIsWritten) {
  const YAML::Node check = EmittedOne("health_timing { start_period_seconds: 90 retries: 2 }")["healthcheck"];
  EXPECT_EQ(check.size(), 2u);
  EXPECT_EQ(check["start_period"].Scalar(), "1m30s");
  EXPECT_EQ(check["retries"].Scalar(), "2");
  EXPECT_FALSE(EmittedOne("")["healthcheck"]);
}

TEST(EmitTest, NetworkAndVolumesCarryNamesAndLabels) {
  const YAML::Node file = Emitted(R"(labels { key: "team" value: "yes" } volumes { key: "data" name: "flow-p_data" })");
  EXPECT_EQ(file["name"].Scalar(), "flow-p");
  EXPECT_EQ(file["networks"]["default"]["name"].Scalar(), "flow-p_default");
  EXPECT_EQ(file["networks"]["default"]["labels"]["team"].Scalar(), "yes");
  EXPECT_EQ(file["volumes"]["data"]["name"].Scalar(), "flow-p_data");
  EXPECT_EQ(file["volumes"]["data"]["labels"]["team"].Scalar(), "yes");
}

TEST(EmitTest, LabelsThatComposeWouldTakeForExtensionsAreAList) {
  const YAML::Node labels =
      EmittedOne(R"(labels { key: "x-team$" value: "a$" } labels { key: "b" value: "yes" })")["labels"];
  ASSERT_TRUE(labels.IsSequence());
  EXPECT_EQ(labels[0].Scalar(), "b=yes");
  EXPECT_EQ(labels[1].Scalar(), "x-team$$=a$$");
}

TEST(EmitTest, ACommentTellsEachComponentsRoleAndItsNotes) {
  const std::string file = EmitCompose(Parse(R"(services { name: "a" type: "sink" inputs: "b" inputs: "c" })"),
                                       {.notes = {{"a", {"Why."}}}});
  EXPECT_TRUE(absl::StrContains(file, "  # Sink: reads b, c\n  # Why.\n  a:\n")) << file;
}

TEST(EmitTest, AThousandInputsMakeNoEndlessComment) {
  std::string service = R"(services { name: "a" type: "sink" )";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&service, "inputs: \"s", i, "\" ");
  const std::string file = EmitCompose(Parse(service + "}"));
  EXPECT_TRUE(absl::StrContains(file, "reads s0, s1, s2, s3, s4, s5, s6, s7 and 992 more\n")) << file;
}

TEST(EmitTest, TenThousandChainedComponentsAreWritten) {
  pipeline::Pipeline pipeline;
  pipeline.set_name("p");
  pipeline.set_namespace_("default");
  for (int i = 0; i < 10000; ++i) {
    pipeline::Component& component = *pipeline.add_components();
    component.set_id(absl::StrCat("c", i));
    component.set_image("busybox:1.36");
    component.add_ports()->set_container_port(80);
    component.mutable_health_check()->set_url("http://127.0.0.1/");
    if (i > 0) component.add_inputs(absl::StrCat("c", i - 1));
  }
  const std::string file = EmitCompose(project::Translate(pipeline));
  EXPECT_TRUE(absl::StrContains(file, "  c9999:\n"));
  EXPECT_TRUE(absl::StrContains(file, "FLOW_INPUT_C9998: c9998:80\n"));
}

}  // namespace
}  // namespace flow::compose
