// A message of ours as YAML for people and other programs: what message_json.h writes, in the other notation.
#ifndef FLOW_COMPOSE_MESSAGE_YAML_H_
#define FLOW_COMPOSE_MESSAGE_YAML_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/compose/yaml.h"
#include "flow/pipeline/document_writer.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace flow::compose {

namespace internal {

// Fields of kinds that our messages for output are made of: texts, numbers, truths, messages, and lists of texts and
// messages.
inline void WriteFields(const google::protobuf::Message& message, int level, pipeline::DocumentWriter& out) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& values = *message.GetReflection();
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int index = 0; index < type.field_count(); ++index) {
    const FieldDescriptor* const field = type.field(index);
    const std::string name(field->json_name());
    if (field->is_repeated()) {
      const int size = values.FieldSize(message, field);
      if (size == 0) {
        out.Literal(level, name, "[]");
        continue;
      }
      out.Open(level, name);
      for (int at = 0; at < size; ++at) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          out.Item(level + 1, values.GetRepeatedString(message, field, at));
        } else {
          out.BeginItem();
          WriteFields(values.GetRepeatedMessage(message, field, at), level + 2, out);
        }
      }
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        out.String(level, name, values.GetString(message, field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        out.Literal(level, name, values.GetBool(message, field) ? "true" : "false");
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        out.Literal(level, name, absl::StrCat(values.GetInt32(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        out.Literal(level, name, absl::StrCat(values.GetUInt32(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        out.Literal(level, name, absl::StrCat(values.GetDouble(message, field)));
        break;
      default:
        if (!values.HasField(message, field)) break;
        out.Open(level, name);
        WriteFields(values.GetMessage(message, field), level + 1, out);
    }
  }
}

}  // namespace internal

// Every field under its name in JSON, also those with a zero value; messages that are not set are left out.
inline std::string MessageYaml(const google::protobuf::Message& message) {
  YamlWriter writer;
  internal::WriteFields(message, 0, writer);
  return writer.Take();
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_MESSAGE_YAML_H_
