// Every folder under testdata/pipeline is a case: `pipeline.yaml`, and beside it what it comes to: `pipeline.textproto`
// where it is valid, `diagnostics.txt` where there is something to tell. A first line "# options: …" of the YAML sets
// options: nostrict, deploy, driver=WORD, default_image=IMAGE, allow=PATH, NAME=VALUE (a variable).
//
// After a change that is meant, tools/golden writes the expected files anew; read the difference.
#include <dirent.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "flow/pipeline/parse.h"

namespace flow::pipeline {
namespace {

const bool update = std::getenv("FLOW_UPDATE_GOLDEN") != nullptr;

std::string Root() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return absl::StrCat(update && workspace != nullptr ? absl::StrCat(workspace, "/") : "", "testdata/pipeline");
}

// Empty where there is no such file.
std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Cases() {
  std::vector<std::string> cases;
  if (DIR* folder = opendir(Root().c_str())) {
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name[0] != '.' && name != "BUILD.bazel") cases.push_back(name);
    }
    closedir(folder);
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

ParseOptions OptionsOf(const std::string& yaml) {
  ParseOptions options;
  options.base_directory = "/pipelines";
  options.home_directory = "/home/user";
  options.metadata["duckdb-consumer@v1.0.0"] =
      ComponentMetadata{{{"database_path", "DUCKDB_PATH"}}, {"contract-event"}, {"row"}, 9000, 9001};
  constexpr absl::string_view kMark = "# options:";
  const std::string line = yaml.substr(0, yaml.find('\n'));
  if (!absl::StartsWith(line, kMark)) return options;
  for (absl::string_view word : absl::StrSplit(line.substr(kMark.size()), ' ', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const std::string value = parts.size() > 1 ? parts[1] : "";
    if (parts[0] == "nostrict") {
      options.strict = false;
    } else if (parts[0] == "deploy") {
      options.deploy = true;
    } else if (parts[0] == "driver") {
      options.driver = value;
    } else if (parts[0] == "default_image") {
      options.default_image = value;
    } else if (parts[0] == "allow") {
      options.allowed_host_paths.push_back(value);
    } else {
      options.variables[parts[0]] = value;
    }
  }
  return options;
}

void Expect(const std::string& path, const std::string& actual) {
  if (!update) {
    EXPECT_EQ(ReadFile(path), actual) << path;
  } else if (actual.empty()) {
    std::remove(path.c_str());
  } else {
    std::ofstream(path, std::ios::binary) << actual;
  }
}

TEST(Golden, EveryFolderComesToWhatIsWrittenBesideIt) {
  const std::vector<std::string> cases = Cases();
  ASSERT_FALSE(cases.empty());
  for (const std::string& name : cases) {
    SCOPED_TRACE(name);
    const std::string folder = absl::StrCat(Root(), "/", name, "/");
    const std::string yaml = ReadFile(folder + "pipeline.yaml");
    const ParseResult result = ParsePipeline(yaml, OptionsOf(yaml));
    std::string textproto;
    if (result.ok()) google::protobuf::TextFormat::PrintToString(result.pipeline, &textproto);
    Expect(folder + "pipeline.textproto", textproto);
    Expect(folder + "diagnostics.txt", RenderDiagnostics("pipeline.yaml", yaml, result.diagnostics, /*color=*/false));
  }
}

}  // namespace
}  // namespace flow::pipeline
