#include "bench/request_reader.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bench {
namespace {

constexpr char kThree[] =
    "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"
    "POST /a?b=c HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"x\":\r\n1}"
    "POST /d HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n2\r\n{}\r\nB\r\n0123456789\n\r\n0\r\n\r\n";

void ExpectThree(const std::vector<Request>& requests) {
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].target, "/_ping");
  EXPECT_EQ(requests[0].body, "");
  EXPECT_EQ(requests[1].method, "POST");
  EXPECT_EQ(requests[1].target, "/a?b=c");
  EXPECT_EQ(requests[1].body, "{\"x\":\r\n1}");
  EXPECT_EQ(requests[2].target, "/d");
  EXPECT_EQ(requests[2].body, "{}0123456789\n");
}

TEST(RequestReader, FindsEachRequestOfAConnection) { ExpectThree(RequestReader().Read(kThree)); }

TEST(RequestReader, TakesBytesCutAnywhere) {
  RequestReader reader;
  std::vector<Request> requests;
  for (const char c : std::string(kThree)) {
    for (const Request& request : reader.Read(std::string(1, c))) requests.push_back(request);
  }
  ExpectThree(requests);
}

}  // namespace
}  // namespace bench
