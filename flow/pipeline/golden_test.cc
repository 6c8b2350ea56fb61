// Every folder under testdata/pipeline is a case: `pipeline.yaml`, and beside it what it comes to: `pipeline.textproto`
// where it is valid, `diagnostics.txt` where there is something to tell; where there is a `diagnostics.json`, that as
// data too. A first line "# options: …" of the YAML sets options (testing/cases.h).
//
// After a change that is meant, tools/golden writes the expected files anew; read the difference.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/diagnostic_data.h"
#include "flow/pipeline/message_json.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"

namespace flow::pipeline {
namespace {

void Expect(const std::string& path, const std::string& actual) {
  if (!testing::Updates()) {
    EXPECT_EQ(testing::ReadFile(path), actual) << path;
  } else if (actual.empty()) {
    std::remove(path.c_str());
  } else {
    std::ofstream(path, std::ios::binary) << actual;
  }
}

TEST(Golden, EveryFolderComesToWhatIsWrittenBesideIt) {
  const std::vector<std::string> folders = testing::CaseFolders();
  ASSERT_FALSE(folders.empty());
  for (const std::string& folder : folders) {
    SCOPED_TRACE(folder);
    const std::string yaml = testing::ReadFile(folder + "/pipeline.yaml");
    const ParseResult result = ParsePipeline(yaml, testing::OptionsOf(yaml));
    std::string textproto;
    if (result.ok()) google::protobuf::TextFormat::PrintToString(result.pipeline, &textproto);
    Expect(folder + "/pipeline.textproto", textproto);
    Expect(folder + "/diagnostics.txt", RenderDiagnostics("pipeline.yaml", yaml, result.diagnostics, /*color=*/false));
    DiagnosticList list;
    AppendDiagnostics("pipeline.yaml", result.diagnostics, list);
    const std::string json = folder + "/diagnostics.json";
    if (!testing::ReadFile(json).empty()) Expect(json, MessageJson(list));
  }
}

}  // namespace
}  // namespace flow::pipeline
