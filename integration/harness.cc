#include "integration/harness.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "flow/docker/engine/registry_auth.h"
#include "testkit/socket.h"

namespace flow::integration {
namespace {

constexpr char kPrefix[] = "it-";

// The process id in a name of a scenario, also of one that was killed; zero where there is none.
pid_t OwnerOf(const std::string& name) {
  const size_t at = name.find(absl::StrCat("flow-", kPrefix));
  if (at == std::string::npos) return 0;
  const size_t begin = at + 5 + sizeof kPrefix - 1;
  int pid = 0;
  return absl::SimpleAtoi(name.substr(begin, name.find('-', begin) - begin), &pid) ? pid : 0;
}

}  // namespace

DockerTest::DockerTest() {
  if (engine_.endpoint().tls) ADD_FAILURE() << "the tests need an engine without TLS; FLOW_TEST_HOST names another";
  environment_ = {
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"HOME", folder()},
      {"DOCKER_HOST", wire_.host()},
      {"FLOW_STATE_DIR", state_folder()},
  };
  RemoveLeftOvers();
}

DockerTest::~DockerTest() {
  if (HasFailure()) PrintDiagnosis();
  processes_.clear();
  engine_.RemoveAll(Token());
  for (const std::string& image : images_) engine_.RemoveImage(image);
  for (const std::string& volume : AnonymousVolumes()) engine_.Send("DELETE", "/volumes/" + volume);
}

std::string DockerTest::Token() { return absl::StrCat(kPrefix, getpid(), "-"); }
std::string DockerTest::Name(const std::string& suffix) { return Token() + suffix; }

// Once a process: what a scenario left whose process is dead. Process ids may be another machine's or container's, so
// what is young is left alone: it may be in use.
void DockerTest::RemoveLeftOvers() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  const std::string begin = absl::StrCat("flow-", kPrefix);
  const int64_t old = absl::ToUnixSeconds(absl::Now() - absl::Minutes(15));
  std::set<pid_t> young;
  for (const docker::engine::ContainerSummary& container : engine_.Containers(begin)) {
    if (container.created() > old) young.insert(OwnerOf(container.names(0)));
  }
  for (const Json& network : List(engine_.Do("GET", "/networks"))) {
    absl::Time created;
    const bool known = absl::ParseTime(absl::RFC3339_full, Text(At(network, {"Created"})), &created, nullptr);
    if (known && absl::ToUnixSeconds(created) > old) young.insert(OwnerOf(Text(At(network, {"Name"}))));
  }
  const auto left = [&](const std::string& name) {
    const pid_t pid = OwnerOf(name);
    return pid != 0 && !young.contains(pid) && kill(pid, 0) != 0 && errno == ESRCH;
  };
  const Holdings all = engine_.Of(begin);
  for (const auto* names : {&all.containers, &all.networks, &all.volumes}) {
    for (const std::string& name : *names) {
      if (left(name)) engine_.RemoveAll(absl::StrCat(begin, OwnerOf(name), "-"));
    }
  }
  for (const Json& image : List(engine_.Do("GET", "/images/json"))) {
    const std::string tag = Text(At(image, {"RepoTags", "0"}));
    if (Number(At(image, {"Created"})) <= old && left(tag)) engine_.RemoveImage(tag);
  }
}

std::string DockerTest::BinaryPath(const std::string& binary) {
  const char* runfiles = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  return absl::StrCat(runfiles == nullptr ? "." : runfiles, "/", workspace == nullptr ? "flow" : workspace, "/cmd/",
                      binary);
}

Process& DockerTest::Start(const std::string& binary, const std::vector<std::string>& arguments,
                           const std::string& input) {
  return processes_.emplace_back(BinaryPath(binary), arguments, environment_, input);
}

const Finished& DockerTest::Flow(const std::string& binary, const std::vector<std::string>& arguments,
                                 const std::string& input) {
  return Start(binary, arguments, input).Wait();
}

Process& DockerTest::StartProgram(const std::string& path, const std::vector<std::string>& arguments) {
  return processes_.emplace_back(path, arguments, environment_);
}

const Finished& DockerTest::RunProgram(const std::string& path, const std::vector<std::string>& arguments) {
  return StartProgram(path, arguments).Wait();
}

// "  name: it-4711-demo"
std::string DockerTest::WritePipeline(const std::string& yaml) const {
  const size_t at = yaml.find("name: ");
  const std::string name = at == std::string::npos ? "pipeline" : yaml.substr(at + 6, yaml.find('\n', at) - at - 6);
  return Write(absl::StrCat(name, ".yaml"), yaml);
}

Process& DockerTest::StartApply(const std::string& yaml, const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {WritePipeline(yaml)};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return Start("flow-apply", arguments);
}

const Finished& DockerTest::Apply(const std::string& yaml, const std::vector<std::string>& flags) {
  return StartApply(yaml, flags).Wait();
}

const Finished& DockerTest::Delete(const std::string& name, const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {name};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return Flow("flow-delete", arguments);
}

