#include "flow/project/names.h"

#include <gtest/gtest.h>

namespace flow::project {
namespace {

TEST(NamesTest, TheDefaultNamespaceIsNotInTheName) {
  EXPECT_EQ(ProjectName("default", "payments"), "flow-payments");
  EXPECT_EQ(ProjectName("", "payments"), "flow-payments");
}

TEST(NamesTest, AnotherNamespaceIsPartedByTwoUnderscores) {
  EXPECT_EQ(ProjectName("team-a", "payments"), "flow-team-a__payments");
  // One underscore may stand in a pipeline's name: these three are three projects.
  EXPECT_NE(ProjectName("a", "b_c"), ProjectName("a", "b-c"));
  EXPECT_NE(ProjectName("default", "a_b"), ProjectName("a", "b"));
  EXPECT_NE(ProjectName("a-b", "c"), ProjectName("a", "b-c"));
}

TEST(NamesTest, NamesAreThoseThatComposeGives) {
  const std::string project = ProjectName("default", "payments");
  EXPECT_EQ(ContainerName(project, "ttp_proc", 2), "flow-payments-ttp_proc-2");
  EXPECT_EQ(NetworkName(project), "flow-payments_default");
  EXPECT_EQ(VolumeName(project, "data"), "flow-payments_data");
}

TEST(NamesTest, AnAliasHoldsLettersDigitsAndDashes) {
  EXPECT_EQ(DnsAlias("ttp_proc"), "ttp-proc");
  EXPECT_EQ(DnsAlias("My.Source"), "My-Source");
  EXPECT_EQ(DnsAlias("already-1"), "already-1");
}

TEST(NamesTest, AnEnvironmentNameIsUpperCaseWithUnderscores) {
  EXPECT_EQ(EnvironmentName("ttp-proc.v2"), "TTP_PROC_V2");
  EXPECT_EQ(EnvironmentName("database_path"), "DATABASE_PATH");
  EXPECT_EQ(EnvironmentName("größe"), "GR__E");  // ö and ß are one character each
}

TEST(NamesTest, ASecretsVariableNamesComponentAndSecret) {
  EXPECT_EQ(SecretVariableName("pg-sink", "db.password"), "FLOW_SECRET_PG_SINK_DB_PASSWORD");
}

}  // namespace
}  // namespace flow::project
