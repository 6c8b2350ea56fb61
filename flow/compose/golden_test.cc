// Every folder of testdata/compose holds a pipeline and the Compose file that it becomes: compose.yaml for the oldest
// engine, and where it differs compose-VERSION.yaml for that API version. A line "# known: REFERENCE…" in the pipeline
// tells whose metadata it was parsed with. Written anew by tools/golden.
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
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "flow/compose/emit.h"
#include "flow/compose/notes.h"
#include "flow/compose/translate.h"

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
    if (absl::StartsWith(entry.path().filename().string(), "compose-")) outputs.push_back(entry.path());
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
  const std::string text = Read(output.parent_path() / "pipeline.textproto");
  pipeline::Pipeline pipeline;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &pipeline));
  EmitOptions options{.notes = MetadataNotes(pipeline, KnownReferences(text))};
  std::string version = output.stem().string();
  if (version != "compose") {
    const absl::StatusOr<ApiVersion> parsed = ParseApiVersion(version.substr(version.find('-') + 1));
    EXPECT_TRUE(parsed.ok()) << parsed.status().message();
    if (parsed.ok()) options.api_version = *parsed;
  }
  return EmitCompose(Translate(pipeline), options);
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

}  // namespace
}  // namespace flow::compose
