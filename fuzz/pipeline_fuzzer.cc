// libFuzzer's entry. tools/fuzz runs it over a corpus made of testdata/pipeline, examples/ and fuzz/corpus.
#include "fuzz/pipeline_fuzzer.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flow::fuzz::OnePipeline({reinterpret_cast<const char*>(data), size});
  return 0;
}
