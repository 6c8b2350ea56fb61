// Keeps the rooms of flow/, cmd/ and testkit/ in order, and flow/ pure (docs/architecture.md): what is found here is an include
// that turns the direction of the rooms, of a test or a kit for tests too, or a word or an include that would bring I/O,
// a clock, the environment, threads or chance into the core.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Each room, and which others it may use, with those that these may use. What stands in flow/ itself is common to all;
// what stands in cmd/ itself are the programs, which use everything.
struct Room {
  absl::string_view name;
  std::vector<absl::string_view> uses;
};
const std::vector<Room>& Rooms() {
  static const auto& rooms = *new std::vector<Room>{
      {"flow", {}},
      {"flow/http", {}},
      {"flow/text", {}},
      {"flow/pipeline", {"flow/text"}},
      {"flow/project", {"flow/http", "flow/pipeline"}},
      {"flow/compose", {"flow/project"}},
      {"flow/deploy", {"flow/project"}},
      {"flow/registry", {}},
      {"flow/docker", {"flow/http", "flow/registry", "flow/compose", "flow/deploy"}},
      {"flow/kubernetes", {"flow/http", "flow/registry", "flow/compose", "flow/deploy"}},
      {"flow/control", {"flow/http", "flow/deploy"}},
      {"flow/stream", {"flow/control"}},
      {"cmd/base", {}},
      {"cmd/cli", {"flow/pipeline", "cmd/base"}},
      {"cmd/http", {"flow/http", "cmd/base"}},
      {"cmd/state", {"flow/compose", "flow/deploy", "cmd/base"}},
      {"cmd/input", {"flow/kubernetes", "cmd/cli", "cmd/state"}},
      {"cmd/output", {"flow/deploy", "cmd/cli"}},
      {"cmd/target", {"cmd/http", "cmd/input", "cmd/output"}},
      {"cmd/control", {"flow/control", "cmd/target"}},
      {"cmd/deploy", {"cmd/control"}},
      {"cmd/registry", {"flow/pipeline", "flow/registry", "cmd/http"}},
      {"cmd/docker", {"flow/docker", "cmd/registry", "cmd/deploy"}},
      {"cmd/kubernetes", {"flow/kubernetes", "cmd/registry", "cmd/deploy"}},
      {"cmd/stream", {"flow/stream", "cmd/docker"}},
      {"testkit", {"cmd/http"}},
  };
  return rooms;
}

// Where our own headers are. Nothing in the rooms uses what is in the last two.
constexpr std::array<absl::string_view, 5> kFolders = {"flow", "cmd", "testkit", "integration", "bench"};

// What the core may include; an entry that ends in a slash is a prefix. A header that only computes may be added.
constexpr std::array kHeaders = {
    // The C++ library: no <chrono>, <cstdio>, <cstdlib>, <ctime>, <filesystem>, <fstream>, <iostream>, <random>,
    // <thread>…
    "algorithm", "any", "array", "bit", "bitset", "cctype", "charconv", "climits", "cmath", "compare", "concepts",
    "cstddef", "cstdint", "cstring", "deque", "functional", "initializer_list", "iomanip", "istream", "iterator",
    "limits", "list", "map", "memory", "numbers", "numeric", "optional", "ostream", "queue", "ranges", "ratio", "set",
    "span", "sstream", "stack", "stdexcept", "streambuf", "string", "string_view", "tuple", "type_traits",
    "unordered_map", "unordered_set", "utility", "variant", "vector",
    // Abseil: no absl/time/clock.h, absl/synchronization, absl/random, absl/flags, absl/debugging.
    "absl/algorithm/", "absl/base/attributes.h", "absl/base/macros.h", "absl/base/optimization.h", "absl/cleanup/",
    "absl/container/", "absl/functional/", "absl/hash/", "absl/memory/", "absl/meta/", "absl/numeric/", "absl/status/",
    "absl/strings/", "absl/time/civil_time.h", "absl/time/time.h", "absl/types/", "absl/utility/",
    // Protobuf: no google/protobuf/io/zero_copy_stream_impl.h (files), google/protobuf/compiler.
    "google/protobuf/arena.h", "google/protobuf/descriptor.h", "google/protobuf/descriptor.pb.h",
    "google/protobuf/duration.pb.h", "google/protobuf/dynamic_message.h", "google/protobuf/io/coded_stream.h",
    "google/protobuf/io/tokenizer.h", "google/protobuf/io/zero_copy_stream.h",
    "google/protobuf/io/zero_copy_stream_impl_lite.h", "google/protobuf/map.h", "google/protobuf/message.h",
    "google/protobuf/reflection.h", "google/protobuf/repeated_field.h", "google/protobuf/repeated_ptr_field.h",
    "google/protobuf/struct.pb.h", "google/protobuf/text_format.h", "google/protobuf/timestamp.pb.h",
    "google/protobuf/util/", "google/protobuf/wrappers.pb.h",
    // Of .proto files.
    "google/protobuf/descriptor.proto", "google/protobuf/duration.proto", "google/protobuf/empty.proto",
    "google/protobuf/struct.proto", "google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto",
    // yaml-cpp, libmd.
    "yaml-cpp/", "sha2.h", "sha256.h"};

