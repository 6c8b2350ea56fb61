// The Compose file tells the truth: what Docker Compose makes of flow-translate's output is what flow-apply makes of
// the pipeline file, under `docker inspect`, down to the last field; names, ids, times and labels aside. The pipelines
// are testdata/fidelity/*.yaml.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/compose.h"

namespace flow::integration {
namespace {

// What is of one container's life, or of the engine, and nothing that was asked for.
bool IsOfOneLife(const std::string& path) {
  static const auto* const kPaths = new std::vector<std::string>{
      "Id", "Created", "State.", "RestartCount", "Name", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
      "GraphDriver.", "ExecIDs", "SizeRw", "SizeRootFs", "Config.Hostname",
      // Whether the client that created it was to see its output: nobody's, once it runs.
      "Config.AttachStdin", "Config.AttachStdout", "Config.AttachStderr", "Config.Labels.", "NetworkSettings.SandboxID",
      "NetworkSettings.SandboxKey", "NetworkSettings.Ports.", "HostConfig.ContainerIDFile",
      // Two spellings of one thing, which "Mounts" tells in its effect.
      "HostConfig.Binds", "HostConfig.Mounts"};
  for (const std::string& begin : *kPaths) {
    if (path == begin || (begin.back() == '.' && absl::StartsWith(path, begin))) return true;
  }
  // Of an endpoint in a network, only its aliases and links were asked for.
  return absl::StartsWith(path, "NetworkSettings.Networks.") && !absl::StrContains(path, ".Aliases") &&
         !absl::StrContains(path, ".Links");
}

std::string TextOf(const Json& value) { return value.has_string_value() ? Text(value) : value.ShortDebugString(); }

// What is mounted where. An anonymous volume has a name of the engine's choice.
std::string MountText(const Json& mount) {
  const std::string name = Text(At(mount, {"Name"}));
  const std::string source = name.size() == 64 ? "anonymous" : name.empty() ? Text(At(mount, {"Source"})) : name;
  return absl::StrCat(Text(At(mount, {"Type"})), " ", source, " at ", Text(At(mount, {"Destination"})),
                      At(mount, {"RW"}).bool_value() ? "" : ", read-only");
}

// The leaves of a JSON value, by their paths. Lists whose order means nothing are sorted; what is empty, null, false or
// zero counts as not there, as the engine takes it.
void Flatten(const Json& json, const std::string& path, std::map<std::string, std::string>* leaves) {
  if (IsOfOneLife(path) || IsOfOneLife(path + ".")) return;
  const auto inside = [&](const std::string& key) { return path.empty() ? key : absl::StrCat(path, ".", key); };
  if (json.has_struct_value()) {
    for (const auto& [key, value] : json.struct_value().fields()) Flatten(value, inside(key), leaves);
  } else if (json.has_list_value()) {
    std::vector<std::string> texts;
    for (const Json& value : List(json)) texts.push_back(path == "Mounts" ? MountText(value) : TextOf(value));
    const bool ordered = path == "Args" || absl::EndsWith(path, ".Cmd") || absl::EndsWith(path, ".Entrypoint") ||
                         absl::EndsWith(path, ".Test");
    if (!ordered) std::sort(texts.begin(), texts.end());
    for (size_t i = 0; i < texts.size(); ++i) (*leaves)[inside(absl::StrCat(i))] = texts[i];
  } else if (json.has_string_value() && !Text(json).empty()) {
    (*leaves)[path] = Text(json);
  } else if (json.has_number_value() && Number(json) != 0) {
    (*leaves)[path] = absl::StrCat(Number(json));
  } else if (json.has_bool_value() && json.bool_value()) {
    (*leaves)[path] = "true";
  }
}

using Leaves = std::map<std::string, std::string>;

class FidelityTest : public WithCompose, public testing::WithParamInterface<std::string> {
 protected:
  // Each container of the pipeline, by its name.
  std::map<std::string, Leaves> Inspections(const std::string& name) {
    std::map<std::string, Leaves> inspections;
    const std::string network = Text(At(engine().Do("GET", absl::StrCat("/networks/flow-", name, "_default")), {"Id"}));
    for (const auto& [container, id] : Ids(name)) {
      Leaves& leaves = inspections[container];
      Flatten(engine().Inspect(container), "", &leaves);
      for (auto& [path, text] : leaves) {
        // By its id, or by its name: the same network.
        if (path == "HostConfig.NetworkMode" && text == network) text = absl::StrCat("flow-", name, "_default");
        // The engine gives every container its short id as one more alias.
        if (absl::StrContains(path, ".Aliases") && absl::StartsWith(id, text)) text = "(short id)";
      }
    }
    return inspections;
  }

