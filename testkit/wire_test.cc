#include "testkit/wire.h"

#include <atomic>
#include <string>

#include "cmd/base/descriptor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/eventually.h"
#include "testkit/fake_server.h"
#include "testkit/socket.h"
#include "testkit/temporary_folder.h"

namespace flow::testkit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kGet[] = "GET /a HTTP/1.1\r\n\r\n";
constexpr char kPost[] = "POST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\nx";

class WireTest : public testing::Test {
 protected:
  // Sends over a new connection to the wire.
  Descriptor Ask(const std::string& request) {
    Descriptor program = Connect(OfSocket(folder_ / "wire"));
    Send(program.get(), request);
    return program;
  }
  static bool Answers(const Descriptor& program) { return !Receive(program.get()).empty(); }

  const TemporaryFolder folder_;
  std::atomic<int> served_ = 0;
  FakeServer engine_{[this](FakeConnection& connection) {
    while (!connection.Read().empty()) {
      ++served_;
      connection.Answer(200, "{}");
    }
  }};
  Wire wire_{folder_ / "wire", engine_.endpoint()};
};

TEST_F(WireTest, PassesOnAndRemembersUntilItForgets) {
  EXPECT_TRUE(Answers(Ask(kGet)));
  EXPECT_TRUE(Answers(Ask(kPost)));
  EXPECT_THAT(wire_.Requests(), ElementsAre("GET /a", "POST /b"));
  EXPECT_THAT(wire_.Changes(), ElementsAre("POST /b"));
  EXPECT_EQ(wire_.Record().at(1).body, "x");
  wire_.Forget();
  EXPECT_THAT(wire_.Requests(), IsEmpty());
}

TEST_F(WireTest, WhatIsHeldBeforeTheEngineGoesOnWhenItIsReleased) {
  wire_.Hold(Wire::Point::kBefore, [](const std::string& request) { return request == "POST /b"; });
  EXPECT_TRUE(Answers(Ask(kGet)));
  const Descriptor held = Ask(kPost);
  EXPECT_TRUE(wire_.WaitUntilHeld());
  EXPECT_EQ(served_, 1);
  wire_.Release();
  EXPECT_TRUE(Answers(held));
  EXPECT_EQ(served_, 2);
}

TEST_F(WireTest, WhatIsHeldBehindTheEngineWasDone) {
  wire_.Hold(Wire::Point::kAfter, [](const std::string&) { return true; });
  const Descriptor held = Ask(kPost);
  EXPECT_TRUE(wire_.WaitUntilHeld());
  EXPECT_TRUE(Eventually([&] { return served_ > 0; }));
  wire_.Release();
  EXPECT_TRUE(Answers(held));
}

TEST_F(WireTest, WhatIsHeldIsLostWithItsProgram) {
  wire_.Hold(Wire::Point::kBefore, [](const std::string&) { return true; });
  Ask(kPost);  // and goes
  EXPECT_TRUE(wire_.WaitUntilHeld());
  EXPECT_TRUE(Eventually([&] { return engine_.closed() > 0; }));
  wire_.Release();
  EXPECT_TRUE(Answers(Ask(kGet)));
  EXPECT_EQ(served_, 1);
}

}  // namespace
}  // namespace flow::testkit
