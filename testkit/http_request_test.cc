#include "testkit/http_request.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace flow::testkit {
namespace {

const std::vector<std::string> kThree = {
    "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n",
    "POST /a?b=c HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"x\":\r\n1}",
    "POST /d HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n2\r\n{}\r\nB\r\n0123456789\n\r\n0\r\n\r\n",
};

void ExpectThree(const std::vector<HttpRequest>& requests) {
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].target, "/_ping");
  EXPECT_EQ(requests[0].body, "");
  EXPECT_EQ(requests[1].method, "POST");
  EXPECT_EQ(requests[1].target, "/a?b=c");
  EXPECT_EQ(requests[1].body, "{\"x\":\r\n1}");
  EXPECT_EQ(requests[2].target, "/d");
  EXPECT_EQ(requests[2].body, "{}0123456789\n");
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(requests[i].bytes, kThree[i]);
}

// In pieces of this size.
std::vector<HttpRequest> Read(size_t size) {
  const std::string all = kThree[0] + kThree[1] + kThree[2];
  HttpRequestReader reader;
  std::vector<HttpRequest> requests;
  for (size_t at = 0; at < all.size(); at += size) {
    reader.Add(all.substr(at, size));
    while (const auto request = reader.Next()) requests.push_back(*request);
  }
  return requests;
}

TEST(HttpRequestReader, FindsEachRequestOfAConnection) { ExpectThree(Read(1000)); }

TEST(HttpRequestReader, TakesBytesCutAnywhere) { ExpectThree(Read(1)); }

}  // namespace
}  // namespace flow::testkit
