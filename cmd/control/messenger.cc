#include "cmd/control/messenger.h"

#include "cmd/http/trouble.h"

namespace flow {
namespace {

// Why no control plane answered, for a warning: without the request, which is nobody's concern.
absl::Status InWords(const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kRefused:
      return absl::UnavailableError("nothing listens there");
    case Trouble::kUnknownHost:
      return absl::UnavailableError("the name of its host is not known");
    case Trouble::kUnreachableHost:
      return absl::UnavailableError("its host does not answer");
    case Trouble::kDeadline:
      return absl::DeadlineExceededError("it does not answer");
    case Trouble::kEngineSpeaksTls:
      return absl::UnavailableError("it speaks TLS: write https:// before its address");
    case Trouble::kEngineSpeaksNoTls:
      return absl::UnavailableError("it speaks no TLS: leave https:// out of its address");
    case Trouble::kCertificateForOtherName:
      return absl::UnavailableError("its certificate is for another name");
    case Trouble::kCertificateExpired:
      return absl::UnavailableError("its certificate is out of date");
    case Trouble::kCertificateUntrusted:
      return absl::UnavailableError("its certificate is not from an authority that is trusted here");
    case Trouble::kNotHttp:
    case Trouble::kConnectionLost:
      return absl::UnavailableError("what answers there does not speak gRPC, or hangs up");
    default:
      return absl::UnavailableError(status.message());
  }
}

}  // namespace

void Messenger::SendWaiting() {
  while (under_way_ < kAtOnce && !waiting_.empty()) {
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    const http::Request request = control::BuildRequest(next.call, kDeadline);
    session_.Trace(request);
    ++under_way_;
    client_.Send(request, kDeadline, [this, next](const absl::StatusOr<http::Response>& response) {
      --under_way_;
      const auto reply = response.ok() ? control::ReadReply(next.call, *response)
                                       : absl::StatusOr<control::Reply>(InWords(response.status()));
      next.told(reply);
      if (!reply.ok() && control::IsAway(reply.status())) FailWaiting(reply.status());
      SendWaiting();
    });
  }
}

void Messenger::FailWaiting(const absl::Status& status) {
  for (const Waiting& one : std::exchange(waiting_, {})) one.told(status);
}

}  // namespace flow
