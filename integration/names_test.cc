// Under which names components are found, and what happens where two pipelines want the same one.
#include <string>

#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NamesTest : public DockerTest {
 protected:
  // A component that serves its own id on port 8080.
  static std::string Serving(const std::string& id, const std::string& fields = "") {
    return "    - id: " + id + "\n      image: busybox:1.36\n      command: [sh, -c, 'mkdir /www; echo " + id +
           " >/www/index.html; exec httpd -f -p 8080 -h /www']\n" + fields;
  }

  // Whether in `container` the host name leads to the component `id`.
  bool Resolves(const std::string& container, const std::string& host, const std::string& id) {
    return Eventually(
        [&] {
          return engine().Exec(container, {"wget", "-qO-", "http://" + host + ":8080/"}) == id;
        },
        absl::Seconds(20));
  }
};

TEST_F(NamesTest, BothSpellingsOfAnIdResolveToItsComponent) {
  const std::string name = Name("spellings"), sink = "flow-" + name + "-sink-1";
  const Finished& apply = Apply(Pipeline(name, "  sources:\n" + Serving("My.Source") + "  processors:\n" +
                                                   Serving("ttp_proc", "      inputs: [My.Source]\n") + "  sinks:\n" +
                                                   Idle("sink", "      inputs: [ttp_proc]\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_TRUE(Resolves(sink, "ttp_proc", "ttp_proc"));
  EXPECT_TRUE(Resolves(sink, "ttp-proc", "ttp_proc"));
  EXPECT_TRUE(Resolves(sink, "My.Source", "My.Source"));
  EXPECT_TRUE(Resolves(sink, "My-Source", "My.Source"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// `a` with `b-c` and `a-b` with `c` both want flow-a-b-c-1.
TEST_F(NamesTest, AContainerNameOfAnotherPipelineIsToldBeforeAnythingIsCreated) {
  const std::string a = Name("a"), ab = Name("a-b");
  ASSERT_EQ(Apply(Pipeline(a, "  sources:\n" + Idle("b-c"))).exit_code, 0);
  const auto before = Ids(Token());
  wire().Forget();

  const Finished& apply = Apply(Pipeline(ab, "  sources:\n" + Idle("first") + Idle("c")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("flow-" + ab + "-c-1"), HasSubstr("\"" + a + "\"")));
  EXPECT_THAT(wire().Changes(), testing::IsEmpty());
  EXPECT_EQ(Ids(Token()), before);
  EXPECT_EQ(Status(a).state, "running");
}

// Volumes `b_c` of `a` and `c` of `a_b` both want flow-a_b_c.
TEST_F(NamesTest, AVolumeNameOfAnotherPipelineIsToldBeforeAnythingIsCreated) {
  const std::string a = Name("a"), ab = Name("a_b");
  ASSERT_EQ(Apply(Pipeline(a, "  sources:\n" + Idle("s", "      volumes: [{name: b_c, mountPath: /x}]\n"))).exit_code,
            0);
  const std::string before = engine().Of(Token()).ToString();
  wire().Forget();

  const Finished& apply =
      Apply(Pipeline(ab, "  sources:\n" + Idle("s", "      volumes: [{name: c, mountPath: /x}]\n")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("flow-" + ab + "_c"), HasSubstr("\"" + a + "\"")));
  EXPECT_THAT(wire().Changes(), testing::IsEmpty());
  EXPECT_EQ(engine().Of(Token()).ToString(), before);
}

// What is not flow's is not touched, also under a name that flow wants.
TEST_F(NamesTest, AStrangersContainerOfThatNameIsLeftAlone) {
  const std::string name = Name("stranger"), container = "flow-" + name + "-source-1";
  const std::string id = engine().Run(container, R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"]})");
  const Finished& apply = Apply(Pipeline(name, "  sources:\n" + Idle("source")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(container));
  Delete(name, {"--ignore_not_found"});
  EXPECT_EQ(IdOf(container), id);
  EXPECT_EQ(Text(At(engine().Inspect(container), {"State", "Status"})), "running");
}

// Names as long as they may be work to the end; one character more is told with its place.
TEST_F(NamesTest, NamesOf63CharactersWorkAnd64AreToldWithTheirPlace) {
  const auto padded = [](std::string text, size_t size) { return text + std::string(size - text.size(), 'n'); };
  const std::string name = padded(Name("long"), 63), namespace_ = padded(Name("ns"), 63), id = padded("i", 63);
  const auto yaml = [&](const std::string& source) {
    return absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata:\n  name: ", name,
                        "\n  namespace: ", namespace_, "\nspec:\n  sources:\n", Serving(source, "      replicas: 2\n"),
                        "  sinks:\n", Idle("sink"));
  };
  const Finished& apply = Apply(yaml(id));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  const std::string flag = "--namespace=" + namespace_;
  EXPECT_EQ(Status(name, {flag}).state, "running");
  EXPECT_EQ(Ids(name).size(), 3u);
  EXPECT_TRUE(Resolves(absl::StrCat("flow-", namespace_, "__", name, "-sink-1"), id, id));
  EXPECT_EQ(Delete(name, {flag}).exit_code, 0);
  EXPECT_TRUE(Gone(name));
  EXPECT_EQ(Flow("flow-status", {name, flag}).exit_code, 6);

  const Finished& too_long = Apply(yaml(id + "n"));
  EXPECT_EQ(too_long.exit_code, 3) << too_long.Describe();
  EXPECT_THAT(too_long.err, AllOf(HasSubstr(".yaml:8:11: error:"), HasSubstr("63")));
}

}  // namespace
}  // namespace flow::integration
