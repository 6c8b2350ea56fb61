// Every field of the format that reaches a container, as the engine has it. (What Docker Compose makes of the same file
// is fidelity_test's.)
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr char kSpec[] = R"(
  labels: {team: data, "org.example/tier": 1}
spec:
  config: {region: eu}
  logging: {driver: local, options: {max-size: 2m}}
  pipelines:
    - id: job
      image: busybox:1.36
      command: "true"
      restart_policy: on-failure:3
  sources:
    - id: source
      image: busybox:${TAG}
      type: a kind of source
      command: [sh, -c]
      args: ["mkdir /www && echo ok > /www/up && exec httpd -f -p 9090 -h /www"]
      depends_on: [job]
      output_event_types: [ledger]
      config: {batch-size: 0100, nested: {a: [1, "2"]}}
      env: {MODE: "${MODE:-fast}", OCTAL: 0755}
      ports:
        - {name: http, containerPort: 8080, hostPort: 0}
        - {containerPort: 5353, hostPort: 0, protocol: UDP, hostIP: 0.0.0.0}
      volumes:
        - {name: data, mountPath: /data}
        - {host_path: ./conf, container_path: /etc/app, readonly: true}
      secrets:
        - {name: token, host_path: ./token, env: TOKEN, required: true}
        - {name: cert, host_path: ./token, type: file, env: CERT_FILE}
        - {name: keys, host_path: ./conf, type: dir, container_path: /keys}
      health_check: /up
      health_port: 9090
      health_start_period: 1m
      health_interval: 500ms
      health_timeout: 3s
      health_retries: 7
      resources:
        requests: {cpu: 250m, memory: 16Mi}
        limits: {cpu: 1.5, memory: 64M}
      restart_policy: always
      init: false
      stop_grace_period: 2s
      stop_signal: SIGINT
      logging: {driver: json-file, options: {max-size: 1m, max-file: 3}}
  sinks:
    - id: sink
      image: busybox:1.36
      command: [sleep, "1000"]
      inputs: [source]
      replicas: 2
)";

class FieldsTest : public DockerTest {
 protected:
  // The texts of a list.
  static std::vector<std::string> Texts(const Json& list) {
    std::vector<std::string> texts;
    for (const Json& value : List(list)) texts.push_back(Text(value));
    return texts;
  }
};

