#include "flow/kubernetes/api/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace flow::kubernetes::api {
namespace {

using ::testing::HasSubstr;

std::string Line(absl::string_view type, absl::string_view name, int version) {
  return absl::StrCat(R"({"type":")", type, R"(","object":{"kind":"Pod","metadata":{"name":")", name,
                      R"(","resourceVersion":")", version, "\"}}}\n");
}

WatchRun PodRun() {
  return WatchRun({.kind = Kind::kPod, .namespace_ = "flow-a", .labels = {}, .fields = {}, .resource_version = "5"});
}

TEST(WatchRun, TellsEventsHoweverTheyAreCut) {
  const std::string stream = Line("ADDED", "a", 6) + Line("MODIFIED", "a", 7) + Line("DELETED", "a", 8);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    WatchRun run = PodRun();
    run.Begin();
    std::vector<WatchEvent> events = run.Read(stream.substr(0, cut));
    for (WatchEvent& event : run.Read(stream.substr(cut))) events.push_back(std::move(event));
    ASSERT_EQ(events.size(), 3u) << "cut at " << cut;
    EXPECT_EQ(events[0].type, WatchEvent::Type::kAdded);
    EXPECT_EQ(events[1].type, WatchEvent::Type::kModified);
    EXPECT_EQ(events[2].type, WatchEvent::Type::kDeleted);
    EXPECT_EQ(events[0].object.name(), "a");
  }
}

TEST(WatchRun, GoesOnFromWhatWasToldLast) {
  WatchRun run = PodRun();
  EXPECT_THAT(run.Begin().target, HasSubstr("resourceVersion=5&"));
  run.Read(Line("ADDED", "a", 6));
  run.Read(Line("BOOKMARK", "", 90));
  run.Read(R"({"type":"MODIFIED","object":{"metadata":{"resourceVer)");  // cut off here
  EXPECT_EQ(run.Ended(absl::OkStatus(), kWatchTime).value(), absl::ZeroDuration());
  EXPECT_THAT(run.Begin().target, HasSubstr("resourceVersion=90&"));
  EXPECT_EQ(run.Read(Line("MODIFIED", "a", 91)).size(), 1u);
}

TEST(WatchRun, IsNotOpenedMoreOftenThanOnceASecond) {
  WatchRun run = PodRun();
  run.Begin();
  EXPECT_EQ(run.Ended(absl::OkStatus(), absl::Milliseconds(100)).value(), absl::Milliseconds(900));
}

TEST(WatchRun, IsAtItsEndWhereTheVersionIsTooOld) {
  WatchRun run = PodRun();
  run.Begin();
  run.Read(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
           "\n");
  EXPECT_TRUE(run.Read(Line("ADDED", "a", 6)).empty());
  EXPECT_EQ(run.Ended(absl::OkStatus(), kWatchTime).status().code(), absl::StatusCode::kOutOfRange);

  run.Begin();
  EXPECT_EQ(run.Ended(StatusOf({.code = 410, .message = "too old"}), kWatchTime).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(WatchRun, IsAtItsEndWhereItTellsWhatIsNoEvent) {
  for (const char* line : {"<html>\n", "{}\n", "{\"type\":\"ODD\",\"object\":{\"metadata\":{}}}\n",
                           "{\"type\":\"ADDED\",\"object\":{}}\n"}) {
    WatchRun run = PodRun();
    run.Begin();
    run.Read(line);
    EXPECT_EQ(run.Ended(absl::OkStatus(), kWatchTime).status().code(), absl::StatusCode::kUnavailable) << line;
  }
}

TEST(Advance, MovesTheWatchOfTheEventsKind) {
  WatchFilter filter{{{.kind = Kind::kPod, .resource_version = "5"}, {.kind = Kind::kJob, .resource_version = "5"}}};
  WatchRun run = PodRun();
  Advance(run.Read(Line("MODIFIED", "a", 8)).at(0), filter);
  EXPECT_EQ(filter.watches[0].resource_version, "8");
  EXPECT_EQ(filter.watches[1].resource_version, "5");
}

}  // namespace
}  // namespace flow::kubernetes::api
