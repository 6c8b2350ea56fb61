#include "cmd/cli/manual.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/cli/help.h"
#include "flow/version.h"

namespace flow {
namespace {

// What every command heeds, besides its flags.
constexpr Term kEnvironment[] = {
    {"DOCKER_HOST", "The engine's address, where --host is not given."},
    {"DOCKER_CONTEXT, DOCKER_CONFIG", "The Docker context to use, and the folder where contexts are kept."},
    {"DOCKER_TLS_VERIFY, DOCKER_CERT_PATH", "TLS for a tcp:// address, and the folder of its certificates."},
    {"FLOW_DRIVER", "docker or kubernetes: where pipelines are looked for, where --driver is not given."},
    {"KUBECONFIG", "The files that say how a cluster is spoken to, where --kubeconfig is not given."},
    {"FLOW_STATE_DIR", "Where the state of pipelines is kept, where --state_dir is not given."},
    {"NO_COLOR", "Set to anything: no colour."},
};

// Text that troff takes as it stands: no escapes, no hyphen for a dash, no request at the start of a line.
std::string Plain(absl::string_view text) {
  std::string plain = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n", " "}});
  if (absl::StartsWith(plain, ".") || absl::StartsWith(plain, "'")) plain.insert(0, "\\&");
  return plain;
}

void Define(std::string* page, absl::string_view term, absl::string_view meaning) {
  absl::StrAppend(page, ".TP\n.B ", Plain(term), "\n", Plain(meaning), "\n");
}

void Flags(const Command& command, std::string* page) {
  for (const FlagGroup& group : command.groups) {
    absl::StrAppend(page, ".SS ", Plain(group.title), "\n");
    for (const CommandFlag& of_command : group.flags) {
      const Flag flag = FlagOf(of_command);
      Define(page, FlagTerm(flag), FlagMeaning(flag));
    }
  }
  absl::StrAppend(page, ".SS Also\n");
  Define(page, "-h, --help", "Print a page of help.");
  Define(page, "--version", "Print the version.");
}

}  // namespace

std::string ManualPage(const Command& command) {
  const std::string name = Plain(command.name);
  std::string page = absl::StrCat(".TH ", absl::AsciiStrToUpper(name), " 1 \"\" \"flow ", kVersion, "\" \"flow\"\n",
                                  ".nh\n.ad l\n.SH NAME\n", name, " \\- ", Plain(command.summary), "\n.SH SYNOPSIS\n");
  const char* between = "";
  for (const char* usage : command.usage) {
    absl::StrAppend(&page, between, ".B ", name, "\n", Plain(usage), "\n");
    between = ".br\n";
  }
  absl::StrAppend(&page, ".SH DESCRIPTION\n");
  for (const absl::string_view paragraph : absl::StrSplit(command.description, "\n\n", absl::SkipWhitespace())) {
    absl::StrAppend(&page, ".PP\n", Plain(paragraph), "\n");
  }
  if (!command.verbs.empty()) absl::StrAppend(&page, ".SH COMMANDS\n");
  for (const Term& verb : command.verbs) Define(&page, verb.term, verb.meaning);
  absl::StrAppend(&page, ".SH OPTIONS\n");
  Flags(command, &page);
  if (!command.examples.empty()) absl::StrAppend(&page, ".SH EXAMPLES\n");
  for (const Term& example : command.examples) Define(&page, example.term, example.meaning);
  absl::StrAppend(&page, ".SH EXIT STATUS\n");
  for (const ExitCode code : command.exit_codes) Define(&page, absl::StrCat(static_cast<int>(code)), MeaningOf(code));
  absl::StrAppend(&page, ".SH ENVIRONMENT\n");
  for (const Term& variable : kEnvironment) Define(&page, variable.term, variable.meaning);
  std::vector<std::string> others;
  for (const Command* other : AllCommands()) {
    if (other != &command) others.push_back(absl::StrCat(".BR ", Plain(other->name), " (1)"));
  }
  absl::StrAppend(&page, ".SH SEE ALSO\n", absl::StrJoin(others, ",\n"), "\n");
  return page;
}

}  // namespace flow
