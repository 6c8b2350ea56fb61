// Files that mean harm, given to the real flow-validate: exit 3, soon, and in little memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "absl/time/time.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using testing::HasSubstr;

constexpr size_t kMiB = 1 << 20;
constexpr char kHead[] = "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n";

std::string Times(int count, const std::function<std::string(int)>& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text(i);
  return all;
}
std::string Times(int count, const std::string& text) {
  return Times(count, [&](int) { return text; });
}
std::string List(int count, const std::string& entry) {
  return absl::StrCat("[", absl::StrReplaceAll(std::string(count, ','), {{",", entry + ","}}), "]");
}

std::string WithSources(const std::string& list) { return absl::StrCat(kHead, "  sources:\n", list); }
std::string Source(const std::string& id, const std::string& more = "") {
  return absl::StrCat("    - {id: ", id, ", image: 'i:1'", more, "}\n");
}

struct Hostile {
  const char* title;
  std::string (*text)();
  const char* told;
};

void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.title; }

// What is refused as text or YAML.
const Hostile kTexts[] = {
    {"AliasBombOfLists",
     [] {
       return "a: &a " + List(10, "x") + "\n" + Times(9, [](int i) {
                return absl::Substitute("a$0: &a$0 ", i) + List(10, i == 0 ? "*a" : absl::StrCat("*a", i - 1)) + "\n";
              });
     },
     "with its aliases written out"},
    {"AliasBombOfMappings",
     [] {
       return "m: &m {x: y}\n" + Times(30, [](int i) {
                const std::string before = i == 0 ? "*m" : absl::StrCat("*m", i - 1);
                return absl::Substitute("m$0: &m$0 {a: $1 , b: $1 }\n", i, before);
              });
     },
     "with its aliases written out"},
    {"AliasBombOfText",
     [] { return absl::StrCat("x-a: &a ", std::string(900000, 'y'), "\nx-b: ", List(20, "*a"), "\n"); },
     "with its aliases written out"},
    {"AliasBombOfMerges",
     [] {
       return "m: &m {x: y}\n" + Times(200, [](int i) {
                const std::string before = i == 0 ? "*m" : absl::StrCat("*m", i - 1);
                return absl::Substitute("m$0: &m$0 {<<: ", i) + List(50, before) + absl::Substitute(", k$0: 1}\n", i);
              });
     },
     "with its aliases written out"},
    {"NestedLists", [] { return std::string(65, '[') + std::string(65, ']'); }, "nested over 64 levels"},
    {"NestedListsNeverClosed", [] { return std::string(16 * kMiB - 1, '['); }, "over 200000 parts"},
    {"NestedMappings", [] { return Times(300000, "{a: "); }, "over 200000 parts"},
    {"NestedBlocks", [] { return Times(5000, [](int i) { return std::string(i, ' ') + "a:\n"; }); }, "nested over 64"},
    {"NestedEntries", [] { return Times(8 * kMiB - 1, "- "); }, "nested over 64"},
    {"Over16MiB", [] { return std::string(16 * kMiB + 1, '#'); }, "over 16 MiB"},
    {"Over16MiBOfValidPipeline", [] { return WithSources(Source("a")) + "#" + std::string(16 * kMiB, 'c'); },
     "over 16 MiB"},
    {"QuotesOf16MiB", [] { return std::string(16 * kMiB - 1, '"'); }, "over 1 MiB without the end of a value"},
    {"ValueOf16MiB", [] { return absl::StrCat(kHead, "  description: ", std::string(15 * kMiB, 'y')); },
     "over 1 MiB without the end of a value"},
    {"LineEndsOf16MiB", [] { return std::string(16 * kMiB - 1, '\r'); }, "over 1 MiB without the end of a value"},
    {"NulByte", [] { return absl::StrCat(kHead, std::string("  sources: \0 []\n", 16)); }, "a NUL byte"},
    {"NulBytesOf16MiB", [] { return std::string(16 * kMiB - 1, '\0'); }, "a NUL byte"},
    {"NulEscape", [] { return absl::StrCat(kHead, "  description: \"\\0\"\n"); }, "NUL character"},
    {"InvalidUtf8", [] { return std::string("a: \xC3\x28"); }, "is not UTF-8"},
    {"InvalidUtf8AtTheEndOf16MiB",
     [] { return absl::StrCat(kHead, "#", std::string(16 * kMiB - 200, 'c'), "\xF0\x9F"); }, "is not UTF-8"},
};

