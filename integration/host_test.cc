// What a file asks of the machine that it is deployed on: paths to mount, CPUs and memory, the host's own address.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HostTest : public DockerTest {
 protected:
  // A sink that mounts what `path` says, and perhaps read-only.
  static std::string Mounts(const std::string& name, const std::string& path, const std::string& more = "") {
    return Pipeline(name, "  sources:\n" + Idle("source") + "  sinks:\n" +
                              Idle("sink", "      inputs: [source]\n      volumes: [{host_path: '" + path +
                                               "', mountPath: /conf" + more + "}]\n"));
  }

  // Applies what must be refused before anything is created, and gives what was said.
  std::string Refused(const std::string& name, const std::string& yaml) {
    wire().Forget();
    const Finished& apply = Apply(yaml);
    EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
    EXPECT_THAT(wire().Changes(), testing::IsEmpty());
    EXPECT_TRUE(Empty(name));
    return apply.err;
  }

  static std::string Limits(const std::string& name, const std::string& limits) {
    return Pipeline(name, "  sources:\n" + Idle("source", "      resources: {limits: {" + limits + "}}\n"));
  }
};

// What is to be read must be there; an empty folder in its place would only fail later.
TEST_F(HostTest, AMissingPathThatIsToBeReadIsToldAndNothingIsMade) {
  const std::string name = Name("readonly"), path = folder() + "/conf/app.yaml";
  EXPECT_THAT(Refused(name, Mounts(name, "./conf/app.yaml", ", readonly: true")),
              AllOf(HasSubstr("sink"), HasSubstr(path), HasSubstr("is not there")));
  EXPECT_FALSE(std::filesystem::exists(folder() + "/conf"));
}

// One that may be written to is made, as the user who runs flow.
TEST_F(HostTest, AMissingPathThatIsToBeWrittenIsMade) {
  const std::string name = Name("writable"), path = folder() + "/made/data";
  const Finished& apply = Apply(Mounts(name, "./made/data"));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  struct stat made;
  ASSERT_EQ(stat(path.c_str(), &made), 0) << path;
  EXPECT_TRUE(S_ISDIR(made.st_mode));
  EXPECT_EQ(made.st_uid, getuid());
  engine().Exec("flow-" + name + "-sink-1", {"sh", "-c", "echo written > /conf/out"});
  EXPECT_EQ(ReadFile(path + "/out"), "written\n");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
  EXPECT_TRUE(std::filesystem::exists(path + "/out"));  // what is the host's stays
}

// The folder is the same, and so is the pipeline.
TEST_F(HostTest, AFileThatIsAppliedThroughALinkIsUnchanged) {
  const std::string name = Name("linked");
  std::filesystem::create_directory(folder() + "/proj");
  std::filesystem::create_symlink(folder() + "/proj", folder() + "/linked");
  Write("proj/p.yaml", Mounts(name, "./data"));
  ASSERT_EQ(Flow("flow-apply", {folder() + "/proj/p.yaml"}).exit_code, 0);
  const Finished& again = Flow("flow-apply", {folder() + "/linked/p.yaml"});
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged")) << again.Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// As with Docker Compose. They are no reason to replace anything.
TEST_F(HostTest, ProxiesOfTheDockerConfigurationAreVariablesUnlessTheFileSetsThem) {
  const std::string name = Name("proxies"), container = "flow-" + name + "-source-1";
  const std::string yaml = Pipeline(name, "  sources:\n" + Idle("source", "      env: {http_proxy: 'http://own:1'}\n"));
  environment()["DOCKER_CONFIG"] = folder() + "/docker";
  Write("docker/config.json", R"({"proxies": {"default": {"httpProxy": "http://p:3128", "noProxy": "a,b"}}})");
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  EXPECT_EQ(engine().Exec(container, {"sh", "-c", "echo $HTTP_PROXY $http_proxy $NO_PROXY $no_proxy"}),
            "http://p:3128 http://own:1 a,b a,b");
  Write("docker/config.json", "{}");
  EXPECT_THAT(Apply(yaml).out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Nothing can be written into files then, be it the state.
TEST_F(HostTest, ADeleteOnAFullDiskLeavesNothing) {
  const std::string name = Name("full");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  const Finished& gone =
      RunProgram("/bin/sh", {"-c", "ulimit -f 0; exec \"$0\" \"$@\" >/dev/null 2>&1", BinaryPath("flow-delete"), name});
  EXPECT_EQ(gone.exit_code, 0) << gone.Describe();
  EXPECT_TRUE(Gone(name));
}

// A link that leads nowhere, and a folder of someone else's.
TEST_F(HostTest, APathThatCannotBeMadeIsToldWithTheReason) {
  const std::string name = Name("nowhere"), link = folder() + "/link";
  std::filesystem::create_symlink(folder() + "/gone", link);
  EXPECT_THAT(Refused(name, Mounts(name, "./link")),
              AllOf(HasSubstr("sink"), HasSubstr(link), HasSubstr("symbolic link")));
  // Of /proc nobody may make a folder, not even root.
  EXPECT_THAT(Apply(Mounts(name, "/proc/1/task/none"), {"--allow_host_path=/proc/1/task"}).err,
              AllOf(HasSubstr("sink"), HasSubstr("/proc/1/task/none")));
  EXPECT_TRUE(Empty(name));
}

// They are told in the file's terms, with what was asked for and what there is, before anything is created.
TEST_F(HostTest, LimitsThatTheMachineCannotGiveAreTold) {
  const std::string name = Name("limits");
  const std::string cpus = absl::StrCat(Number(At(engine().Do("GET", "/info"), {"NCPU"})));
  EXPECT_THAT(Refused(name, Limits(name, "cpu: 640")),
              AllOf(HasSubstr("source"), HasSubstr("640"), HasSubstr("has " + cpus)));
  EXPECT_THAT(Refused(name, Limits(name, "cpu: 0.001")),
              AllOf(HasSubstr("source"), HasSubstr("0.001"), HasSubstr("least"), HasSubstr("0.01")));
  EXPECT_THAT(Refused(name, Limits(name, "memory: 4Mi")),
              AllOf(HasSubstr("source"), HasSubstr("least"), HasSubstr("6Mi")));
  EXPECT_TRUE(Gone(name));
}

// The host's own services are reached under one name on every engine.
TEST_F(HostTest, TheHostHasANameInEveryContainer) {
  const std::string name = Name("gateway"), container = "flow-" + name + "-source-1";
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  // Podman has no network of this name: its gateway is not looked at.
  const std::string gateway =
      Text(At(ParseJson(engine().Send("GET", "/networks/bridge").body), {"IPAM", "Config", "0", "Gateway"}));
  EXPECT_THAT(engine().Exec(container, {"cat", "/etc/hosts"}), HasSubstr(gateway + "\thost.docker.internal"));
  const Finished& translated = Flow("flow-translate", {folder() + "/" + name + ".yaml"});
  EXPECT_THAT(translated.out, HasSubstr("host.docker.internal:host-gateway"));
}

}  // namespace
}  // namespace flow::integration
