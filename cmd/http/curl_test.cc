#include "cmd/http/curl.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

TEST(CurlTest, MissingLibraryIsNamedWithHowToInstallIt) {
  const absl::StatusOr<Curl> curl = OpenCurl("libcurl-that-is-not-there.so.4");
  EXPECT_EQ(curl.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(curl.status().message()), HasSubstr("libcurl-that-is-not-there.so.4"));
  EXPECT_THAT(std::string(curl.status().message()), HasSubstr("apt-get install libcurl4"));
}

TEST(CurlTest, LibraryThatIsNoCurlIsRefused) {
  EXPECT_THAT(std::string(OpenCurl("libc.so.6").status().message()), HasSubstr("it has no function curl_"));
}

TEST(CurlTest, IsLoadedOnce) {
  const absl::StatusOr<const Curl*> first = LoadCurl(), second = LoadCurl();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(getenv("GNUTLS_NO_IMPLICIT_INIT"), nullptr) << "programs that are run are as ever";
}

TEST(CurlTest, WordsOfOpenSslsErrorsTakeNoMemory) {
  ASSERT_TRUE(LoadCurl().ok());
  void* const curl = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD);
  ASSERT_NE(curl, nullptr);
  using Words = const char*(unsigned long error);
  auto* const words = reinterpret_cast<Words*>(dlsym(curl, "ERR_reason_error_string"));
  if (words == nullptr) GTEST_SKIP() << "this libcurl has no OpenSSL";
  constexpr unsigned long kNoStartLine = 0x0480006c;  // of a PEM file
  EXPECT_EQ(words(kNoStartLine), nullptr);
}

}  // namespace
}  // namespace flow
