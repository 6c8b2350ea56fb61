#include "flow/deploy/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/testing/statuses.h"

namespace flow::deploy {
namespace {

using ::testing::HasSubstr;
using testing::OneContainer;

TEST(BytesText, IsShort) {
  EXPECT_EQ(internal::BytesText(0), "0B");
  EXPECT_EQ(internal::BytesText(1023), "1023B");
  EXPECT_EQ(internal::BytesText(1536), "1.5KiB");
  EXPECT_EQ(internal::BytesText(3.0 * 1024 * 1024 * 1024), "3.0GiB");
}

TEST(PipelineTable, WideShowsWhatOnlyAnInspectionTells) {
  EXPECT_EQ(
      PipelineTable(OneContainer(), /*wide=*/true),
      "COMPONENT  TYPE    STATE    HEALTH  READY  UP         RESTARTS  STARTED               IMAGE         PORTS\n"
      "a          source  running  none    1/1    5 minutes  2         2026-11-26T08:00:00Z  busybox:1.36  -\n");
}

TEST(UsageTable, HasALineForEachContainerThatRuns) {
  PipelineStatus status = OneContainer();
  status.mutable_components(0)->mutable_containers(0)->set_state("exited");
  EXPECT_THAT(UsageTable(status), ::testing::Not(HasSubstr("flow-x-a-1")));
  status.mutable_components(0)->mutable_containers(0)->set_state("running");
  EXPECT_THAT(UsageTable(status), HasSubstr("flow-x-a-1  -    -       -"));  // of which there is no sample
  Usage& usage = *status.mutable_components(0)->mutable_containers(0)->mutable_usage();
  usage.set_cpu_percent(12.34);
  usage.set_memory_bytes(1024 * 1024);
  EXPECT_THAT(UsageTable(status), HasSubstr("flow-x-a-1  12.3%  1.0MiB  -      -       -        -     -"));  // not told
  usage.set_memory_limit_bytes(2048);
  usage.set_network_received_bytes(0);
  EXPECT_THAT(UsageTable(status), HasSubstr("flow-x-a-1  12.3%  1.0MiB  2.0KiB  0B      -        -     -"));
}

}  // namespace
}  // namespace flow::deploy