// Names that mean something to a path, a shell, a terminal or an engine.
const Hostile kNames[] = {
    {"IdWithPath", [] { return WithSources(Source("../../etc/passwd")); }, "cannot be an id"},
    {"IdWithNewline", [] { return WithSources(Source("\"a\\nb\"")); }, "cannot be an id"},
    {"IdWithQuotes", [] { return WithSources(Source("'a\"b''c'")); }, "cannot be an id"},
    {"IdWithCommand", [] { return WithSources(Source("'$(touch x)`touch x`'")); }, "cannot be an id"},
    {"IdOf10000Characters", [] { return WithSources(Source(std::string(10000, 'x'))); }, "an id has at most 63"},
    {"NameWithPath",
     [] {
       return absl::StrReplaceAll(WithSources(Source("a")), {{"{name: a}", "{name: ../a}"}});
     },
     "cannot be a pipeline's name"},
    {"NameOf10000Characters",
     [] {
       return absl::StrReplaceAll(WithSources(Source("a")), {{"{name: a}", "{name: " + std::string(10000, 'x') + "}"}});
     },
     "has at most 63"},
    {"NamespaceWithNewline",
     [] {
       return absl::StrReplaceAll(WithSources(Source("a")), {{"{name: a}", "{name: a, namespace: \"a\\nb\"}"}});
     },
     "cannot be a namespace"},
    {"VolumeWithPath", [] { return WithSources(Source("a", ", volumes: [{name: ../v, mountPath: /m}]")); },
     "volumes[0].name"},
    {"SecretWithPath", [] { return WithSources(Source("a", ", secrets: [{name: ../s, type: file, host_path: /h}]")); },
     "secrets[0].name"},
    {"VariableWithNewline", [] { return WithSources(Source("a", ", env: {\"A\\nB\": c}")); },
     "cannot be the name of a variable"},
    {"ImageWithCommand", [] { return WithSources("    - {id: a, image: 'x;$$(touch x)'}\n"); },
     "spec.sources[0].image: "},
    {"HealthCheckWithCommand", [] { return WithSources(Source("a", ", health_check: '/$(touch x)'")); },
     "holds a character that no URL has"},
    {"ImageOf10000Characters", [] { return WithSources("    - {id: a, image: " + std::string(10000, 'x') + "}\n"); },
     "at most 255"},
};

