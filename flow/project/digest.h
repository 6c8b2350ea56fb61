// The digest of a desired container: by it an apply sees whether a container is still what the file asks for.
//
// It is taken over the Service message by reflection, field by field in the order of their numbers, and only over what
// is set: a field that a later flow adds changes no digest of a service that leaves it out, and neither another version
// of Protobuf nor another engine changes any.
#ifndef FLOW_PROJECT_DIGEST_H_
#define FLOW_PROJECT_DIGEST_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <sha2.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// The digest of a service: 64 characters of hex. Left out of it is what makes no container another one: the number of
// replicas, what it is started after, who feeds it (the environment tells that already) and with which types of events,
// what only a cluster asks for, the labels of the digest itself and of what is mounted, variables that flow came to set
// later, and of a secret variable where its value comes from. `secret_digests` gives, by the
// variable's name, the SecretDigest of its value; a variable that has none enters by its name alone.
std::string ServiceDigest(const Service& service, const std::map<std::string, std::string>& secret_digests = {});

// By service, then by variable: the SecretDigest of each secret variable's value.
using SecretDigests = std::map<std::string, std::map<std::string, std::string>>;

// Puts each service's digest into its label. To be called again by whoever changes a service or learns its secrets.
void LabelWithDigests(Project& project, const SecretDigests& secrets);

// SHA-256 in lower-case hex, 64 characters.
inline std::string Sha256(const std::string& bytes) {
  char hex[SHA256_DIGEST_STRING_LENGTH];
  return SHA256Data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), hex);
}

// `text` with its length before it, so that no two lists of texts read alike once they are joined.
inline std::string LengthPrefixed(const std::string& text) { return absl::StrCat(text.size(), ":", text); }

// What stands for a secret's value in a digest: a hash salted with whose it is, so that equal values of two components
// cannot be told to be equal.
inline std::string SecretDigest(const std::string& pipeline, const std::string& namespace_,
                                const std::string& component, const std::string& value) {
  return Sha256(absl::StrCat("flow secret;", LengthPrefixed(namespace_), LengthPrefixed(pipeline),
                             LengthPrefixed(component), LengthPrefixed(value)));
}

namespace internal {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

inline std::string Canonical(const Message& message);

// One value: entry `index` of a repeated field, or (index -1) the value of a single one.
inline std::string CanonicalValue(const Message& message, const FieldDescriptor& field, int index) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const auto value = [&](auto repeated, auto single) {
    return index < 0 ? (reflection.*single)(message, &field) : (reflection.*repeated)(message, &field, index);
  };
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return LengthPrefixed(value(&R::GetRepeatedString, &R::GetString));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return absl::StrCat("{",
                          Canonical(index < 0 ? reflection.GetMessage(message, &field)
                                              : reflection.GetRepeatedMessage(message, &field, index)),
                          "}");
    case FieldDescriptor::CPPTYPE_BOOL:
      return value(&R::GetRepeatedBool, &R::GetBool) ? "1" : "0";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat(value(&R::GetRepeatedEnumValue, &R::GetEnumValue));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(value(&R::GetRepeatedInt32, &R::GetInt32));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(value(&R::GetRepeatedUInt32, &R::GetUInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(value(&R::GetRepeatedInt64, &R::GetInt64));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(value(&R::GetRepeatedUInt64, &R::GetUInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrFormat("%.17g", value(&R::GetRepeatedDouble, &R::GetDouble));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrFormat("%.9g", value(&R::GetRepeatedFloat, &R::GetFloat));
  }
  return "";
}

// The entries of a map from strings, sorted by their keys. (An entry's own fields are asked for by number: whether an
// empty one counts as set is not the same in all versions of Protobuf.)
inline std::string CanonicalMap(const Message& message, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->FindFieldByNumber(1);
  const FieldDescriptor& value = *field.message_type()->FindFieldByNumber(2);
  std::map<std::string, std::string> sorted;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    sorted[CanonicalValue(entry, key, -1)] = CanonicalValue(entry, value, -1);
  }
  std::string text;
  for (const auto& [k, v] : sorted) absl::StrAppend(&text, k, "=", v, ",");
  return text;
}

// "NUMBER=value;" for each field that is set; several values with a comma after each.
inline std::string Canonical(const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);  // those that are set, by their numbers
  std::string text;
  for (const FieldDescriptor* field : fields) {
    absl::StrAppend(&text, field->number(), "=");
    if (field->is_map()) {
      text += CanonicalMap(message, *field);
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        absl::StrAppend(&text, CanonicalValue(message, *field, i), ",");
      }
    } else {
      text += CanonicalValue(message, *field, -1);
    }
    text += ";";
  }
  return text;
}

}  // namespace internal

namespace internal {

inline void ClearForClusters(Service& service) {
  service.clear_serving_port();
  service.clear_kubernetes();
  for (Port& port : *service.mutable_ports()) port.clear_name();
  for (Mount& mount : *service.mutable_mounts()) mount.clear_secret();
  if (service.has_resources()) service.mutable_resources()->clear_reserved_cpus();
}

}  // namespace internal

inline std::string ServiceDigest(const Service& service, const std::map<std::string, std::string>& secret_digests) {
  Service desired = service;
  internal::ClearForClusters(desired);
  desired.clear_replicas();
  desired.clear_depends_on();
  desired.clear_inputs();
  desired.clear_input_event_types();
  desired.clear_output_event_types();
  desired.clear_secret_environment();
  desired.mutable_labels()->erase(kDigestLabel);
  for (const std::string& name : service.undigested_variables()) desired.mutable_environment()->erase(name);
  desired.clear_undigested_variables();
  desired.mutable_labels()->erase(kMountedLabel);
  std::map<std::string, std::string> secrets;
  for (const SecretVariable& secret : service.secret_environment()) {
    const auto digest = secret_digests.find(secret.name());
    secrets[secret.name()] = digest == secret_digests.end() ? "" : digest->second;
  }
  std::string text = internal::Canonical(desired);
  for (const auto& [name, digest] : secrets) {
    absl::StrAppend(&text, "secret ", LengthPrefixed(name), "=", LengthPrefixed(digest), ";");
  }
  return Sha256(text);
}

inline void LabelWithDigests(Project& project, const SecretDigests& secrets) {
  static const auto& none = *new std::map<std::string, std::string>;
  for (Service& service : *project.mutable_services()) {
    const auto known = secrets.find(service.name());
    (*service.mutable_labels())[kDigestLabel] = ServiceDigest(service, known == secrets.end() ? none : known->second);
  }
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_DIGEST_H_
