#include "cmd/cli/arguments.h"

#include <unistd.h>

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
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/file.h"
#include "cmd/base/standard_streams.h"
#include "cmd/cli/flags.h"
#include "cmd/cli/help.h"
#include "cmd/cli/terminal.h"
#include "flow/pipeline/harmless.h"
#include "flow/pipeline/nearest.h"
#include "flow/version.h"

namespace flow {
namespace {

std::vector<FlagSpec> FlagsOf(const Command& command) {
  std::vector<FlagSpec> specs;
  for (const FlagGroup& group : command.groups) {
    for (const CommandFlag& flag : group.flags) specs.push_back(SpecOf(flag));
  }
  return specs;
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
  const FlagSpec* flag = nullptr;
  std::optional<std::string> value;
};

const FlagSpec* ByName(const std::vector<FlagSpec>& flags, absl::string_view name) {
  for (const FlagSpec& flag : flags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

absl::Status Unknown(const std::vector<FlagSpec>& flags, const Written& written, absl::string_view argument) {
  std::vector<std::string> names = {"help", "version"};
  for (const FlagSpec& flag : flags) {
    names.push_back(flag.name);
    if (flag.kind == FlagSpec::Kind::kBool) names.push_back(absl::StrCat("no", flag.name));
  }
  const absl::string_view nearest = pipeline::Nearest(written.name, names);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no flag ", argument.substr(0, argument.find('=')),
                   nearest.empty() ? "" : absl::StrCat("; did you mean --", nearest, "?")));
}

absl::StatusOr<Meant> Find(const std::vector<FlagSpec>& flags, absl::string_view argument) {
  const Written written = Read(argument);
  if (const FlagSpec* flag = ByName(flags, written.name); flag != nullptr) return Meant{flag, written.value};
  absl::string_view positive = written.name;
  if (absl::ConsumePrefix(&positive, "no")) {
    absl::ConsumePrefix(&positive, "_");
    const FlagSpec* flag = ByName(flags, positive);
    if (flag != nullptr && flag->kind == FlagSpec::Kind::kBool) {
      if (!written.value) return Meant{flag, "false"};
      return absl::InvalidArgumentError(
          absl::StrCat("--no", flag->name, " takes no value; write --", flag->name, "=", *written.value));
    }
  }
  if (written.dashes.size() == 1) {
    for (const FlagSpec& flag : flags) {
      if (flag.letter == 0 || argument[1] != flag.letter) continue;
      if (argument.size() == 2) return Meant{&flag, std::nullopt};
      return Meant{&flag, std::string(absl::StripPrefix(argument.substr(2), "="))};
    }
  }
  return Unknown(flags, written, argument);
}

absl::Status Unfit(const FlagSpec& flag, absl::string_view value, absl::string_view should_be) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag.name, " cannot be \"", value, "\"; ", should_be));
}

