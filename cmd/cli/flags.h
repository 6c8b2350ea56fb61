// Every flag of every command, once: the same name means the same thing everywhere. Which command takes which is said
// by the commands themselves (commands.h).
#ifndef CMD_CLI_FLAGS_H_
#define CMD_CLI_FLAGS_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/cli/command.h"
#include "cmd/cli/options.h"

namespace flow {

struct Flag {
  // Where the value goes. The member's type says what a value may be, and a flag whose member is a vector may be given
  // several times.
  using Member = std::variant<bool Options::*, std::string Options::*, std::optional<std::string> Options::*,
                              std::vector<std::string> Options::*, absl::Duration Options::*>;

  const char* name;
  Member member;
  const char* value;  // what it looks like in the help, --timeout=DURATION; words between bars: one of them
  const char* help;   // sentences
  const char* default_value = "";
  char letter = 0;  // -n
};

absl::Span<const Flag> AllFlags();

// nullptr: there is no such flag.
const Flag* FindFlag(absl::string_view name);

// A flag as a command has it. The flag must be one of AllFlags().
Flag FlagOf(const CommandFlag& flag);

// Whether it takes no value: --wait, --nowait.
bool IsBool(const Flag& flag);
bool IsRepeated(const Flag& flag);
// The words of which the value is one; empty: it is no choice.
std::vector<std::string> WordsOf(const Flag& flag);

// Sets the flag's member from a value as it is written on a command line. False: it is no value of that type.
bool SetOption(const Flag& flag, const std::string& value, Options& options);

// Every flag's default, as a command has them.
Options DefaultOptions(const Command& command);

}  // namespace flow

#endif  // CMD_CLI_FLAGS_H_
