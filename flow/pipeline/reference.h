// The table of fields as tables of a page of documentation: docs/pipeline.md.
#ifndef FLOW_PIPELINE_REFERENCE_H_
#define FLOW_PIPELINE_REFERENCE_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/field_table.h"

namespace flow::pipeline {

// The page with its tables of fields as they should be. One stands between the lines `<!-- the fields of a component
// -->` (SectionName) and `<!-- end -->`.
std::string WithFieldTables(absl::string_view page);

namespace reference_internal {

// "#a-component", where a heading "A component" is.
inline std::string Anchor(Section section) {
  return absl::StrCat("#", absl::StrReplaceAll(SectionName(section), {{" ", "-"}}));
}

inline std::string Code(absl::string_view text) { return absl::StrCat("`", text, "`"); }

// What a field takes, in words.
inline std::string Takes(const Field& field) {
  switch (field.kind) {
    case Kind::kText:
      if (!field.rules.words.empty()) {
        return absl::StrJoin(field.rules.words, " ",
                             [](std::string* out, absl::string_view word) { absl::StrAppend(out, Code(word)); });
      }
      return field.rules.longest == 0 ? "text" : absl::StrCat("text, at most ", field.rules.longest, " characters");
    case Kind::kList:
      return "list of texts";
    case Kind::kTextOrList:
      return "list of texts, or one text";
    case Kind::kMap:
      return "mapping of texts";
    case Kind::kAnyMap:
      return "mapping";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kWhole:
      return absl::StrCat("whole number, ", field.rules.min, " to ", field.rules.max);
    case Kind::kSection:
      return absl::StrCat("[mapping](", Anchor(field.rules.inside), ")");
    case Kind::kSectionList:
      return absl::StrCat("list of [mappings](", Anchor(field.rules.inside), ")");
  }
  return "";
}

}  // namespace reference_internal

// The fields of one mapping, in Markdown.
inline std::string FieldTable(Section section) {
  std::string out = "| field | takes | without it | meaning |\n| --- | --- | --- | --- |\n";
  for (const Field* field : FieldsOf(section)) {
    const std::string spellings = absl::StrJoin(Spellings(*field), ", ", [](std::string* out, const std::string& word) {
      absl::StrAppend(out, reference_internal::Code(word));
    });
    const absl::string_view absent = field->rules.absent.empty() ? "–" : field->rules.absent;
    absl::StrAppend(&out, "| ", spellings, " | ", reference_internal::Takes(*field), " | ",
                    field->rules.required ? "**required**" : absent, " | ", field->doc, " |\n");
  }
  return out;
}

inline std::string WithFieldTables(absl::string_view page) {
  constexpr absl::string_view kEnd = "<!-- end -->\n";
  std::string out;
  for (int i = 0; i < kSections; ++i) {
    const Section section = static_cast<Section>(i);
    const std::string begin = absl::StrCat("<!-- the fields of ", SectionName(section), " -->\n");
    const size_t at = page.find(begin);
    const size_t end = page.find(kEnd, at == absl::string_view::npos ? at : at + begin.size());
    if (end == absl::string_view::npos) continue;
    absl::StrAppend(&out, page.substr(0, at), begin, FieldTable(section), kEnd);
    page.remove_prefix(end + kEnd.size());
  }
  return absl::StrCat(out, page);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_REFERENCE_H_