absl::Status Check(const FlagSpec& flag, const std::string& value) {
  switch (flag.kind) {
    case FlagSpec::Kind::kChoice: {
      const std::vector<std::string> words = absl::StrSplit(flag.value, '|');
      if (std::find(words.begin(), words.end(), value) != words.end()) return absl::OkStatus();
      return Unfit(flag, value, absl::StrCat("it is one of ", absl::StrJoin(words, ", ")));
    }
    case FlagSpec::Kind::kDuration: {
      absl::Duration duration;
      if (absl::ParseDuration(value, &duration) && duration >= absl::ZeroDuration()) return absl::OkStatus();
      return Unfit(flag, value, "it is a time with its unit, such as 500ms, 90s, 5m or 1h30m");
    }
    case FlagSpec::Kind::kBool:
    case FlagSpec::Kind::kText:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Set(const FlagSpec& flag, const std::string& value, Arguments& into) {
  if (absl::Status status = Check(flag, value); !status.ok()) return status;
  // Empty where gflags cannot make a value of the flag's type from it.
  if (gflags::SetCommandLineOption(flag.name, value.c_str()).empty()) return Unfit(flag, value, "it is true or false");
  into.given.insert(flag.name);
  if (flag.repeated) into.repeated[flag.name].push_back(value);
  return absl::OkStatus();
}

absl::Status CheckOperands(const Command& command, const Arguments& arguments) {
  const int count = static_cast<int>(arguments.operands.size());
  if (count < command.fewest) {
    const absl::string_view usage = command.usage.front();
    return absl::InvalidArgumentError(absl::StrCat("it needs ", usage.substr(0, usage.find(' '))));
  }
  if (command.most >= 0 && count > command.most) {
    return absl::InvalidArgumentError(absl::StrCat("it takes ",
                                                   command.most == 0   ? "no operand"
                                                   : command.most == 1 ? "one"
                                                                       : absl::StrCat("at most ", command.most),
                                                   ", and got \"", absl::StrJoin(arguments.operands, "\", \""), "\""));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& arguments) {
  for (const FlagGroup& group : command.groups) {
    for (const CommandFlag& flag : group.flags) {
      if (flag.default_value == nullptr) continue;
      gflags::SetCommandLineOptionWithMode(flag.name, flag.default_value, gflags::SET_FLAGS_DEFAULT);
    }
  }
  const std::vector<FlagSpec> flags = FlagsOf(command);
  Arguments parsed;
  bool flags_end = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (flags_end || argument.size() < 2 || argument[0] != '-') {
      parsed.operands.push_back(argument);
      continue;
    }
    if (argument == "--") {
      flags_end = true;
      continue;
    }
    absl::StatusOr<Meant> meant = Find(flags, argument);
    if (!meant.ok()) return meant.status();
    if (!meant->value && meant->flag->kind == FlagSpec::Kind::kBool) meant->value = "true";
    if (!meant->value) {
      // What begins with two dashes is the next flag, and this one's value was forgotten.
      if (i + 1 == arguments.size() || absl::StartsWith(arguments[i + 1], "--")) {
        return absl::InvalidArgumentError(
            absl::StrCat(argument, " needs a value: --", meant->flag->name, "=", meant->flag->value));
      }
      meant->value = arguments[++i];
    }
    if (absl::Status status = Set(*meant->flag, *meant->value, parsed); !status.ok()) return status;
  }
  if (absl::Status status = CheckOperands(command, parsed); !status.ok()) return status;
  return parsed;
}

std::variant<Arguments, ExitCode> Begin(const Command& command, int argc, char** argv) {
  OpenClosedStandardStreams();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  // Asked for in any place, whatever else is wrong.
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    std::string text;
    if (argument == "--help" || argument == "-help" || argument == "-h") {
      text = HelpPage(command, InspectTerminal(STDOUT_FILENO, ProcessEnvironment()).width);
    } else if (argument == "--version" || argument == "-version") {
      text = absl::StrCat(command.name, " ", kVersion, "\n");
    } else {
      continue;
    }
    const absl::Status status = WriteAll(STDOUT_FILENO, "standard output", text);
    if (status.ok() || IsClosedPipe(status)) return ExitCode::kDone;
    (void)WriteAll(STDERR_FILENO, "standard error", absl::StrCat(command.name, ": ", status.message(), "\n"));
    return ExitCode::kFailed;
  }
  absl::StatusOr<Arguments> parsed = ParseArguments(command, arguments);
  if (!parsed.ok()) return WrongUsage(command, parsed.status().message());
  return *std::move(parsed);
}

ExitCode WrongUsage(const Command& command, absl::string_view error) {
  std::string text = absl::StrCat(command.name, ": ", pipeline::Harmless(error), "\n");
  const char* title = "Usage: ";
  for (const char* usage : command.usage) {
    absl::StrAppend(&text, title, command.name, " ", usage, "\n");
    title = "   or: ";
  }
  absl::StrAppend(&text, "`", command.name, " --help` explains them.\n");
  (void)WriteAll(STDERR_FILENO, "standard error", text);
  return ExitCode::kUsage;
}

}  // namespace flow
