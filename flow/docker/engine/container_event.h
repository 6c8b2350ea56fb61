// What an event of GET /events says of a container, whichever engine tells it: Docker and Podman have different words
// for the same.
#ifndef FLOW_DOCKER_ENGINE_CONTAINER_EVENT_H_
#define FLOW_DOCKER_ENGINE_CONTAINER_EVENT_H_

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/replica.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/project/labels.h"

namespace flow::docker::engine {

struct ContainerEvent {
  enum class Kind {
    kOther,  // stopped by hand, paused, renamed, …
    kCreated,
    kStarted,
    kExited,
    kRemoved,
    kHealth,     // a probe has judged it
    kExec,       // a command is run in it, as every probe is: nothing about the container itself has changed
    kExecBegun,  // such a command is about to be run
    kExecEnded,  // it has ended; of one that cannot be run nothing more is told (moby)
  };

  Kind kind = Kind::kOther;
  std::string id;
  std::string component;                          // empty: it is of none
  int number = 0;                                 // of the component's replicas, from 1; 0: not known
  int exit_code = 0;                              // of kExited and kExecEnded
  deploy::Health health = deploy::Health::kNone;  // of kHealth
};

// Any event of a container, also one of a kind that only a later engine tells: that is kOther.
ContainerEvent ReadContainerEvent(const Event& event);

// The health that an event or an inspection has as a word. It is of a container with a check; "" and "none": without.
inline deploy::Health HealthOfWord(absl::string_view word) {
  if (word.empty() || word == "none") return deploy::Health::kNone;
  if (word == "healthy") return deploy::Health::kHealthy;
  if (word == "unhealthy") return deploy::Health::kUnhealthy;
  return deploy::Health::kStarting;
}

namespace internal {

struct EventWord {
  absl::string_view word;
  ContainerEvent::Kind kind;
};

// Docker's words (Engine API, SystemEvents), and Podman's where they differ (podman-events(1)).
inline constexpr EventWord kEventWords[] = {
    {"create", ContainerEvent::Kind::kCreated},
    {"start", ContainerEvent::Kind::kStarted},
    {"die", ContainerEvent::Kind::kExited},
    {"died", ContainerEvent::Kind::kExited},
    {"destroy", ContainerEvent::Kind::kRemoved},
    {"remove", ContainerEvent::Kind::kRemoved},
    {"health_status", ContainerEvent::Kind::kHealth},
    {"top", ContainerEvent::Kind::kExec},
    {"exec_create", ContainerEvent::Kind::kExecBegun},
    {"exec_start", ContainerEvent::Kind::kExec},
    {"exec", ContainerEvent::Kind::kExec},
    {"exec_die", ContainerEvent::Kind::kExecEnded},
    {"exec_died", ContainerEvent::Kind::kExecEnded},
};

// Docker's name for it, and Podman's.
inline int EventExitCode(const Event& event) {
  int code = 0;
  for (const char* key : {"exitCode", "containerExitCode"}) {
    if (absl::SimpleAtoi(project::Label(event.actor().attributes(), key), &code)) return code;
  }
  return 0;
}

}  // namespace internal

inline ContainerEvent ReadContainerEvent(const Event& event) {
  ContainerEvent read;
  read.id = event.actor().id();
  read.component = project::Label(event.actor().attributes(), project::kComponentLabel);
  read.number = ReplicaNumber(event.actor().attributes());
  read.exit_code = internal::EventExitCode(event);
  // "health_status: healthy", "exec_create: sh -c …"; Podman has the health in a field of its own.
  const std::pair<absl::string_view, absl::string_view> action =
      absl::StrSplit(event.action(), absl::MaxSplits(": ", 1));
  for (const internal::EventWord& known : internal::kEventWords) {
    if (known.word == action.first) read.kind = known.kind;
  }
  if (read.kind == ContainerEvent::Kind::kHealth) {
    read.health = HealthOfWord(event.health_status().empty() ? action.second : event.health_status());
  }
  return read;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_CONTAINER_EVENT_H_
