#include "flow/kubernetes/volume_trouble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/deploy/testing/projects.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;

constexpr char kConflict[] =
    "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable.";

api::Object Read(api::Kind kind, const std::string& json) { return {kind, text::ReadJson(json).value()}; }

// Bound claim, by its name, to the volume "of-NAME".
api::Object Claim(const std::string& name, const std::string& annotations = "") {
  return Read(api::Kind::kClaim,
              absl::StrCat(R"({"metadata":{"name":")", name, R"(","annotations":{)", annotations,
                           R"(}},"spec":{"volumeName":"of-)", name, R"("},"status":{"phase":"Bound"}})"));
}
// A claim's volume, which nodes can mount for which these requirements hold.
api::Object Volume(const std::string& claim, const std::string& requirements) {
  return Read(api::Kind::kVolume,
              absl::StrCat(R"({"metadata":{"name":"of-)", claim,
                           R"("},"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[)",
                           requirements, "]}]}}}}"));
}
constexpr char kNode1[] = R"({"key":"kubernetes.io/hostname","operator":"In","values":["node1"]})";

std::string TroubleOf(const std::string& component, const std::vector<api::Object>& objects,
                      const std::string& words = kConflict) {
  const project::Project project = deploy::testing::MakeProject(
      "p", {"volume=A_b", "volume=c", "a mounts=A_b:/data mounts=A_b:/more mounts=c:/c", "b"});
  return VolumeTrouble(objects, project).Of(component, words);
}

TEST(VolumeTroubleTest, AVolumeThatOnlySomeNodesCanMountIsToldWithThem) {
  EXPECT_EQ(TroubleOf("a", {Claim("a-b"), Volume("a-b", kNode1)}), "only node1 can mount its volume A_b");
  EXPECT_EQ(
      TroubleOf("a", {Claim("c"), Volume("c", R"({"key":"topology.kubernetes.io/zone","operator":"In",
                                                       "values":["eu-1","eu-2"]},{"key":"fast","operator":"Exists"})")}),
      "only nodes with topology.kubernetes.io/zone in eu-1, eu-2 and nodes with fast exists can mount its volume c");
}

TEST(VolumeTroubleTest, OnlyWhereTheSchedulerSaysThatAVolumeIsWhy) {
  EXPECT_EQ(TroubleOf("a", {Claim("a-b"), Volume("a-b", kNode1)}, "2 Insufficient cpu."), "");
  EXPECT_EQ(TroubleOf("a", {Claim("a-b"), Volume("a-b", "")}), "");
}

TEST(VolumeTroubleTest, OfAVolumeThatMayNotBeLookedAtTheNodeIsTheOneItWasMadeFor) {
  EXPECT_EQ(TroubleOf("a", {Claim("a-b", R"("volume.kubernetes.io/selected-node":"node2")")}),
            "only node2 can mount its volume A_b");
  EXPECT_EQ(TroubleOf("a", {Claim("a-b")}), "");
}

TEST(VolumeTroubleTest, OnlyWhatAComponentMountsIsItsTrouble) {
  EXPECT_EQ(TroubleOf("b", {Claim("a-b"), Volume("a-b", kNode1)}), "");
  EXPECT_EQ(TroubleOf("someone", {Claim("a-b"), Volume("a-b", kNode1)}), "");
}

TEST(VolumeTroubleTest, TheVolumesOfClaimsAreThoseThatTheyHave) {
  EXPECT_THAT(VolumesOf({Claim("c"), Read(api::Kind::kClaim, R"({"metadata":{"name":"d"},"spec":{}})")}),
              ElementsAre(api::ObjectName{api::Kind::kVolume, "", "of-c"}));
}

TEST(VolumeTroubleTest, ClaimsAreAskedForWhereAPodHasNoNodeOrNoneIsWanted) {
  const auto pod = [](const char* spec) { return Read(api::Kind::kPod, absl::StrCat(R"({"spec":{)", spec, "}}")); };
  const auto deployment = [](const char* spec) {
    return Read(api::Kind::kDeployment, absl::StrCat(R"({"spec":{)", spec, "}}"));
  };
  EXPECT_FALSE(ClaimsTellMore({pod(R"("nodeName":"node1")"), deployment(R"("replicas":1)")}));
  EXPECT_TRUE(ClaimsTellMore({pod(R"("nodeName":"node1")"), pod("")}));
  EXPECT_TRUE(ClaimsTellMore({deployment(R"("replicas":0)")}));
}

}  // namespace
}  // namespace flow::kubernetes