// What those headers declare, or bring along, all the same: of time_util.h, yaml-cpp, libmd, and whatever they include.
constexpr std::array kWords = {
    "GetCurrentTime", "LoadAllFromFile",    "LoadFile",        "SHA256File",       "SHA256_File",   "absl::Mutex",
    "absl::Now",      "absl::SleepFor",     "getenv",          "std::atomic",      "std::cerr",     "std::chrono",
    "std::cin",       "std::cout",          "std::filesystem", "std::fstream",     "std::ifstream", "std::mutex",
    "std::ofstream",  "std::random_device", "std::system",     "std::this_thread", "std::thread",   "thread_local"};

bool IsTest(absl::string_view path) {
  return absl::EndsWith(path, "_test.cc") || absl::EndsWith(path, "_fuzz.cc") ||
         absl::EndsWith(path, "_benchmark.cc") || absl::EndsWith(path, "_testing.h") ||
         absl::StrContains(path, "/testing/");
}

// "flow/docker" of "flow/docker/engine/call.h", "flow" of "flow/exit_code.h".
absl::string_view RoomOf(absl::string_view path) {
  const size_t first = path.find('/');
  const size_t second = path.find('/', first + 1);
  return path.substr(0, second == path.npos ? first : second);
}

const Room* FindRoom(absl::string_view name) {
  for (const Room& room : Rooms()) {
    if (room.name == name) return &room;
  }
  return nullptr;
}

bool MayUse(absl::string_view room, absl::string_view other) {
  if (other == "flow" || other == room) return true;
  const Room* const its = FindRoom(room);
  return its != nullptr &&
         std::any_of(its->uses.begin(), its->uses.end(), [&](absl::string_view used) { return MayUse(used, other); });
}

bool IsAllowedHeader(absl::string_view header) {
  for (const absl::string_view allowed : kHeaders) {
    if (allowed.back() == '/' ? absl::StartsWith(header, allowed) : header == allowed) return true;
  }
  return false;
}

// What an #include or import of this line names, "" where it is neither.
absl::string_view IncludedBy(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  if (absl::ConsumePrefix(&line, "#")) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) return "";
  } else if (!absl::ConsumePrefix(&line, "import ")) {
    return "";
  }
  const size_t begin = line.find_first_of("<\"");
  if (begin == line.npos) return line;
  return line.substr(begin + 1, line.find_first_of(">\"", begin + 1) - begin - 1);
}

// What the core consists of: all of flow/ but its tests, which may read files.
bool IsPure(absl::string_view path) { return absl::StartsWith(path, "flow/") && !IsTest(path); }

