#include "cmd/http/transfer_error.h"

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

Endpoint Somewhere() {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = "tcp://10.0.0.1:2376";
  return endpoint;
}

absl::Status TimedOut(absl::Duration took, const std::string& detail) {
  FailedTransfer failed;
  failed.code = CURLE_OPERATION_TIMEDOUT;
  failed.what = "GET /version";
  failed.detail = detail;
  failed.took = took;
  return TransferError(Somewhere(), failed);
}

TEST(TransferErrorTest, TheConnectTimeoutIsKnownThoughLibcurlComesUpToAMillisecondEarly) {
  for (const absl::Duration took : {absl::Microseconds(4'999'100), kConnectTimeout, absl::Seconds(6)}) {
    const absl::Status handshake = TimedOut(took, "SSL connection timeout");
    EXPECT_EQ(handshake.code(), absl::StatusCode::kUnavailable) << took;
    EXPECT_EQ(TroubleOf(handshake), Trouble::kEngineSpeaksNoTls) << took;
    const absl::Status connect = TimedOut(took, "Connection timed out");
    EXPECT_EQ(connect.code(), absl::StatusCode::kUnavailable) << took;
    EXPECT_THAT(std::string(connect.message()), HasSubstr("no connection to tcp://10.0.0.1:2376 within 5 s"));
  }
}

TEST(TransferErrorTest, AShorterDeadlineOfTheRequestIsToldAsSuch) {
  const absl::Status status = TimedOut(absl::Seconds(2), "SSL connection timeout");
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(MayHaveReachedEngine(status));
}

}  // namespace
}  // namespace flow
