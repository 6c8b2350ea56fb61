// What a test tells states apart by: all that they are made of, member by member, as 64 bits. Two states of a million
// that differ have the same once in ten million runs.
//
//   Fingerprint().Add(machine).Add(engine).value()
//
// A struct's members are found by the compiler, a class names its own: `auto Members() const`, a tuple of them, made by
// a structured binding, so that one that is added and not named there does not compile.
#ifndef FLOW_DEPLOY_TESTING_FINGERPRINT_H_
#define FLOW_DEPLOY_TESTING_FINGERPRINT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/deploy/contract.h"
#include "flow/text/document.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/map.h"
#include "google/protobuf/message.h"

namespace flow::deploy::testing {

class Fingerprint {
 public:
  template <typename T>
  Fingerprint& Add(const T& value);

  uint64_t value() const { return std::hash<std::string>()(bytes_); }

 private:
  void AddMessage(const google::protobuf::Message& message);
  void AddDocument(const text::Value& document);

  std::string bytes_;
};

// How it is done

namespace internal {

// Whatever a member is initialized from.
struct Anything {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};

// How many members an aggregate has: with how many values at most it can be initialized.
template <typename T, typename... Values>
constexpr size_t CountMembers() {
  if constexpr (requires { T{Values{}..., Anything{}}; }) {
    return CountMembers<T, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

// An aggregate's members.
template <typename T>
auto MembersOf(const T& value) {
  constexpr size_t kCount = CountMembers<T>();
  if constexpr (kCount == 0) {
    return std::tuple<>();
  } else if constexpr (kCount == 1) {
    const auto& [a] = value;
    return std::tie(a);
  } else if constexpr (kCount == 2) {
    const auto& [a, b] = value;
    return std::tie(a, b);
  } else if constexpr (kCount == 3) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
  } else if constexpr (kCount == 4) {
    const auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
  } else if constexpr (kCount == 5) {
    const auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    const auto& [a, b, c, d, e, f] = value;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    const auto& [a, b, c, d, e, f, g] = value;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (kCount == 8) {
    const auto& [a, b, c, d, e, f, g, h] = value;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (kCount == 9) {
    const auto& [a, b, c, d, e, f, g, h, i] = value;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (kCount == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (kCount == 11) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (kCount == 12) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (kCount == 13) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (kCount == 14) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (kCount == 15) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else if constexpr (kCount == 16) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  } else if constexpr (kCount == 17) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  } else if constexpr (kCount == 18) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  } else if constexpr (kCount == 19) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  } else if constexpr (kCount == 20) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  } else {
    static_assert(kCount <= 20, "one more count is needed here");
  }
}

template <typename T>
inline constexpr bool kIsNumber = std::is_same_v<T, deploy::RequestId> || std::is_same_v<T, deploy::TimerId>;

// What is shared never changes, and is looked at once.
template <typename T>
uint64_t FingerprintOfShared(const std::shared_ptr<const T>& shared) {
  if (shared == nullptr) return 0;
  static auto& known = *new std::unordered_map<const T*, std::pair<std::weak_ptr<const T>, uint64_t>>;
  auto& [owner, fingerprint] = known[shared.get()];
  if (owner.expired()) {  // else it is this one: no two have one address
    owner = shared;
    fingerprint = Fingerprint().Add(*shared).value();
  }
  return fingerprint;
}

template <typename T>
struct IsVariant : std::false_type {};
template <typename... T>
struct IsVariant<std::variant<T...>> : std::true_type {};

template <typename T>
struct IsMessageMap : std::false_type {};
template <typename K, typename V>
struct IsMessageMap<google::protobuf::Map<K, V>> : std::true_type {};

}  // namespace internal

template <typename T>
Fingerprint& Fingerprint::Add(const T& value) {
  static_assert(!internal::kIsNumber<T>, "equal states have other numbers: tell what the request or timer is for");
  if constexpr (std::is_same_v<T, absl::Time>) {
    // When it is decides nothing.
  } else if constexpr (requires { value.Members(); }) {
    Add(value.Members());
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  } else if constexpr (std::is_same_v<T, text::Value> || std::is_same_v<T, text::Mapping>) {
    AddDocument(value);
  } else if constexpr (requires { value.document.any(); }) {  // an object of a target, which its document says all of
    AddDocument(value.document);
  } else if constexpr (std::is_convertible_v<T, absl::string_view>) {
    Add(absl::string_view(value).size());
    bytes_.append(value);
  } else if constexpr (std::is_same_v<T, absl::Duration>) {
    Add(absl::ToInt64Nanoseconds(value));
  } else if constexpr (std::is_same_v<T, absl::Status>) {
    Add(value.ToString());
  } else if constexpr (std::is_base_of_v<google::protobuf::Message, T>) {
    AddMessage(value);
  } else if constexpr (internal::IsMessageMap<T>::value) {
    Add(std::map<typename T::key_type, typename T::mapped_type>(value.begin(), value.end()));
  } else if constexpr (internal::IsVariant<T>::value) {
    Add(value.index());
    std::visit([this](const auto& held) { Add(held); }, value);
  } else if constexpr (requires { value.use_count(); }) {
    Add(internal::FingerprintOfShared(value));
  } else if constexpr (requires { value.has_value(); }) {
    Add(value.has_value());
    if (value.has_value()) Add(*value);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([this](const auto&... member) { (Add(member), ...); }, value);
  } else if constexpr (requires { value.begin(); }) {
    Add(static_cast<size_t>(value.size()));
    for (const auto& element : value) Add(element);
  } else {
    Add(internal::MembersOf(value));
  }
  return *this;
}

// Without the numbers by which a target tells versions of an object apart: they say how often it changed. What is made later
// is made from what never changes.
inline void Fingerprint::AddDocument(const text::Value& document) {
  if (const auto* scalar = std::get_if<text::Scalar>(&document.any())) {
    Add(scalar->text);
  } else if (const auto* list = std::get_if<text::List>(&document.any())) {
    Add(*list);
  } else if (const auto* mapping = std::get_if<text::Mapping>(&document.any())) {
    Add(mapping->entries().size());
    for (const text::Mapping::Entry& entry : mapping->entries()) {
      if (entry.text == "resourceVersion") continue;
      Add(entry.text);
      AddDocument(entry.value);
    }
  }
}

inline void Fingerprint::AddMessage(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // maps in order
    message.SerializeToCodedStream(&coded);
  }
  Add(bytes);
}

}  // namespace flow::deploy::testing

#endif  // FLOW_DEPLOY_TESTING_FINGERPRINT_H_
