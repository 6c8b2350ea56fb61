#include "flow/pipeline/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

TEST(IsIpAddress, TakesIpv4AndIpv6) {
  for (absl::string_view text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1:2", "1:2:3:4:5:6:7:8",
                                 "::ffff:10.0.0.1", "2001:DB8::"}) {
    EXPECT_TRUE(IsIpAddress(text)) << text;
  }
}

TEST(IsIpAddress, RefusesOtherTexts) {
  for (absl::string_view text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", ":", ":::", "1::2::3",
        "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "[::1]", "fe80::1%eth0", "g::", "1.2.3.4::"}) {
    EXPECT_FALSE(IsIpAddress(text)) << text;
  }
}

}  // namespace
}  // namespace flow::pipeline
