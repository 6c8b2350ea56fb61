#include "flow/pipeline/sdk.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::pipeline {
namespace {

bool Is(const std::string& text) {
  Component component;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &component));
  return IsBuiltWithSdk(component);
}

TEST(Sdk, ReferencesAndWhatRegistersItselfAreBuiltWithIt) {
  EXPECT_TRUE(Is("type: SINK reference: 'duckdb-consumer@v1.0.0'"));
  EXPECT_TRUE(Is("type: SOURCE image: 'a:1' env { name: 'ENABLE_FLOWCTL' value: 'true' }"));
  EXPECT_TRUE(Is("type: SOURCE image: 'a:1' env { name: 'FLOWCTL_ENDPOINT' value: 'h:8080' }"));
  EXPECT_FALSE(Is("type: SOURCE image: 'a:1' env { name: 'PORT' value: '1' }"));
  EXPECT_FALSE(Is("type: PIPELINE reference: 'all@v1'"));
}

}  // namespace
}  // namespace flow::pipeline
