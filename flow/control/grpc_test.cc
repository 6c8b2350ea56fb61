#include "flow/control/grpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::control {
namespace {

using ::testing::HasSubstr;

http::Response Answer(const std::string& body, const std::string& status, const std::string& message = "") {
  return {.status = 200,
          .headers = {{"content-type", "application/grpc"}},
          .body = body,
          .trailers = {{"grpc-status", status}, {"grpc-message", message}}};
}

TEST(Grpc, ARequestIsOneFramedMessage) {
  const http::Request request = BuildUnary("/a.B/C", std::string(258, 'x'), absl::Milliseconds(1500));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a.B/C");
  EXPECT_EQ(request.body, std::string("\0\0\0\1\2", 5) + std::string(258, 'x'));
  EXPECT_EQ(request.headers.at("Content-Type"), "application/grpc");
  EXPECT_EQ(request.headers.at("TE"), "trailers");
  EXPECT_EQ(request.headers.at("grpc-timeout"), "1500m");
}

TEST(Grpc, AnAnswerIsItsMessage) {
  EXPECT_EQ(*ReadUnary(Answer(std::string("\0\0\0\0\2hi", 7), "0")), "hi");
  EXPECT_EQ(*ReadUnary(Answer(std::string("\0\0\0\0\0", 5), "0")), "");
}

TEST(Grpc, AnErrorIsTheServersCodeAndWords) {
  const auto error = ReadUnary(Answer("", "2", "no service %22a%22: caf%C3%A9, 100%"));
  EXPECT_EQ(error.status(), absl::UnknownError("no service \"a\": café, 100%"));
  EXPECT_EQ(ReadUnary(Answer("", "99", "new")).status(), absl::UnknownError("new"));
  EXPECT_EQ(ReadUnary(Answer("", "5", "%1B[31mred%0A")).status(), absl::NotFoundError(" [31mred "));
}

TEST(Grpc, ACallThatFailsAtOnceHasItsStatusInTheHeaders) {
  http::Response response;
  response.status = 200;
  response.headers = {{"content-type", "application/grpc"}, {"grpc-status", "12"}, {"grpc-message", "unknown method"}};
  EXPECT_EQ(ReadUnary(response).status(), absl::UnimplementedError("unknown method"));
}

TEST(Grpc, WhatIsNoGrpcIsUnavailable) {
  http::Response html{.status = 404, .headers = {{"content-type", "text/html"}}, .body = "<html>"};
  EXPECT_TRUE(absl::IsUnavailable(ReadUnary(html).status()));
  EXPECT_THAT(ReadUnary(html).status().message(), HasSubstr("does not speak gRPC (HTTP status 404)"));
  html.status = 200;
  EXPECT_TRUE(absl::IsUnavailable(ReadUnary(html).status()));
  // The connection ended before the trailers.
  EXPECT_TRUE(absl::IsUnavailable(ReadUnary(Answer(std::string("\0\0\0\0\0", 5), "")).status()));
}

TEST(Grpc, ABrokenMessageIsAnError) {
  for (const std::string& body :
       {std::string(), std::string("\0\0\0", 3), std::string("\0\0\0\0\3hi", 7), std::string("\0\0\0\0\1hi", 7),
        std::string("\1\0\0\0\2hi", 7), std::string("\0\xff\xff\xff\xff", 5)}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadUnary(Answer(body, "0")).status())) << body.size();
  }
}

}  // namespace
}  // namespace flow::control
