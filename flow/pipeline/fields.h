// Reads one mapping of the format by the table of fields: unknown, repeated, missing and misshapen fields are told
// here, so that what comes after asks for fields by name and gets values of the right shape, or nothing.
#ifndef FLOW_PIPELINE_FIELDS_H_
#define FLOW_PIPELINE_FIELDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/nearest.h"
#include "flow/pipeline/short_syntax.h"

namespace flow::pipeline {

// Keys that are the user's own, wherever the format says which keys there are.
inline bool IsUsersKey(absl::string_view key) { return absl::StartsWith(key, "x-"); }

// "a list", "a mapping", "the number 8" … for messages.
inline std::string Describe(YamlNode node) {
  switch (node.kind()) {
    case YamlDocument::Kind::kNull:
      return "null";
    case YamlDocument::Kind::kSequence:
      return "a list";
    case YamlDocument::Kind::kMapping:
      return "a mapping";
    case YamlDocument::Kind::kScalar:
      return Quoted(node.text());
  }
  return "";
}

inline std::optional<bool> ReadBoolean(absl::string_view text) {
  for (absl::string_view word : kTrueWords) {
    if (absl::EqualsIgnoreCase(word, text)) return true;
  }
  for (absl::string_view word : kFalseWords) {
    if (absl::EqualsIgnoreCase(word, text)) return false;
  }
  return std::nullopt;
}

// Decimal digits alone: no sign, no fraction, no other base, no leading zero.
inline std::optional<int64_t> ReadWhole(absl::string_view text) {
  int64_t number = 0;
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != absl::string_view::npos) {
    return std::nullopt;
  }
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return absl::SimpleAtoi(text, &number) ? std::optional<int64_t>(number) : std::nullopt;
}

class Fields {
 public:
  // `value` is a mapping; else that is told and all fields are absent.
  Fields(Context& context, Section section, const Value& value) : context_(context), section_(section), value_(value) {
    if (!value.node.IsMapping()) {
      context_.Error(value, absl::StrCat(SectionName(section), " is a mapping of fields, not ", Describe(value.node)),
                     {}, value.node.IsScalar() ? LongSyntax(section, value.node.text()) : "");
      broken_ = true;
      return;
    }
    Read();
  }

  // The mapping itself could not be read; nothing more needs to be said about its fields.
  bool broken() const { return broken_; }
  const Value& value() const { return value_; }

  // By the documented name. False: absent, null or misshapen.
  Value Get(absl::string_view name) const {
    for (const Entry& entry : entries_) {
      if (entry.field->name == name && entry.usable) return entry.value;
    }
    return Value{};
  }

  // Of two fields that say the same: the first, but one that stands in the mapping itself before one merged into it.
  Value GetEither(absl::string_view name, absl::string_view other) const {
    Value first = Get(name), second = Get(other);
    return !first || (second && first.merged && !second.merged) ? second : first;
  }

  // Whether the field stands there at all, be it misshapen or misspelt.
  bool Has(absl::string_view name) const {
    for (const Entry& entry : entries_) {
      if (entry.field->name == name) return true;
    }
    return false;
  }

  absl::string_view Text(absl::string_view name, absl::string_view absent = "") const {
    const Value value = Get(name);
    return value ? value.node.text() : absent;
  }

  bool Boolean(absl::string_view name, bool absent) const {
    const Value value = Get(name);
    return value ? ReadBoolean(value.node.text()).value_or(absent) : absent;
  }

  std::optional<int64_t> Whole(absl::string_view name) const {
    const Value value = Get(name);
    return value ? ReadWhole(value.node.text()) : std::nullopt;
  }

