// What every scenario starts from: flow's binaries against a real engine, in a state folder of the test's own, and an
// engine that holds nothing of the test's before and after, also where it fails.
//
//   TEST_F(DeployTest, AppliesThreeComponents) {
//     const std::string name = Name("demo");
//     EXPECT_EQ(Apply(Chain(name)).exit_code, 0);
//     EXPECT_EQ(Status(name).state, "running");
//     EXPECT_EQ(Delete(name).exit_code, 0);
//     EXPECT_TRUE(Gone(name));
//   }
//
// Names of pipelines begin with "it-PID-", so that scenarios can run beside others and beside anything else on the
// engine. A failed scenario prints the commands that were run, the requests that they made, and the containers with
// what they wrote last.
#ifndef INTEGRATION_HARNESS_H_
#define INTEGRATION_HARNESS_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cmd/base/environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "integration/anonymous_volumes.h"
#include "integration/engine.h"
#include "integration/json.h"
#include "testkit/eventually.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"
#include "testkit/wire.h"

namespace flow::integration {

using testkit::Eventually;
using testkit::Finished;
using testkit::Process;
using testkit::ReadFile;
using testkit::Wire;

// A flag for an apply that is to fail by an exit: a busy machine's engine tells one late, and this is long enough that
// it has told before the apply is over.
inline const std::vector<std::string> kLongMinReady = {"--min_ready=10s"};

class DockerTest : public testing::Test {
 protected:
  DockerTest();
  ~DockerTest() override;

  // A pipeline name of this test alone: "it-4711-demo".
  static std::string Name(const std::string& suffix);
  // The token in all of this process's names.
  static std::string Token();

  // The folder of the scenario's files and, in it, the state folder.
  const std::string& folder() const { return folder_.path(); }
  std::string state_folder() const { return folder_ / "state"; }
  std::string StateOf(const std::string& name) const { return state_folder() + "/default/" + name; }
  // Writes a file into the folder; its path.
  std::string Write(const std::string& file, const std::string& text) const { return folder_.Write(file, text); }
  // A pipeline, into a file of its name.
  std::string WritePipeline(const std::string& yaml) const;

  Engine& engine() { return engine_; }
  Wire& wire() { return wire_; }
  // Of the containers that flow has removed.
  std::set<std::string> AnonymousVolumes() const { return anonymous_volumes_.names(); }

  // The environment of the commands: the engine behind the wire, the state folder, and a PATH.
  Environment& environment() { return environment_; }

  // Runs one of cmd/'s binaries ("flow-apply") to its end, or starts it.
  const Finished& Flow(const std::string& binary, const std::vector<std::string>& arguments,
                       const std::string& input = "");
  Process& Start(const std::string& binary, const std::vector<std::string>& arguments, const std::string& input = "");
  static std::string BinaryPath(const std::string& binary);
  // Any program, by its path.
  Process& StartProgram(const std::string& path, const std::vector<std::string>& arguments);
  const Finished& RunProgram(const std::string& path, const std::vector<std::string>& arguments);

  // Both write `yaml` into a file of the pipeline's name first; `flags` follow it.
  const Finished& Apply(const std::string& yaml, const std::vector<std::string>& flags = {});
  Process& StartApply(const std::string& yaml, const std::vector<std::string>& flags = {});
  const Finished& Delete(const std::string& name, const std::vector<std::string>& flags = {});

  // `flow-status NAME -o json`, which must exit with 0.
  struct PipelineState {
    std::string state, message;
    std::map<std::string, std::string> components;  // id → state
    Json json;
  };
  PipelineState Status(const std::string& name, const std::vector<std::string>& flags = {});

  // Containers of a pipeline by name, with their ids: what stays the same where nothing is touched.
  std::map<std::string, std::string> Ids(const std::string& name);
  std::string IdOf(const std::string& container) { return Text(At(engine().Inspect(container), {"Id"})); }

  // The engine holds nothing of the pipeline, nor any anonymous volume that a container which flow
  // has removed ever had.
  testing::AssertionResult Empty(const std::string& name);
  // Empty, and there is no state folder either.
  testing::AssertionResult Gone(const std::string& name);

  // An image of this test alone, made of busybox:1.36 and Dockerfile lines; removed at the end. Its reference. Made
  // again under the same suffix, the reference names the new one.
  std::string MakeImage(const std::string& suffix, const std::vector<std::string>& dockerfile);

  // Starts a registry of this test alone on a free port of `host` ("127.0.0.1"; empty: of every address), with the image
  // "team/my:1" in it, which the engine does not have. Where it is asked to it wants the user "user" with the password
  // "pa:ss". Its port.
  int StartRegistry(const std::string& host, bool with_password);

  // An image that a component reference names, which sleeps, with these files. The reference: "flow-it-4711-SUFFIX@v1".
  std::string MakeComponent(const std::string& suffix, const std::vector<File>& files);

  // An image of examples/sdk/component.py, whose container's command says what it is ([source]); removed at the end.
  std::string MakeSdkImage();

 private:
  void PrintDiagnosis();
  void RemoveLeftOvers();

  const testkit::TemporaryFolder folder_;
  Engine engine_;
  integration::AnonymousVolumes anonymous_volumes_{engine_.endpoint()};
  Wire wire_{folder_ / "engine", engine_.endpoint(),
             [this](const testkit::HttpRequest& request) { anonymous_volumes_.Note(request); }};
  Environment environment_;
  std::deque<Process> processes_;
  std::vector<std::string> images_;
};

// The pipeline file that begins with apiVersion, kind and this name, and goes on with `spec`, indented by two.
std::string Pipeline(const std::string& name, const std::string& spec);

// A chain source → processor → sink on busybox:1.36, in which data flows; `sink` is more of the sink's fields, indented
// by six.
std::string Chain(const std::string& name, const std::string& sink = "");

// A source and a sink that do nothing, and `more` of the spec (of the sinks first), where a scenario needs no more than
// two containers.
std::string IdlePair(const std::string& name, const std::string& more = "");

// A component that does nothing, at once stopped when told, as an entry of a list in `spec`: more fields follow,
// indented by six.
std::string Idle(const std::string& id, const std::string& fields = "");

}  // namespace flow::integration

#endif  // INTEGRATION_HARNESS_H_
