#include "flow/kubernetes/objects.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "flow/text/yaml.h"

namespace flow::kubernetes {
namespace {

// The objects by "KIND NAME", of a project with these services, which restart unless they say otherwise.
std::map<std::string, YAML::Node> Objects(const std::string& services, const ObjectOptions& options = {}) {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat(R"(name: "flow-p" pipeline: "p" namespace: "default" )", services), &project));
  for (project::Service& service : *project.mutable_services()) {
    if (!service.has_restart()) service.mutable_restart()->set_mode(project::RestartPolicy::UNLESS_STOPPED);
  }
  std::map<std::string, YAML::Node> objects;
  ForEachObject(project, options, [&](const Object& object) {
    const YAML::Node node = YAML::Load(text::Yaml(object.document));
    objects[absl::StrCat(node["kind"].Scalar(), " ", node["metadata"]["name"].Scalar())] = node;
  });
  return objects;
}

YAML::Node PodOf(const YAML::Node& workload) { return workload["spec"]["template"]["spec"]; }

TEST(ObjectsTest, WhatRestartsIsADeploymentAndWhatEndsAJob) {
  const auto objects = Objects(R"(
    services { name: "always" replicas: 2 restart { mode: ALWAYS } }
    services { name: "once" replicas: 2 restart { mode: NO } }
    services { name: "tries" replicas: 2 restart { mode: ON_FAILURE max_retries: 3 } }
    services { name: "for-ever" replicas: 1 restart { mode: ON_FAILURE } }
    services { name: "most" replicas: 1000 restart { mode: ON_FAILURE max_retries: 2147483647 } })");
  const YAML::Node always = objects.at("Deployment always");
  EXPECT_EQ(always["spec"]["replicas"].Scalar(), "2");
  EXPECT_EQ(always["spec"]["strategy"]["type"].Scalar(), "Recreate");
  EXPECT_EQ(PodOf(always)["restartPolicy"].Scalar(), "Always");
  const YAML::Node once = objects.at("Job once");
  EXPECT_EQ(once["spec"]["parallelism"].Scalar(), "2");
  EXPECT_EQ(once["spec"]["completions"].Scalar(), "2");
  EXPECT_EQ(once["spec"]["backoffLimit"].Scalar(), "0");
  EXPECT_EQ(PodOf(once)["restartPolicy"].Scalar(), "Never");
  EXPECT_EQ(PodOf(objects.at("Job tries"))["restartPolicy"].Scalar(), "OnFailure");
  EXPECT_EQ(objects.at("Job tries")["spec"]["backoffLimit"].Scalar(), "8");
  EXPECT_EQ(objects.at("Job for-ever")["spec"]["backoffLimit"].Scalar(), "2147483647");
  EXPECT_EQ(objects.at("Job most")["spec"]["backoffLimit"].Scalar(), "2147483647");
}

// A node learns of an end up to a second later.
TEST(ObjectsTest, WhatHasNoHealthCheckHasToRunForASecondMoreThanIsAsked) {
  const auto seconds = [](absl::Duration min_ready) {
    ObjectOptions options;
    options.min_ready = min_ready;
    const auto objects =
        Objects(R"(services { name: "a" } services { name: "b" health_check { url: "http://b/" } })", options);
    EXPECT_EQ(objects.at("Deployment b")["spec"]["minReadySeconds"].Scalar(), "0");
    return objects.at("Deployment a")["spec"]["minReadySeconds"].Scalar();
  };
  EXPECT_EQ(seconds(absl::Milliseconds(500)), "2");
  EXPECT_EQ(seconds(absl::Seconds(3)), "4");
  EXPECT_EQ(seconds(absl::ZeroDuration()), "0");
}

TEST(ObjectsTest, WhatHasAPortOrIsReadHasAServiceAndNothingElseHas) {
  const auto objects = Objects(R"(
    services { name: "port" serving_port: 80 ports { target: 80 protocol: "tcp" } }
    services { name: "metadata" serving_port: 9000 }
    services { name: "read" }
    services { name: "reader" inputs: "read" })");
  EXPECT_EQ(objects.at("Service port")["spec"]["ports"][0]["port"].Scalar(), "80");
  EXPECT_EQ(objects.at("Service metadata")["spec"]["ports"][0]["port"].Scalar(), "9000");
  EXPECT_EQ(objects.at("Service read")["spec"]["clusterIP"].Scalar(), "None");
  EXPECT_FALSE(objects.at("Service read")["spec"]["ports"]);
  EXPECT_FALSE(objects.contains("Service reader"));
}

TEST(ObjectsTest, OnePortOfAServiceIsThereOnceAndHasANameOfItsOwn) {
  const YAML::Node ports = Objects(R"(services { name: "a" serving_port: 80
      ports { target: 80 protocol: "tcp" name: "web" published: 8080 host_ip: "127.0.0.1" }
      ports { target: 80 protocol: "tcp" published: 30080 host_ip: "0.0.0.0" }
      ports { target: 80 protocol: "udp" name: "web" published: 80 host_ip: "127.0.0.1" } })")
                               .at("Service a")["spec"]["ports"];
  ASSERT_EQ(ports.size(), 2);
  EXPECT_EQ(ports[0]["name"].Scalar(), "web");
  EXPECT_EQ(ports[0]["nodePort"].Scalar(), "30080");
  EXPECT_EQ(ports[1]["name"].Scalar(), "udp-80");
  EXPECT_EQ(ports[1]["protocol"].Scalar(), "UDP");
}

