// The engine's JSON, read into and written from the messages of engine.proto.
#ifndef FLOW_DOCKER_ENGINE_JSON_H_
#define FLOW_DOCKER_ENGINE_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace flow::docker::engine {

namespace internal {

inline absl::Status NotJson(absl::string_view text) {
  return absl::InternalError(absl::StrCat("not the JSON that the Engine API documents: ", text.substr(0, 80)));
}

}  // namespace internal

// Reads one JSON object. Fields that Message does not know are ignored, null is an absent field.
// Error: kInternal where the text is not such an object (a proxy's HTML page, say), with its beginning.
template <typename Message>
absl::StatusOr<Message> ReadJson(absl::string_view text) {
  Message message;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(text), &message, options);
  if (!status.ok()) return internal::NotJson(text);
  return message;
}

// Reads a JSON array as the repeated field `field` of Message, which is all that Protobuf's JSON can read an array
// into.
//
//   ReadJsonArray<ContainerList>("containers", R"([{"Id":"4f1c"}])")
template <typename Message>
absl::StatusOr<Message> ReadJsonArray(absl::string_view field, absl::string_view text) {
  absl::StatusOr<Message> message = ReadJson<Message>(absl::StrCat("{\"", field, "\":", text, "}"));
  if (!message.ok()) return internal::NotJson(text);
  return message;
}

// Writes a message as one line of JSON under the engine's field names. Fields with a zero value are left out.
inline std::string WriteJson(const google::protobuf::Message& message) {
  std::string text;
  // Fails only for Any and out-of-range well-known types, which engine.proto does not have.
  (void)google::protobuf::util::MessageToJsonString(message, &text).ok();
  return text;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_JSON_H_