  // To be asked once: which of the field's words it says, as the table writes it; another word is told. Empty: none.
  absl::string_view Word(absl::string_view name) const {
    const Value value = Get(name);
    if (!value) return "";
    const absl::string_view text = value.node.text();
    const Rules& rules = FieldOf(name)->rules;
    for (absl::string_view word : rules.words) {
      if (rules.any_case ? absl::EqualsIgnoreCase(word, text) : word == text) return word;
    }
    std::vector<std::string> words;
    for (absl::string_view word : rules.words) words.push_back(WithNumberOf(text, word));
    absl::string_view meant = Nearest(text, words);
    for (const OtherValue& other : kOtherValues) {
      if (other.field == name && absl::EqualsIgnoreCase(other.value, text)) meant = other.word;
    }
    context_.Error(value, absl::StrCat("takes ", Either(rules.words), ", not ", Quoted(text)), {}, meant);
    return "";
  }

  // The scalars of a list (or the one that stands for it).
  std::vector<Value> List(absl::string_view name) const {
    const Value value = Get(name);
    if (!value) return {};
    if (value.node.IsScalar()) return {value};
    std::vector<Value> out;
    for (size_t i = 0; i < value.node.size() && context_.Spend(value, Context::kEntry); ++i) {
      if (value.node.item(i).IsScalar()) out.push_back(Item(value, i));
    }
    return out;
  }

  // The entries of a mapping: of texts, where a null is an empty one, or of anything.
  std::vector<Value> Map(absl::string_view name) const {
    std::vector<Value> out;
    const Value value = Get(name);
    for (size_t i = 0; value && i < value.node.size() && context_.Spend(value, Context::kEntry); ++i) {
      Value entry = Member(value, i);
      const bool any = FieldOf(name)->kind == Kind::kAnyMap;
      if (any || entry.node.IsScalar() || entry.node.IsNull()) out.push_back(std::move(entry));
    }
    return out;
  }

  // To be asked once, since it tells what is wrong with them: hands on the mappings of a list of mappings, or the one
  // mapping of a section; what is no mapping is told by who reads it. Ends early where nothing can come of them.
  template <typename Function>
  void ForEachSection(absl::string_view name, const Function& function) const {
    const Value value = Get(name);
    if (!value) return;
    const Field* field = FieldOf(name);
    if (field->kind == Kind::kSection) function(Fields(context_, field->rules.inside, value));
    if (field->kind != Kind::kSectionList) return;
    for (size_t i = 0; i < value.node.size() && !context_.hopeless(); ++i) {
      if (!context_.Spend(value, 2 * Context::kEntry)) return;
      function(Fields(context_, field->rules.inside, Item(value, i)));
    }
  }
  std::vector<Fields> Sections(absl::string_view name) const {
    std::vector<Fields> out;
    ForEachSection(name, [&](Fields fields) { out.push_back(std::move(fields)); });
    return out;
  }

 private:
  struct Entry {
    const Field* field;
    Value value;
    bool usable;
  };

  static Value Item(const Value& list, size_t i) {
    return Value{list.node.item(i), YamlNode(), absl::StrCat(list.path, "[", i, "]")};
  }
  static Value Member(const Value& mapping, size_t i) {
    const YamlNode key = mapping.node.key(i);
    return Value{mapping.node.value(i), key,
                 absl::StrCat(mapping.path, mapping.path.empty() ? "" : ".", PathKey(key.text())),
                 mapping.node.merged(i)};
  }

  // A word of the table; where it asks for a number and the text has one, with that: "on-failure:3" for "On-Failure:3".
  static std::string WithNumberOf(absl::string_view text, absl::string_view word) {
    if (!absl::ConsumeSuffix(&word, ":N")) return std::string(word);
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
    return absl::StrCat(word, ":", ReadWhole(parts.second).has_value() ? parts.second : "N");
  }

  // "a, b or c"
  static std::string Either(Words words) {
    const std::string last(words.back());
    words.remove_suffix(1);
    return words.empty() ? last : absl::StrCat(absl::StrJoin(words, ", "), " or ", last);
  }

  const Field* FieldOf(absl::string_view name) const {
    for (const Field& field : kFields) {
      if (field.section == section_ && field.name == name) return &field;
    }
    return nullptr;
  }

