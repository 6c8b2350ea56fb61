#include "flow/project/digest.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace flow::project {
namespace {

Service Parse(const std::string& text) {
  Service service;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &service));
  return service;
}

Service Sink() {
  return Parse(R"pb(
    name: "sink"
    type: "sink"
    image: "busybox:1.36"
    command: "sleep"
    command: "300"
    environment { key: "B" value: "2" }
    environment { key: "A" value: "" }
    labels { key: "team" value: "data" }
    ports { target: 80 published: 8080 host_ip: "127.0.0.1" protocol: "tcp" }
    mounts { type: BIND source: "/a" target: "/b" read_only: true }
    restart { mode: UNLESS_STOPPED }
    replicas: 1
    resources { limit_cpus: 0.1 }
    init: true
    stop_grace_period_seconds: 10
  )pb");
}

TEST(DigestTest, TheCanonicalTextIsFieldsByNumberAndMapsByKey) {
  EXPECT_EQ(internal::Canonical(Sink()),
            "1=4:sink;2=4:sink;3=12:busybox:1.36;4=5:sleep,3:300,;5=1:A=0:,1:B=1:2,;7=4:team=4:data,;"
            "9={1=80;2=8080;3=9:127.0.0.1;4=3:tcp;},;10={1=1;2=2:/a;3=2:/b;4=1;},;12={1=3;};14=1;"
            "15={1=0.10000000000000001;};16=1;17=10;");
}

// Changing this number recreates every container of every user at their next apply: never because of an upgrade.
TEST(DigestTest, ADigestStaysWhatItIs) {
  EXPECT_EQ(ServiceDigest(Sink()), "a7a93b6d977cc931044f898c57e67dbbce6fab2c86f9026b88d2a826347a2331");
}

TEST(DigestTest, WhatMakesNoOtherContainerIsLeftOut) {
  Service service = Sink();
  service.set_replicas(3);
  service.add_inputs("source");
  service.add_depends_on()->set_service("source");
  (*service.mutable_labels())[kDigestLabel] = "an older one";
  EXPECT_EQ(ServiceDigest(service), ServiceDigest(Sink()));
}

TEST(DigestTest, EveryPartOfTheContainerCounts) {
  const std::string digest = ServiceDigest(Sink());
  for (const char* change : {
           R"(name: "other")",
           R"(image: "busybox:1.37")",
           R"(command: "more")",
           R"(environment { key: "A" value: "x" })",
           R"(environment { key: "C" value: "" })",
           R"(secret_environment { name: "A" })",
           R"(labels { key: "team" value: "x" })",
           R"(aliases: "x")",
           R"(ports { target: 81 })",
           R"(mounts { target: "/c" })",
           R"(health_check { url: "http://127.0.0.1/" })",
           R"(health_check {})",
           R"(health_timing { retries: 3 })",
           R"(health_timing { start_period_seconds: 0 })",
           R"(restart { mode: NO })",
           R"(resources { limit_cpus: 0.2 })",
           R"(init: false)",
           R"(stop_grace_period_seconds: 11)",
           R"(stop_signal: "SIGINT")",
           R"(extra_hosts: "a:b")",
       }) {
    Service service = Sink();
    const Service changed = Parse(change);
    service.MergeFrom(changed);
    if (std::string(change) == "init: false") service.set_init(false);
    if (std::string(change) == "restart { mode: NO }") service.mutable_restart()->set_mode(RestartPolicy::NO);
    EXPECT_NE(ServiceDigest(service), digest) << change;
  }
}

TEST(DigestTest, VariablesThatFlowCameToSetLaterAreNotInIt) {
  Service service = Sink();
  (*service.mutable_environment())["FLOWCTL_ATTEMPT"] = "1";
  service.add_undigested_variables("FLOWCTL_ATTEMPT");
  EXPECT_EQ(ServiceDigest(service), ServiceDigest(Sink()));
}

TEST(DigestTest, WhatIsMountedIsNotInIt) {
  Service service = Sink();
  (*service.mutable_labels())[kMountedLabel] = "file:1 /token";
  EXPECT_EQ(ServiceDigest(service), ServiceDigest(Sink()));
}

TEST(DigestTest, TextsThatReadAlikeWhenJoinedAreTold) {
  EXPECT_NE(ServiceDigest(Parse(R"(command: "a" command: "b")")), ServiceDigest(Parse(R"(command: "a,1:b")")));
  EXPECT_NE(ServiceDigest(Parse(R"(command: "ab" command: "")")), ServiceDigest(Parse(R"(command: "a" command: "b")")));
}

TEST(DigestTest, ASecretCountsByItsValueAndNotByWhereItComesFrom) {
  Service service = Parse(R"pb(
    secret_environment { name: "P" host_path: "/a" compose_variable: "V" }
    secret_environment { name: "Q" host_path: "/b" compose_variable: "W" }
  )pb");
  const Service moved = Parse(R"pb(
    secret_environment { name: "Q" host_path: "/c" compose_variable: "X" }
    secret_environment { name: "P" host_path: "/d" compose_variable: "Y" }
  )pb");
  const std::string one = SecretDigest("p", "default", "sink", "one");
  const std::string two = SecretDigest("p", "default", "sink", "two");
  EXPECT_EQ(ServiceDigest(service, {{"P", one}, {"Q", two}}), ServiceDigest(moved, {{"P", one}, {"Q", two}}));
  EXPECT_NE(ServiceDigest(service, {{"P", one}, {"Q", two}}), ServiceDigest(service, {{"P", two}, {"Q", one}}));
  EXPECT_NE(ServiceDigest(service, {{"P", one}}), ServiceDigest(service));
}

TEST(DigestTest, EqualSecretsOfTwoComponentsDoNotLookEqual) {
  const std::string digest = SecretDigest("p", "n", "c", "value");
  EXPECT_EQ(digest.size(), 64);
  EXPECT_EQ(digest, SecretDigest("p", "n", "c", "value"));
  EXPECT_NE(digest, SecretDigest("p", "n", "d", "value"));
  EXPECT_NE(digest, SecretDigest("q", "n", "c", "value"));
  EXPECT_NE(digest, SecretDigest("p", "m", "c", "value"));
  EXPECT_NE(SecretDigest("ab", "n", "c", "v"), SecretDigest("a", "n", "bc", "v"));
}

TEST(DigestTest, Sha256IsTheStandards) {
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(DigestTest, TheLabelHoldsTheDigest) {
  Project project;
  *project.add_services() = Sink();
  LabelWithDigests(project, {});
  EXPECT_EQ(project.services(0).labels().at(kDigestLabel), ServiceDigest(Sink()));
  const Project once = project;
  LabelWithDigests(project, {});
  EXPECT_EQ(project.services(0).labels().at(kDigestLabel), once.services(0).labels().at(kDigestLabel));
}

}  // namespace
}  // namespace flow::project
