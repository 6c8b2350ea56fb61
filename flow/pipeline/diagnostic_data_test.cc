#include "flow/pipeline/diagnostic_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/text/message.h"

namespace flow::pipeline {
namespace {

TEST(AppendDiagnostics, PutsFileAfterFile) {
  DiagnosticList list;
  AppendDiagnostics("a.yaml", {Diagnostic{Severity::kWarning, 1, 2, "spec", "odd", {Note{3, 4, "here"}}, "even"}},
                    list);
  AppendDiagnostics("fine.yaml", {}, list);
  AppendDiagnostics("-", {Diagnostic{Severity::kError, 5, 6, "", "wrong", {}}}, list);
  ASSERT_EQ(list.diagnostics_size(), 2);
  EXPECT_EQ(list.diagnostics(0).file(), "a.yaml");
  EXPECT_EQ(list.diagnostics(0).severity(), "warning");
  EXPECT_EQ(list.diagnostics(0).suggestion(), "even");
  EXPECT_EQ(list.diagnostics(0).notes(0).line(), 3);
  EXPECT_EQ(list.diagnostics(1).file(), "-");
  EXPECT_EQ(list.diagnostics(1).severity(), "error");
}

TEST(AppendDiagnostics, IsAnEmptyListWhereAllIsWell) {
  EXPECT_EQ(text::MessageJson(DiagnosticList()), "{\n \"diagnostics\": []\n}\n");
}

TEST(AppendDiagnostics, TakesBytesThatAreNoUtf8) {
  DiagnosticList list;
  AppendDiagnostics("a\xFF.yaml", {Diagnostic{Severity::kError, 1, 1, "", "\"quoted\"\n\xC3", {}}}, list);
  const std::string json = text::MessageJson(list);
  EXPECT_THAT(json, testing::HasSubstr("\"file\": \"a\uFFFD.yaml\""));
  EXPECT_THAT(json, testing::HasSubstr("\"message\": \"\\\"quoted\\\"\\n\uFFFD\""));
}

}  // namespace
}  // namespace flow::pipeline
