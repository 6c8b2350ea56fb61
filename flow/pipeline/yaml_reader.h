// Text → YamlDocument, with whatever keeps the text from being YAML told at its place.
//
// yaml-cpp scans and parses; this header keeps it within bounds. What it would do by itself, and what is done about it:
//  - it holds back all tokens of a flow collection that may turn out to be a key, so a file of 16 million `[` takes
//    gigabytes before the first event: YamlSource counts what has been read since the last event, and stops it;
//  - it takes the byte 0x04 for the end of the text: source_text.h refuses control characters;
//  - its marks count bytes: places are made from offsets.
#ifndef FLOW_PIPELINE_YAML_READER_H_
#define FLOW_PIPELINE_YAML_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <istream>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/yaml_builder.h"
#include "flow/pipeline/yaml_document.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace flow::pipeline {

// Bytes of one value. A variable or an argument holds at most 128 KiB on Linux (MAX_ARG_STRLEN).
inline constexpr size_t kMaxValueBytes = 1 << 20;
// Indicators ("[", ",", ":" …) of one flow collection, whose tokens yaml-cpp keeps until it is closed.
inline constexpr size_t kMaxFlowIndicators = 200000;

struct YamlResult {
  YamlDocument document;
  bool readable = false;  // whether there is a document that can be relied on
  bool empty = false;     // there is none, which is no problem of YAML
  std::vector<YamlProblem> problems;
};

// `text` as source_text.h leaves it. Takes time and memory in proportion to the text, whatever it holds; stops at the
// first place that is no YAML, and tells keys that stand twice, unknown tags and spaces that are none all at once.
YamlResult ReadYaml(absl::string_view text);

namespace yaml_internal {

// Hands the text to yaml-cpp a block at a time, as long as events come.
class YamlSource : public std::streambuf {
 public:
  YamlSource(absl::string_view text, const YamlBuilder* builder) : builder_(*builder) {
    char* begin = const_cast<char*>(text.data());  // streambuf asks for it; nothing writes to a get area
    setg(begin, begin, begin + text.size());
  }

 protected:
  std::streamsize xsgetn(char* out, std::streamsize count) override {
    count = std::min(count, static_cast<std::streamsize>(egptr() - gptr()));
    if (builder_.events() != events_) {
      events_ = builder_.events();
      bytes_ = indicators_ = 0;
    }
    bytes_ += static_cast<size_t>(count);
    indicators_ += static_cast<size_t>(std::count_if(gptr(), gptr() + count, IsIndicator));
    const size_t offset = static_cast<size_t>(gptr() - eback());
    if (indicators_ > kMaxFlowIndicators) {
      throw YamlRefusal{YamlProblem{
          offset, "", absl::StrCat("one list or mapping in brackets with over ", kMaxFlowIndicators, " parts"), 0, ""}};
    }
    if (bytes_ > kMaxValueBytes) {
      throw YamlRefusal{YamlProblem{
          offset, "",
          "over 1 MiB without the end of a value; a variable or argument of a program holds at most 128 KiB", 0, ""}};
    }
    std::memcpy(out, gptr(), static_cast<size_t>(count));
    gbump(static_cast<int>(count));
    return count;
  }

 private:
  static bool IsIndicator(char c) { return std::strchr("[]{},:?&*!", c) != nullptr && c != '\0'; }