DockerTest::PipelineState DockerTest::Status(const std::string& name, const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {name, "--output=json"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Finished& run = Flow("flow-status", arguments);
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  PipelineState status;
  status.json = ParseJson(run.out);
  status.state = Text(At(status.json, {"state"}));
  status.message = Text(At(status.json, {"message"}));
  for (const Json& component : List(At(status.json, {"components"}))) {
    status.components[Text(At(component, {"id"}))] = Text(At(component, {"state"}));
  }
  return status;
}

std::map<std::string, std::string> DockerTest::Ids(const std::string& name) {
  std::map<std::string, std::string> ids;
  for (const docker::engine::ContainerSummary& container : engine().Containers(name)) {
    ids[container.names(0).substr(1)] = container.id();
  }
  return ids;
}

testing::AssertionResult DockerTest::Empty(const std::string& name) {
  const Holdings holdings = engine().Of(name);
  if (!holdings.empty()) return testing::AssertionFailure() << "the engine still holds " << holdings.ToString();
  const std::set<std::string> anonymous = AnonymousVolumes();
  for (const std::string& volume : engine().VolumeNames()) {
    if (anonymous.contains(volume)) return testing::AssertionFailure() << "the anonymous volume " << volume << " stays";
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult DockerTest::Gone(const std::string& name) {
  if (std::filesystem::exists(StateOf(name))) return testing::AssertionFailure() << StateOf(name) << " is still there";
  return Empty(name);
}

std::string DockerTest::MakeImage(const std::string& suffix, const std::vector<std::string>& dockerfile) {
  const std::string image = absl::StrCat("flow-", Name(suffix), ":1");
  images_.push_back(engine().MakeImage(image, dockerfile));
  return image;
}

int DockerTest::StartRegistry(const std::string& host, bool with_password) {
  // bcrypt of "pa:ss".
  constexpr char kPasswords[] = "user:$2y$05$uOGnxMBbO3riOkCvDPApweEPKJS3LOgCOnbyDVV4OOhNZchgCePvS\n";
  const int port = testkit::PortOf(testkit::ListenOnPort());  // nobody listens there any more
  const std::string auth =
      with_password ? absl::StrCat("auth: {htpasswd: {realm: test, path: ", Write("htpasswd", kPasswords), "}}\n") : "";
  const std::string config =
      Write("registry.yml", absl::StrCat("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ",
                                         folder(), "/registry}}\nhttp: {addr: '", host, ":", port, "'}\n", auth));
  StartProgram("/usr/bin/docker-registry", {"serve", config});
  EXPECT_TRUE(Eventually([&] { return testkit::Connect(testkit::OfPort(port)).ok(); }))
      << "is docker-registry installed? tools/setup --tests does it";
  const std::string registry = absl::StrCat("127.0.0.1:", port), image = registry + "/team/my:1";
  engine().Push(MakeImage("pushed", {"LABEL pushed=yes"}), image,
                docker::engine::RegistryAuthHeader({"user", "pa:ss"}, registry));
  engine().RemoveImage(image);
  return port;
}

std::string DockerTest::MakeComponent(const std::string& suffix, const std::vector<File>& files) {
  const std::string name = absl::StrCat("flow-", Name(suffix));
  images_.push_back(engine().MakeImage(absl::StrCat("withobsrvr/", name, ":v1"), {R"(CMD ["sleep", "1000"])"}, files));
  return name + "@v1";
}

std::string DockerTest::MakeSdkImage() {
  const std::string image = absl::StrCat("flow-", Name("sdk"), ":1");
  Environment environment = environment_;
  environment["DOCKER_HOST"] = engine().endpoint().address;
  environment["PATH"] = ProcessEnvironment().at("PATH");
  const Finished& made =
      processes_.emplace_back("examples/sdk/make-image", std::vector<std::string>{image}, environment).Wait();
  EXPECT_EQ(made.exit_code, 0) << made.Describe();
  images_.push_back(image);
  return image;
}

void DockerTest::PrintDiagnosis() {
  std::cerr << "\n======== what the scenario did, and what there is now ========\n";
  for (Process& process : processes_) {
    std::cerr << (process.Ended() ? process.Wait().Describe()
                                  : absl::StrCat("$ ", process.command(), "   [still running]\n", process.Err()));
  }
  std::cerr << "requests:\n  " << absl::StrJoin(wire().Requests(), "\n  ") << "\n";
  std::cerr << "on the engine: " << engine().Of(Token()).ToString() << "\n";
  for (const docker::engine::ContainerSummary& container : engine().Containers(Token())) {
    std::cerr << container.names(0) << "  " << container.status() << "  " << container.id().substr(0, 12) << "\n"
              << engine().Logs(container.id(), 10) << "\n";
  }
  std::cerr << "==============================================================\n";
}

std::string Pipeline(const std::string& name, const std::string& spec) {
  return absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata:\n  name: ", name, "\nspec:\n", spec);
}

std::string Chain(const std::string& name, const std::string& sink) {
  return Pipeline(name, absl::StrCat(R"(  sources:
    - id: source
      image: busybox:1.36
      command: [nc, -ll, -p, "8000", -e, sh, -c, 'n=0; while sleep 0.1; do n=$((n + 1)); echo "line $n"; done']
  processors:
    - id: processor
      image: busybox:1.36
      inputs: [source]
      command: [nc, -ll, -p, "8000", -e, sh, -c, 'nc source 8000 | while read l; do echo "processed $l"; done']
  sinks:
    - id: sink
      image: busybox:1.36
      inputs: [processor]
      command: [sh, -c, 'while true; do nc processor 8000; sleep 0.2; done']
)",
                                     sink));
}

std::string IdlePair(const std::string& name, const std::string& more) {
  return Pipeline(
      name, absl::StrCat("  sources:\n", Idle("source"), "  sinks:\n", Idle("sink", "      inputs: [source]\n"), more));
}

std::string Idle(const std::string& id, const std::string& fields) {
  return absl::StrCat("    - id: ", id, "\n      image: busybox:1.36\n      command: [sleep, '1000']\n", fields);
}

}  // namespace flow::integration
