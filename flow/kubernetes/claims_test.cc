// What a cluster's events about claims come to.
#include "flow/kubernetes/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/time.h"
#include "flow/deploy/testing/projects.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::HasSubstr;

constexpr char kWaits[] = "ExternalProvisioning";
constexpr char kRefused[] = "ProvisioningFailed";

api::Object Claim(const std::string& modes = R"("ReadWriteOnce")", const std::string& storage_class = "fast",
                  const std::string& phase = "Pending") {
  return {api::Kind::kClaim, text::ReadJson(absl::Substitute(
                                                R"({"metadata": {"name": "data"}, "status": {"phase": "$2"},
                                                    "spec": {"accessModes": [$0], "storageClassName": "$1"}})",
                                                modes, storage_class, phase))
                                 .value()};
}

class ClaimsTest : public ::testing::Test {
 protected:
  void Expect(std::vector<std::string> components) {
    components.insert(components.begin(), "volume=data");
    claims_.Expect(deploy::testing::MakeProject("x", components));
  }
  // "final: …", "told: …", each with its hint; nothing: no news.
  std::string Event(const std::string& reason, const std::string& words, int count = 1, int seconds = 0) {
    const std::string last =
        absl::FormatTime(absl::RFC3339_sec, absl::UnixEpoch() + absl::Seconds(seconds), absl::UTCTimeZone());
    const std::optional<Claims::News> news = claims_.TakeEvent(
        {api::Kind::kEvent, text::ReadJson(absl::Substitute(
                                               R"({"involvedObject": {"name": "data"}, "reason": "$0", "count": $2,
            "message": "$1", "firstTimestamp": "1970-01-01T00:00:00Z", "lastTimestamp": "$3"})",
                                               reason, absl::CEscape(words), count, last))
                                .value()});
    if (!news.has_value()) return "";
    return absl::StrCat(news->is_final ? "final: " : "told: ", news->component, ": ", news->what,
                        news->hint.empty() ? "" : "; hint: ", news->hint);
  }

  Claims claims_;
};

TEST_F(ClaimsTest, AProvisionerThatNobodyRunsIsFinalAfterHalfAMinute) {
  Expect({"a mounts=data:/data"});
  claims_.Take(Claim());
  EXPECT_EQ(Event(kWaits, "w"), "");
  EXPECT_EQ(Event(kWaits, "w", 2, 1), "");  // said again when a node was chosen
  EXPECT_EQ(Event(kWaits, "w", 3, 15), "told: a: its claim data (class fast, ReadWriteOnce) is not bound: w");
  EXPECT_EQ(
      Event(kWaits, "w", 5, 45),
      absl::StrCat("final: a: its claim data (class fast, ReadWriteOnce) is not bound: w; in 45s nobody has begun "
                   "to make it; hint: see that the provisioner of its class runs on the cluster; ",
                   internal::kClassHint));
  EXPECT_EQ(Event(kWaits, "w", 6, 60), "");  // that was told
}

TEST_F(ClaimsTest, AProvisionerThatHasBegunMayTakeItsTime) {
  Expect({"a mounts=data:/data"});
  claims_.Take(Claim());
  EXPECT_EQ(Event("Provisioning", "External provisioner is provisioning volume"), "");
  EXPECT_EQ(Event(kWaits, "w", 9, 120), "told: a: its claim data (class fast, ReadWriteOnce) is not bound: w");
}

TEST_F(ClaimsTest, WhoHasBegunBeforeThisApplyIsNotKnownSoAClaimOfBeforeIsWaitedFor) {
  Expect({"a mounts=data:/data"});
  claims_.Adopt(Claim());
  EXPECT_THAT(Event(kWaits, "w", 9, 120), HasSubstr("told: "));
}

TEST_F(ClaimsTest, ARefusalIsFinalTheSecondTimeHoweverItIsCounted) {
  for (const bool counted : {true, false}) {
    Expect({"a mounts=data:/data"});
    claims_.Take(Claim());
    EXPECT_EQ(Event(kRefused, "full"), "told: a: its claim data (class fast, ReadWriteOnce) is not bound: full");
    EXPECT_EQ(Event(kRefused, "full", counted ? 2 : 1),
              "final: a: its claim data (class fast, ReadWriteOnce) is not bound: full");
  }
}

TEST_F(ClaimsTest, AClassThatIsNotThereIsFinalAtOnce) {
  Expect({"a mounts=data:/data"});
  EXPECT_EQ(
      Event(kRefused, "storageclass.storage.k8s.io \"fast\" not found"),
      absl::StrCat("final: a: its claim data is not bound: storageclass.storage.k8s.io \"fast\" not found; hint: ",
                   internal::kClassHint));
}

TEST_F(ClaimsTest, WithoutAClassItIsSaidHowToNameOne) {
  Expect({"a mounts=data:/data"});
  claims_.Take(Claim(R"("ReadWriteOnce")", ""));
  EXPECT_EQ(
      Event("FailedBinding", "no storage class is set", 2),
      absl::StrCat("final: a: its claim data (no class, ReadWriteOnce) is not bound: no storage class is set; hint: ",
                   internal::kClassHint));
}

TEST_F(ClaimsTest, ASharedVolumeIsToldWithItsAccessModeAndAllThatMountIt) {
  Expect({"a mounts=data:/data", "b replicas=3 mounts=data:/data", "c replicas=0 mounts=data:/data"});
  claims_.Take(Claim(R"("ReadWriteMany")"));
  EXPECT_EQ(
      Event(kRefused, "no", 2),
      absl::StrCat("final: a: its claim data (class fast, ReadWriteMany for a, 3 pods of b) is not bound: no; hint: ",
                   internal::kSharedHint));
}

TEST_F(ClaimsTest, WhatNoPodMountsIsNotWaitedFor) {
  Expect({"a replicas=0 mounts=data:/data"});
  EXPECT_EQ(Event(kRefused, "no", 2), "");
  EXPECT_EQ(Event(kWaits, "w", 9, 120), "");
}

TEST_F(ClaimsTest, ForWhatAComponentWaitsIsKnownUntilItsClaimIsBound) {
  Expect({"a mounts=data:/data", "b mounts=data:/data", "c"});
  claims_.Take(Claim());
  EXPECT_EQ(claims_.WordsOf("b"), "");
  Event(kWaits, "w");
  EXPECT_EQ(claims_.WordsOf("b"), "its claim data (class fast, ReadWriteOnce) is not bound: w");
  EXPECT_EQ(claims_.WordsOf("c"), "");
  claims_.Take(Claim(R"("ReadWriteOnce")", "fast", "Bound"));
  EXPECT_EQ(claims_.WordsOf("b"), "");
}

TEST_F(ClaimsTest, ASchedulersWordsAboutVolumesNameTheClaims) {
  Expect({"a mounts=data:/data", "b"});
  claims_.Take(Claim());
  EXPECT_EQ(claims_.WithClaims("a", "2 node(s) had volume node affinity conflict."),
            "2 node(s) had volume node affinity conflict: it mounts claim data (class fast, ReadWriteOnce)");
  EXPECT_EQ(claims_.WithClaims("a", "2 Insufficient cpu."), "2 Insufficient cpu.");
  EXPECT_EQ(claims_.WithClaims("b", "2 node(s) exceed max volume count."), "2 node(s) exceed max volume count.");
}

}  // namespace
}  // namespace flow::kubernetes
