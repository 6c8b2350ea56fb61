// A message of ours as JSON for other programs.
#ifndef FLOW_PIPELINE_MESSAGE_JSON_H_
#define FLOW_PIPELINE_MESSAGE_JSON_H_

#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace flow::pipeline {

// Proto3 JSON, indented, zero values printed too. Texts in it are UTF-8.
inline std::string MessageJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
#if GOOGLE_PROTOBUF_VERSION >= 5026000
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options).ok();  // fails for no message of ours
  return text;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_MESSAGE_JSON_H_