TEST(ObjectsTest, AVolumeIsForManyNodesOnlyWhereSeveralPodsMountIt) {
  const auto objects = Objects(R"(
    volumes { key: "own" } volumes { key: "shared" } volumes { key: "many" } volumes { key: "twice" }
    services { name: "a" replicas: 1 mounts { source: "own" target: "/o" } mounts { source: "shared" target: "/s" }
               mounts { source: "twice" target: "/1" } mounts { source: "twice" target: "/2" } }
    services { name: "b" replicas: 0 mounts { source: "shared" target: "/s" } }
    services { name: "c" replicas: 3 mounts { source: "many" target: "/m" } })");
  const auto mode = [&](const char* claim) {
    return objects.at(absl::StrCat("PersistentVolumeClaim ", claim))["spec"]["accessModes"][0].Scalar();
  };
  EXPECT_EQ(mode("own"), "ReadWriteOnce");
  EXPECT_EQ(mode("twice"), "ReadWriteOnce");
  EXPECT_EQ(mode("shared"), "ReadWriteMany");
  EXPECT_EQ(mode("many"), "ReadWriteMany");
  EXPECT_EQ(PodOf(objects.at("Deployment a"))["volumes"].size(), 3);
}

TEST(ObjectsTest, ASecretThatIsAFileIsMountedAsOneAndAFolderWhole) {
  const YAML::Node pod = PodOf(Objects(R"(services { name: "a"
      mounts { type: BIND target: "/run/a" read_only: true secret { name: "file" required: true } }
      mounts { type: BIND target: "/run/b" read_only: true secret { name: "folder" folder: true mode: 292 } } })")
                                   .at("Deployment a"));
  const YAML::Node mounts = pod["containers"][0]["volumeMounts"];
  EXPECT_EQ(mounts[0]["subPath"].Scalar(), "file");
  EXPECT_EQ(mounts[0]["readOnly"].Scalar(), "true");
  EXPECT_FALSE(mounts[1]["subPath"]);
  EXPECT_EQ(pod["volumes"][0]["secret"]["defaultMode"].Scalar(), "256");  // 0400
  EXPECT_EQ(pod["volumes"][0]["secret"]["optional"].Scalar(), "false");
  EXPECT_EQ(pod["volumes"][1]["secret"]["defaultMode"].Scalar(), "292");
  EXPECT_EQ(pod["volumes"][1]["secret"]["optional"].Scalar(), "false");
}

TEST(ObjectsTest, PodsAreReplacedWhenACarriedFileChanges) {
  const char* const service =
      R"(services { name: "a" mounts { type: BIND source: "/c" target: "/c" read_only: true } })";
  const auto annotation = [&](const char* content) {
    const ObjectOptions options{.carried = {{"/c", {false, {{"c", 0644, content}}}}}};
    return Objects(service, options)
        .at("Deployment a")["spec"]["template"]["metadata"]["annotations"][kFilesAnnotation]
        .Scalar();
  };
  EXPECT_NE(annotation("one"), annotation("two"));
  EXPECT_EQ(annotation("one"), annotation("one"));
}

TEST(ObjectsTest, WhatIsMostOfADocumentIsMadeWhenItIsPrinted) {
  const ObjectOptions options{.carried = {{"/c", {false, {{"c", 0644, "content"}}}}}};
  project::Project project;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(pipeline: "x" services { name: "a" mounts { type: BIND source: "/c" target: "/c" read_only: true } })",
      &project));
  int later = 0;
  ForEachObject(project, options, [&](const Object& object) {
    const auto is_later = [](const text::Value* value) {
      return value != nullptr && std::holds_alternative<std::shared_ptr<const text::Later>>(value->any());
    };
    const auto* const data = object.document.Find("data");
    later += is_later(object.document.Find("spec")) ? 1 : 0;
    later += data != nullptr && is_later(std::get<text::Mapping>(data->any()).Find("c")) ? 1 : 0;
  });
  EXPECT_EQ(later, 2);
}

TEST(ObjectsTest, ANamespaceThatIsThereIsUsedAndNotMade) {
  const auto objects = Objects(R"(services { name: "a" })", {.namespace_ = "team"});
  ASSERT_EQ(objects.size(), 1);
  EXPECT_EQ(objects.at("Deployment a")["metadata"]["namespace"].Scalar(), "team");
}

TEST(ObjectsTest, AContainerGetsNoVariablesOfServicesAndNoTokenOfTheCluster) {
  const YAML::Node pod = PodOf(Objects(R"(services { name: "a" })").at("Deployment a"));
  EXPECT_EQ(pod["enableServiceLinks"].Scalar(), "false");
  EXPECT_EQ(pod["automountServiceAccountToken"].Scalar(), "false");
}

}  // namespace
}  // namespace flow::kubernetes
