// What the engine answered to a Call, read from HTTP.
#ifndef FLOW_DOCKER_ENGINE_RESPONSE_H_
#define FLOW_DOCKER_ENGINE_RESPONSE_H_

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/json.h"
#include "flow/docker/engine/log_lines.h"
#include "flow/docker/engine/pull_progress.h"
#include "flow/docker/engine/tar.h"
#include "flow/http/message.h"

namespace flow::docker::engine {

// Reads the answer to `call`: of the kind that call.h names for it, whatever the engine sent. Errors carry the engine's
// own words: kNotFound, kAlreadyExists (a conflict), kInvalidArgument, kFailedPrecondition (no engine that flow can
// speak with: too new a one, or none at all), kPermissionDenied, kResourceExhausted, kUnavailable (ask again), kInternal
// for all else.
absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response);

// The engine's refusal as a status: its own words, under the code that its HTTP status means.
absl::Status ReadError(const http::Response& response);

// Why a stream ended: the engine's refusal, or what cut it off; OK where it came to its end.
absl::Status EndOfStream(const absl::StatusOr<http::Response>& response);

// Whether an engine that refuses so does it the next time too: it does not know what is asked, or does not allow it.
// Else something is in the way for now.
bool IsForGood(const absl::Status& refusal);

namespace internal {

inline std::string Header(const http::Response& response, const std::string& name, absl::string_view otherwise) {
  const auto found = response.headers.find(name);
  return std::string(found == response.headers.end() ? otherwise : found->second);
}

// What it says that it is.
inline std::string Engine(const http::Response& response) { return Header(response, "server", "the engine"); }

}  // namespace internal

inline absl::Status ReadError(const http::Response& response) {
  std::string message;
  if (absl::StatusOr<ErrorMessage> error = ReadJson<ErrorMessage>(response.body); error.ok())
    message = error->message();
  if (message.empty()) {
    message = absl::StrCat("HTTP status ", response.status, " ",
                           absl::StripAsciiWhitespace(absl::string_view(response.body).substr(0, 200)));
  }
  absl::StatusCode code = absl::StatusCode::kInternal;
  switch (response.status) {
    case 400:
      code = absl::StatusCode::kInvalidArgument;
      // "client version 1.51 is too old. Minimum supported API version is 1.60, please upgrade your client …"
      if (!absl::StrContains(message, "supported API version")) break;
      code = absl::StatusCode::kFailedPrecondition;
      message = absl::StrCat(internal::Engine(response), " is too new for this flow: ", message,
                             ". Its newest Engine API is ", internal::Header(response, "api-version", "not told"));
      break;
    case 401:
    case 403:
      code = absl::StatusCode::kPermissionDenied;
      break;
    case 404:
      code = absl::StatusCode::kNotFound;
      break;
    case 409:
      code = absl::StatusCode::kAlreadyExists;
      break;
    case 429:
      code = absl::StatusCode::kResourceExhausted;
      break;
    case 502:
    case 503:
    case 504:
      code = absl::StatusCode::kUnavailable;
      break;
  }
  // Podman's word for a conflict, with status 500.
  if (absl::StrContains(message, " name \"") && absl::StrContains(message, "is already in use by")) {
    code = absl::StatusCode::kAlreadyExists;
  }
  return absl::Status(code, absl::string_view(absl::StripAsciiWhitespace(message)));
}

inline bool IsForGood(const absl::Status& refusal) {
  return absl::IsInvalidArgument(refusal) || absl::IsFailedPrecondition(refusal) || absl::IsPermissionDenied(refusal) ||
         absl::IsNotFound(refusal);
}

namespace internal {

template <typename Message>
absl::StatusOr<Reply> As(absl::StatusOr<Message> message) {
  if (!message.ok()) return message.status();
  return Reply(*std::move(message));
}

// Reads a success. One function for each call that answers something.
struct SuccessReader {
  const http::Response& response;
  const std::string& body = response.body;

