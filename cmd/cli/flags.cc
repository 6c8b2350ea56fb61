#include "cmd/cli/flags.h"

#include <gflags/gflags.h>

#include <type_traits>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace flow {
namespace {

constexpr Flag kFlags[] = {
    // Which engine, which state.
    {"host", &Options::host, "ADDRESS",
     "The address of the engine, unix://PATH or tcp://HOST:PORT. Without this flag it is DOCKER_HOST, then "
     "DOCKER_CONTEXT, then the current context of the Docker config folder, then unix:///var/run/docker.sock."},
    {"kubeconfig", &Options::kubeconfig, "FILE",
     "The file that says how the cluster is spoken to. Without this flag it is KUBECONFIG, a list of files that are "
     "merged, then ~/.kube/config, then, in a pod, its service account."},
    {"kube_context", &Options::kube_context, "NAME",
     "The context of the kubeconfig that is used. Without this flag it is the current one."},
    {"state_dir", &Options::state_dir, "FOLDER",
     "The folder where the state of pipelines is kept. Without this flag it is FLOW_STATE_DIR, then "
     "$XDG_STATE_HOME/flow, then ~/.local/state/flow."},
    {"namespace", &Options::namespace_, "NAME",
     "The namespace of the pipeline. Without this flag it is the one that the file names, or \"default\".", "", 'n'},

    // What is printed.
    {"output", &Options::output, "table|wide|json|yaml|textproto|name",
     "The format of the answer on standard output: a table, one with more columns (wide), data for programs (json, "
     "yaml, textproto), or the names alone.",
     "table", 'o'},
    {"progress", &Options::progress, "auto|tty|plain|json|none",
     "How progress is shown on standard error: drawn on a terminal (tty), as plain lines, as JSON lines, or not at all "
     "(none). auto draws it where the terminal can do that.",
     "auto"},
    {"verbose", &Options::verbose, "", "Print every request to the engine or the cluster on standard error."},

    // Reading a pipeline file.
    {"file", &Options::file, "FILE", "Read the pipeline from this file; - is standard input.", "", 'f'},
    {"driver", &Options::driver, "docker|container|process|local|kubernetes|k8s|nomad",
     "Read the file as one for this driver, whatever it says itself; docker and kubernetes can be deployed."},
    {"default_image", &Options::default_image, "IMAGE",
     "Use this image for every component that names neither an image nor a component reference."},
    {"env_file", &Options::env_files, "FILE",
     "Read the values of ${NAME} from this file, one NAME=VALUE on a line. They win over the environment."},
    {"allow_host_path", &Options::allowed_host_paths, "PATH",
     "Allow components to mount this path of the host although it belongs to the system."},
    {"strict", &Options::strict, "",
     "Treat an unset variable, an unknown field and the like as errors, not as warnings.", "true"},
    {"engine_api", &Options::engine_api, "VERSION",
     "Write the file for engines of this API version and later ones, such as 1.44. Without this flag it is for the "
     "oldest version that flow knows."},
    {"to_file", &Options::to_file, "FILE", "Write the answer into this file, not on standard output."},

    {"kube_namespace", &Options::kube_namespace, "NAME",
     "Put everything into this namespace of the cluster, which must be there. Without this flag the pipeline gets a "
     "namespace of its own."},
    {"storage_class", &Options::storage_class, "NAME",
     "The storage class of the volumes' claims. Without this flag it is the default one of the cluster."},
    {"volume_size", &Options::volume_size, "SIZE", "How much space each volume claims, such as 500Mi.", "10Gi"},
    {"pull_secret", &Options::pull_secret, "NAME",
     "Pull images with this secret of the cluster, which must be there. Without this flag pods name a secret for each "
     "registry that `docker login` was told of, and a comment has the command that makes it."},

    // Applying.
    {"dry_run", &Options::dry_run, "",
     "Print what would be done, and do nothing. Each operation is a line with its reason; -o json prints them as "
     "data."},
    {"check", &Options::check, "", "Exit with 1 when something is not as it should be."},
    {"wait", &Options::wait, "", "Wait until every component is ready.", "true"},
    {"timeout", &Options::timeout, "DURATION", "Give up after this time.", "5m"},
    {"min_ready", &Options::min_ready, "DURATION",
     "A component without a health check counts as ready once it has run for this time.", "500ms"},
    {"pull", &Options::pull, "missing|always|never", "Pull images where they are missing, always, or never.",
     "missing"},
    {"rollback", &Options::rollback, "",
     "Remove what this apply created if it fails. What it replaced does not come back.", "true"},
    {"force_recreate", &Options::force_recreate, "", "Replace every container, even one that has not changed."},
    {"logs", &Options::logs, "", "Show on standard error what the components write while they are deployed."},
    {"control_plane", &Options::control_plane, "HOST:PORT",
     "Report the deployment to this control plane, by gRPC; write https://HOST:PORT for one that speaks TLS. Without "
     "this flag it is the one that the state names; an empty value means none."},
    {"require_control_plane", &Options::require_control_plane, "",
     "Fail before anything is created if the control plane does not answer. Without this flag that is a warning."},

    // Deleting.
    {"keep_volumes", &Options::keep_volumes, "", "Keep the named volumes and the data in them."},
    {"ignore_not_found", &Options::ignore_not_found, "", "Do not fail if the pipeline does not exist."},
    {"all", &Options::all, "", "Delete every pipeline of the namespace. Their names are printed first."},

    // Status.
    {"watch", &Options::watch, "",
     "Show the status again whenever it changes, until the pipeline is gone or Ctrl-C is pressed."},
    {"stats", &Options::stats, "",
     "Show also what each container of the pipeline uses now: CPU, memory, network and block devices. A cluster tells "
     "CPU and memory, where it has a metrics server."},

    // Logs.
    {"follow", &Options::follow, "",
     "Go on with what is written from now on, until the pipeline is deleted or has ended."},
    {"tail", &Options::tail, "LINES", "Show only this many of each container's lines that were written before now.",
     "all"},
    {"since", &Options::since, "TIME",
     "Show only what was written since this time, such as 2026-01-31T12:00:00Z, or since this long ago, such as 10m."},
    {"until", &Options::until, "TIME", "Show only what was written until this time, or until this long ago."},
    {"timestamps", &Options::timestamps, "", "Print the time before each line."},

    // Moving events.
    {"window", &Options::window, "EVENTS",
     "Give a processor at most this many events that it has not answered. With 1 events keep their order.", "256"},
    {"stream", &Options::stream, "",
     "Go on moving the events of its components when all is up, as flow-stream does, until Ctrl-C is pressed. The "
     "pipeline stays."},
    {"keep", &Options::keep, "", "Leave the pipeline as it is at the end."},
};

// gflags keeps what it is given for the life of the process.
template <typename Value>
void Register(const Flag& flag, const Value& value) {
  gflags::FlagRegisterer(flag.name, flag.help, __FILE__, new Value(value), new Value(value));
}

bool RegisterAll() {
  for (const Flag& flag : kFlags) {
    if (IsBool(flag)) {
      Register(flag, absl::string_view(flag.default_value) == "true");
    } else {
      Register(flag, std::string(flag.default_value));
    }
  }
  return true;
}

}  // namespace