// Why the file `path` may not include `header`, "" where it may.
std::string Objection(absl::string_view path, absl::string_view header) {
  const absl::string_view folder = header.substr(0, header.find('/'));
  if (std::find(kFolders.begin(), kFolders.end(), folder) != kFolders.end()) {
    const bool is_its_kit = folder == "testkit" && IsTest(path) && absl::StartsWith(path, "cmd/");
    return is_its_kit || MayUse(RoomOf(path), RoomOf(header)) ? "" : "is of a room that this one may not use";
  }
  return !IsPure(path) || IsAllowedHeader(header) ? "" : "is not among the headers that the core may use (kHeaders)";
}

// Everything that is wrong with a file, "flow/compose/emit.h:12: …" each.
std::vector<std::string> Findings(absl::string_view path, absl::string_view text) {
  std::vector<std::string> findings;
  if (FindRoom(RoomOf(path)) == nullptr) findings.push_back(absl::StrCat(path, ": is in no room"));
  if (IsPure(path) && !absl::EndsWith(path, ".h") && !absl::EndsWith(path, ".proto")) {
    findings.push_back(absl::StrCat(path, ": flow/ holds headers, .proto files and tests"));
  }
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find("//"));
    if (const absl::string_view header = IncludedBy(line); !header.empty()) {
      if (const std::string objection = Objection(path, header); !objection.empty()) {
        findings.push_back(absl::StrFormat("%s:%d: %s %s", path, number, header, objection));
      }
      continue;
    }
    if (!IsPure(path)) continue;
    for (const absl::string_view word : kWords) {
      if (absl::StrContains(line, word)) findings.push_back(absl::StrFormat("%s:%d: %s", path, number, word));
    }
  }
  return findings;
}

TEST(LayersTest, FlowIsPureAndRoomsUseOnlyThoseThatTheyMay) {
  std::map<std::string, int> files;
  // The test stands in the root of the files that it was given.
  for (const char* root : {"flow", "cmd", "testkit"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const std::string path = entry.path().string();
      if (!absl::EndsWith(path, ".h") && !absl::EndsWith(path, ".cc") && !absl::EndsWith(path, ".proto")) continue;
      std::stringstream text;
      text << std::ifstream(path).rdbuf();
      EXPECT_THAT(text.str(), Not(IsEmpty())) << path;
      EXPECT_THAT(Findings(path, text.str()), IsEmpty());
      ++files[std::string(RoomOf(path))];
    }
  }
  for (const Room& room : Rooms()) {
    EXPECT_GT(files[std::string(room.name)], 0)
        << "no file of " << room.name << ": is it in that package's filegroup `sources`?";
  }
}

TEST(LayersTest, FindsWhatTouchesTheWorld) {
  for (const char* line : {"#include <curl/curl.h>",
                           "#include <unistd.h>",
                           "#include <sys/socket.h>",
                           "#  include <fcntl.h>",
                           "#include <signal.h>",
                           "#include <csignal>",
                           "#include <pthread.h>",
                           "#include <netinet/in.h>",
                           "#include <thread>",
                           "#include <mutex>",
                           "#include <atomic>",
                           "#include <condition_variable>",
                           "#include <future>",
                           "#include <chrono>",
                           "#include <ctime>",
                           "#include <time.h>",
                           "#include <fstream>",
                           "#include <filesystem>",
                           "#include <iostream>",
                           "#include <cstdio>",
                           "#include <cstdlib>",
                           "#include <random>",
                           "#include \"absl/time/clock.h\"",
                           "#include \"absl/synchronization/mutex.h\"",
                           "#include \"google/protobuf/io/zero_copy_stream_impl.h\"",
                           "#include \"cmd/http.h\"",
                           "#include HEADER",
                           "  const absl::Time now = absl::Now();",
                           "  const char* home = getenv(\"HOME\");",
                           "  YAML::Node root = YAML::LoadFile(path);",
                           "thread_local int depth = 0;"}) {
    EXPECT_THAT(Findings("flow/deploy/plan.h", line), SizeIs(1)) << line;
  }
}

