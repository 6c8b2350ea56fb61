#include "flow/kubernetes/names.h"

#include <gtest/gtest.h>

#include <string>

namespace flow::kubernetes {
namespace {

TEST(NamesTest, WhatIsNoNameOnAClusterIsMapped) {
  EXPECT_EQ(ComponentName("source"), "source");
  EXPECT_EQ(ComponentName("ttp_proc"), "ttp-proc");
  EXPECT_EQ(ComponentName("My.Source"), "my-source");
  EXPECT_EQ(ComponentName("ends_"), "ends");
  EXPECT_EQ(ComponentName("9lives"), "c-9lives");
  EXPECT_EQ(Label("/etc/app.yaml"), "etc-app-yaml");
}

TEST(NamesTest, OnlyOfAnIdThatDnsHasAComponentIsReachedById) {
  EXPECT_TRUE(IsReachedById("source"));
  EXPECT_TRUE(IsReachedById("Source"));  // DNS knows no case
  EXPECT_FALSE(IsReachedById("ttp_proc"));
  EXPECT_FALSE(IsReachedById("my.source"));
  EXPECT_FALSE(IsReachedById("9lives"));
}

TEST(NamesTest, WhatIsTooLongIsCutWithAHashOfTheWhole) {
  const std::string whole(63, 'a');
  EXPECT_EQ(ComponentName(whole), whole);
  const std::string one = ComponentName("9" + std::string(62, 'a')),
                    other = ComponentName("9" + std::string(61, 'a') + "b");
  EXPECT_EQ(one.size(), 63);
  EXPECT_EQ(one.substr(0, 54), other.substr(0, 54));
  EXPECT_NE(one, other);
  EXPECT_EQ(one, ComponentName("9" + std::string(62, 'a')));
  EXPECT_EQ(Shortened("abc----------------", 14), "abc-" + project::Sha256("abc----------------").substr(0, 8));
}

TEST(NamesTest, ANamespaceIsThePipelinesWithItsOwnBeforeItWhereItHasOne) {
  EXPECT_EQ(NamespaceName("default", "pay_ments"), "flow-pay-ments");
  EXPECT_EQ(NamespaceName("", "payments"), "flow-payments");
  EXPECT_EQ(NamespaceName("team-a", "payments"), "flow-team-a--payments");
}

TEST(NamesTest, SecretsOfTwoComponentsNeverMeet) {
  EXPECT_NE(SecretName("a", "b-c"), SecretName("a-b", "c"));
  EXPECT_EQ(SecretName("a_b", "key.pem"), "a-b.key-pem");
  EXPECT_LE(SecretName(std::string(63, 'a'), std::string(300, 'b')).size(), 253);
}

TEST(NamesTest, APortKeepsItsNameWhereAClusterTakesThat) {
  EXPECT_EQ(PortName("HTTP", "tcp", 80), "http");
  EXPECT_EQ(PortName("grpc-1", "tcp", 80), "grpc-1");
  for (const char* name : {"", "a free text", "-a", "a-", "a--b", "80", "a23456789-123456"}) {
    EXPECT_EQ(PortName(name, "sctp", 65535), "sctp-65535") << name;
  }
}

TEST(NamesTest, AnObjectsNameIsASubdomain) {
  EXPECT_TRUE(IsObjectName("a.b-c.9"));
  for (const char* name : {"", "a..b", "A", "a_b", "-a", "a.", "a b"}) EXPECT_FALSE(IsObjectName(name)) << name;
  EXPECT_FALSE(IsObjectName(std::string(254, 'a')));
}

}  // namespace
}  // namespace flow::kubernetes
