#include "flow/compose/notes.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace flow::compose {
namespace {

TEST(NotesTest, TellsWhoseConfigNamesAreGuesses) {
  pipeline::Pipeline pipeline;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        components {
          id: "known"
          reference: "a@1"
          image: "x/a:1"
          config { name: "k" }
        }
        components {
          id: "unknown"
          reference: "b@1"
          image: "x/b:1"
          config { name: "k" }
        }
        components { id: "without-config" reference: "b@1" image: "x/b:1" }
        components {
          id: "plain"
          image: "x/c:1"
          config { name: "k" }
        }
      )pb",
      &pipeline));
  const auto notes = MetadataNotes(pipeline, {"a@1"});
  ASSERT_EQ(notes.size(), 1);
  ASSERT_TRUE(notes.contains("unknown"));
  EXPECT_TRUE(absl::StrContains(notes.at("unknown")[0], "x/b:1"));
}

}  // namespace
}  // namespace flow::compose
