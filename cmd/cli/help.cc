#include "cmd/cli/help.h"

#include <gflags/gflags.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/cli/flags.h"

namespace flow {
namespace {

constexpr int kNarrowest = 50;
constexpr int kWidest = 100;
constexpr size_t kTermColumn = 30;

// What is written to the page so far, and how.
struct Page {
  std::string text;
  size_t width;
};

// Words of `words`, from column `column` on (where the current line already is, when `at` is that), each line begun at
// `indent`.
void Wrap(Page& page, absl::string_view words, size_t indent, size_t at) {
  bool first = true;
  for (const absl::string_view word : absl::StrSplit(words, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    if (!first && at + 1 + word.size() > page.width) {
      absl::StrAppend(&page.text, "\n", std::string(indent, ' '));
      at = indent;
      first = true;
    }
    absl::StrAppend(&page.text, first ? "" : " ", word);
    at += word.size() + (first ? 0 : 1);
    first = false;
  }
  page.text += '\n';
}

// A term, and its meaning in the column beside it; below, where the term is too long.
void Define(Page& page, absl::string_view term, absl::string_view meaning, size_t column) {
  absl::StrAppend(&page.text, "  ", term);
  size_t at = 2 + term.size();
  if (at + 2 > column) {
    page.text += '\n';
    at = 0;
  }
  page.text += std::string(column - at, ' ');
  Wrap(page, meaning, column, column);
}

}  // namespace

std::string FlagTerm(const Flag& flag) {
  const std::string letter = flag.letter == 0 ? "" : absl::StrCat("-", std::string(1, flag.letter), ", ");
  return absl::StrCat(letter, "--", flag.name, *flag.value == '\0' ? "" : "=", flag.value);
}

std::string FlagMeaning(const Flag& flag) {
  std::string text = flag.help;
  const absl::string_view value = flag.default_value;
  if (IsRepeated(flag)) absl::StrAppend(&text, " This flag may be given several times.");
  if (IsBool(flag)) {
    if (value == "true") absl::StrAppend(&text, " This is on; --no", flag.name, " turns it off.");
  } else if (!value.empty()) {
    absl::StrAppend(&text, " Default: ", value, ".");
  }
  return text;
}

const char* MeaningOf(ExitCode code) {
  switch (code) {
    case ExitCode::kDone:
      return "Done.";
    case ExitCode::kFailed:
      return "Failed: the engine or cluster refused, a component did not come up, time ran out, or --check found "
             "something.";
    case ExitCode::kUsage:
      return "The command was used wrongly.";
    case ExitCode::kInvalidFile:
      return "The pipeline file is not valid.";
    case ExitCode::kNoEngine:
      return "The engine or cluster cannot be reached, or speaks no API version that flow knows.";
    case ExitCode::kBusy:
      return "Another command is at work on the pipeline.";
    case ExitCode::kNoSuchPipeline:
      return "There is no such pipeline.";
    case ExitCode::kHungUp:
      return "Hung up (SIGHUP), after cleaning up.";
    case ExitCode::kInterrupted:
      return "Interrupted (Ctrl-C), after cleaning up.";
    case ExitCode::kTerminated:
      return "Terminated (SIGTERM), after cleaning up.";
  }
  return "";
}

std::string HelpPage(const Command& command, int width) {
  Page page{"", static_cast<size_t>(std::clamp(width, kNarrowest, kWidest))};
  absl::StrAppend(&page.text, command.name, ": ");
  Wrap(page, command.summary, 2, std::char_traits<char>::length(command.name) + 2);
  absl::StrAppend(&page.text, "\nUsage:\n");
  for (const char* usage : command.usage) absl::StrAppend(&page.text, "  ", command.name, " ", usage, "\n");
  for (const absl::string_view paragraph : absl::StrSplit(command.description, "\n\n", absl::SkipWhitespace())) {
    page.text += '\n';
    Wrap(page, paragraph, 0, 0);
  }
  if (!command.verbs.empty()) {
    absl::StrAppend(&page.text, "\nCommands:\n");
    for (const Term& verb : command.verbs) Define(page, verb.term, verb.meaning, kTermColumn);
  }
  for (const FlagGroup& group : command.groups) {
    absl::StrAppend(&page.text, "\n", group.title, ":\n");
    for (const CommandFlag& of_command : group.flags) {
      const Flag flag = FlagOf(of_command);
      Define(page, absl::StrCat(flag.letter == 0 ? "    " : "", FlagTerm(flag)), FlagMeaning(flag), kTermColumn);
    }
  }
  absl::StrAppend(&page.text, "\nAlso:\n");
  Define(page, "-h, --help", "Print this page.", kTermColumn);
  Define(page, "    --version", "Print the version.", kTermColumn);
  if (!command.examples.empty()) absl::StrAppend(&page.text, "\nExamples:\n");
  for (const Term& example : command.examples) {
    absl::StrAppend(&page.text, "  # ", example.meaning, "\n  ", example.term, "\n");
  }
  if (!command.exit_codes.empty()) absl::StrAppend(&page.text, "\nExit codes:\n");
  for (const ExitCode code : command.exit_codes) {
    Define(page, absl::StrCat(static_cast<int>(code)), MeaningOf(code), 7);
  }
  return page.text;
}

}  // namespace flow
