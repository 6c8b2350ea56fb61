// What a cluster answered to a Call, read from HTTP.
#ifndef FLOW_KUBERNETES_API_RESPONSE_H_
#define FLOW_KUBERNETES_API_RESPONSE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "flow/http/message.h"
#include "flow/http/setback.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/text/document.h"
#include "flow/text/json_reader.h"
#include "flow/text/view.h"

namespace flow::kubernetes::api {

// Reads the answer to `call`: of the kind that call.h names for it, whatever the server sent. Errors: a refusal, as
// StatusOf says (refusal.h); kFailedPrecondition where what answers is no API server of Kubernetes; kInternal where a
// document cannot be read.
absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response);

// The refusal that an answer with a status of 400 or more says. Where a proxy has said it, and not the server, the message
// is the beginning of what it said.
Refusal RefusalIn(const http::Response& response);

// Why a stream ended: the refusal, or what cut it off; OK where it came to its end.
absl::Status EndOfStream(const absl::StatusOr<http::Response>& response);

// How it is done

namespace internal {

// Of what a proxy says this much.
inline constexpr size_t kMostWords = 200;

inline absl::Status NoDocument(const absl::Status& why, absl::string_view body) {
  return absl::InternalError(
      absl::StrCat("not the JSON that the Kubernetes API documents: ", body.substr(0, 80), " (", why.message(), ")"));
}

// The kind and the API version of a list's objects stand in the list alone.
inline absl::StatusOr<Reply> ReadList(Kind kind, const text::Value& document) {
  const text::View list(document);
  ObjectList read = {.kind = kind, .objects = {}, .resource_version = list["metadata"]["resourceVersion"].text()};
  if (!list["metadata"]) return absl::InternalError("the answer is no list");
  for (const text::Value& item : list["items"].list()) read.objects.push_back({kind, item});
  return Reply(std::move(read));
}

inline absl::StatusOr<Reply> ReadObject(Kind kind, text::Value document) {
  if (!text::View(document)["metadata"]["name"]) return absl::InternalError("the answer is no object");
  return Reply(Object{kind, std::move(document)});
}

// "20+" is a build of 1.20 with changes.
inline int LeadingNumber(absl::string_view text) {
  int number = 0;
  return absl::SimpleAtoi(text.substr(0, text.find_first_not_of("0123456789")), &number) ? number : 0;
}

inline Reply ReadVersion(text::View document) {
  return ServerVersion{LeadingNumber(document["major"].text()), LeadingNumber(document["minor"].text()),
                       document["gitVersion"].text()};
}

inline Reply ReadLines(absl::string_view body) {
  LogLines read;
  if (absl::EndsWith(body, "\n")) body.remove_suffix(1);
  if (!body.empty()) read.lines = absl::StrSplit(body, '\n');
  return read;
}

inline absl::Span<const absl::string_view> NotReadOf(const Call& call) {
  const auto* const list = std::get_if<List>(&call);
  const bool whole = list == nullptr || list->whole;
  return whole ? absl::MakeConstSpan(kNotRead) : absl::MakeConstSpan(kNotReadOfState);
}

// Reads a success, whose document is there. One function for each shape of an answer.
struct SuccessReader {
  text::Value& document;

  absl::StatusOr<Reply> operator()(const GetVersion&) const { return ReadVersion(document); }
  absl::StatusOr<Reply> operator()(const List& call) const { return ReadList(call.kind, document); }
  absl::StatusOr<Reply> operator()(const ListEvents&) const {
    absl::StatusOr<Reply> reply = ReadList(Kind::kEvent, document);
    if (!reply.ok()) return reply;
    auto& events = std::get<ObjectList>(*reply).objects;
    const auto when = [](const Object& event) -> const std::string& {
      // Of newer ones the time stands in one field, of older ones in the other; both as texts that sort.
      const text::View last = event["lastTimestamp"];
      return last ? last.text() : event["eventTime"].text();
    };
    std::stable_sort(events.begin(), events.end(), [&](const Object& a, const Object& b) { return when(a) < when(b); });
    return reply;
  }
  absl::StatusOr<Reply> operator()(const Delete& call) const {
    // "Status" is all there is to say of what is gone.
    if (text::View(document)["kind"].text() == "Status") return Reply();
    return ReadObject(call.object.kind, std::move(document));
  }
  absl::StatusOr<Reply> operator()(const TailLogs&) const { return Reply(); }  // is no document
  template <typename OfOne>
  absl::StatusOr<Reply> operator()(const OfOne& call) const {
    return ReadObject(call.object.kind, std::move(document));
  }
};

inline absl::Status NoCluster(absl::string_view how) {
  return absl::FailedPreconditionError(
      absl::StrCat("what answers there ", how, ": is it the API server of a Kubernetes cluster?"));
}

}  // namespace internal

inline Refusal RefusalIn(const http::Response& response) {
  Refusal refusal;
  if (const absl::StatusOr<text::Value> document = text::ReadJson(response.body); document.ok()) {
    refusal = ReadRefusal(*document, response.status);
  }
  refusal.code = response.status;
  refusal.retry_after = std::max(refusal.retry_after, http::RetryAfterHeader(response).value_or(absl::ZeroDuration()));
  if (refusal.message.empty()) {
    refusal.message =
        absl::StrCat("HTTP status ", response.status, " ",
                     absl::StripAsciiWhitespace(absl::string_view(response.body).substr(0, internal::kMostWords)));
  }
  return refusal;
}

inline absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response) {
  const bool about_server = std::holds_alternative<GetVersion>(call);
  if (response.status == 404 && std::holds_alternative<Delete>(call)) return Reply();
  if (response.status >= 400) {
    if (about_server && response.status == 404) return internal::NoCluster("does not know what every one is asked");
    return StatusOf(RefusalIn(response));
  }
  if (response.status >= 300) return internal::NoCluster(absl::StrCat("answers with HTTP status ", response.status));
  if (std::holds_alternative<TailLogs>(call)) return internal::ReadLines(response.body);
  absl::StatusOr<text::Value> document = text::ReadJson(response.body, internal::NotReadOf(call));
  if (about_server && (!document.ok() || !text::View(*document)["gitVersion"])) {
    return internal::NoCluster("tells no version");
  }
  if (!document.ok()) return internal::NoDocument(document.status(), response.body);
  return std::visit(internal::SuccessReader{*document}, call);
}

inline absl::Status EndOfStream(const absl::StatusOr<http::Response>& response) {
  return response.ok() && response->status >= 400 ? StatusOf(RefusalIn(*response)) : response.status();
}

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_RESPONSE_H_