// Valid YAML of which a lot is to be kept, or told.
const Hostile kLoads[] = {
    {"ComponentsThatAreNone", [] { return WithSources(Times(190000, "    - a\n")); }, "is a mapping of fields"},
    {"EmptyComponents", [] { return WithSources(Times(180000, "    - {}\n")); }, "is missing"},
    {"OneComponentAgainAndAgain",
     [] { return absl::StrCat(kHead, "  x-c: &c {id: a, image: 'i:1'}\n  sources:\n") + Times(199000, "    - *c\n"); },
     "takes over 32 MiB"},
    {"DefaultsForManyComponents",
     [] {
       return absl::StrCat(kHead, "  config: {", Times(2000, [](int i) { return absl::Substitute("k$0: v,", i); }),
                           "}\n  sources:\n") +
              Times(20000, [](int i) { return Source(absl::StrCat("s", i)); });
     },
     "takes over 32 MiB"},
    {"ALongDefaultForManyComponents",
     [] {
       return absl::StrCat(kHead, "  config: {a: ", std::string(100000, 'y'), "}\n  sources:\n") +
              Times(20000, [](int i) { return Source(absl::StrCat("s", i)); });
     },
     "takes over 32 MiB"},
    {"InputsAgainAndAgain",
     [] {
       return absl::StrCat(kHead, "  sources:\n", Times(500, [](int i) { return Source(absl::StrCat("s", i)); }),
                           "  x-c: &c [", Times(500, [](int i) { return absl::Substitute("s$0,", i); }),
                           "]\n  sinks:\n") +
              Times(1900, [](int i) { return Source(absl::StrCat("t", i), ", inputs: *c"); });
     },
     "takes over 32 MiB"},
    {"MillionsOfVariablesThatAreNotSet",
     [] {
       const std::string value = Times(300, "$FLOW_NOT_SET");
       return WithSources(
           Times(4000, [&](int i) { return Source(absl::StrCat("s", i), absl::StrCat(", env: {A: '", value, "'}")); }));
     },
     "is not set"},
    {"UnknownFields", [] { return kHead + Times(99000, [](int i) { return absl::Substitute("  f$0: v\n", i); }); },
     "no field"},
    {"KeysThatStandTwice", [] { return absl::StrCat(kHead, "  x-a:\n") + Times(99000, "    k: v\n"); },
     "stands here twice"},
    {"SpacesThatAreNone", [] { return absl::StrCat(kHead, "  x-a:\n") + Times(190000, "    - \u00a0v\n"); },
     "a non-breaking space"},
    {"Values", [] { return absl::StrCat(kHead, "  x-a:\n") + Times(210000, "    - v\n"); }, "over 200000 values"},
    {"ALongCycle",
     [] {
       return absl::StrCat(kHead, "  sources: [{id: s, image: 'i:1'}]\n  processors:\n") + Times(20000, [](int i) {
                return Source(absl::StrCat("p", i), absl::Substitute(", inputs: [p$0]", (i + 1) % 20000));
              });
     },
     "these wait for each other"},
};

class HostileInputTest : public testing::TestWithParam<Hostile> {};

TEST_P(HostileInputTest, IsRefusedWithinBounds) {
  const testkit::TemporaryFolder folder;
  // The text is gone when it starts: a child begins with what its parent holds, and that counts.
  const std::string file = folder.Write("hostile.yaml", GetParam().text());
  testkit::Process process("cmd/flow-validate", {file});
  const testkit::Finished& run = process.Wait();
  const double peak_mib = static_cast<double>(run.used.ru_maxrss) / 1024;
  // Of a processor's time: what else runs on the machine does not count.
  const absl::Duration took =
      absl::DurationFromTimeval(run.used.ru_utime) + absl::DurationFromTimeval(run.used.ru_stime);
  std::cout << absl::StrCat(peak_mib, " MiB, ", absl::FormatDuration(took), "\n");
  EXPECT_EQ(run.exit_code, 3) << run.err.substr(0, 1000);
  EXPECT_THAT(run.err.substr(0, 4096), HasSubstr(GetParam().told));
  EXPECT_LT(run.err.size(), 4 * kMiB);
#ifndef __SANITIZE_ADDRESS__
  EXPECT_LT(peak_mib, 100);
  EXPECT_LT(took, absl::Seconds(3));  // one on a machine that is not busy
#endif
}

const auto kTitle = [](const testing::TestParamInfo<Hostile>& info) { return std::string(info.param.title); };
INSTANTIATE_TEST_SUITE_P(Texts, HostileInputTest, testing::ValuesIn(kTexts), kTitle);
INSTANTIATE_TEST_SUITE_P(Names, HostileInputTest, testing::ValuesIn(kNames), kTitle);
INSTANTIATE_TEST_SUITE_P(Loads, HostileInputTest, testing::ValuesIn(kLoads), kTitle);

}  // namespace
}  // namespace flow
