// Looking things up in a document that comes from elsewhere: what is not there, is null, or is of another kind than was
// thought, is nothing.
//
//   const View pod(document);
//   pod["status"]["phase"].text()  // "Running"; empty where there is none
//   for (const View status : pod["status"]["containerStatuses"].list()) restarts += status["restartCount"].number();
#ifndef FLOW_TEXT_VIEW_H_
#define FLOW_TEXT_VIEW_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "flow/text/document.h"

namespace flow::text {

// Lives no longer than the document.
class View {
 public:
  // Nothing.
  View() = default;
  View(const Value& value);  // NOLINT(google-explicit-constructor): for (const View entry : list)

  // Whether there is something.
  explicit operator bool() const { return value_ != nullptr; }
  // Null: nothing.
  const Value* value() const { return value_; }

  // The member of a mapping.
  View operator[](absl::string_view key) const;
  // The members of a mapping: `text` is the key of each. None of anything else.
  const std::vector<Mapping::Entry>& members() const;
  // The entries of a list. None of anything else.
  const List& list() const;

  // A text; of a number or a truth value how it is written. Empty of anything else.
  const std::string& text() const;
  // A whole number.
  int64_t number(int64_t otherwise = 0) const;
  bool flag(bool otherwise = false) const;

 private:
  template <typename T>
  const T* As() const {
    return value_ == nullptr ? nullptr : std::get_if<T>(&value_->any());
  }

  const Value* value_ = nullptr;
};

// How it is done

inline View::View(const Value& value) : value_(&value) {
  const auto* const scalar = As<Scalar>();
  if (scalar != nullptr && scalar->kind == Scalar::Kind::kLiteral && scalar->text == "null") value_ = nullptr;
}

inline View View::operator[](absl::string_view key) const {
  const auto* const mapping = As<Mapping>();
  const Value* const found = mapping == nullptr ? nullptr : mapping->Find(key);
  return found == nullptr ? View() : View(*found);
}

inline const std::vector<Mapping::Entry>& View::members() const {
  static const auto& none = *new std::vector<Mapping::Entry>();
  const auto* const mapping = As<Mapping>();
  return mapping == nullptr ? none : mapping->entries();
}

inline const List& View::list() const {
  static const auto& none = *new List();
  const auto* const list = As<List>();
  return list == nullptr ? none : *list;
}

inline const std::string& View::text() const {
  static const auto& none = *new std::string();
  const auto* const scalar = As<Scalar>();
  return scalar == nullptr ? none : scalar->text;
}

inline int64_t View::number(int64_t otherwise) const {
  int64_t number = 0;
  return absl::SimpleAtoi(text(), &number) ? number : otherwise;
}

inline bool View::flag(bool otherwise) const { return text() == "true" ? true : text() == "false" ? false : otherwise; }

}  // namespace flow::text

#endif  // FLOW_TEXT_VIEW_H_
