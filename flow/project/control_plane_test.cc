#include "flow/project/control_plane.h"

#include <gtest/gtest.h>

namespace flow::project {
namespace {

TEST(ControlPlaneTest, ALoopbackAddressIsHandedOnAsTheHost) {
  for (const char* address : {"127.0.0.1:8080", "LocalHost:8080", "[::1]:8080", "0.0.0.0:8080"}) {
    EXPECT_EQ(AddressForContainers(address), "host.docker.internal:8080") << address;
  }
}

TEST(ControlPlaneTest, AnotherAddressStays) {
  for (const char* address : {"10.0.0.7:8080", "control.example:8080", "[fd00::1]:8080", "host.docker.internal:8080"}) {
    EXPECT_EQ(AddressForContainers(address), address);
  }
}

}  // namespace
}  // namespace flow::project
