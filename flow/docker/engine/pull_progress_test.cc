#include "flow/docker/engine/pull_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::docker::engine {
namespace {

using ::testing::HasSubstr;

TEST(PullProgressReader, TellsLayersAndBytes) {
  PullProgressReader reader;
  reader.Read("{\"status\":\"Pulling from team/my\",\"id\":\"1\"}\r\n");
  EXPECT_EQ(reader.Text(), "");
  reader.Read(
      "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aa\"}\r\n{\"status\":\"Already "
      "exists\",\"id\":\"bb\"}\r\n");
  EXPECT_EQ(reader.Text(), "1 of 2 layers");
  reader.Read("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1500000,\"total\":3000000},\"id\"");
  EXPECT_EQ(reader.Text(), "1 of 2 layers");
  reader.Read(":\"aa\"}\r\n");
  EXPECT_EQ(reader.Text(), "1 of 2 layers, 1.5 of 3.0 MB");
  EXPECT_THAT(reader.LayerTexts(), testing::ElementsAre("aa  1.5 of 3.0 MB"));
  reader.Read("{\"status\":\"Download complete\",\"id\":\"aa\"}\n{\"status\":\"Pull complete\",\"id\":\"aa\"}\n");
  EXPECT_EQ(reader.Text(), "2 of 2 layers, 3.0 of 3.0 MB");
  EXPECT_THAT(reader.LayerTexts(), testing::IsEmpty());
  EXPECT_TRUE(reader.error().ok());
}

TEST(PullProgressReader, CountsNoMoreLayersThanAnImageCanHave) {
  PullProgressReader reader;
  for (int i = 0; i < 5000; ++i) {
    reader.Read(absl::StrCat("{\"status\":\"Pulling fs layer\",\"id\":\"", i, "\"}\n"));
  }
  EXPECT_EQ(reader.Text(), "0 of 1000 layers");
}

TEST(PullProgressReader, KeepsWhatWasReportedInTheStream) {
  PullProgressReader reader;
  reader.Read(
      "{\"errorDetail\":{\"message\":\"unauthorized\"},\"error\":\"unauthorized\"}\nno JSON\n{\"error\":\"later\"}\n");
  EXPECT_THAT(reader.error().message(), HasSubstr("unauthorized"));
}

}  // namespace
}  // namespace flow::docker::engine
