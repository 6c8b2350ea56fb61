#include "flow/docker/engine/response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace flow::docker::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ReadReply, TakesTheListOfContainers) {
  const absl::StatusOr<Reply> reply =
      ReadReply(ListContainers{}, {200, {}, R"js([{"Id":"4f1c","Names":["/a"],"Labels":{"k":"v"},"Created":1700000000,
        "Ports":[{"IP":"127.0.0.1","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}],"NetworkSettings":{"Networks":
        {"n":{"NetworkID":"77"}}},"New":{"er":[1]},"State":"running","Status":"Up 2 hours (healthy)"}])js"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  const ContainerSummary& container = std::get<ContainerList>(*reply).containers(0);
  EXPECT_EQ(container.id(), "4f1c");
  EXPECT_EQ(container.labels().at("k"), "v");
  EXPECT_EQ(container.ports(0).public_port(), 8080u);
  EXPECT_EQ(container.network_settings().networks().at("n").network_id(), "77");
}

TEST(ReadReply, TakesNullForEmpty) {
  const absl::StatusOr<Reply> reply = ReadReply(ListVolumes{}, {200, {}, R"({"Volumes":null,"Warnings":null})"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(std::get<VolumeList>(*reply).volumes_size(), 0);
}

TEST(ReadReply, KeepsOnlyNetworksOfExactlyTheName) {
  const absl::StatusOr<Reply> reply =
      ReadReply(ListNetworks{.name = "x"}, {200, {}, R"([{"Id":"1","Name":"xy"},{"Id":"2","Name":"x"}])"});
  ASSERT_TRUE(reply.ok());
  ASSERT_EQ(std::get<NetworkList>(*reply).networks_size(), 1);
  EXPECT_EQ(std::get<NetworkList>(*reply).networks(0).id(), "2");
}

TEST(ReadReply, TellsARefusalInTheEnginesWords) {
  const absl::StatusOr<Reply> reply = ReadReply(StartContainer{"1"}, {409, {}, R"({"message":"name is in use\n"})"});
  EXPECT_EQ(reply.status(), absl::AlreadyExistsError("name is in use"));
}

TEST(ReadReply, TakesPodmansConflictForOne) {
  const http::Response response{
      .status = 500,
      .body =
          R"json({"message":"creating container storage: the container name \"a\" is already in use by 75b3"})json"};
  EXPECT_TRUE(absl::IsAlreadyExists(ReadReply(CreateContainer{}, response).status()));
}

TEST(ReadReply, TellsWhatAnsweredWhereItIsNoEngine) {
  EXPECT_THAT(ReadReply(GetInfo{}, {500, {}, "<html>proxy</html>"}).status().ToString(), HasSubstr("HTTP status 500"));
  EXPECT_THAT(ReadReply(GetInfo{}, {200, {}, "<html>"}).status().ToString(), HasSubstr("<html>"));
}

TEST(ReadReply, AWebServerIsNoEngine) {
  const auto reply = ReadReply(Ping{}, {.status = 404, .body = "<html>"});
  EXPECT_TRUE(absl::IsFailedPrecondition(reply.status()));
  EXPECT_THAT(reply.status().message(), HasSubstr("is it a Docker engine?"));
  const auto refused = ReadReply(Ping{}, {.status = 403, .body = R"({"message": "not for you"})"});
  EXPECT_EQ(refused.status(), absl::PermissionDeniedError("not for you"));
}

TEST(ReadReply, TakesWhatIsGoneAsGone) {
  const http::Response not_found{404, {}, R"({"message":"No such container"})"};
  EXPECT_TRUE(ReadReply(RemoveContainer{"1"}, not_found).ok());
  EXPECT_TRUE(ReadReply(RemoveNetwork{"1"}, not_found).ok());
  EXPECT_TRUE(ReadReply(StopContainer{"1"}, not_found).ok());
  EXPECT_EQ(ReadReply(StartContainer{"1"}, not_found).status().code(), absl::StatusCode::kNotFound);
}

// Two deletes at once, or one beside `docker rm`: it is not gone before the other one is done (retry.h).
TEST(ReadReply, DoesNotTakeARemovalThatIsUnderWayAsDone) {
  const http::Response conflict{409, {}, R"({"message":"removal of container c1 is already in progress"})"};
  EXPECT_EQ(ReadReply(RemoveContainer{"c1"}, conflict).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(ReadReply, TakesStartedAndStoppedAlreadyAsDone) {
  EXPECT_TRUE(ReadReply(StartContainer{"1"}, {304, {}, ""}).ok());
  EXPECT_TRUE(ReadReply(StopContainer{"1"}, {304, {}, ""}).ok());
}

// Whoever asked takes the reply for what the call answers.
TEST(ReadReply, TakesNotModifiedForAnErrorOfEveryOtherCall) {
  const std::vector<Call> calls = {Ping{},
                                   GetInfo{},
                                   ListContainers{},
                                   ListNetworks{},
                                   ListVolumes{},
                                   ListImages{},
                                   InspectContainer{},
                                   SampleStats{},
                                   InspectImage{},
                                   InspectNetwork{},
                                   TailLogs{},
                                   ReadFile{},
                                   PullImage{},
                                   CreateNetwork{},
                                   CreateVolume{},
                                   CreateContainer{},
                                   RenameContainer{},
                                   RemoveContainer{},
                                   UnpauseContainer{}};
  for (const Call& call : calls) {
    EXPECT_FALSE(ReadReply(call, {304, {}, ""}).ok()) << call.index();
  }
}

TEST(ReadReply, TheTimeThatNeverWasIsNone) {
  const auto started = [](const std::string& at) {
    const absl::StatusOr<Reply> reply =
        ReadReply(InspectContainer{"1"}, {200, {}, R"({"State": {"StartedAt": ")" + at + R"("}})"});
    return std::get<ContainerInspect>(*reply).state().started_at();
  };
  EXPECT_EQ(started("0001-01-01T00:00:00Z"), "");
  EXPECT_EQ(started("2026-11-26T08:00:00.5Z"), "2026-11-26T08:00:00.5Z");
}

TEST(ReadReply, FindsThePullErrorThatComesAfterTheStatus) {
  const http::Response response{
      200, {}, "{\"status\":\"Pulling\"}\r\n{\"errorDetail\":{\"message\":\"not found\"},\"error\":\"not found\"}\r\n"};
  EXPECT_EQ(ReadReply(PullImage{"x", ""}, response).status().message(), "not found");
  EXPECT_TRUE(ReadReply(PullImage{"x", ""}, {200, {}, "{\"status\":\"Done\"}\n"}).ok());
}

// Docker's words, and Podman's.
TEST(ReadReply, TellsAFileThatIsNotThereFromAContainerThatIsNot) {
  const ReadFile call{"4f1c", "/metadata.json", 100};
  for (const char* message : {"Could not find the file /metadata.json in container 4f1c",
                              "stat: \"/metadata.json\" could not be found on container 4f1c: no such file"}) {
    const absl::StatusOr<Reply> reply =
        ReadReply(call, {404, {}, absl::StrCat("{\"message\":\"", absl::CEscape(message), "\"}")});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_FALSE(std::get<FileContent>(*reply).there);
  }
  for (const char* message : {"No such container: 4f1c", "no container with ID 4f1c found: no such container"}) {
    const absl::StatusOr<Reply> reply = ReadReply(call, {404, {}, absl::StrCat("{\"message\":\"", message, "\"}")});
    EXPECT_EQ(reply.status().code(), absl::StatusCode::kNotFound);
  }
  EXPECT_EQ(ReadReply(call, {200, {}, "<html>"}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ReadReply, TakesLogLinesOfBothStreamsInTheirOrder) {
  const absl::StatusOr<Reply> reply = ReadReply(
      TailLogs{"1"}, {200, {}, std::string("\1\0\0\0\0\0\0\5one\r\n", 13) + std::string("\2\0\0\0\0\0\0\3two", 11)});
  ASSERT_TRUE(reply.ok());
  EXPECT_THAT(std::get<LogLines>(*reply).lines, ElementsAre("one", "two"));
}

}  // namespace
}  // namespace flow::docker::engine
