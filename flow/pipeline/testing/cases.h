// The cases of testdata/pipeline, for the tests that go through all of them.
#ifndef FLOW_PIPELINE_TESTING_CASES_H_
#define FLOW_PIPELINE_TESTING_CASES_H_

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/parse_options.h"

namespace flow::pipeline::testing {

// Whether golden files are to be written anew (tools/golden).
inline bool Updates() { return std::getenv("FLOW_UPDATE_GOLDEN") != nullptr; }

// A file of the project: that of the test's run, or the user's own where golden files are written.
inline std::string InWorkspace(absl::string_view path) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return absl::StrCat(Updates() && workspace != nullptr ? absl::StrCat(workspace, "/") : "", path);
}

// Empty where there is no such file.
inline std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The folders of testdata/pipeline, by name.
inline std::vector<std::string> CaseFolders() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(InWorkspace("testdata/pipeline"))) {
    if (entry.is_directory()) folders.push_back(entry.path().string());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// The words of a case's first line "# options: …".
inline std::vector<std::string> OptionWords(const std::string& yaml) {
  constexpr absl::string_view kMark = "# options:";
  const std::string line = yaml.substr(0, yaml.find('\n'));
  if (!absl::StartsWith(line, kMark)) return {};
  return absl::StrSplit(line.substr(kMark.size()), ' ', absl::SkipEmpty());
}

// The value of an option NAME=VALUE; empty where it is not there.
inline std::string OptionOf(const std::string& yaml, absl::string_view name) {
  for (const std::string& word : OptionWords(yaml)) {
    if (absl::StartsWith(word, absl::StrCat(name, "="))) return word.substr(name.size() + 1);
  }
  return "";
}

// Options for the parser; testdata/README.md has the words.
inline ParseOptions OptionsOf(const std::string& yaml) {
  ParseOptions options;
  options.base_directory = "/pipelines";
  options.home_directory = "/home/user";
  options.metadata["duckdb-consumer@v1.0.0"] =
      ComponentMetadata{{{"database_path", "DUCKDB_PATH"}}, {"contract-event"}, {"row"}, 9000, 9001};
  for (const std::string& word : OptionWords(yaml)) {
    const std::vector<std::string> parts = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const std::string value = parts.size() > 1 ? parts[1] : "";
    if (parts[0] == "nostrict") {
      options.strict = false;
    } else if (parts[0] == "control_plane") {
      options.control_plane = true;
    } else if (parts[0] == "default_image") {
      options.default_image = value;
    } else if (parts[0] == "allow") {
      options.allowed_host_paths.push_back(value);
    } else if (parts[0] == "home") {
      options.home_directory = value;
    } else {
      options.variables[parts[0]] = value;
    }
  }
  return options;
}

}  // namespace flow::pipeline::testing

#endif  // FLOW_PIPELINE_TESTING_CASES_H_
