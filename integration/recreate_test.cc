// Containers are made anew when what they should be has changed, and only then.
#include <string>

#include "absl/strings/match.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::HasSubstr;

class RecreateTest : public DockerTest {};

// The same pipeline, written in another way and in another file.
TEST_F(RecreateTest, AnotherSpellingOfTheSamePipelineChangesNothing) {
  const std::string name = Name("same");
  ASSERT_EQ(Apply(Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sleep, '1000']
      env:
        PORT: 8080
        LEVEL: debug
      volumes:
        - name: data
          mountPath: /data
  sinks:
    - id: sink
      image: busybox:1.36
      inputs: [source]
      command: [sleep, '1000']
)"))
                .exit_code,
            0);
  const auto before = Ids(name);
  wire().Forget();

  const std::string other = Write("renamed.yml", R"(# The same, by someone else's taste.
kind: Pipeline
spec:
  sinks: [{command: ["sleep", "1000"], inputs: [source], image: "busybox:1.36", id: sink}]
  sources:
    - volumes: [{mount_path: /data, name: data}]
      env: {LEVEL: 'debug', PORT: "8080"}   # text all the same
      command:
        - sleep
        - "1000"
      image: busybox:1.36
      id: source
metadata: {name: )" + name + R"(}
apiVersion: flowctl/v1
)");
  const Finished& apply = Flow("flow-apply", {other});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, HasSubstr("Pipeline unchanged: " + name + " (2 components)"));
  EXPECT_THAT(wire().Changes(), testing::IsEmpty());
  EXPECT_EQ(Ids(name), before);
}

// A tag that names another image now is a change of those that use it, and nobody asks a registry.
TEST_F(RecreateTest, ATagThatWasMovedReplacesThoseThatUseItAlone) {
  const std::string name = Name("moved"), project = "flow-" + name;
  const std::string image = MakeImage("my", {"LABEL version=1"});
  const std::string yaml =
      Pipeline(name, "  sources:\n" + Idle("source") + "  processors:\n    - id: processor\n      image: " + image +
                         "\n      inputs: [source]\n      command: [sleep, '1000']\n  sinks:\n" +
                         Idle("sink", "      inputs: [processor]\n"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const auto before = Ids(name);

  MakeImage("my", {"LABEL version=2"});
  const Finished& plan = Flow("flow-apply", {"--dry_run", folder() + "/" + name + ".yaml"});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  EXPECT_THAT(plan.out, HasSubstr("image changed"));
  EXPECT_EQ(Ids(name), before);

  wire().Forget();
  ASSERT_EQ(Apply(yaml, {"--pull=missing"}).exit_code, 0);
  const auto after = Ids(name);
  EXPECT_EQ(after.at(project + "-source-1"), before.at(project + "-source-1"));
  EXPECT_EQ(after.at(project + "-sink-1"), before.at(project + "-sink-1"));
  EXPECT_NE(after.at(project + "-processor-1"), before.at(project + "-processor-1"));
  EXPECT_EQ(after.size(), 3u);
  EXPECT_EQ(Text(At(engine().Inspect(project + "-processor-1"), {"Config", "Labels", "version"})), "2");
  for (const std::string& request : wire().Requests()) EXPECT_FALSE(absl::StrContains(request, "/images/create"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Another tag at an image that nobody's container uses is no change.
TEST_F(RecreateTest, ANewTagOfTheSameImageChangesNothing) {
  const std::string name = Name("tag");
  const std::string image = MakeImage("same", {"LABEL version=1"});
  const std::string yaml =
      Pipeline(name, "  sources:\n    - {id: source, image: '" + image + "', command: [sleep, '1000']}\n");
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const auto before = Ids(name);
  engine().Do("POST", "/images/" + image + "/tag?repo=" + image.substr(0, image.rfind(':')) + "&tag=2");
  EXPECT_THAT(Apply(yaml).out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Ids(name), before);
}

TEST_F(RecreateTest, ForcedItReplacesAll) {
  const std::string name = Name("forced");
  const std::string yaml = Pipeline(name, "  sources:\n" + Idle("one") + Idle("two"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const auto before = Ids(name);
  ASSERT_EQ(Apply(yaml, {"--force_recreate"}).exit_code, 0);
  const auto after = Ids(name);
  EXPECT_EQ(after.size(), 2u);
  for (const auto& [container, id] : after) EXPECT_NE(before.at(container), id);
}

}  // namespace
}  // namespace flow::integration
