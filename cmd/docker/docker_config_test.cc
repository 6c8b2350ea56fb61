#include "cmd/docker/docker_config.h"

#include <sys/stat.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"
#include "testkit/unprivileged.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ProxyVariables, AreThoseOfTheEngineElseOfAll) {
  const testkit::TemporaryFolder folder;
  folder.Write("config.json", R"({"proxies": {
      "default": {"httpProxy": "http://p:3128", "noProxy": "a,b", "ftpProxy": ""},
      "tcp://h:2375": {"httpsProxy": "http://q:3128", "allProxy": "socks5://s:1"}}})");
  EXPECT_THAT(*ProxyVariables(folder.path(), "unix:///var/run/docker.sock"),
              ElementsAre(Pair("HTTP_PROXY", "http://p:3128"), Pair("NO_PROXY", "a,b"),
                          Pair("http_proxy", "http://p:3128"), Pair("no_proxy", "a,b")));
  EXPECT_THAT(*ProxyVariables(folder.path(), "tcp://h:2375"),
              ElementsAre(Pair("ALL_PROXY", "socks5://s:1"), Pair("HTTPS_PROXY", "http://q:3128"),
                          Pair("all_proxy", "socks5://s:1"), Pair("https_proxy", "http://q:3128")));
}

TEST(ProxyVariables, ThereAreNoneWhereNothingIsSaidOfThem) {
  const testkit::TemporaryFolder folder;
  EXPECT_THAT(*ProxyVariables("", "unix:///x"), IsEmpty());
  EXPECT_THAT(*ProxyVariables(folder.path(), "unix:///x"), IsEmpty());
  for (const char* config : {"{}", R"({"proxies": "x"})", R"({"proxies": {"default": 1}})"}) {
    folder.Write("config.json", config);
    EXPECT_THAT(*ProxyVariables(folder.path(), "unix:///x"), IsEmpty()) << config;
  }
}

TEST(ProxyVariables, AFileThatCannotBeReadIsAnError) {
  const testkit::TemporaryFolder folder;
  const std::string file = folder.Write("config.json", "{");
  EXPECT_EQ(ProxyVariables(folder.path(), "unix:///x").status().message(), file + " is not valid JSON");
  chmod(file.c_str(), 0000);
  EXPECT_TRUE(testkit::Unprivileged(
      [&] { return absl::IsFailedPrecondition(ProxyVariables(folder.path(), "unix:///x").status()); }));
}

}  // namespace
}  // namespace flow
