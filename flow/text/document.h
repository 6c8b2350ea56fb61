// A document as a tree of mappings, lists and scalars, each in the order in which it was put together. json.h and yaml.h
// print it, json_reader.h reads it, view.h looks things up in it.
//
//   Mapping service = {{"image", "busybox:1.36"}, {"command", List{"sleep", "infinity"}}};
//   service.Comment("The engine kills it after that.");
//   service.Add("stop_grace_period", Word("10s"));
#ifndef FLOW_TEXT_DOCUMENT_H_
#define FLOW_TEXT_DOCUMENT_H_

#include <charconv>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace flow::text {

class Value;

using List = std::vector<Value>;

// Whoever fills it sees to it that no key comes twice. Copies share what is in them, until one of them is added to: a copy of
// a document takes no memory and no time.
class Mapping {
 public:
  struct Entry;
  struct Member;

  Mapping() = default;
  Mapping(std::initializer_list<Member> members);
  explicit Mapping(std::vector<Entry> entries);

  void Add(std::string key, Value value);
  // Unless it is an empty text, list or mapping.
  void AddUnlessEmpty(std::string key, Value value);

  // What a person finds above the next member, in a notation that has a place for it: a line of text, an empty line.
  void Comment(std::string line);
  void Blank();

  // Null: there is no such member.
  const Value* Find(absl::string_view key) const;

  bool empty() const { return entries().empty(); }
  const std::vector<Entry>& entries() const;

 private:
  // Its own, to be added to.
  std::vector<Entry>& Own();

  std::shared_ptr<std::vector<Entry>> entries_;  // null: none
};

struct Scalar {
  enum class Kind {
    kText,
    kWord,     // a text that needs no quotes where a notation has texts without, as who wrote it knows
    kLiteral,  // stands there as it is: a number, true, false, null
  };

  bool empty() const { return text.empty(); }

  Kind kind = Kind::kText;
  std::string text;
};

// A text like "10s", which stands in YAML without quotes.
inline Scalar Word(std::string text) { return {Scalar::Kind::kWord, std::move(text)}; }
// A number that is a text already.
inline Scalar Literal(std::string text) { return {Scalar::Kind::kLiteral, std::move(text)}; }

// A value that is made when it is printed, so that of a thousand large ones a single one takes memory at a time. What
// it is made from must live that long.
using Later = std::function<Value()>;

// A list whose entries are made one after the other while it is printed, and handed to a function, for the same reason.
using Entries = std::function<void(const std::function<void(const Value&)>& take)>;

// What a value is made from without a word: a text; true, false, or a number, which gets as many digits as it takes to
// read the same one again, and no exponent; a scalar, a list, a mapping, or what makes one, or a list's entries, later.
template <typename T>
concept AsValue = std::is_arithmetic_v<T> || std::convertible_to<T, absl::string_view> || std::same_as<T, Scalar> ||
    std::same_as<T, List> || std::same_as<T, Mapping> || std::same_as<T, Later> || std::same_as<T, Entries>;

class Value {
 public:
  // Functions behind pointers: GCC 12 takes a std::function in a variant for one that is not initialized.
  using Any = std::variant<Scalar, List, Mapping, std::shared_ptr<const Later>, std::shared_ptr<const Entries>>;

  template <AsValue T>
  Value(T from);  // NOLINT(google-explicit-constructor): a document is to be read as one

  const Any& any() const { return any_; }

 private:
  Any any_;
};

// The same value, with all in it made that is made later.
Value Made(const Value& value);

// A member of a mapping, or what stands between its members.
struct Mapping::Entry {
  enum class Kind { kMember, kComment, kBlank };

  Kind kind = Kind::kMember;
  std::string text;  // the key, or the comment
  Value value = "";  // of a member
};

// One that stands in the braces that a mapping is made of, out of which it is taken: a list of initializers is constant, and
// what is nested in it would be copied at each level.
struct Mapping::Member {
  mutable std::string key;
  mutable Value value;
};

inline const std::vector<Mapping::Entry>& Mapping::entries() const {
  static const auto& none = *new std::vector<Entry>();
  return entries_ == nullptr ? none : *entries_;
}

inline std::vector<Mapping::Entry>& Mapping::Own() {
  if (entries_ == nullptr || entries_.use_count() > 1) entries_ = std::make_shared<std::vector<Entry>>(entries());
  return *entries_;
}

inline Mapping::Mapping(std::initializer_list<Member> members) {
  Own().reserve(members.size());
  for (const Member& member : members) Add(std::move(member.key), std::move(member.value));
}

inline Mapping::Mapping(std::vector<Entry> entries)
    : entries_(entries.empty() ? nullptr : std::make_shared<std::vector<Entry>>(std::move(entries))) {}

inline void Mapping::Add(std::string key, Value value) {
  Own().push_back({Entry::Kind::kMember, std::move(key), std::move(value)});
}

inline void Mapping::AddUnlessEmpty(std::string key, Value value) {
  const auto is_empty = [](const auto& any) {
    if constexpr (requires { any.empty(); }) return any.empty();
    return false;  // made later
  };
  if (!std::visit(is_empty, value.any())) Add(std::move(key), std::move(value));
}

inline const Value* Mapping::Find(absl::string_view key) const {
  for (const Entry& entry : entries()) {
    if (entry.kind == Entry::Kind::kMember && entry.text == key) return &entry.value;
  }
  return nullptr;
}

inline void Mapping::Comment(std::string line) { Own().push_back({Entry::Kind::kComment, std::move(line)}); }

inline void Mapping::Blank() { Own().push_back({Entry::Kind::kBlank}); }

template <AsValue T>
Value::Value(T from) {
  if constexpr (std::same_as<T, bool>) {
    any_ = Literal(from ? "true" : "false");
  } else if constexpr (std::integral<T>) {
    any_ = Literal(absl::StrCat(from));
  } else if constexpr (std::floating_point<T>) {
    char digits[400];  // the smallest number has over 300
    const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), from, std::chars_format::fixed);
    any_ = Literal(std::string(digits, end));
  } else if constexpr (std::convertible_to<T, absl::string_view>) {
    any_ = Scalar{Scalar::Kind::kText, std::string(std::move(from))};
  } else if constexpr (std::same_as<T, Later> || std::same_as<T, Entries>) {
    any_ = std::make_shared<const T>(std::move(from));
  } else {
    any_ = std::move(from);
  }
}

inline Value Made(const Value& value) {
  if (const auto* const later = std::get_if<std::shared_ptr<const Later>>(&value.any())) return Made((**later)());
  List list;
  if (const auto* const entries = std::get_if<std::shared_ptr<const Entries>>(&value.any())) {
    (**entries)([&](const Value& entry) { list.push_back(Made(entry)); });
    return list;
  }
  if (const auto* const written = std::get_if<List>(&value.any())) {
    for (const Value& entry : *written) list.push_back(Made(entry));
    return list;
  }
  const auto* const mapping = std::get_if<Mapping>(&value.any());
  if (mapping == nullptr) return value;
  std::vector<Mapping::Entry> entries = mapping->entries();
  for (Mapping::Entry& entry : entries) entry.value = Made(entry.value);
  return Mapping(std::move(entries));
}

}  // namespace flow::text

#endif  // FLOW_TEXT_DOCUMENT_H_
