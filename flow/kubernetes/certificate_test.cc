#include "flow/kubernetes/certificate.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace flow::kubernetes {
namespace {

// As OpenSSL makes one.
constexpr char kReal[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBijCCAS+gAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9mbG93LWNs\n"
    "dXN0ZXItY2EwHhcNMjAwMTAxMDAwMDAwWhcNMjAwMjAxMDAwMDAwWjApMRcwFQYD\n"
    "VQQKDA5zeXN0ZW06bWFzdGVyczEOMAwGA1UEAwwFYWRtaW4wWTATBgcqhkjOPQIB\n"
    "BggqhkjOPQMBBwNCAASCXCV5mgkP09TsRny+sewl+jgshxQCFm9I3XTJrW9Rkfv6\n"
    "/bYeO9wS5KeyVNcsjw8NfyhYSrsU9UAzQ4WefzFjo1cwVTATBgNVHSUEDDAKBggr\n"
    "BgEFBQcDAjAdBgNVHQ4EFgQU5qSA1FSVncuPThQCc9ScOExf+BcwHwYDVR0jBBgw\n"
    "FoAUHZBX5NZEaq3cYgJErqbo6ZHeltIwCgYIKoZIzj0EAwIDSQAwRgIhAJ8m/nz2\n"
    "ECXAAbLVeMScmAPsrXuvYCUuZxSureZMOEK0AiEAjdGn/pFK8XXsypclTEkXMeHN\n"
    "Lb3NBABJRumxMXvFTu0=\n"
    "-----END CERTIFICATE-----\n";

std::string Element(int tag, const std::string& content) {
  return absl::StrCat(std::string(1, static_cast<char>(tag)), std::string(1, static_cast<char>(content.size())),
                      content);
}

// One as far as its validity, of the version that says none of itself or of another.
std::string Made(int tag, const std::string& until, bool old = false) {
  const std::string validity = Element(0x30, Element(0x17, "200101000000Z") + Element(tag, until));
  const std::string version = old ? "" : Element(0xa0, Element(2, "\2"));
  const std::string to_be_signed = version + Element(2, "\1") + Element(0x30, "") + Element(0x30, "") + validity;
  return absl::StrCat("-----BEGIN CERTIFICATE-----\n", absl::Base64Escape(Element(0x30, Element(0x30, to_be_signed))),
                      "\n-----END CERTIFICATE-----\n");
}

std::string Text(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone()); }

TEST(ValidUntil, IsReadOfEitherKindOfTimeAndOfOldCertificates) {
  EXPECT_EQ(Text(ValidUntil(kReal)), "2020-02-01 00:00:00");
  EXPECT_EQ(Text(ValidUntil(absl::StrCat("Subject: u\n", kReal))), "2020-02-01 00:00:00");
  EXPECT_EQ(Text(ValidUntil(Made(0x17, "491231235959Z"))), "2049-12-31 23:59:59");
  EXPECT_EQ(Text(ValidUntil(Made(0x17, "991231235959Z"))), "1999-12-31 23:59:59");
  EXPECT_EQ(Text(ValidUntil(Made(0x18, "30260401155739Z"))), "3026-04-01 15:57:39");
  EXPECT_EQ(Text(ValidUntil(Made(0x17, "260102030405Z", /*old=*/true))), "2026-01-02 03:04:05");
}

TEST(ValidUntil, IsNeverWhereNothingCanBeRead) {
  for (const std::string& pem : {std::string(), std::string("-----END CERTIFICATE----------BEGIN CERTIFICATE-----"),
                                 Made(0x17, ""), Made(0x17, "x"), Made(0x04, "260102030405Z")}) {
    EXPECT_EQ(ValidUntil(pem), absl::InfiniteFuture()) << pem;
  }
  // Wherever it was cut, or one of its characters was changed.
  const std::string real = kReal, end = real.substr(real.find("\n-----END"));
  for (size_t at = 0; at < real.size(); ++at) {
    (void)ValidUntil(real.substr(0, at));
    (void)ValidUntil(real.substr(0, at) + end);
    std::string other = real;
    other[at] = other[at] == '/' ? 'A' : '/';
    (void)ValidUntil(other);
  }
}

}  // namespace
}  // namespace flow::kubernetes