TEST(LayersTest, FindsARoomThatUsesOneThatItMayNot) {
  EXPECT_THAT(Findings("flow/pipeline/parse.h", "\n#include \"flow/project/project.pb.h\"\n"),
              Contains("flow/pipeline/parse.h:2: flow/project/project.pb.h is of a room that this one may not use"));
  EXPECT_THAT(Findings("flow/project/names.h", "#include \"flow/compose/emit.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/deploy/plan.h", "#include \"flow/docker/reconcile.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/deploy/plan.h", "#include \"flow/compose/emit.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/control/grpc.h", "#include \"flow/docker/engine/call.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/exit_code.h", "#include \"flow/pipeline/parse.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/project/project.proto", "import \"flow/deploy/deployment.proto\";"), SizeIs(1));
}

TEST(LayersTest, HoldsTestsAndTheirKitsToTheRoomsToo) {
  EXPECT_THAT(Findings("flow/deploy/plan_test.cc", "#include \"flow/docker/testing/projects.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/deploy/testing/projects.h", "#include \"flow/docker/operations.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/pipeline/parse_test.cc", "#include \"cmd/base/file.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/pipeline/parse_test.cc", "#include \"testkit/process.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/base/file.cc", "#include \"testkit/process.h\""), SizeIs(1));
  EXPECT_THAT(Findings("testkit/process.cc", "#include \"cmd/docker/session.h\""), SizeIs(1));
  EXPECT_THAT(Findings("testkit/process.cc", "#include \"integration/engine.h\""), SizeIs(1));
  EXPECT_THAT(Findings("flow/docker/reconcile_test.cc", "#include \"flow/docker/testing/projects.h\""), IsEmpty());
  EXPECT_THAT(Findings("cmd/base/file_test.cc", "#include \"testkit/process.h\""), IsEmpty());
}

TEST(LayersTest, HoldsTheRoomsOfCmdToTheirOrder) {
  EXPECT_THAT(Findings("cmd/output/show.cc", "#include \"flow/docker/status.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/http/client.cc", "#include \"cmd/docker/session.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/http/client.cc", "#include \"flow/deploy/plan.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/control/leave.cc", "#include \"cmd/docker/session.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/base/file.cc", "#include \"cmd/run_command.h\""), SizeIs(1));
  EXPECT_THAT(Findings("cmd/attic/file.cc", ""), Each(HasSubstr("in no room")));
  EXPECT_THAT(Findings("cmd/base/file.cc", "#include <unistd.h>\n#include \"flow/exit_code.h\""), IsEmpty());
  EXPECT_THAT(Findings("cmd/docker/apply_command.cc", "#include \"cmd/control/leave.h\""), IsEmpty());
}

TEST(LayersTest, FindsAFileThatHasNoPlaceInFlow) {
  EXPECT_THAT(Findings("flow/http/message.cc", ""), Each(HasSubstr("holds headers")));
  EXPECT_THAT(Findings("flow/http/message.cc", ""), SizeIs(1));
  EXPECT_THAT(Findings("flow/attic/http.h", ""), Each(HasSubstr("in no room")));
  EXPECT_THAT(Findings("flow/attic/http.h", ""), SizeIs(1));
}

TEST(LayersTest, AcceptsWhatOnlyComputesAndTheRoomsThatMayBeUsed) {
  EXPECT_THAT(Findings("flow/deploy/plan.h",
                       "#include <string>\n#include \"absl/strings/str_cat.h\"\n#include \"absl/time/time.h\"\n"
                       "#include \"flow/exit_code.h\"\n#include \"flow/pipeline/pipeline.pb.h\"\n"
                       "#include \"flow/deploy/deployment.pb.h\"\n// absl::Now() is the caller's to ask.\n"),
              IsEmpty());
  EXPECT_THAT(Findings("flow/deploy/deployment.proto", "import \"google/protobuf/timestamp.proto\";"), IsEmpty());
}

TEST(LayersTest, LetsTestsReadFiles) {
  EXPECT_THAT(Findings("flow/text/yaml_test.cc", "#include <fstream>"), IsEmpty());
  EXPECT_THAT(Findings("flow/compose/golden_testing.h", "#include <fstream>"), IsEmpty());
}

}  // namespace
}  // namespace flow
