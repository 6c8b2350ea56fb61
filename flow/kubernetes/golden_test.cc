// Every folder of testdata/kubernetes is a case: a pipeline.yaml, and beside it what it becomes on a cluster: manifest.yaml
// and manifest.json, and in diagnostics.txt what a cluster has against it. Where that has errors there are no manifests.
// What is under files/ lies in /pipelines/files for the pipeline, and is carried along. A first line "# options: …" of the
// YAML sets options, as in testdata/pipeline; testdata/README.md has the words. Written anew by tools/golden.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/kubernetes/check.h"
#include "flow/kubernetes/manifest.h"
#include "flow/kubernetes/options.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"
#include "flow/project/translate.h"
#include "yaml-cpp/yaml.h"

namespace flow::kubernetes {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const auto& entry : fs::directory_iterator(pipeline::testing::InWorkspace("testdata/kubernetes"))) {
    if (entry.is_directory()) folders.push_back(entry.path().string());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void Expect(const std::string& path, const std::string& actual) {
  if (!pipeline::testing::Updates()) {
    EXPECT_EQ(pipeline::testing::ReadFile(path), actual) << path;
  } else if (actual.empty()) {
    std::remove(path.c_str());
  } else {
    std::ofstream(path, std::ios::binary) << actual;
  }
}

// The files of a case that its pipeline mounts read-only. Their modes are those that git keeps.
CarriedPaths CarriedIn(const std::string& folder, const pipeline::Pipeline& pipeline) {
  CarriedPaths carried;
  for (const pipeline::Component& component : pipeline.components()) {
    for (const pipeline::Mount& mount : component.volumes()) {
      absl::string_view path = mount.host_path();
      if (!mount.read_only() || !absl::ConsumePrefix(&path, "/pipelines/")) continue;
      const fs::path here = fs::path(folder) / std::string(path);
      if (!fs::exists(here)) continue;
      Carried& one = carried[mount.host_path()];
      one.folder = fs::is_directory(here);
      const auto add = [&](const fs::path& file, const std::string& name) {
        const bool runs = (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
        one.files.push_back({name, runs ? 0755U : 0644U, pipeline::testing::ReadFile(file.string())});
      };
      one.files.clear();
      if (!one.folder) add(here, here.filename().string());
      if (!one.folder) continue;
      for (const auto& entry : fs::recursive_directory_iterator(here)) {
        if (entry.is_regular_file()) add(entry.path(), entry.path().lexically_relative(here).string());
      }
      std::sort(one.files.begin(), one.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    }
  }
  return carried;
}

struct Case {
  pipeline::ParseResult parsed;
  std::string diagnostics;
  project::Project project;
  ObjectOptions options;
};

Case Read(const std::string& folder) {
  const std::string yaml = pipeline::testing::ReadFile(folder + "/pipeline.yaml");
  const auto option = [&](absl::string_view name) { return pipeline::testing::OptionOf(yaml, name); };
  Case read;
  read.options.namespace_ = option("kube_namespace");
  read.options.pull_secret = option("pull_secret");
  for (absl::string_view registry : absl::StrSplit(option("logins"), ',', absl::SkipEmpty())) {
    read.options.logins.insert(std::string(registry));
  }
  read.options.storage_class = option("storage_class");
  if (!option("volume_size").empty()) read.options.volume_size = option("volume_size");
  pipeline::ParseOptions parse = pipeline::testing::OptionsOf(yaml);
  parse.driver = "kubernetes";
  parse.judge = [&](const pipeline::Pipeline& pipeline) {
    read.options.carried = CarriedIn(folder, pipeline);
    return Check(pipeline, {.at_once = true,
                            .given_namespace = !read.options.namespace_.empty(),
                            .allowed_host_paths = parse.allowed_host_paths,
                            .carried = &read.options.carried});
  };
  read.parsed = pipeline::ParsePipeline(yaml, parse);
  read.diagnostics = pipeline::RenderDiagnostics("pipeline.yaml", yaml, read.parsed.diagnostics, /*colour=*/false);
  read.project = project::Translate(read.parsed.pipeline, {.control_plane = option("control_plane")});
  return read;
}

TEST(GoldenTest, EveryPipelineBecomesItsManifests) {
  const std::vector<std::string> folders = Folders();
  for (const std::string& folder : folders) {
    const Case read = Read(folder);
    Expect(folder + "/diagnostics.txt", read.diagnostics);
    Expect(folder + "/manifest.yaml", read.parsed.ok() ? EmitManifest(read.project, read.options) : "");
    Expect(folder + "/manifest.json", read.parsed.ok() ? EmitManifestJson(read.project, read.options) : "");
  }
  EXPECT_GT(folders.size(), 5);
}

// What a YAML reader makes of a document: every value, one a line, after what leads to it.
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
  for (const std::string& folder : Folders()) {
    const Case read = Read(folder);
    if (!read.parsed.ok()) continue;
    std::string of_yaml;
    for (const YAML::Node& document : YAML::LoadAll(EmitManifest(read.project, read.options))) {
      if (document.IsMap()) of_yaml += Values(document);
    }
    std::string of_json;
    for (const YAML::Node& item : YAML::Load(EmitManifestJson(read.project, read.options))["items"]) {
      of_json += Values(item);
    }
    EXPECT_EQ(of_json, of_yaml) << folder;
  }
}

}  // namespace
}  // namespace flow::kubernetes
