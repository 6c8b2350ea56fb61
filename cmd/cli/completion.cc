#include "cmd/cli/completion.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cmd/cli/command.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/cli/verbs.h"
#include "flow/pipeline/names.h"

namespace flow {
namespace {

const Command* FindCommand(absl::string_view name) {
  for (const Command* command : AllCommands()) {
    if (name == command->name) return command;
  }
  return nullptr;
}

// A command's flag by how it is written: "--name", "--name=…", "-n". Nothing: it has none such.
std::optional<Flag> FindWritten(const Command& command, absl::string_view word) {
  const bool is_long = absl::ConsumePrefix(&word, "--");
  if (!is_long) absl::ConsumePrefix(&word, "-");
  const std::string name = absl::StrReplaceAll(word.substr(0, word.find('=')), {{"-", "_"}});
  for (const FlagGroup& group : command.groups) {
    for (const CommandFlag& of_command : group.flags) {
      const Flag flag = FlagOf(of_command);
      if (name == flag.name || (!is_long && flag.letter != 0 && name == std::string(1, flag.letter))) return flag;
    }
  }
  return std::nullopt;
}

// The words before the one to be completed.
struct Line {
  std::vector<std::string> operands;
  std::map<std::string, std::string> values;  // of the flags that are given
  std::optional<Flag> open;                   // the last one, where its value is what is to be completed
};

Line ReadLine(const Command& command, const std::vector<std::string>& words) {
  Line line;
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-') {
      line.operands.push_back(word);
      continue;
    }
    const std::optional<Flag> flag = FindWritten(command, word);
    if (!flag.has_value() || IsBool(*flag)) continue;
    const size_t equals = word.find('=');
    if (equals != std::string::npos) {
      line.values[flag->name] = word.substr(equals + 1);
    } else if (i + 2 < words.size()) {
      line.values[flag->name] = words[++i];
    } else {
      line.open = flag;
    }
  }
  return line;
}

absl::string_view FirstSentence(absl::string_view text) {
  const size_t end = text.find(". ");
  return absl::StripSuffix(end == text.npos ? text : text.substr(0, end), ".");
}

class Completer {
 public:
  Completer(const Command& command, const std::vector<std::string>& words, const KnownNames& known)
      : command_(command), known_(known), line_(ReadLine(command, words)), word_(words.back()) {}

  Completion Run() {
    if (line_.open.has_value()) {
      Value(*line_.open, "");
    } else if (absl::StartsWith(word_, "-") && absl::StrContains(word_, '=')) {
      const std::optional<Flag> flag = FindWritten(command_, word_);
      if (flag.has_value() && !IsBool(*flag)) Value(*flag, word_.substr(0, word_.find('=') + 1));
    } else if (absl::StartsWith(word_, "-")) {
      Flags();
    } else {
      Operand();
    }
    return std::move(completion_);
  }

 private:
  void Offer(const std::string& word, absl::string_view meaning = "") {
    if (absl::StartsWith(word, word_)) completion_.candidates.push_back({word, std::string(meaning)});
  }
  void OfferAll(const std::vector<std::string>& words, const std::string& before = "") {
    for (const std::string& word : words) Offer(before + word);
  }

  void Flags() {
    for (const FlagGroup& group : command_.groups) {
      for (const CommandFlag& of_command : group.flags) {
        const Flag flag = FlagOf(of_command);
        const bool turns_off = IsBool(flag) && absl::string_view(flag.default_value) == "true";
        Offer(absl::StrCat(turns_off ? "--no" : "--", flag.name, IsBool(flag) ? "" : "="),
              absl::StrCat(turns_off ? "Turn off: " : "", FirstSentence(flag.help)));
      }
    }
    Offer("--help", "Print what the command does and takes");
    Offer("--version", "Print the version");
  }

  // `before`: what of the word stands before the value.
  void Value(const Flag& flag, const std::string& before) {
    if (const std::vector<std::string> choice = WordsOf(flag); !choice.empty()) return OfferAll(choice, before);
    if (absl::string_view(flag.name) == "namespace") return OfferAll(known_.Namespaces(StateDir()), before);
    const absl::string_view value = flag.value;
    if (value == "FILE" || value == "PATH") completion_.paths = Completion::Paths::kFiles;
    if (value == "FOLDER") completion_.paths = Completion::Paths::kFolders;
  }

  void Operand() {
    const std::vector<std::string>& given = line_.operands;
    if (command_.most >= 0 && static_cast<int>(given.size()) >= command_.most) return;
    switch (command_.operands) {
      case Operands::kFiles:
        completion_.paths = Completion::Paths::kFiles;
        return;
      case Operands::kPipelines:
        return OfferNew(known_.Pipelines(StateDir(), Namespace()));
      case Operands::kComponents:
        if (given.empty()) return OfferAll(known_.Pipelines(StateDir(), Namespace()));
        return OfferNew(known_.Components(StateDir(), Namespace(), given[0]));
      case Operands::kVerbs:
        return OfferVerbs();
    }
  }

  // Those that are not on the line yet.
  void OfferNew(const std::vector<std::string>& words) {
    const std::set<std::string> given(line_.operands.begin(), line_.operands.end());
    for (const std::string& word : words) {
      if (!given.contains(word)) Offer(word);
    }
  }

  // The next word of each verb that begins as the line does.
  void OfferVerbs() {
    std::set<std::string> offered;
    for (const Verb& verb : Verbs()) {
      const size_t count = line_.operands.size();
      if (verb.words.size() <= count || !std::equal(line_.operands.begin(), line_.operands.end(), verb.words.begin())) {
        continue;
      }
      if (offered.insert(verb.words[count]).second) Offer(verb.words[count]);
    }
  }

  std::string Given(const std::string& flag, const std::string& otherwise) const {
    const auto found = line_.values.find(flag);
    return found == line_.values.end() ? otherwise : found->second;
  }
  std::string StateDir() const { return Given("state_dir", ""); }
  std::string Namespace() const { return Given("namespace", pipeline::kDefaultNamespace); }

  const Command& command_;
  const KnownNames& known_;
  const Line line_;
  const std::string word_;
  Completion completion_;
};

}  // namespace

Completion Complete(const std::vector<std::string>& words, const KnownNames& known) {
  if (words.size() < 2) return {};
  const Command* command = FindCommand(words[0]);
  if (command == nullptr) return {};
  if (command->operands == Operands::kVerbs) {
    // Behind its verb the line is that of the command which the verb runs.
    const std::vector<std::string> arguments(words.begin() + 1, words.end() - 1);
    if (const Verb* verb = FindVerb(arguments); verb != nullptr) {
      std::vector<std::string> of_command = {verb->program};
      of_command.insert(of_command.end(), words.begin() + 1 + verb->words.size(), words.end());
      return Complete(of_command, known);
    }
  }
  return Completer(*command, words, known).Run();
}

std::string ToText(const Completion& completion) {
  std::string text = completion.paths == Completion::Paths::kFiles     ? "files\n"
                     : completion.paths == Completion::Paths::kFolders ? "folders\n"
                                                                       : "words\n";
  for (const Candidate& candidate : completion.candidates) {
    absl::StrAppend(&text, candidate.word, "\t", candidate.meaning, "\n");
  }
  return text;
}

}  // namespace flow