  const YamlBuilder& builder_;
  uint64_t events_ = 0;
  size_t bytes_ = 0;
  size_t indicators_ = 0;
};

// yaml-cpp's messages in words that say what to do.
inline std::string Explain(absl::string_view message) {
  struct Explanation {
    absl::string_view begin, text;
  };
  constexpr Explanation kExplanations[] = {
      {"illegal map value",
       "a \":\" that no key goes with; put a text with \": \" in it in quotes, and check the "
       "indentation"},
      {"illegal map key", "a key cannot begin here; check the indentation"},
      {"illegal block entry",
       "a list entry \"- \" cannot stand here; put it on a line of its own, indented as its list"},
      {"end of map flow not found", "a \"{\" or a quote before this is never closed, or a \",\" is missing"},
      {"end of sequence flow not found", "a \"[\" or a quote before this is never closed, or a \",\" is missing"},
      {"end of map not found",
       "this line fits no mapping: it is indented neither as the keys above nor as a value of "
       "theirs, or it lacks its \": \""},
      {"end of sequence not found",
       "this line fits no list: it is indented as its entries but does not begin with "
       "\"- \""},
      {"illegal EOF in scalar", "the text ends inside quotes that are never closed"},
      {"illegal document indicator in scalar", "\"---\" or \"...\" inside quotes that were not closed"},
      {"illegal flow end", "a closing bracket that nothing opened"},
      {"unknown token", "no value begins with this character; put the text in quotes"},
      {"unknown escape character",
       "double quotes know no such escape; write \"\\\\\" for a backslash, or use single "
       "quotes"},
      {"bad character found while scanning hex number", "\\x, \\u and \\U take 2, 4 and 8 hexadecimal digits"},
      {"invalid unicode", "this escape is no Unicode character"},
      {"the referenced anchor is not defined",
       "no anchor of this name (\"&name\") stands before this alias; put a "
       "text that begins with \"*\" in quotes"},
      {"illegal tab when looking for indentation", "a tab in the indentation; YAML takes spaces only"},
      {"unexpected character in block scalar", "after \"|\" or \">\" only a comment may follow on the line"},
      {"cannot assign multiple anchors", "a value has one anchor (\"&name\")"},
      {"cannot assign multiple tags", "a value has one tag (\"!name\")"},
      {"aliases can't have any content", "an alias (\"*name\") stands alone, without anchor or tag"},
      {"unexpected token after end of document",
       "the value above is complete, and this does not belong to it; check the "
       "indentation"},
      {"unexpected scalar", "after a text in quotes nothing more may stand on the line"},
      {"plain value cannot start with flow indicator", "no value begins with this character; put the text in quotes"},
      {"bad file", "nested over 64 levels deep"},
  };
  for (const Explanation& explanation : kExplanations) {
    if (absl::StartsWith(message, explanation.begin)) return absl::StrCat("not YAML: ", explanation.text);
  }
  return absl::StrCat("not YAML: ", message);
}

// Where the line of `offset`, or the one before it, has a tab or another space in its indentation; what it is called.
inline std::optional<YamlProblem> BadIndentation(absl::string_view text, size_t offset) {
  struct Space {
    absl::string_view bytes, message;
  };
  constexpr Space kSpaces[] = {
      {"\t", "not YAML: a tab in the indentation; YAML takes spaces only"},
      {"\u00A0", "not YAML: a non-breaking space (U+00A0) in the indentation; YAML takes plain spaces only"},
      {"\u3000", "not YAML: an ideographic space (U+3000) in the indentation; YAML takes plain spaces only"},
  };
  offset = std::min(offset, text.size());
  for (int line = 0; line < 2; ++line) {
    const size_t before = offset == 0 ? absl::string_view::npos : text.rfind('\n', offset - 1);
    const size_t begin = before == absl::string_view::npos ? 0 : before + 1;
    const absl::string_view rest = text.substr(begin);
    const size_t at = std::min(rest.find_first_not_of(' '), rest.size());
    for (const Space& space : kSpaces) {
      if (absl::StartsWith(rest.substr(at), space.bytes))
        return YamlProblem{begin + at, "", std::string(space.message), 0, ""};
    }
    if (begin == 0) break;
    offset = begin - 1;
  }
  return std::nullopt;
}

}  // namespace yaml_internal

inline YamlResult ReadYaml(absl::string_view text) {
  YamlResult result;
  YamlBuilder builder(text, &result.document, &result.problems);
  yaml_internal::YamlSource source(text, &builder);
  try {
    std::istream stream(&source);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    result.readable = builder.has_document() && !builder.has_false_spaces();
    result.empty = !builder.has_document();
  } catch (const YamlRefusal& refusal) {
    result.problems.push_back(refusal.problem);
  } catch (const YAML::Exception& error) {
    const size_t offset = error.mark.is_null() ? 0 : std::min(static_cast<size_t>(error.mark.pos), text.size());
    const std::optional<YamlProblem> indentation = yaml_internal::BadIndentation(text, offset);
    // A space that is none explains what came after it.
    if (indentation || !builder.has_false_spaces()) {
      result.problems.push_back(
          indentation.value_or(YamlProblem{offset, "", yaml_internal::Explain(error.msg), 0, ""}));
    }
  }
  return result;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_YAML_READER_H_
