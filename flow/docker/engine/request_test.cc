#include "flow/docker/engine/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::docker::engine {
namespace {

using testing::HasSubstr;

constexpr compose::ApiVersion kVersion{1, 43};

TEST(BuildRequest, PutsTheVersionBeforeEveryPathButTheOneItIsNegotiatedBy) {
  EXPECT_EQ(BuildRequest(Ping{}, kVersion).target, "/_ping");
  EXPECT_EQ(BuildRequest(GetInfo{}, kVersion).target, "/v1.43/info");
}

TEST(BuildRequest, EscapesWhatComesFromOutside) {
  EXPECT_EQ(BuildRequest(InspectContainer{"../x?y"}, kVersion).target, "/v1.43/containers/..%2Fx%3Fy/json");
  EXPECT_EQ(BuildRequest(InspectImage{"a/b:1"}, kVersion).target, "/v1.43/images/a%2Fb%3A1/json");
  EXPECT_EQ(BuildRequest(RemoveVolume{"v#1"}, kVersion).target, "/v1.43/volumes/v%231");
}

TEST(BuildRequest, ListsContainersOfEveryStateByLabelsAndExactNames) {
  const http::Request request = BuildRequest(ListContainers{.labels = {"a=b"}, .names = {"flow-x-a.b-1"}}, kVersion);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, absl::StrCat("/v1.43/containers/json?all=1&filters=",
                                         http::PercentEncode(R"({"label":["a=b"],"name":["^/?flow-x-a\\.b-1$"]})")));
}

TEST(BuildRequest, LeavesFiltersOutWhereThereAreNone) {
  EXPECT_EQ(BuildRequest(ListVolumes{}, kVersion).target, "/v1.43/volumes");
}

TEST(BuildRequest, PullsByTagOrDigest) {
  EXPECT_EQ(BuildRequest(PullImage{"busybox:1.36", ""}, kVersion).target,
            "/v1.43/images/create?fromImage=docker.io%2Flibrary%2Fbusybox&tag=1.36");
  EXPECT_THAT(BuildRequest(PullImage{"busybox:1@sha256:ab", ""}, kVersion).target, HasSubstr("tag=sha256%3Aab"));
}

TEST(BuildRequest, AsksForANetworkAndTheEnginesOwn) {
  const ListNetworks call{.name = "x", .and_bridge = true};
  EXPECT_THAT(BuildRequest(call, kVersion).target,
              HasSubstr(http::PercentEncode(R"({"name":["x","bridge","podman"]})")));
}

TEST(BuildRequest, RemovesAContainerWithItsAnonymousVolumesEvenWhereItRuns) {
  const http::Request request = BuildRequest(RemoveContainer{"4f1c"}, kVersion);
  EXPECT_EQ(request.method, "DELETE");
  EXPECT_EQ(request.target, "/v1.43/containers/4f1c?force=1&v=1");
  const RemoveContainer sparing{.id = "4f1c", .with_volumes = false};
  EXPECT_EQ(BuildRequest(sparing, kVersion).target, "/v1.43/containers/4f1c?force=1");
}

TEST(BuildRequest, ReadsAFileWithinABound) {
  const http::Request request = BuildRequest(ReadFile{"4f1c", "/a b.json", 1000}, kVersion);
  EXPECT_EQ(request.target, "/v1.43/containers/4f1c/archive?path=%2Fa%20b.json");
  EXPECT_GE(request.most_body, 1000u + 1024u);
}

TEST(BuildRequest, StopsInTheContainersOwnTimeUnlessTold) {
  EXPECT_EQ(BuildRequest(StopContainer{"4f1c"}, kVersion).target, "/v1.43/containers/4f1c/stop");
  EXPECT_EQ(BuildRequest(StopContainer{"4f1c", absl::Seconds(3)}, kVersion).target, "/v1.43/containers/4f1c/stop?t=3");
}

TEST(BuildRequest, SendsACreateAsJsonUnderTheEnginesNames) {
  CreateNetwork call;
  call.config.set_name("n");
  call.config.set_check_duplicate(true);
  const http::Request request = BuildRequest(call, kVersion);
  EXPECT_EQ(request.target, "/v1.43/networks/create");
  EXPECT_EQ(request.body, R"({"Name":"n","CheckDuplicate":true})");
}

TEST(BuildEventsRequest, AsksForContainersByLabelAndForNoEventInParticular) {
  EXPECT_EQ(BuildEventsRequest({"a=b"}, 0, kVersion).target,
            absl::StrCat("/v1.43/events?filters=", http::PercentEncode(R"({"type":["container"],"label":["a=b"]})")));
  EXPECT_THAT(BuildEventsRequest({}, 1700000000000000001, kVersion).target, HasSubstr("since=1700000000.000000001&"));
}

}  // namespace
}  // namespace flow::docker::engine