  static std::string Difference(const Leaves& flow, const Leaves& compose) {
    std::set<std::string> paths;
    for (const auto& [path, text] : flow) paths.insert(path);
    for (const auto& [path, text] : compose) paths.insert(path);
    std::string difference;
    const auto of = [](const Leaves& leaves, const std::string& path) {
      const auto found = leaves.find(path);
      return found == leaves.end() ? "(none)" : found->second;
    };
    for (const std::string& path : paths) {
      if (of(flow, path) == of(compose, path)) continue;
      absl::StrAppend(&difference, "  ", path, ": flow ", of(flow, path), ", compose ", of(compose, path), "\n");
    }
    return difference;
  }
};

TEST_P(FidelityTest, ComposeMakesTheSameContainers) {
  const std::string name = Name("same");
  std::string yaml =
      absl::StrReplaceAll(ReadFile("testdata/fidelity/" + GetParam() + ".yaml"), {{"name: NAME", "name: " + name}});
  if (absl::StrContains(yaml, "IMAGE")) {
    const std::string image =
        MakeImage("self", {"ENTRYPOINT [\"sleep\"]", "CMD [\"1000\"]", "USER nobody", "WORKDIR /tmp", "ENV MODE=fast",
                           "EXPOSE 8080", "VOLUME /var/data", "HEALTHCHECK --interval=1s --retries=2 CMD [\"true\"]"});
    yaml = absl::StrReplaceAll(yaml, {{"IMAGE", image}});
  }
  for (const char* folder : {"conf", "cache", "keys"}) std::filesystem::create_directory(this->folder() + "/" + folder);
  Write("token", "tok en");
  Write("cert.pem", "certificate");
  const std::string file = Write("pipeline.yaml", yaml);

  const Finished& apply = Flow("flow-apply", {file});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  const auto by_flow = Inspections(name);
  ASSERT_FALSE(by_flow.empty());
  ASSERT_EQ(Flow("flow-delete", {name}).exit_code, 0);

  const Finished& translated =
      Flow("flow-translate", {absl::StrCat("--engine_api=", engine().version().ToString()), file});
  ASSERT_EQ(translated.exit_code, 0) << translated.Describe();
  const std::string compose_file = Write("compose.yaml", translated.out);
  // What flow-translate says is to be given by the environment: a secret's value is in no file.
  environment()["FLOW_SECRET_SOURCE_TOKEN"] = environment()["FLOW_SECRET_SINK_TOKEN"] = "tok en";
  Compose({"-f", compose_file, "config", "-q"});
  Compose({"-f", compose_file, "up", "-d"});
  const auto by_compose = Inspections(name);
  Compose({"-f", compose_file, "down", "-v"});

  ASSERT_THAT(by_compose, testing::SizeIs(by_flow.size()));
  for (const auto& [container, leaves] : by_flow) {
    ASSERT_TRUE(by_compose.contains(container)) << container;
    const std::string difference = Difference(leaves, by_compose.at(container));
    EXPECT_EQ(difference, "") << container << " in " << GetParam();
  }
  EXPECT_TRUE(Empty(name));
}

std::vector<std::string> Pipelines() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("testdata/fidelity")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Pipelines, FidelityTest, testing::ValuesIn(Pipelines()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"-", "_"}});
                         });

}  // namespace
}  // namespace flow::integration
