#include "cmd/cli/arguments.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cmd/cli/flags.h"
#include "flow/pipeline/nearest.h"

namespace flow {
namespace {

std::vector<Flag> FlagsOf(const Command& command) {
  std::vector<Flag> flags;
  for (const FlagGroup& group : command.groups) {
    for (const CommandFlag& flag : group.flags) flags.push_back(FlagOf(flag));
  }
  return flags;
}

// A flag as it stands in an argument.
struct Written {
  absl::string_view dashes;
  std::string name;                  // with underscores
  std::optional<std::string> value;  // behind an equals sign
};

Written Read(absl::string_view argument) {
  Written written;
  written.dashes = argument.substr(0, absl::StartsWith(argument, "--") ? 2 : 1);
  argument.remove_prefix(written.dashes.size());
  const size_t equals = argument.find('=');
  written.name = absl::StrReplaceAll(argument.substr(0, equals), {{"-", "_"}});
  if (equals != absl::string_view::npos) written.value = std::string(argument.substr(equals + 1));
  return written;
}

// The flag that is meant, and the value that is in the argument itself, if one is.
struct Meant {
  const Flag* flag = nullptr;
  std::optional<std::string> value;
};

const Flag* ByName(const std::vector<Flag>& flags, absl::string_view name) {
  for (const Flag& flag : flags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

absl::Status Unknown(const std::vector<Flag>& flags, const Written& written, absl::string_view argument) {
  std::vector<std::string> names = {"help", "version"};
  for (const Flag& flag : flags) {
    names.push_back(flag.name);
    if (IsBool(flag)) names.push_back(absl::StrCat("no", flag.name));
  }
  const absl::string_view nearest = pipeline::Nearest(written.name, names);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no flag ", argument.substr(0, argument.find('=')),
                   nearest.empty() ? "" : absl::StrCat("; did you mean --", nearest, "?")));
}

absl::StatusOr<Meant> Find(const std::vector<Flag>& flags, absl::string_view argument) {
  const Written written = Read(argument);
  if (const Flag* flag = ByName(flags, written.name); flag != nullptr) return Meant{flag, written.value};
  absl::string_view positive = written.name;
  if (absl::ConsumePrefix(&positive, "no")) {
    absl::ConsumePrefix(&positive, "_");
    const Flag* flag = ByName(flags, positive);
    if (flag != nullptr && IsBool(*flag)) {
      if (!written.value) return Meant{flag, "false"};
      return absl::InvalidArgumentError(
          absl::StrCat("--no", flag->name, " takes no value; write --", flag->name, "=", *written.value));
    }
  }
  if (written.dashes.size() == 1) {
    for (const Flag& flag : flags) {
      if (flag.letter == 0 || argument[1] != flag.letter) continue;
      if (argument.size() == 2) return Meant{&flag, std::nullopt};
      return Meant{&flag, std::string(absl::StripPrefix(argument.substr(2), "="))};
    }
  }
  return Unknown(flags, written, argument);
}

absl::Status Set(const Flag& flag, const std::string& value, Options& options) {
  const auto unfit = [&](absl::string_view should_be) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag.name, " cannot be \"", value, "\"; ", should_be));
  };
  const std::vector<std::string> words = WordsOf(flag);
  if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end()) {
    return unfit(absl::StrCat("it is one of ", absl::StrJoin(words, ", ")));
  }
  if (SetOption(flag, value, options)) return absl::OkStatus();
  return unfit(IsBool(flag) ? "it is true or false" : "it is a time with its unit, such as 500ms, 90s, 5m or 1h30m");
}

// "NAME" of "[NAME] [flags]" and of "NAME... [flags]": what the usage calls an operand.
std::string OperandOf(const Command& command) {
  const absl::string_view usage = command.usage.front();
  return absl::StrReplaceAll(usage.substr(0, usage.find(' ')), {{"[", ""}, {"]", ""}, {"...", ""}});
}

absl::Status CheckCount(const Command& command, const Arguments& arguments) {
  const int count = static_cast<int>(arguments.operands.size());
  if (count < command.fewest) return absl::InvalidArgumentError(absl::StrCat("it needs ", OperandOf(command)));
  if (command.most < 0 || count <= command.most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("it takes ",
                                                 command.most == 0   ? "no operand"
                                                 : command.most == 1 ? absl::StrCat("one ", OperandOf(command))
                                                                     : absl::StrCat("at most ", command.most),
                                                 ", and got \"", absl::StrJoin(arguments.operands, "\", \""), "\""));
}

// What stands where a pipeline's name belongs and can be none, in a command that takes a file too: a file (no name holds a
// dot or a slash, or is "-"), or nothing.
absl::Status CheckNames(const Command& command, const std::vector<Flag>& flags, const Arguments& arguments) {
  const bool takes_names = command.operands == Operands::kPipelines || command.operands == Operands::kComponents;
  if (!takes_names || ByName(flags, "file") == nullptr || !arguments.options.file.empty()) return absl::OkStatus();
  const size_t names = command.operands == Operands::kComponents ? 1 : arguments.operands.size();
  for (size_t i = 0; i < std::min(names, arguments.operands.size()); ++i) {
    const std::string& name = arguments.operands[i];
    // As a shell has it of a variable that is not set. It would stand for all pipelines.
    if (name.empty()) return absl::InvalidArgumentError("\"\" is no pipeline's name");
    if (name != "-" && !absl::StrContains(name, '.') && !absl::StrContains(name, '/')) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is no pipeline's name; a file is given by -f ", name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& arguments) {
  const std::vector<Flag> flags = FlagsOf(command);
  Arguments parsed{.operands = {}, .options = DefaultOptions(command), .given = {}};
  bool flags_end = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (flags_end || argument.size() < 2 || argument[0] != '-') {
      parsed.operands.push_back(argument);
      flags_end = flags_end || !command.verbs.empty();  // what stands behind a verb is the verb's
      continue;
    }
    if (argument == "--") {
      flags_end = true;
      continue;
    }
    absl::StatusOr<Meant> meant = Find(flags, argument);
    if (!meant.ok()) return meant.status();
    if (!meant->value && IsBool(*meant->flag)) meant->value = "true";
    if (!meant->value) {
      // What begins with two dashes is the next flag, and this one's value was forgotten.
      if (i + 1 == arguments.size() || absl::StartsWith(arguments[i + 1], "--")) {
        return absl::InvalidArgumentError(
            absl::StrCat(argument, " needs a value: --", meant->flag->name, "=", meant->flag->value));
      }
      meant->value = arguments[++i];
    }
    if (absl::Status status = Set(*meant->flag, *meant->value, parsed.options); !status.ok()) return status;
    parsed.given.emplace_back(meant->flag->name, *meant->value);
  }
  if (absl::Status status = CheckCount(command, parsed); !status.ok()) return status;
  if (absl::Status status = CheckNames(command, flags, parsed); !status.ok()) return status;
  return parsed;
}

std::vector<std::string> FlagsFor(const Command& command, const Arguments& arguments) {
  const std::vector<Flag> flags = FlagsOf(command);
  std::vector<std::string> words;
  for (const auto& [name, value] : arguments.given) {
    const Flag* const flag = ByName(flags, name);
    if (flag == nullptr) continue;
    const std::vector<std::string> takes = WordsOf(*flag);
    if (!takes.empty() && std::find(takes.begin(), takes.end(), value) == takes.end()) continue;
    words.push_back(absl::StrCat("--", name, "=", value));
  }
  return words;
}

}  // namespace flow