absl::Span<const Flag> AllFlags() { return kFlags; }

const Flag* FindFlag(absl::string_view name) {
  for (const Flag& flag : kFlags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

Flag FlagOf(const CommandFlag& of_command) {
  Flag flag = *FindFlag(of_command.name);
  if (of_command.default_value != nullptr) flag.default_value = of_command.default_value;
  if (of_command.help != nullptr) flag.help = of_command.help;
  if (of_command.words != nullptr) flag.value = of_command.words;
  return flag;
}

bool IsBool(const Flag& flag) { return std::holds_alternative<bool Options::*>(flag.member); }

bool IsRepeated(const Flag& flag) { return std::holds_alternative<std::vector<std::string> Options::*>(flag.member); }

std::vector<std::string> WordsOf(const Flag& flag) {
  if (!absl::StrContains(flag.value, '|')) return {};
  return absl::StrSplit(flag.value, '|');
}

bool SetOption(const Flag& flag, const std::string& value, Options& options) {
  [[maybe_unused]] static const bool registered = RegisterAll();
  // The other words say in which notation: `--output=kubernetes -o json`.
  if (flag.member == Flag::Member(&Options::output) && value == "kubernetes") return options.for_cluster = true;
  // Empty where gflags cannot make a value of the flag's type from it.
  if (gflags::SetCommandLineOption(flag.name, value.c_str()).empty()) return false;
  return std::visit(
      [&](auto member) {
        auto& into = options.*member;
        using Type = std::decay_t<decltype(into)>;
        if constexpr (std::is_same_v<Type, bool>) {
          std::string set;
          gflags::GetCommandLineOption(flag.name, &set);
          into = set == "true";
        } else if constexpr (std::is_same_v<Type, absl::Duration>) {
          return absl::ParseDuration(value, &into) && into >= absl::ZeroDuration();
        } else if constexpr (std::is_same_v<Type, std::vector<std::string>>) {
          into.push_back(value);
        } else {
          into = value;
        }
        return true;
      },
      flag.member);
}

Options DefaultOptions(const Command& command) {
  Options options;
  const auto set = [&](const Flag& flag) {
    if (*flag.default_value != '\0') (void)SetOption(flag, flag.default_value, options);
  };
  for (const Flag& flag : kFlags) set(flag);
  for (const FlagGroup& group : command.groups) {
    for (const CommandFlag& flag : group.flags) set(FlagOf(flag));
  }
  return options;
}

}  // namespace flow
