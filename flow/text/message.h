// A Protobuf message of ours as a text for people and other programs: every field under its name in JSON, also those
// with a zero value. What may be absent (messages, `optional` fields) is left out where it is.
#ifndef FLOW_TEXT_MESSAGE_H_
#define FLOW_TEXT_MESSAGE_H_

#include <string>
#include <utility>

#include "flow/text/document.h"
#include "flow/text/yaml.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace flow::text {

// Proto3 JSON as Protobuf prints it: indented, or on one line. Texts in the message are UTF-8.
std::string MessageJson(const google::protobuf::Message& message, bool indented = true);

// The same in YAML.
std::string MessageYaml(const google::protobuf::Message& message);

inline std::string MessageJson(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
#if GOOGLE_PROTOBUF_VERSION >= 5026000
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options).ok();  // fails for no message of ours
  return text;
}

namespace internal {

// Fields of kinds that our messages for output are made of: texts, numbers, truths, messages, and lists of texts and
// messages.
inline Mapping FieldsOf(const google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& values = *message.GetReflection();
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  Mapping fields;
  for (int index = 0; index < type.field_count(); ++index) {
    const FieldDescriptor* const field = type.field(index);
    const std::string name(field->json_name());
    const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field->is_repeated()) {
      List list;
      for (int at = 0; at < values.FieldSize(message, field); ++at) {
        list.push_back(text ? Value(values.GetRepeatedString(message, field, at))
                            : FieldsOf(values.GetRepeatedMessage(message, field, at)));
      }
      fields.Add(name, std::move(list));
      continue;
    }
    if (field->has_presence() && !values.HasField(message, field)) continue;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        fields.Add(name, values.GetString(message, field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        fields.Add(name, values.GetBool(message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        fields.Add(name, values.GetInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        fields.Add(name, values.GetUInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        fields.Add(name, values.GetDouble(message, field));
        break;
      default:
        fields.Add(name, FieldsOf(values.GetMessage(message, field)));
    }
  }
  return fields;
}

}  // namespace internal

inline std::string MessageYaml(const google::protobuf::Message& message) { return Yaml(internal::FieldsOf(message)); }

}  // namespace flow::text

#endif  // FLOW_TEXT_MESSAGE_H_
