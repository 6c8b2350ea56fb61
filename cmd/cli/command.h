// A command as data: what it is called, takes and says of itself. Its argument parser, its --help, its manual page and
// its shell completion are all made from this.
#ifndef CMD_CLI_COMMAND_H_
#define CMD_CLI_COMMAND_H_

#include <vector>

#include "flow/exit_code.h"

namespace flow {

struct CommandFlag {
  const char* name;                     // one of flags.h's
  const char* default_value = nullptr;  // where it is another than the flag's own
  const char* help = nullptr;           // likewise
  const char* words = nullptr;          // likewise, of a choice: those that this command knows
};

struct FlagGroup {
  const char* title;
  std::vector<CommandFlag> flags;
};

// A term and what it means, in sentences: an example and what it does, a verb and what it runs.
struct Term {
  const char* term;
  const char* meaning;
};

// What the operands of a command are, for a shell that completes them.
enum class Operands {
  kFiles,       // of the user's
  kPipelines,   // names that the state knows
  kComponents,  // one pipeline's name, then ids of its components
  kVerbs,       // the command's own
};

struct Command {
  const char* name;                // "flow-apply"
  const char* summary;             // "deploy a pipeline …": no capital, no period
  std::vector<const char*> usage;  // what follows the name: "FILE [flags]"
  const char* description;         // paragraphs, with an empty line between
  // How many operands (FILE, NAME…) it takes; `most` below 0: any number.
  int fewest = 0;
  int most = 0;
  Operands operands = Operands::kFiles;
  std::vector<FlagGroup> groups;
  std::vector<Term> verbs;
  std::vector<Term> examples;
  std::vector<ExitCode> exit_codes;
};

}  // namespace flow

#endif  // CMD_CLI_COMMAND_H_
