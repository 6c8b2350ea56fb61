// What the fuzzer starts from, and what it has ever found, goes through as it should.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "fuzz/pipeline_fuzzer.h"

namespace flow::fuzz {
namespace {

TEST(Corpus, EveryFileGoesThrough) {
  int files = 0;
  for (const char* folder : {"testdata/pipeline", "testdata/fidelity", "examples", "fuzz/corpus"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const bool found = std::string(folder) == "fuzz/corpus";
      if (!entry.is_regular_file() || (!found && entry.path().extension() != ".yaml")) continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      SCOPED_TRACE(entry.path());
      OnePipeline(text.str());
      ++files;
    }
  }
  EXPECT_GT(files, 50);
}

}  // namespace
}  // namespace flow::fuzz
