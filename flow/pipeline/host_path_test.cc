#include "flow/pipeline/host_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

TEST(AbsoluteHostPath, StartsAtTheFileOrAtHome) {
  EXPECT_EQ(AbsoluteHostPath("./conf/../a", "/base", "/home/me"), "/base/a");
  EXPECT_EQ(AbsoluteHostPath("conf", "/base", "/home/me"), "/base/conf");
  EXPECT_EQ(AbsoluteHostPath("~/x", "/base", "/home/me"), "/home/me/x");
  EXPECT_EQ(AbsoluteHostPath("~", "/base", "/home/me"), "/home/me");
  EXPECT_EQ(AbsoluteHostPath("~x", "/base", "/home/me"), "/base/~x");
  EXPECT_EQ(AbsoluteHostPath("//a/./b/", "/base", "/home/me"), "/a/b");
  EXPECT_EQ(AbsoluteHostPath("../../../..", "/base", "/home/me"), "/");
}

TEST(HostPathProblem, RefusesTheWholeOfTheSystem) {
  for (absl::string_view path : {"/", "/etc", "/bin", "/sbin", "/usr", "/lib", "/var", "/boot", "/dev", "/proc", "/sys",
                                 "/var/run/docker.sock", "/run/docker.sock", "/run"}) {
    EXPECT_THAT(HostPathProblem(path, {}), testing::HasSubstr(absl::StrCat("--allow_host_path=", path))) << path;
  }
}

TEST(HostPathProblem, TakesPartsOfIt) {
  for (absl::string_view path : {"/etc/ssl", "/var/lib/x", "/home", "/usr/share", "/etcetera", "/dev/shm"}) {
    EXPECT_EQ(HostPathProblem(path, {}), "") << path;
  }
}

TEST(HostPathProblem, RefusesTheSocketInUseAndTheFoldersAboveIt) {
  const std::vector<std::string> sockets = {"/run/user/1000/podman/podman.sock"};
  for (absl::string_view path : {"/run/user/1000/podman/podman.sock", "/run/user/1000/podman", "/run/user"}) {
    EXPECT_THAT(HostPathProblem(path, {}, sockets), testing::HasSubstr("gives a container the engine")) << path;
    EXPECT_EQ(HostPathProblem(path, {}), "") << path;
    EXPECT_EQ(HostPathProblem(path, {"/run/user"}, sockets), "") << path;
  }
  EXPECT_EQ(HostPathProblem("/run/user/1000/pod", {}, sockets), "");
}

TEST(HostPathProblem, ObeysWhoInsists) {
  EXPECT_EQ(HostPathProblem("/etc", {"/etc/"}), "");
  EXPECT_EQ(HostPathProblem("/var/run/docker.sock", {"/var/run"}), "");
  EXPECT_EQ(HostPathProblem("/proc", {"/"}), "");
  EXPECT_NE(HostPathProblem("/etc", {"/etc/ssl"}), "");
}

}  // namespace
}  // namespace flow::pipeline