  absl::StatusOr<Reply> operator()(const Ping&) const {
    return Reply(Pong{Header(response, "api-version", ""), Header(response, "server", "")});
  }
  absl::StatusOr<Reply> operator()(const GetInfo&) const { return As(ReadJson<Info>(body)); }
  absl::StatusOr<Reply> operator()(const ListContainers&) const {
    return As(ReadJsonArray<ContainerList>("containers", body));
  }
  absl::StatusOr<Reply> operator()(const ListNetworks& call) const {
    absl::StatusOr<NetworkList> list = ReadJsonArray<NetworkList>("networks", body);
    if (!list.ok() || call.name.empty()) return As(std::move(list));
    NetworkList exact;  // "x" also finds "flow-x_default"
    for (NetworkSummary& network : *list->mutable_networks()) {
      const bool bridge = call.and_bridge && network.name() == kBridge;
      if (network.name() == call.name || bridge) *exact.add_networks() = std::move(network);
    }
    return Reply(std::move(exact));
  }
  absl::StatusOr<Reply> operator()(const ListVolumes&) const { return As(ReadJson<VolumeList>(body)); }
  absl::StatusOr<Reply> operator()(const ListImages&) const { return As(ReadJsonArray<ImageList>("images", body)); }
  absl::StatusOr<Reply> operator()(const InspectContainer&) const {
    absl::StatusOr<ContainerInspect> inspect = ReadJson<ContainerInspect>(body);
    // Go's zero time: there is none.
    if (inspect.ok() && absl::StartsWith(inspect->state().started_at(), "0001-")) {
      inspect->mutable_state()->clear_started_at();
    }
    return As(std::move(inspect));
  }
  absl::StatusOr<Reply> operator()(const SampleStats&) const { return As(ReadJson<ContainerStats>(body)); }
  absl::StatusOr<Reply> operator()(const InspectNetwork&) const { return As(ReadJson<NetworkInspect>(body)); }
  absl::StatusOr<Reply> operator()(const InspectImage&) const { return As(ReadJson<ImageInspect>(body)); }
  absl::StatusOr<Reply> operator()(const TailLogs&) const { return Reply(LogLines{ReadLogLines(body)}); }
  absl::StatusOr<Reply> operator()(const ReadFile& call) const {
    absl::StatusOr<std::string> file = ReadTarFile(body, call.most);
    if (!file.ok()) return file.status();
    return Reply(FileContent{true, *std::move(file)});
  }
  absl::StatusOr<Reply> operator()(const PullImage&) const {
    PullProgressReader progress;
    progress.Read(absl::StrCat(body, "\n"));
    if (!progress.error().ok()) return progress.error();
    return Reply();
  }
  absl::StatusOr<Reply> operator()(const CreateNetwork&) const { return As(ReadJson<Created>(body)); }
  absl::StatusOr<Reply> operator()(const CreateVolume&) const { return As(ReadJson<Created>(body)); }
  absl::StatusOr<Reply> operator()(const CreateContainer&) const { return As(ReadJson<Created>(body)); }
  template <typename Other>
  absl::StatusOr<Reply> operator()(const Other&) const {
    return Reply();
  }
};

// Whether 404 means that what the call asks for is so already: what should go is gone.
inline bool GoneIsDone(const Call& call) {
  return std::holds_alternative<StopContainer>(call) || std::holds_alternative<RemoveContainer>(call) ||
         std::holds_alternative<RemoveNetwork>(call) || std::holds_alternative<RemoveVolume>(call);
}

// Whether 304 means that the container is so already: started, or stopped (Engine API, ContainerStart and
// ContainerStop). To another call it is no answer.
inline bool MayBeSo(const Call& call) {
  return std::holds_alternative<StartContainer>(call) || std::holds_alternative<StopContainer>(call);
}

// Whether a refusal means that there is no such file, and not that there is no such container: both are 404.
inline bool IsNoFile(const Call& call, const absl::Status& error) {
  return std::holds_alternative<ReadFile>(call) && absl::IsNotFound(error) &&
         !absl::StrContains(absl::AsciiStrToLower(error.message()), "no such container");
}

// Whether every engine answers it, whoever asks: which version it speaks, and what it has.
inline bool IsPlainQuestion(const Call& call) {
  return std::holds_alternative<Ping>(call) || std::holds_alternative<GetInfo>(call) ||
         std::holds_alternative<ListContainers>(call) || std::holds_alternative<ListNetworks>(call) ||
         std::holds_alternative<ListVolumes>(call) || std::holds_alternative<ListImages>(call);
}

// Whether what refuses such a question is no engine, which would do that in JSON. A proxy before one may keep all but
// the first from it.
inline bool IsNoEngine(const Call& call, const http::Response& response) {
  if (!IsPlainQuestion(call) || response.status >= 500 || ReadJson<ErrorMessage>(response.body).ok()) return false;
  if (std::holds_alternative<Ping>(call)) return true;
  return response.status >= 400 && response.status != 401 && response.status != 403 && response.status != 429;
}

}  // namespace internal

inline absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response) {
  if (response.status == 404 && internal::GoneIsDone(call)) return Reply();
  if (response.status == 304 && internal::MayBeSo(call)) return Reply();
  if (response.status >= 300) {
    absl::Status error = ReadError(response);
    if (internal::IsNoEngine(call, response)) {
      return absl::FailedPreconditionError(
          absl::StrCat("what answers there does not know what every engine is asked (HTTP status ", response.status,
                       "): is it a Docker engine?"));
    }
    if (internal::IsNoFile(call, error)) return Reply(FileContent());
    return error;
  }
  absl::StatusOr<Reply> reply = std::visit(internal::SuccessReader{response}, call);
  if (reply.ok() || !internal::IsPlainQuestion(call)) return reply;
  return absl::FailedPreconditionError(
      absl::StrCat("what answers there tells ", reply.status().message(), "\nIs it a Docker engine?"));
}

inline absl::Status EndOfStream(const absl::StatusOr<http::Response>& response) {
  return response.ok() && response->status >= 400 ? ReadError(*response) : response.status();
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_RESPONSE_H_
