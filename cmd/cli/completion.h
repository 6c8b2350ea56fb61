// What a word of a command line may become: the shells' completion scripts (completions/) ask `flowctl __complete`,
// which answers with this, made from the command table and what the state knows.
#ifndef CMD_CLI_COMPLETION_H_
#define CMD_CLI_COMPLETION_H_

#include <string>
#include <vector>

namespace flow {

// What the state knows. `state_dir`: the value of that flag, empty where it was not given.
class KnownNames {
 public:
  virtual ~KnownNames() = default;
  virtual std::vector<std::string> Namespaces(const std::string& state_dir) const = 0;
  virtual std::vector<std::string> Pipelines(const std::string& state_dir, const std::string& namespace_) const = 0;
  virtual std::vector<std::string> Components(const std::string& state_dir, const std::string& namespace_,
                                              const std::string& pipeline) const = 0;
};

struct Candidate {
  std::string word;  // one that ends in "=" is to be written on
  std::string meaning;
};

struct Completion {
  enum class Paths { kNone, kFiles, kFolders };
  Paths paths = Paths::kNone;  // the shell adds these itself
  std::vector<Candidate> candidates;
};

// `words`: the line up to the cursor, the command's name first ("flow-apply", without folders), the word to be
// completed last (empty where none is begun). Candidates all begin with that word. For a command that is none of ours,
// nothing.
Completion Complete(const std::vector<std::string>& words, const KnownNames& known);

// As the scripts read it: "files", "folders" or "words", then a line each "WORD\tMEANING".
std::string ToText(const Completion& completion);

}  // namespace flow

#endif  // CMD_CLI_COMPLETION_H_
