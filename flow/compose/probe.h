// The program that probes a component's health inside its container, and what its output means.
//
// The engine runs it with the image's own /bin/sh (Compose spec, "healthcheck": CMD-SHELL), so it may use no more than
// what POSIX and the smallest BusyBox give.
#ifndef FLOW_COMPOSE_PROBE_H_
#define FLOW_COMPOSE_PROBE_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"

namespace flow::compose {

// What the probe says and exits with in an image that has nothing to probe with. No verdict about the component.
inline constexpr char kNoProbeProgram[] = "flow: no wget or curl in this image";
inline constexpr int kNoProbeProgramExitCode = 127;

// `text` as one word of a POSIX shell.
inline std::string ShellQuote(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// The shell text that asks `url` (http or https, absolute) and exits with 0 where the answer is a success.
//
// - A whole GET with the body thrown away: BusyBox's --spider sends HEAD in some versions, which many servers refuse.
// - GNU wget is silent with -q, so -nv, which BusyBox takes and ignores.
// - No -T: Debian's BusyBox, built without it, crashes on the option. The engine's own timeout ends the probe, and
//   `exec` lets that reach the program.
// - A proxy from the container's environment would be asked for 127.0.0.1.
// - No one signs certificates for 127.0.0.1: they are not verified.
inline std::string ProbeShellTest(const std::string& url) {
  const bool tls = absl::StartsWithIgnoreCase(url, "https:");
  const std::string word = ShellQuote(url);
  return absl::Substitute(R"(unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
if command -v wget >/dev/null; then
  exec wget -nv -t 1 $0-O /dev/null $2
elif command -v curl >/dev/null; then
  exec curl -fsS $1-o /dev/null $2
else
  echo '$3'
  exit $4
fi)",
                          tls ? "--no-check-certificate " : "", tls ? "-k " : "", word, kNoProbeProgram,
                          kNoProbeProgramExitCode);
}

// True where a probe's entry in the engine's health log (Engine API, "HealthcheckResult": ExitCode, Output) tells that
// the probe could not run in the image: no wget or curl, or no shell. Then "unhealthy" says nothing about the
// component.
inline bool ProbeCannotRun(int exit_code, const std::string& output) {
  if (exit_code == 0) return false;
  if (absl::StrContains(output, kNoProbeProgram)) return true;
  // The engine could not start the shell: runc's "exec: \"/bin/sh\": stat /bin/sh: no such file or directory" with exit
  // code -1, crun's "executable file `/bin/sh` not found".
  return absl::StrContains(output, "/bin/sh") &&
         (absl::StrContains(output, "no such file or directory") || absl::StrContains(output, "not found"));
}

// The one line of a failed probe's output that tells a person why ("wget: server returned error: HTTP/1.1 500 Internal
// Server Error"): the last that says something. Empty where there is none.
inline std::string ProbeAnswer(const std::string& output) {
  std::string answer;
  for (std::string line : std::vector<std::string>(absl::StrSplit(output, absl::ByAnyChar("\r\n")))) {
    absl::StripAsciiWhitespace(&line);
    if (!line.empty() && line != "Giving up.") answer = line;  // GNU wget's last word after a timeout
  }
  return answer;
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_PROBE_H_
