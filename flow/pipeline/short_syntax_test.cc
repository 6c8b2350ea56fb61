#include "flow/pipeline/short_syntax.h"

#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

std::string Port(absl::string_view text) { return LongSyntax(Section::kPort, text); }
std::string Volume(absl::string_view text) { return LongSyntax(Section::kVolume, text); }

TEST(LongSyntax, ReadsAPortFromItsEnd) {
  EXPECT_EQ(Port("80"), "{containerPort: 80}");
  EXPECT_EQ(Port("8080:80"), "{containerPort: 80, hostPort: 8080}");
  EXPECT_EQ(Port("53:53/udp"), "{containerPort: 53, hostPort: 53, protocol: udp}");
  EXPECT_EQ(Port("0.0.0.0:8080:80"), "{containerPort: 80, hostPort: 8080, hostIP: 0.0.0.0}");
}

TEST(LongSyntax, TellsTheHostsPathsFromVolumesByTheirSigns) {
  EXPECT_EQ(Volume("data:/data"), "{name: data, mountPath: /data}");
  EXPECT_EQ(Volume("./data:/data"), "{host_path: ./data, mountPath: /data}");
  EXPECT_EQ(Volume("/srv/data:/data:rw"), "{host_path: /srv/data, mountPath: /data}");
  EXPECT_EQ(Volume("~/keys:/keys:ro"), "{host_path: ~/keys, mountPath: /keys, readonly: true}");
  EXPECT_EQ(Volume("$DATA:/data"), "{host_path: $DATA, mountPath: /data}");
}

TEST(LongSyntax, HasNothingForWhatIsNone) {
  for (const char* text : {"", ":", "http", "8000-8010:80", "a:80", ":80/{", "80:", "[::1]:80:80"}) {
    EXPECT_EQ(Port(text), "") << text;
  }
  for (const char* text : {"", "/data", "data", ":/data", "a b:/data", "${A:-b}:/data", "c:\\data:x"}) {
    EXPECT_EQ(Volume(text), "") << text;
  }
  EXPECT_EQ(LongSyntax(Section::kComponent, "8080:80"), "");
}

}  // namespace
}  // namespace flow::pipeline
