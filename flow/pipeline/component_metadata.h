// The text of an image's /metadata.json → ComponentMetadata. Pipeline format, "Component references and their
// metadata".
#ifndef FLOW_PIPELINE_COMPONENT_METADATA_H_
#define FLOW_PIPELINE_COMPONENT_METADATA_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/parse_options.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace flow::pipeline {

// Bytes of a /metadata.json. Real ones have a few thousand.
inline constexpr size_t kMaxMetadataBytes = 1 << 20;

// Levels of it: what Protobuf reads into a Struct. It takes time in the square of the levels to refuse more.
inline constexpr int kMaxMetadataDepth = 30;

// Fields that are not known are ignored. InvalidArgument, with the field's path, where a known one is misshapen: to
// guess would be to run a component with a configuration that it does not read.
absl::StatusOr<ComponentMetadata> ReadComponentMetadata(absl::string_view text);

namespace metadata_internal {

using google::protobuf::Struct;
using google::protobuf::Value;

// nullptr: absent, or null.
inline const Value* Find(const Struct& object, const std::string& name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() || found->second.has_null_value() ? nullptr : &found->second;
}

inline absl::Status Wrong(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// Whether brackets outside of texts are nested over `most` levels deep.
inline bool IsNestedDeeper(absl::string_view json, int most) {
  int depth = 0;
  bool text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') text = !text;
    if (text && c == '\\') ++i;
    if (text) continue;
    if ((c == '[' || c == '{') && ++depth > most) return true;
    if (c == ']' || c == '}') --depth;
  }
  return false;
}

inline absl::Status AddVariable(absl::string_view path, const std::string& key, const Value& name,
                                ComponentMetadata& metadata) {
  if (name.kind_case() != Value::kStringValue || !IsVariableName(name.string_value())) {
    return Wrong(absl::StrCat(path, PathKey(key)),
                 "takes the name of a variable: letters, digits and \"_\", no digit first");
  }
  metadata.env_mapping.try_emplace(key, name.string_value());
  return absl::OkStatus();
}

// {KEY: NAME}
inline absl::Status ReadMapping(const Struct& file, ComponentMetadata& metadata) {
  const Value* mapping = Find(file, "env_mapping");
  if (mapping == nullptr) return absl::OkStatus();
  if (!mapping->has_struct_value()) return Wrong("env_mapping", "takes an object, as {\"database_path\": \"DB_PATH\"}");
  for (const auto& [key, name] : mapping->struct_value().fields()) {
    if (absl::Status status = AddVariable("env_mapping.", key, name, metadata); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// {KEY: {env: NAME}}. What else a schema says is for others to read.
inline absl::Status ReadSchema(const Struct& file, ComponentMetadata& metadata) {
  const Value* schema = Find(file, "config_schema");
  if (schema == nullptr || !schema->has_struct_value()) return absl::OkStatus();
  for (const auto& [key, entry] : schema->struct_value().fields()) {
    const Value* name = entry.has_struct_value() ? Find(entry.struct_value(), "env") : nullptr;
    if (name == nullptr) continue;
    if (absl::Status status = AddVariable("config_schema.", key, *name, metadata); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A list of texts under the first of two names that is there.
inline absl::StatusOr<std::vector<std::string>> ReadTypes(const Struct& file, const char* name, const char* other) {
  std::vector<std::string> types;
  for (const char* field : {name, other}) {
    const Value* list = Find(file, field);
    if (list == nullptr) continue;
    const auto wrong = [&] { return Wrong(field, "takes a list of event types, as [\"ledger\"]"); };
    if (!list->has_list_value()) return wrong();
    for (const Value& type : list->list_value().values()) {
      if (type.kind_case() != Value::kStringValue) return wrong();
      types.push_back(type.string_value());
    }
    break;
  }
  return types;
}

// 0: absent.
inline absl::StatusOr<uint32_t> ReadPort(const Struct& file, const char* name) {
  const Value* value = Find(file, name);
  if (value == nullptr) return 0;
  double port = value->number_value();
  if (value->kind_case() == Value::kStringValue && !absl::SimpleAtod(value->string_value(), &port)) port = 0;
  if (port < 1 || port > 65535 || port != std::floor(port)) return Wrong(name, "takes a port, 1 to 65535");
  return static_cast<uint32_t>(port);
}

}  // namespace metadata_internal

inline absl::StatusOr<ComponentMetadata> ReadComponentMetadata(absl::string_view text) {
  if (metadata_internal::IsNestedDeeper(text, kMaxMetadataDepth)) {
    return absl::InvalidArgumentError(absl::StrCat("it is nested over ", kMaxMetadataDepth, " levels deep"));
  }
  google::protobuf::Struct file;
  if (!google::protobuf::util::JsonStringToMessage(std::string(text), &file).ok()) {
    return absl::InvalidArgumentError("it is not a JSON object");
  }
  ComponentMetadata metadata;
  if (absl::Status status = metadata_internal::ReadMapping(file, metadata); !status.ok()) return status;
  if (absl::Status status = metadata_internal::ReadSchema(file, metadata); !status.ok()) return status;
  const struct {
    const char *name, *other;
    std::vector<std::string>& types;
  } kTypes[] = {{"input_types", "consumes", metadata.input_types}, {"output_types", "produces", metadata.output_types}};
  for (const auto& [name, other, types] : kTypes) {
    absl::StatusOr<std::vector<std::string>> read = metadata_internal::ReadTypes(file, name, other);
    if (!read.ok()) return read.status();
    types = *std::move(read);
  }
  const struct {
    const char* name;
    uint32_t& port;
  } kPorts[] = {{"port", metadata.port}, {"health_port", metadata.health_port}};
  for (const auto& [name, port] : kPorts) {
    const absl::StatusOr<uint32_t> read = metadata_internal::ReadPort(file, name);
    if (!read.ok()) return read.status();
    port = *read;
  }
  return metadata;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_COMPONENT_METADATA_H_
