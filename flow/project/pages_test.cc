// The pictures of examples in the pages: between "<!-- drawn: FILE -->" and "<!-- end -->" stands what flow-translate
// -o mermaid says of the file. Written anew by tools/golden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/parse.h"
#include "flow/pipeline/testing/cases.h"
#include "flow/project/mermaid.h"
#include "flow/project/picture.h"
#include "flow/project/translate.h"

namespace flow::project {
namespace {

using pipeline::testing::InWorkspace;
using pipeline::testing::ReadFile;

std::string Drawn(absl::string_view file) {
  pipeline::ParseOptions options;
  options.strict = false;  // variables of whoever runs it
  const pipeline::ParseResult parsed = pipeline::ParsePipeline(ReadFile(InWorkspace(file)), options);
  EXPECT_TRUE(parsed.ok()) << file;
  return absl::StrCat("```mermaid\n", MermaidText(PictureOf(Translate(parsed.pipeline))), "```\n");
}

// The page with its pictures as they are now, and how many it has.
std::string WithPictures(const std::string& page, int& pictures) {
  std::string text;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(page, "\n"), '\n')) {
    inside = inside && line != "<!-- end -->";
    if (inside) continue;
    absl::StrAppend(&text, line, "\n");
    if (!absl::ConsumePrefix(&line, "<!-- drawn: ") || !absl::ConsumeSuffix(&line, " -->")) continue;
    inside = true;
    ++pictures;
    absl::StrAppend(&text, Drawn(line));
  }
  EXPECT_FALSE(inside) << "a picture without an end";
  return text;
}

TEST(Pages, ShowTheirPipelinesAsTheyAre) {
  for (const auto& [page, most] : {std::pair("README.md", 1), std::pair("examples/README.md", 6)}) {
    const std::string path = InWorkspace(page), text = ReadFile(path);
    int pictures = 0;
    const std::string current = WithPictures(text, pictures);
    EXPECT_EQ(pictures, most) << page;
    if (pipeline::testing::Updates()) std::ofstream(path, std::ios::binary) << current;
    EXPECT_EQ(ReadFile(path), current) << page;
  }
}

}  // namespace
}  // namespace flow::project
