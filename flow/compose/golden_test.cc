// A folder of testdata/pipeline that holds a compose.yaml: what its pipeline.yaml becomes, for the oldest engine. Where
// the first line has the option control_plane=HOST:PORT, with that.
//
// Every folder of testdata/compose holds a pipeline and the Compose file that it becomes: compose.yaml for the oldest
// engine, and where it differs compose-VERSION.yaml for that API version; in some also as compose.json and, before it
// is written for any engine, as compose.textproto. A line "# known: REFERENCE…" in the pipeline tells whose metadata it
// was parsed with. Written anew by tools/golden.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "flow/compose/emit.h"
#include "flow/compose/notes.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"
#include "flow/project/translate.h"
#include "yaml-cpp/yaml.h"

namespace flow::compose {
namespace {

namespace fs = std::filesystem;

// Relative to the workspace, and to where a test runs.
constexpr char kCases[] = "testdata/compose";

std::string Read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<fs::path> Folders(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// The golden files of a case: compose.yaml always.
std::vector<fs::path> Outputs(const fs::path& folder) {
  std::vector<fs::path> outputs = {folder / "compose.yaml"};
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "compose") && name != "compose.yaml") outputs.push_back(entry.path());
  }
  return outputs;
}

std::set<std::string> KnownReferences(const std::string& text) {
  constexpr absl::string_view kMark = "# known: ";
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, kMark)) return absl::StrSplit(line, ' ');
  }
  return {};
}

std::string Emitted(const fs::path& output) {
  const std::string given = Read(output.parent_path() / "pipeline.textproto");
  pipeline::Pipeline pipeline;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(given, &pipeline));
  EmitOptions options{.notes = MetadataNotes(pipeline, KnownReferences(given))};
  std::string version = output.stem().string();
  if (version != "compose") {
    const absl::StatusOr<ApiVersion> parsed = ParseApiVersion(version.substr(version.find('-') + 1));
    EXPECT_TRUE(parsed.ok()) << parsed.status().message();
    if (parsed.ok()) options.api_version = *parsed;
  }
  const project::Project project = project::Translate(pipeline);
  std::string text;
  if (output.extension() == ".textproto") google::protobuf::TextFormat::PrintToString(project, &text);
  if (output.extension() == ".json") text = EmitComposeJson(project, options);
  if (output.extension() == ".yaml") text = EmitCompose(project, options);
  return text;
}

TEST(GoldenTest, EveryPipelineBecomesItsComposeFile) {
  const bool update = std::getenv("FLOW_UPDATE_GOLDEN") != nullptr;
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  int cases = 0;
  for (const fs::path& folder : Folders(update && workspace != nullptr ? fs::path(workspace) / kCases : kCases)) {
    for (const fs::path& output : Outputs(folder)) {
      ++cases;
      const std::string text = Emitted(output);
      if (update) std::ofstream(output) << text;
      EXPECT_EQ(text, Read(output)) << output;
    }
  }
  EXPECT_GT(cases, 5);
}

TEST(GoldenTest, EveryFileBecomesItsComposeFile) {
  int cases = 0;
  for (const std::string& folder : pipeline::testing::CaseFolders()) {
    const std::string path = folder + "/compose.yaml";
    if (!fs::exists(path)) continue;
    ++cases;
    const std::string yaml = Read(folder + "/pipeline.yaml");
    const pipeline::ParseResult parsed = pipeline::ParsePipeline(yaml, pipeline::testing::OptionsOf(yaml));
    EXPECT_TRUE(parsed.ok()) << folder;
    const project::TranslateOptions options{.control_plane = pipeline::testing::OptionOf(yaml, "control_plane")};
    const std::string text = EmitCompose(project::Translate(parsed.pipeline, options));
    if (pipeline::testing::Updates()) std::ofstream(path) << text;
    EXPECT_EQ(text, Read(path)) << path;
  }
  EXPECT_GT(cases, 10);
}

// What a YAML reader makes of a text: every value, one a line, after what leads to it.
std::string Values(const YAML::Node& node, const std::string& path = "") {
  if (node.IsScalar()) return absl::StrCat(path, "=", node.Scalar(), "\n");
  std::string values = absl::StrCat(path, node.IsMap() ? "{}" : "[]", "\n");
  for (size_t i = 0; node.IsSequence() && i < node.size(); ++i) values += Values(node[i], absl::StrCat(path, ".", i));
  for (const auto& entry : node) {
    if (node.IsMap()) values += Values(entry.second, absl::StrCat(path, ".", entry.first.Scalar()));
  }
  return values;
}

TEST(GoldenTest, JsonIsWhatTheYamlIs) {
  for (const fs::path& folder : Folders(kCases)) {
    pipeline::Pipeline pipeline;
    google::protobuf::TextFormat::ParseFromString(Read(folder / "pipeline.textproto"), &pipeline);
    const project::Project project = project::Translate(pipeline);
    for (const ApiVersion version : {kOldestApiVersion, ApiVersion{1, 44}}) {
      const EmitOptions options{.api_version = version};
      EXPECT_EQ(Values(YAML::Load(EmitComposeJson(project, options))),
                Values(YAML::Load(EmitCompose(project, options))));
    }
  }
}

}  // namespace
}  // namespace flow::compose