  void Read() {
    std::vector<Value> unknown;
    std::vector<const Field*> written;
    for (size_t i = 0; i < value_.node.size(); ++i) {
      const Value member = Member(value_, i);
      if (const Field* field = context_.fields().Find(section_, member.key.text())) {
        const bool again = std::find(written.begin(), written.end(), field) != written.end();
        if (again && member.merged) continue;  // its own key wins, whatever the spelling
        written.push_back(field);
        ReadField(*field, member);
      } else if (!IsUsersKey(member.key.text())) {
        unknown.push_back(member);
      }
    }
    for (const Value& member : unknown) ReadUnknown(member);
    for (const Field& field : kFields) {
      if (field.section != section_ || !field.rules.required || Has(field.name)) continue;
      context_.Error(value_, absl::StrCat("the field ", Quoted(field.name), " (", field.doc, ") is missing"));
    }
    for (const EitherField& either : kEitherFields) {
      if (either.section == section_) CheckEither(either);
    }
  }

  void CheckEither(const EitherField& either) {
    for (absl::string_view name : {either.first, either.second}) {
      // A misshapen one is told already; an empty list of components is none.
      const Value value = Get(name);
      const bool empty = value && FieldOf(name)->kind == Kind::kSectionList && value.node.size() == 0;
      if (Has(name) && !empty) return;
    }
    const Value empty = Get(either.first);
    context_.Error(empty ? empty : value_, std::string(either.missing));
  }

  void ReadField(const Field& field, const Value& member) {
    for (const Entry& entry : entries_) {
      if (entry.field != &field) continue;
      context_.Error(member.key.offset(), member.path,
                     absl::StrCat(Quoted(member.key.text()), " and ", Quoted(entry.value.key.text()),
                                  " are the same field; keep one"),
                     {context_.NoteAt(entry.value.key.offset(), "first defined here")});
      return;
    }
    if (member.node.IsNull() && !field.rules.required) return;  // an explicit null is an absent field
    if (member.node.IsNull()) {
      context_.Error(member.key.offset(), member.path, absl::StrCat("this field (", field.doc, ") needs a value"));
      entries_.push_back(Entry{&field, member, false});
      return;
    }
    const std::string problem = ShapeProblem(field, member.node);
    if (!problem.empty()) {
      context_.Error(member, absl::StrCat(problem, ", not ", Describe(member.node)), {}, MeantAs(field, member.node));
    }
    entries_.push_back(Entry{&field, member, problem.empty()});
    if (problem.empty()) CheckParts(field, member);
  }

  // What a value has another shape than; empty: it fits.
  static std::string ShapeProblem(const Field& field, YamlNode node) {
    switch (field.kind) {
      case Kind::kText:
        return node.IsScalar() ? "" : absl::StrCat("takes a text (", field.doc, ")");
      case Kind::kTextOrList:
        return node.IsScalar() || node.IsSequence() ? "" : "takes a list of texts, or one text";
      case Kind::kList:
        return node.IsSequence() ? "" : "takes a list of texts";
      case Kind::kMap:
        return node.IsMapping() ? "" : "takes a mapping, as \"KEY: value\"";
      case Kind::kAnyMap:
        return node.IsMapping() ? "" : "takes a mapping";
      case Kind::kSectionList:
        return node.IsSequence() ? "" : "takes a list of mappings";
      case Kind::kSection:
        return "";  // told by who reads it
      case Kind::kBoolean:
        return node.IsScalar() && ReadBoolean(node.text()) ? "" : "takes true or false";
      case Kind::kWhole: {
        const std::optional<int64_t> number = node.IsScalar() ? ReadWhole(node.text()) : std::nullopt;
        if (number && *number >= field.rules.min && *number <= field.rules.max) return "";
        return absl::StrCat("takes a whole number from ", field.rules.min, " to ", field.rules.max);
      }
    }
    return "";
  }

  // What a value of another shape most likely stands for; empty: nothing is near. `inputs: source` is `[source]`.
  static std::string MeantAs(const Field& field, YamlNode node) {
    const bool one = field.kind == Kind::kList && node.IsScalar() && !node.text().empty();
    return one && std::all_of(node.text().begin(), node.text().end(), IsWordCharacter)
               ? absl::StrCat("[", node.text(), "]")
               : "";
  }

