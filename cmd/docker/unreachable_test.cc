#include "cmd/docker/unreachable.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/socket.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void MakeSocket(const std::string& path) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  testkit::ListenOn(path);  // and stops
}

Endpoint At(const std::string& socket, const std::string& chosen_by = "the default") {
  Endpoint endpoint;
  endpoint.socket = socket;
  endpoint.address = "unix://" + socket;
  endpoint.chosen_by = chosen_by;
  return endpoint;
}

std::string Explain(const Endpoint& endpoint, Trouble trouble,
                    const Environment& environment = {{"XDG_RUNTIME_DIR", "/none"}}) {
  return ExplainUnreachable(
      endpoint, WithTrouble(absl::UnavailableError("GET /version: it failed (curl's words)"), trouble), environment);
}

TEST(UnreachableTest, NamesTheAddressAndWhatChoseIt) {
  EXPECT_THAT(Explain(At("/no/s"), Trouble::kNoSocketFile),
              StartsWith("cannot reach the engine at unix:///no/s (the default)\n"));
  EXPECT_THAT(Explain(At("/no/s", "DOCKER_HOST"), Trouble::kNoSocketFile),
              HasSubstr("unix:///no/s (from DOCKER_HOST)\n"));
}

TEST(UnreachableTest, P24ContextThatWasNotUsedIsNoted) {
  Endpoint endpoint = At("/no/s", "DOCKER_HOST");
  endpoint.note = "context \"a\" (DOCKER_CONTEXT) was not used, because DOCKER_HOST is set";
  EXPECT_THAT(Explain(endpoint, Trouble::kRefused),
              HasSubstr("Note: context \"a\" (DOCKER_CONTEXT) was not used, because DOCKER_HOST is set."));
}

TEST(UnreachableTest, P22PermissionNamesTheSocketItsGroupAndTheWayInAndNeverChmod) {
  const testkit::TemporaryFolder folder;
  const std::string socket = folder / "s";
  MakeSocket(socket);
  chmod(socket.c_str(), 0660);
  // Some group that is not root's: the socket's owner may give it away only where that may be done.
  const bool given = chown(socket.c_str(), static_cast<uid_t>(-1), 65534) == 0;
  struct stat found;
  ASSERT_EQ(stat(socket.c_str(), &found), 0);
  const group* its = getgrgid(found.st_gid);
  const std::string name = its != nullptr ? its->gr_name : absl::StrCat(found.st_gid);
  const std::string text = Explain(At(socket), Trouble::kPermissionDenied);
  EXPECT_THAT(text, HasSubstr("Permission denied: the socket " + socket + " belongs to user "));
  EXPECT_THAT(text, HasSubstr(absl::StrCat("group ", name, ", mode 0660")));
  if (given) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat("sudo usermod -aG ", name, " $USER")));
    EXPECT_THAT(text, HasSubstr("log out and in again"));
  }
  EXPECT_THAT(text, Not(HasSubstr("chmod")));
  EXPECT_THAT(text, Not(HasSubstr("not running")));
  EXPECT_THAT(text, Not(HasSubstr("not started")));
}

TEST(UnreachableTest, MissingSocketSaysHowToGetAnEngine) {
  EXPECT_THAT(Explain(At("/no/s"), Trouble::kNoSocketFile), HasSubstr("There is no socket /no/s"));
  EXPECT_THAT(Explain(At("/no/s"), Trouble::kNoSocketFile), HasSubstr("systemctl start docker"));
  EXPECT_THAT(Explain(At("/tmp"), Trouble::kRefused), Not(HasSubstr("There is no socket")));
}

TEST(UnreachableTest, RefusedIsSaidOfASocketAndOfAPort) {
  EXPECT_THAT(Explain(At("/no/s"), Trouble::kRefused), HasSubstr("nothing listens on it"));
  EXPECT_THAT(Explain(At("/tmp"), Trouble::kRefused), HasSubstr("/tmp is there, but is no socket (a folder"));
  EXPECT_THAT(Explain(At("/etc/passwd"), Trouble::kRefused), HasSubstr("/etc/passwd is there, but is no socket."));
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = "tcp://build-7:2375";
  endpoint.chosen_by = "--host";
  EXPECT_THAT(Explain(endpoint, Trouble::kRefused), HasSubstr("nothing listens at tcp://build-7:2375"));
}

TEST(UnreachableTest, P27SocketsThatAreThereAreShownWithTheFlagThatUsesThem) {
  const testkit::TemporaryFolder at_home, at_runtime;
  const std::string &home = at_home.path(), &runtime = at_runtime.path();
  MakeSocket(runtime + "/docker.sock");
  MakeSocket(home + "/.docker/run/docker.sock");
  MakeSocket(home + "/.docker/desktop/docker.sock");
  MakeSocket(home + "/.colima/default/docker.sock");
  MakeSocket(runtime + "/podman/podman.sock");
  const std::string text = Explain(At("/no/s"), Trouble::kNoSocketFile, {{"HOME", home}, {"XDG_RUNTIME_DIR", runtime}});
  EXPECT_THAT(text, HasSubstr("--host=unix://" + runtime + "/docker.sock   (rootless Docker)"));
  EXPECT_THAT(text, HasSubstr("--host=unix://" + home + "/.docker/run/docker.sock"));
  EXPECT_THAT(text, HasSubstr("--host=unix://" + home + "/.docker/desktop/docker.sock   (Docker Desktop)"));
  EXPECT_THAT(text, HasSubstr("--host=unix://" + home + "/.colima/default/docker.sock   (Colima)"));
  EXPECT_THAT(text, HasSubstr("--host=unix://" + runtime + "/podman/podman.sock   (rootless Podman)"));
  // The one that was tried is no hint.
  EXPECT_THAT(Explain(At(runtime + "/docker.sock"), Trouble::kRefused, {{"XDG_RUNTIME_DIR", runtime}}),
              Not(HasSubstr("--host=unix://" + runtime + "/docker.sock")));
}

TEST(UnreachableTest, EveryTroubleHasWordsOfItsOwn) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = "tcp://build-7:2376";
  endpoint.host = "build-7";
  endpoint.chosen_by = "--host";
  std::set<std::string> texts;
  int kinds = 0;
  for (int trouble = 0; trouble <= static_cast<int>(Trouble::kDeadline); ++trouble) {
    texts.insert(Explain(endpoint, static_cast<Trouble>(trouble)));
    ++kinds;
  }
  EXPECT_EQ(texts.size(), static_cast<size_t>(kinds));
}

}  // namespace
}  // namespace flow
