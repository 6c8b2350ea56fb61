// Every flag of every command, once: the same name means the same thing everywhere. Which command takes which is said
// by the commands themselves (commands.h).
#ifndef CMD_CLI_FLAGS_H_
#define CMD_CLI_FLAGS_H_

#include <gflags/gflags.h>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/cli/command.h"

// Which engine, which state.
DECLARE_string(host);
DECLARE_string(state_dir);
DECLARE_string(namespace);

// What is printed.
DECLARE_string(output);
DECLARE_string(progress);
DECLARE_bool(verbose);

// Reading a pipeline file. env_file and allow_host_path may be given several times: see Arguments::repeated
// (arguments.h).
DECLARE_string(file);
DECLARE_string(driver);
DECLARE_string(default_image);
DECLARE_string(env_file);
DECLARE_string(allow_host_path);
DECLARE_bool(strict);
DECLARE_string(engine_api);

// Applying.
DECLARE_bool(dry_run);
DECLARE_bool(check);
DECLARE_bool(wait);
DECLARE_string(timeout);
DECLARE_string(min_ready);
DECLARE_string(pull);
DECLARE_bool(rollback);
DECLARE_bool(force_recreate);
DECLARE_bool(logs);
DECLARE_string(control_plane);
DECLARE_bool(require_control_plane);

// Deleting.
DECLARE_bool(keep_volumes);
DECLARE_bool(ignore_not_found);
DECLARE_bool(all);

// Status.
DECLARE_bool(stats);
DECLARE_bool(watch);

// Logs.
DECLARE_bool(follow);
DECLARE_string(tail);
DECLARE_string(since);
DECLARE_string(until);
DECLARE_bool(timestamps);

namespace flow {

// What gflags does not know of a flag: its letter, what its value looks like, and what it may be.
struct FlagSpec {
  enum class Kind {
    kBool,
    kText,
    kChoice,    // one of the words of `value`, between bars
    kDuration,  // "500ms", "5m", "1h30m"
  };

  const char* name;
  Kind kind;
  const char* value = "";  // in the help: --timeout=DURATION
  char letter = 0;         // -n
  bool repeated = false;
};

absl::Span<const FlagSpec> AllFlags();

// nullptr: there is no such flag.
const FlagSpec* FindFlag(absl::string_view name);

// A flag as a command has it. The flag must be one of AllFlags().
FlagSpec SpecOf(const CommandFlag& flag);

// The value of a flag of kind kDuration, which ParseArguments() has checked.
absl::Duration DurationOf(absl::string_view value);

}  // namespace flow

#endif  // CMD_CLI_FLAGS_H_
