#include "flow/docker/engine/registry_auth.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace flow::docker::engine {
namespace {

// What a header says; the engine wants URL-safe base64 with its padding.
std::string Said(const std::string& header) {
  std::string json;
  EXPECT_EQ(header.size() % 4, 0u);
  EXPECT_TRUE(absl::WebSafeBase64Unescape(header, &json)) << header;
  return json;
}

TEST(RegistryAuthTest, ALoginIsNameAndPasswordForOneServer) {
  EXPECT_EQ(Said(RegistryAuthHeader({"user", "pa:ss"}, "127.0.0.1:5000")),
            R"({"username":"user","password":"pa:ss","serveraddress":"127.0.0.1:5000"})");
  const std::string header = RegistryAuthHeader({"a", "x~?~?"}, "a");
  EXPECT_EQ(header.find_first_of("+/"), std::string::npos) << header;
  EXPECT_NE(header.find_first_of("-_="), std::string::npos) << header;
}

TEST(RegistryAuthTest, ATokenStandsForNameAndPassword) {
  EXPECT_EQ(Said(RegistryAuthHeader({"user", "pass", "TOKEN"}, "a:1")),
            R"({"identitytoken":"TOKEN","serveraddress":"a:1"})");
}

}  // namespace
}  // namespace flow::docker::engine
