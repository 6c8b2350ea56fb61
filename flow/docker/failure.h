// Why a deployment failed, and how that is told.
#ifndef FLOW_DOCKER_FAILURE_H_
#define FLOW_DOCKER_FAILURE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/compose/probe.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/owner.h"
#include "flow/docker/pull_refusal.h"
#include "flow/docker/removal.h"

namespace flow::docker {

struct Failure {
  std::string component;         // empty: of no one component
  std::string container_id;      // empty: there is none to look at
  std::string what;              // "exited with code 3"
  std::string hint;              // what to do about it, where that is known
  std::vector<std::string> log;  // what the container wrote last
  std::string no_log;            // why that cannot be read
  std::string address;           // that could not be published, as something else has its port
  bool by_probe = false;         // what the health probe answered says why
  bool by_another = false;       // someone else is at work on the pipeline: what there is now has to be looked at
};

// What the engine's refusal of an operation means, in words for its user; the engine's own words where they are clear.
//
//   a start: "driver failed programming external connectivity … listen tcp4 127.0.0.1:18080: bind: address already in
//   use" becomes "cannot publish 127.0.0.1:18080: that port is taken on the host"
inline std::string ExplainRefusal(const Operation& operation, absl::string_view message);

// Adds to a failure which of the containers on the engine has the port that could not be published, if any.
inline void AddPortHolder(const engine::ContainerList& containers, Failure* failure);

// The failure that an engine's refusal of an operation is.
inline Failure RefusalOf(const Operation& operation, const absl::Status& status);

// Whether a refusal shows that someone else is at work on the pipeline, another apply most likely: a name was taken that
// was free when this one looked, or a container or the network is gone.
inline bool IsByAnother(const Operation& operation, const absl::Status& status);

// Such a refusal in words.
inline absl::string_view WordsOfAnother(const absl::Status& status) {
  return absl::IsAlreadyExists(status) ? "something has taken that name meanwhile"
                                       : "it is gone, or the network that it is in";
}

// Whether a request came to no answer: the engine may have done what it asked.
inline bool IsUnanswered(const absl::Status& status);

// What to do about a container that ended; empty where nothing is known to help. `restarts`: the engine starts it again
// whenever it ends.
inline std::string ExitHint(int exit_code, bool restarts);

// Adds to a failure what an inspection of its container tells: that it ran out of memory; where a probe is why, what the
// last one answered, the time that the container had, and the field that gives it more.
inline void AddInspection(const engine::ContainerInspect& inspect, Failure* failure);

// Whether a container's last health probe could not run in its image. That says nothing of the component.
inline bool ProbeCannotRun(const engine::ContainerInspect& inspect);

// A failure in one line: "COMPONENT: what".
inline std::string Headline(const Failure& failure) {
  return failure.component.empty() ? failure.what : absl::StrCat(failure.component, ": ", failure.what);
}

// How it is done

namespace internal {

// "127.0.0.1:18080" or "[::]:18080" at the start of a text, where nothing but other ports is behind it; else empty.
inline std::string AddressAt(absl::string_view text) {
  // Docker 20.10 writes ":::18080".
  const bool bare = absl::StartsWith(text, ":::");
  const size_t end = bare ? 2 : absl::StartsWith(text, "[") ? text.find(']') : text.find(':');
  if (end == absl::string_view::npos) return "";
  absl::string_view host = text.substr(0, end), port = text.substr(end);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumePrefix(&port, "]");
  if (!absl::StrContains(host, '.') && !absl::StrContains(host, ':')) return "";
  if (!absl::ConsumePrefix(&port, ":")) return "";
  // Docker 28 writes "127.0.0.1:18080:172.18.0.2:8080/tcp".
  port = port.substr(0, port.find_first_not_of("0123456789"));
  if (port.empty()) return "";
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

// The address whose port something else has, where that is why; else empty. An engine says it in many ways.
inline std::string TakenAddress(absl::string_view message) {
  if (!absl::StrContains(message, "address already in use") &&
      !absl::StrContains(message, "port is already allocated") &&
      !absl::StrContains(message, "failed to bind host port")) {
    return "";
  }
  for (const absl::string_view word : absl::StrSplit(message, absl::ByAnyChar(" ,;()"), absl::SkipEmpty())) {
    if (std::string address = AddressAt(word); !address.empty()) return address;
  }
  return "";
}

// Whether what is published there takes the port of that address, be it by being published on all addresses.
inline bool Takes(const engine::PublishedPort& published, absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view ip = absl::StripPrefix(absl::StripSuffix(address.substr(0, colon), "]"), "[");
  const auto is_any = [](absl::string_view one) { return one.empty() || one == "0.0.0.0" || one == "::"; };
  return absl::StrCat(published.public_port()) == address.substr(colon + 1) &&
         (published.ip() == ip || is_any(published.ip()) || is_any(ip));
}

// Docker's words for it, and Podman's.
inline bool NoSubnetLeft(absl::string_view message) {
  return absl::StrContains(message, "non-overlapping IPv") || absl::StrContains(message, "fully subnetted") ||
         absl::StrContains(message, "could not find free subnet");
}

// A command that cannot be run is named at the end of a long chain of causes: "OCI runtime create failed: …: exec:
// \"nope\": executable file not found in $PATH: unknown".
inline std::string ExplainRefusal(absl::string_view message) {
  if (const std::string address = TakenAddress(message); !address.empty()) {
    return absl::StrCat("cannot publish ", address, ": that port is taken on the host");
  }
  if (NoSubnetLeft(message)) {
    return absl::StrCat(
        "the engine has no subnet left for one more network; deleting a pipeline frees one, so may "
        "`docker network prune`, and \"default-address-pools\" in its daemon.json gives it more (the "
        "engine says: ",
        message, ")");
  }
  if (const size_t exec = message.rfind("exec: \""); exec != absl::string_view::npos) {
    return absl::StrCat("its command cannot be run: ", absl::StripSuffix(message.substr(exec), ": unknown"));
  }
  return std::string(message);
}

// " (52s after its start)"; empty where the engine does not tell the times.
inline std::string AfterItsStart(const engine::ContainerState& state, const engine::HealthProbe& probe) {
  absl::Time start, end;
  if (!absl::ParseTime(absl::RFC3339_full, state.started_at(), &start, nullptr) ||
      !absl::ParseTime(absl::RFC3339_full, probe.end(), &end, nullptr) || end < start) {
    return "";
  }
  return absl::StrCat(" (", absl::FormatDuration(absl::Trunc(end - start, absl::Seconds(1))), " after its start)");
}

// Which field of the file gives a component more time, where a probe that answered so made it unhealthy.
inline std::string HealthHint(const engine::HealthConfig& check, absl::string_view answer) {
  const auto now = [](double nanoseconds) { return absl::FormatDuration(absl::Nanoseconds(nanoseconds)); };
  if (absl::StrContains(answer, "exceeded timeout")) {  // moby, daemon/health.go
    return absl::StrCat("a probe that takes longer gets more time by `health_timeout` (now ", now(check.timeout()),
                        ")");
  }
  return absl::StrCat("a component that takes longer to start gets more time by `health_start_period` (now ",
                      now(check.start_period()), ")");
}

// What the last probe of a container answered, how long after its start, and what to do where that was the verdict.
inline void AddProbe(const engine::ContainerInspect& inspect, Failure* failure) {
  const engine::Health& health = inspect.state().health();
  if (health.log().empty()) return;
  const engine::HealthProbe& last = health.log(health.log_size() - 1);
  const std::string answer = compose::ProbeAnswer(last.output());
  absl::StrAppend(&failure->what, "; its last health probe", AfterItsStart(inspect.state(), last), ": ",
                  answer.empty() ? absl::StrCat("exit code ", last.exit_code()) : answer);
  if (health.status() == "unhealthy") failure->hint = HealthHint(inspect.config().healthcheck(), answer);
}

}  // namespace internal

inline std::string ExplainRefusal(const Operation& operation, absl::string_view message) {
  return KindOf(operation) == OperationKind::kPullImage ? ExplainPull(operation.name(), message)
                                                        : internal::ExplainRefusal(message);
}

inline void AddPortHolder(const engine::ContainerList& containers, Failure* failure) {
  for (const engine::ContainerSummary& container : containers.containers()) {
    const bool holds = std::any_of(container.ports().begin(), container.ports().end(),
                                   [&](const auto& published) { return internal::Takes(published, failure->address); });
    if (!holds) continue;
    absl::StrAppend(&failure->what, " by container ", ReadContainer(container).name, " (",
                    OwnerText(container.labels()), ")");
    return;
  }
}

inline Failure RefusalOf(const Operation& operation, const absl::Status& status) {
  const bool by_another = IsByAnother(operation, status);
  const std::string why =
      by_another ? std::string(WordsOfAnother(status)) : ExplainRefusal(operation, status.message());
  return {.component = operation.component(),
          .what = absl::StrCat("could not ", OperationText(operation), ": ", why),
          .address = internal::TakenAddress(status.message()),
          .by_another = by_another};
}

inline bool IsByAnother(const Operation& operation, const absl::Status& status) {
  switch (KindOf(operation)) {
    case OperationKind::kCreateContainer:
      return absl::IsAlreadyExists(status) ||
             (absl::IsNotFound(status) && !absl::StrContains(absl::AsciiStrToLower(status.message()), "no such image"));
    case OperationKind::kRenameContainer:
      return absl::IsAlreadyExists(status) ||
             (absl::IsNotFound(status) &&
              absl::StrContains(absl::AsciiStrToLower(status.message()), "no such container"));
    case OperationKind::kStartContainer:
    case OperationKind::kUnpauseContainer:
      return absl::IsNotFound(status);
    default:
      return false;
  }
}

inline bool IsUnanswered(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

inline std::string ExitHint(int exit_code, bool restarts) {
  if (exit_code == 0 && restarts) {
    return "if it is meant to end, say so by `restart_policy: no` or `on-failure`";
  }
  if (exit_code == 126) return "126: its command is there and may not be run, or is no program";
  if (exit_code == 127) return "127: its command, or one that its script runs, is not in the image";
  if (exit_code == 137) return "137: it was killed, by memory's end perhaps";
  return "";
}

inline void AddInspection(const engine::ContainerInspect& inspect, Failure* failure) {
  if (failure->by_probe) internal::AddProbe(inspect, failure);
  if (inspect.state().oom_killed()) failure->hint = "the engine killed it: it used more memory than its limit";
}

inline bool ProbeCannotRun(const engine::ContainerInspect& inspect) {
  const auto& log = inspect.state().health().log();
  if (log.empty()) return false;
  const engine::HealthProbe& last = log[log.size() - 1];
  return compose::ProbeCannotRun(last.exit_code(), last.output());
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_FAILURE_H_