  static bool IsWordCharacter(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-'; }

  // Of a list or mapping of texts what is none; it keeps what is usable.
  void CheckParts(const Field& field, const Value& value) {
    if (field.kind == Kind::kMap) return CheckMap(value);
    const bool list = field.kind == Kind::kList || field.kind == Kind::kTextOrList;
    if (list && value.node.IsSequence()) CheckItems(value);
  }

  void CheckItems(const Value& list) {
    for (size_t i = 0; i < list.node.size(); ++i) {
      const Value item = Item(list, i);
      if (item.node.IsScalar()) continue;
      context_.Error(item, item.node.IsNull()
                               ? "an entry of this list is empty or null; put it in quotes if that text is meant"
                               : absl::StrCat("entries of this list are texts, not ", Describe(item.node)));
    }
  }

  void CheckMap(const Value& map) {
    for (size_t i = 0; i < map.node.size(); ++i) {
      const Value member = Member(map, i);
      if (member.node.IsScalar() || member.node.IsNull()) continue;
      context_.Error(member, absl::StrCat("takes a text, not ", Describe(member.node), "; JSON in quotes is a text"));
    }
  }

  // Tells of a key that is no field. Where most likely one is meant it counts as that, so that nothing is told besides
  // that only follows from it. (Where --nostrict lets it pass it is no field.)
  void ReadUnknown(const Value& member) {
    if (context_.full()) {  // a hundred thousand of them need no suggestions
      context_.StrictError(member.key.offset(), member.path, "unknown field");
      return;
    }
    const absl::string_view key = member.key.text();
    const Meant meant = MeantBy(key, /*there=*/false);
    const bool renamed = meant.field != nullptr && meant.advice.empty();
    const std::string hint = renamed ? "" : absl::StrCat("; ", meant.advice.empty() ? WhyNot(key) : meant.advice);
    context_.StrictError(member.key.offset(), member.path,
                         absl::StrCat(SectionName(section_), " has no field ", Quoted(key), hint), {},
                         renamed ? meant.field->name : "");
    if (meant.field == nullptr || Has(meant.field->name) || !context_.options().strict) return;
    const bool usable = renamed && !member.node.IsNull() && ShapeProblem(*meant.field, member.node).empty();
    entries_.push_back(Entry{meant.field, member, usable});
    if (usable) CheckParts(*meant.field, member);
  }

  // What an unknown key stands for.
  struct Meant {
    const Field* field = nullptr;  // of this mapping, null: none
    absl::string_view advice;      // what to write, where that is not just the field's name
  };

  // Others' words for a field go before likeness. `there`: of the fields that are there already, else of all others.
  Meant MeantBy(absl::string_view key, bool there) const {
    std::vector<absl::string_view> names, words;
    for (const Field* field : FieldsOf(section_)) {
      if (Has(field->name) == there) names.push_back(field->name);
    }
    for (const OtherWord& other : kOtherWords) {
      if (other.section == section_ && Has(other.field) == there) words.push_back(other.word);
    }
    std::string word = SnakeCase(key);
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      const absl::string_view name = Nearest(key, names);
      if (!name.empty()) return {FieldOf(name), ""};
      word = std::string(Nearest(key, words));
    }
    for (const OtherWord& other : kOtherWords) {
      if (other.section == section_ && other.word == word) return {FieldOf(other.field), other.advice};
    }
    return {};
  }

  // What is to be said of a key that stands for no field that could be written here.
  std::string WhyNot(absl::string_view key) const {
    if (const Field* field = MeantBy(key, /*there=*/true).field) {
      return absl::StrCat(Quoted(field->name), " is here already");
    }
    for (const Field& field : kFields) {
      const std::vector<std::string> spellings = Spellings(field);
      if (std::find(spellings.begin(), spellings.end(), key) == spellings.end()) continue;
      return absl::StrCat("it is a field of ", SectionName(field.section));
    }
    return "keys of your own begin with \"x-\"";
  }

  Context& context_;
  Section section_;
  Value value_;
  std::vector<Entry> entries_;
  bool broken_ = false;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_FIELDS_H_
