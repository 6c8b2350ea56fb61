#include "flow/kubernetes/probes.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "flow/text/json.h"

namespace flow::kubernetes {
namespace {

std::string Probes(const std::string& text) {
  project::Service service;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &service));
  text::Mapping container;
  AddProbes(service, container);
  return text::Json(container, text::JsonLayout::kCompact);
}

TEST(ProbesTest, WhatIsAskedInTheContainerItselfIsForTheKubelet) {
  const auto own = [](const char* url) {
    const std::optional<OwnUrl> parsed = ParseOwnUrl(url);
    return parsed ? absl::StrCat(parsed->scheme, " ", parsed->port, " ", parsed->path) : "no";
  };
  EXPECT_EQ(own("http://127.0.0.1:8080/health?full=1"), "HTTP 8080 /health?full=1");
  EXPECT_EQ(own("http://127.0.0.1"), "HTTP 80 /");
  EXPECT_EQ(own("http://127.0.0.1?x"), "HTTP 80 /?x");
  EXPECT_EQ(own("https://127.0.0.1/a"), "HTTPS 443 /a");
  EXPECT_EQ(own("http://other:8080/"), "no");
  EXPECT_EQ(own("http://127.0.0.10/"), "no");
}

TEST(ProbesTest, TheTimingIsThatOfTheFormatInWholeSecondsAndAllOfItIsWrittenOut) {
  EXPECT_EQ(Probes(R"(health_check { url: "http://127.0.0.1:80/" })"),
            R"({"startupProbe":{"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"initialDelaySeconds":0,)"
            R"("periodSeconds":1,"timeoutSeconds":5,"successThreshold":1,"failureThreshold":60},)"
            R"("readinessProbe":{"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"initialDelaySeconds":0,)"
            R"("periodSeconds":10,"timeoutSeconds":5,"successThreshold":1,"failureThreshold":3}})");
  const std::string asked = Probes(R"(health_check { url: "http://127.0.0.1:80/" }
      health_timing { start_period_seconds: 0 interval_seconds: 1.5 timeout_seconds: 0.2 retries: 4 })");
  EXPECT_TRUE(
      absl::StrContains(asked, R"("periodSeconds":2,"timeoutSeconds":1,"successThreshold":1,"failureThreshold":4)"));
  EXPECT_TRUE(
      absl::StrContains(asked, R"("periodSeconds":1,"timeoutSeconds":1,"successThreshold":1,"failureThreshold":6)"));
}

TEST(ProbesTest, AUrlToElsewhereIsAskedByTheImagesOwnProgram) {
  const std::string probes = Probes(R"(health_check { url: "http://other:80/" })");
  EXPECT_TRUE(absl::StrContains(probes, R"("exec":{"command":["/bin/sh","-c",)"));
  EXPECT_TRUE(absl::StrContains(probes, "'http://other:80/'"));
}

}  // namespace
}  // namespace flow::kubernetes
