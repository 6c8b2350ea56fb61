#include "cmd/cli/flags.h"

DEFINE_string(host, "",
              "The engine's address, unix:// or tcp://. Without it DOCKER_HOST, DOCKER_CONTEXT, the current context of "
              "the Docker "
              "config folder, then unix:///var/run/docker.sock.");
DEFINE_string(
    state_dir, "",
    "Where the state of pipelines is kept. Without it FLOW_STATE_DIR, $XDG_STATE_HOME/flow, then ~/.local/state/flow.");
DEFINE_string(namespace, "", "The namespace of the pipeline. Without it the file's, else \"default\".");

DEFINE_string(output, "table", "How the answer on standard output is written.");
DEFINE_string(
    progress, "auto",
    "How progress is told on standard error: drawn on a terminal, as plain lines, JSON lines, or not at all.");
DEFINE_bool(verbose, false, "Tell every request to the engine on standard error.");

DEFINE_string(file, "", "The pipeline file; - is standard input.");
DEFINE_string(driver, "",
              "Take the file as one for this driver, whatever it says. docker is the one that can be deployed.");
DEFINE_string(default_image, "", "The image of every component that names neither an image nor a component reference.");
DEFINE_string(env_file, "", "Variables for ${NAME} in the file, one NAME=VALUE a line. Wins over the environment.");
DEFINE_string(allow_host_path, "", "Allow this path of the host to be mounted although it is one of the system's.");
DEFINE_bool(strict, true, "An unset variable, an unknown field and the like are errors, not warnings.");
DEFINE_string(engine_api, "",
              "Write for engines from this API version on, such as 1.44. Without it for the oldest that flow knows.");

DEFINE_bool(
    dry_run, false,
    "Print what would be done, one line an operation with its reason (or as data, with -o json), and do nothing.");
DEFINE_bool(check, false, "Exit with 1 when something is to be done (with --dry_run) or is not as it should be.");
DEFINE_bool(wait, true, "Wait until every component is ready.");
DEFINE_string(timeout, "5m", "Give up after this time.");
DEFINE_string(min_ready, "500ms", "A component without a health check is ready when it has run for this time.");
DEFINE_string(pull, "missing", "When images are pulled.");
DEFINE_bool(rollback, true, "Remove what this apply created when it fails. Nothing that it replaced comes back.");
DEFINE_bool(force_recreate, false, "Replace every container, also those that have not changed.");
DEFINE_bool(logs, false, "Show what the components write while they are deployed, on standard error.");
DEFINE_string(control_plane, "",
              "The control plane that is told of the deployment, by gRPC; https://HOST:PORT for one that speaks TLS. "
              "Without it the one that the state knows; given empty: none.");
DEFINE_bool(require_control_plane, false,
            "A control plane that does not answer is an error, before anything is created, and no warning.");

DEFINE_bool(keep_volumes, false, "Leave the named volumes and what is in them.");
DEFINE_bool(ignore_not_found, false, "A pipeline that is not there is no error.");
DEFINE_bool(all, false, "Every pipeline of the namespace. They are listed first.");

DEFINE_bool(watch, false, "Show it anew whenever it changes, until the pipeline is gone or Ctrl-C.");
DEFINE_bool(stats, false,
            "Of one pipeline, show what each container uses: CPU, memory, network and block devices, one sample.");

DEFINE_bool(follow, false, "Go on with what is written from now on, until the pipeline is deleted or has ended.");
DEFINE_string(tail, "all", "Of what was written before now, so many lines of each container.");
DEFINE_string(since, "", "Only what was written since this time, or so long ago: 2026-01-31T12:00:00Z, or 10m.");
DEFINE_string(until, "", "Only what was written until this time, or so long ago.");
DEFINE_bool(timestamps, false, "Put the time before each line.");

namespace flow {
namespace {

using Kind = FlagSpec::Kind;

constexpr FlagSpec kFlags[] = {
    {"host", Kind::kText, "ADDRESS"},
    {"state_dir", Kind::kText, "FOLDER"},
    {"namespace", Kind::kText, "NAME", 'n'},
    {"output", Kind::kChoice, "table|wide|json|yaml|textproto|name", 'o'},
    {"progress", Kind::kChoice, "auto|tty|plain|json|none"},
    {"verbose", Kind::kBool},
    {"file", Kind::kText, "FILE", 'f'},
    {"driver", Kind::kChoice, "docker|container|process|local|kubernetes|k8s|nomad"},
    {"default_image", Kind::kText, "IMAGE"},
    {"env_file", Kind::kText, "FILE", 0, true},
    {"allow_host_path", Kind::kText, "PATH", 0, true},
    {"strict", Kind::kBool},
    {"engine_api", Kind::kText, "VERSION"},
    {"dry_run", Kind::kBool},
    {"check", Kind::kBool},
    {"wait", Kind::kBool},
    {"timeout", Kind::kDuration, "DURATION"},
    {"min_ready", Kind::kDuration, "DURATION"},
    {"pull", Kind::kChoice, "missing|always|never"},
    {"rollback", Kind::kBool},
    {"force_recreate", Kind::kBool},
    {"keep_volumes", Kind::kBool},
    {"ignore_not_found", Kind::kBool},
    {"all", Kind::kBool},
    {"stats", Kind::kBool},
    {"watch", Kind::kBool},
    {"logs", Kind::kBool},
    {"control_plane", Kind::kText, "HOST:PORT"},
    {"require_control_plane", Kind::kBool},
    {"follow", Kind::kBool},
    {"tail", Kind::kText, "LINES"},
    {"since", Kind::kText, "TIME"},
    {"until", Kind::kText, "TIME"},
    {"timestamps", Kind::kBool},
};

}  // namespace

absl::Span<const FlagSpec> AllFlags() { return kFlags; }

const FlagSpec* FindFlag(absl::string_view name) {
  for (const FlagSpec& flag : kFlags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

FlagSpec SpecOf(const CommandFlag& flag) {
  FlagSpec spec = *FindFlag(flag.name);
  if (flag.words != nullptr) spec.value = flag.words;
  return spec;
}

absl::Duration DurationOf(absl::string_view value) {
  absl::Duration duration;
  absl::ParseDuration(value, &duration);
  return duration;
}

}  // namespace flow