TEST_F(FieldsTest, ReachTheContainer) {
  const std::string name = Name("fields");
  std::filesystem::create_directory(folder() + "/conf");
  Write("token", " open sesame\n");
  environment()["TAG"] = "1.36";
  const std::string file = Write(
      "fields.yaml",
      absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata:\n  namespace: team-a\n  name: ", name, kSpec));
  const Finished& apply = Flow("flow-apply", {file});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();

  const std::vector<std::string> containers = engine().Of(name).containers;
  ASSERT_THAT(containers, testing::SizeIs(4));
  std::string source, sink, job;
  for (const std::string& container : containers) {
    if (absl::StrContains(container, "-source-1")) source = container;
    if (absl::StrContains(container, "-sink-2")) sink = container;  // replicas: 2
    if (absl::StrContains(container, "-job-1")) job = container;
  }
  ASSERT_FALSE(source.empty() || sink.empty() || job.empty());

  const Json inspect = engine().Inspect(source);
  const auto at = [&](const std::string& path) { return At(inspect, absl::StrSplit(path, '/')); };
  EXPECT_EQ(Text(at("Config/Image")), "busybox:1.36");
  EXPECT_THAT(Texts(at("Config/Cmd")), ElementsAre("sh", "-c", HasSubstr("exec httpd -f -p 9090")));
  EXPECT_THAT(Texts(at("Config/Env")),
              IsSupersetOf({"MODE=fast", "OCTAL=0755", "FLOW_CONFIG_REGION=eu", "FLOW_CONFIG_BATCH_SIZE=0100",
                            R"(FLOW_CONFIG_NESTED={"a":[1,"2"]})", "TOKEN=open sesame", "CERT_FILE=/secrets/cert",
                            "FLOW_NAMESPACE=team-a", "FLOW_COMPONENT_ID=source", "FLOW_COMPONENT_TYPE=source"}));
  EXPECT_THAT(Texts(at("Config/Env")), Contains("FLOW_PIPELINE_NAME=" + name));
  EXPECT_EQ(Text(at("Config/Labels/team")), "data");
  EXPECT_EQ(Text(At(inspect, {"Config", "Labels", "org.example/tier"})), "1");
  EXPECT_THAT(Texts(at("Config/Healthcheck/Test")), Contains(HasSubstr("127.0.0.1:9090/up")));
  EXPECT_EQ(Number(at("Config/Healthcheck/StartPeriod")), 60e9);
  EXPECT_EQ(Number(at("Config/Healthcheck/Interval")), 0.5e9);
  EXPECT_EQ(Number(at("Config/Healthcheck/Timeout")), 3e9);
  EXPECT_EQ(Number(at("Config/Healthcheck/Retries")), 7);
  EXPECT_EQ(Text(at("Config/StopSignal")), "SIGINT");
  EXPECT_EQ(Number(at("Config/StopTimeout")), 2);
  EXPECT_EQ(Text(at("HostConfig/LogConfig/Type")), "json-file");
  EXPECT_EQ(Text(at("HostConfig/LogConfig/Config/max-file")), "3");
  EXPECT_EQ(Text(At(engine().Inspect(sink), {"HostConfig", "LogConfig", "Type"})), "local");  // the spec's

  EXPECT_EQ(Text(At(inspect, {"HostConfig", "PortBindings", "8080/tcp", "0", "HostIp"})), "127.0.0.1");
  EXPECT_EQ(Text(At(inspect, {"HostConfig", "PortBindings", "5353/udp", "0", "HostIp"})), "0.0.0.0");
  EXPECT_EQ(Text(at("HostConfig/RestartPolicy/Name")), "always");
  EXPECT_FALSE(at("HostConfig/Init").bool_value());
  EXPECT_EQ(Number(at("HostConfig/NanoCpus")), 1.5e9);
  EXPECT_EQ(Number(at("HostConfig/Memory")), 64e6);
  EXPECT_EQ(Number(at("HostConfig/MemoryReservation")), 16 << 20);
  EXPECT_EQ(Number(at("HostConfig/CpuShares")), 256);

  std::vector<std::string> mounts;
  for (const Json& mount : List(at("Mounts"))) {
    const bool volume = Text(At(mount, {"Type"})) == "volume";
    mounts.push_back(absl::StrCat(Text(At(mount, {volume ? "Name" : "Source"})), " ", Text(At(mount, {"Destination"})),
                                  At(mount, {"RW"}).bool_value() ? "" : " read-only"));
  }
  EXPECT_THAT(mounts, IsSupersetOf({folder() + "/conf /etc/app read-only", folder() + "/token /secrets/cert read-only",
                                    folder() + "/conf /keys read-only"}));
  EXPECT_THAT(mounts, Contains(AllOf(HasSubstr("_data /data"), Not(HasSubstr("read-only")))));

  const Json reader = engine().Inspect(sink);
  EXPECT_THAT(Texts(At(reader, {"Config", "Env"})),
              IsSupersetOf({"FLOW_INPUTS=source", "FLOW_INPUT_SOURCE=source:8080"}));
  EXPECT_TRUE(At(reader, {"HostConfig", "Init"}).bool_value());
  EXPECT_EQ(Text(At(reader, {"HostConfig", "RestartPolicy", "Name"})), "unless-stopped");
  const Json once = engine().Inspect(job);
  EXPECT_EQ(Text(At(once, {"HostConfig", "RestartPolicy", "Name"})), "on-failure");
  EXPECT_EQ(Number(At(once, {"HostConfig", "RestartPolicy", "MaximumRetryCount"})), 3);
  // depends_on: a job is waited for to its end.
  EXPECT_LT(Text(At(once, {"State", "FinishedAt"})), Text(at("State/StartedAt")));

  EXPECT_EQ(Flow("flow-delete", {"-n", "team-a", name}).exit_code, 0);
  EXPECT_TRUE(Empty(name));
}

}  // namespace
}  // namespace flow::integration
