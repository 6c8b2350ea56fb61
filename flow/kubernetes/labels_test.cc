#include "flow/kubernetes/labels.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::kubernetes {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

project::Project Parse(const std::string& text) {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &project));
  return project;
}

TEST(LabelsTest, AValueHas63CharactersOfALabelsAlphabetOrNone) {
  for (const char* value : {"", "a", "A-b_c.9"}) EXPECT_TRUE(IsLabelValue(value)) << value;
  for (const char* value : {"-a", "a.", "a b", "é"}) EXPECT_FALSE(IsLabelValue(value)) << value;
  EXPECT_TRUE(IsLabelValue(std::string(63, 'a')));
  EXPECT_FALSE(IsLabelValue(std::string(64, 'a')));
}

TEST(LabelsTest, AKeyIsANamePerhapsBehindASubdomain) {
  for (const char* key : {"a", "A_b", "example.org/a", "x/1"}) EXPECT_TRUE(IsLabelKey(key)) << key;
  for (const char* key : {"", "/a", "a/", "a/b/c", "Example.org/a", "a b", "a$"}) EXPECT_FALSE(IsLabelKey(key)) << key;
}

TEST(LabelsTest, ALabelThatIsNoneOnAClusterIsAnAnnotationOrLeftOut) {
  const Tags tags = ProjectTags(Parse(R"pb(
    pipeline: "p"
    namespace: "default"
    labels { key: "team" value: "data" }
    labels { key: "owner" value: "Ops Team" }
    labels { key: "no key!" value: "x" }
    annotations { key: "note" value: "any text" }
    annotations { key: "no key!" value: "x" }
  )pb"));
  EXPECT_THAT(tags.labels,
              AllOf(Contains(Pair("team", "data")), Not(Contains(Key("owner"))), Not(Contains(Key("no key!")))));
  EXPECT_THAT(tags.annotations, ElementsAre(Pair("note", "any text"), Pair("owner", "Ops Team")));
}

TEST(LabelsTest, AComponentsPodsAreFoundWhateverItIsCalledAndLabelled) {
  const project::Project project = Parse(R"pb(
    pipeline: "p"
    namespace: "default"
    labels { key: "app.kubernetes.io/name" value: "mine" }
    services { name: "ends_" type: "source" }
  )pb");
  const Tags tags = ServiceTags(ProjectTags(project), project.services(0));
  EXPECT_EQ(tags.labels.at(kNameLabel), "ends");
  EXPECT_EQ(tags.labels.at(kInstanceLabel), "flow-p");
  EXPECT_THAT(tags.annotations, ElementsAre(Pair("com.obsrvr.flow.component", "ends_")));  // no label's value
}

}  // namespace
}  // namespace flow::kubernetes
