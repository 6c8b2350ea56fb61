// Of a certificate (X.509) the one thing that its user has to know where a cluster does not take it: until when it is valid.
#ifndef FLOW_KUBERNETES_CERTIFICATE_H_
#define FLOW_KUBERNETES_CERTIFICATE_H_

#include <cstddef>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace flow::kubernetes {

// Of the first one in a PEM text. InfiniteFuture where there is none that can be read.
absl::Time ValidUntil(absl::string_view pem);

// How it is done

namespace internal {

// An element of DER (ITU-T X.690, 8.1 and 10.1); its tag is 0 where there is none.
struct DerElement {
  unsigned char tag = 0;
  absl::string_view content;
};

inline constexpr unsigned char kDerVersion = 0xa0, kDerUtcTime = 0x17, kDerGeneralizedTime = 0x18;

// Takes the first element off the front.
inline DerElement TakeElement(absl::string_view& der) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(der[at]); };
  if (der.size() < 2) return {};
  size_t head = 2, length = byte(1);
  if (length > 0x80 && length <= 0x84 && der.size() >= 2 + (length - 0x80)) {
    head += length - 0x80;  // the length of the length
    length = 0;
    for (size_t at = 2; at < head; ++at) length = length << 8 | byte(at);
  }
  if (length > der.size() - head) return {};
  const DerElement element = {byte(0), der.substr(head, length)};
  der.remove_prefix(head + length);
  return element;
}

// "260201000000Z", with a year of this century up to 49, or "20260201000000Z" (RFC 5280, 4.1.2.5).
inline absl::Time TimeOf(const DerElement& element) {
  std::string text(element.content);
  if (element.tag == kDerUtcTime && !text.empty()) {
    text = absl::StrCat(text[0] < '5' ? "20" : "19", text);
  } else if (element.tag != kDerGeneralizedTime) {
    return absl::InfiniteFuture();
  }
  absl::Time time;
  return absl::ParseTime("%E4Y%m%d%H%M%SZ", text, &time, /*err=*/nullptr) ? time : absl::InfiniteFuture();
}

}  // namespace internal

inline absl::Time ValidUntil(absl::string_view pem) {
  constexpr absl::string_view kBegin = "-----BEGIN CERTIFICATE-----", kEnd = "-----END CERTIFICATE-----";
  const size_t begin = pem.find(kBegin), end = pem.find(kEnd);
  if (begin == absl::string_view::npos || end == absl::string_view::npos || end < begin) return absl::InfiniteFuture();
  std::string bytes;
  if (!absl::Base64Unescape(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()), &bytes)) {
    return absl::InfiniteFuture();
  }
  // Certificate, TBSCertificate: [0] version, serial, algorithm, issuer, validity (RFC 5280, 4.1).
  absl::string_view der = bytes;
  der = internal::TakeElement(der).content;
  der = internal::TakeElement(der).content;
  internal::DerElement element = internal::TakeElement(der);
  if (element.tag == internal::kDerVersion) (void)internal::TakeElement(der);
  (void)internal::TakeElement(der);
  (void)internal::TakeElement(der);
  der = internal::TakeElement(der).content;
  (void)internal::TakeElement(der);
  return internal::TimeOf(internal::TakeElement(der));
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CERTIFICATE_H_
