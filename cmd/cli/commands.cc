#include "cmd/cli/commands.h"

namespace flow {
namespace {

const std::vector<CommandFlag> kFileFlags = {
    {"file"}, {"driver"}, {"default_image"}, {"env_file"}, {"allow_host_path"}, {"strict"},
};

FlagGroup FileFlags() { return {"The file", kFileFlags}; }

}  // namespace

const Command& ApplyCommand() {
  static const Command command = {
      .name = "flow-apply",
      .summary = "deploy a pipeline, or bring a running one to what its file says",
      .usage = {"FILE [flags]", "-f FILE [flags]"},
      .description =
          "Reads the pipeline file (- is standard input), compares it with what the engine runs, and does what is "
          "missing: it creates the network, the volumes and the containers, starts each component when the components "
          "that it reads from are up, and waits until all are ready. Applying a file again when nothing has changed "
          "changes nothing. Only containers that differ are replaced; networks and volumes never are.\n\n"
          "When a first apply fails, everything that it created is removed, except images. When an update fails, what "
          "it created is removed (a container that alone has data of its image only stops), and what it did not touch "
          "keeps running. What it stopped does not come back by itself: the message names it, and applying "
          "the old file brings it back. Ctrl-C counts as a failure; a second Ctrl-C ends flow-apply at once.\n\n"
          "The state of the pipeline and a Compose file of it are kept in the state folder.\n\n"
          "With --driver=kubernetes, or for a file whose driver is kubernetes, all of that is done on a cluster.",
      .fewest = 0,
      .most = 1,
      .groups =
          {
              {"Applying",
               {{"dry_run"},
                {"check", nullptr, "With --dry_run, exit with 1 when there is something to do."},
                {"wait"},
                {"logs"},
                {"stream"},
                {"timeout", "5m", "Give up after this time, and remove what was created."},
                {"min_ready"},
                {"pull"},
                {"rollback"},
                {"force_recreate"}}},
              FileFlags(),
              {"Control plane", {{"control_plane"}, {"require_control_plane"}}},
              {"Cluster",
               {{"kubeconfig"},
                {"kube_context"},
                {"kube_namespace"},
                {"storage_class"},
                {"volume_size"},
                {"pull_secret", nullptr, "Pull images with this secret of the cluster, which must be there."}}},
              {"Engine and state", {{"host"}, {"namespace"}, {"state_dir"}}},
              {"Output",
               {{"output"},
                {"progress"},
                {"verbose", nullptr,
                 "Print every request to the engine or the cluster on standard error. With --dry_run, print the order "
                 "of the plan too: what each operation comes after and waits for."}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-apply pipeline.yaml", "Deploy a pipeline, and wait until it is up."},
              {"flow-apply pipeline.yaml --dry_run", "See what would be done."},
              {"generate | flow-apply - --timeout=10m", "Deploy a file from a pipe, and allow more time."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kBusy, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& StatusCommand() {
  static const Command command = {
      .name = "flow-status",
      .summary = "show how pipelines are",
      .usage = {"[NAME] [flags]", "-f FILE [flags]"},
      .description =
          "Without a name it shows every pipeline, one on a line. With a name it shows the components of that "
          "pipeline. "
          "flow finds them by the labels that it put on what it made, so pipelines that another machine deployed are "
          "shown too.\n\n"
          "They are those of the Docker engine. --driver=kubernetes or FLOW_DRIVER shows those of a cluster; so does "
          "the "
          "-f FILE whose driver is kubernetes, and a NAME of which flow knows that it runs there.\n\n"
          "A pipeline is pending, applying, running, degraded, failed, completed or deleting. A component is pending, "
          "starting, running, unhealthy, restarting, completed, failed, paused or missing.",
      .fewest = 0,
      .most = 1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Looking",
               {{"watch"},
                {"stats"},
                {"check", nullptr, "Exit with 1 unless everything is running or completed."},
                {"file", nullptr, "Show the pipeline that this file names; - is standard input."}}},
              {"Engine or cluster, and state",
               {{"driver", nullptr, "Show what runs there: on a Docker engine, or on a Kubernetes cluster.",
                 "docker|kubernetes|k8s"},
                {"host"},
                {"kubeconfig"},
                {"kube_context"},
                {"kube_namespace", nullptr, "Look in this namespace of the cluster only."},
                {"namespace", nullptr,
                 "The namespace of the pipelines. Without this flag every namespace is shown; a NAME is looked for in "
                 "\"default\"."},
                {"state_dir"}}},
              {"Output",
               {{"output", nullptr,
                 "The format of the answer on standard output: a table, one with more columns (wide), data for "
                 "programs (json, yaml, textproto), or the names alone. mermaid and dot draw the NAME's components "
                 "with their states, for Markdown pages and for Graphviz.",
                 "table|wide|json|yaml|textproto|name|mermaid|dot"},
                {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-status", "Show every pipeline."},
              {"flow-status payments", "Show the components of one pipeline."},
              {"flow-status payments -o wide", "Show them with restarts, exact times and images."},
              {"flow-status payments --stats", "Show what they use, too."},
              {"flow-status payments --driver=kubernetes -o wide", "Show its pods on a cluster, and their nodes."},
              {"flow-status payments --watch", "Keep showing them as they change."},
              {"flow-status payments -o json", "Print the same for a program."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& DeleteCommand() {
  static const Command command = {
      .name = "flow-delete",
      .summary = "stop pipelines and remove everything that they are made of",
      .usage = {"NAME... [flags]", "-f FILE [flags]", "--all [flags]"},
      .description =
          "Stops the components in the direction of the data, sources first, so that data under way still arrives. "
          "Then "
          "it removes the containers, the network, the volumes with the data in them, and the state. Images stay. Only "
          "what carries flow's labels is touched. What cannot be removed is named, with what holds it; run flow-delete "
          "again to finish the work.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Deleting",
               {{"keep_volumes"},
                {"timeout", "2m",
                 "The time that the whole deletion may take. After half of it all that still run are told to stop, "
                 "side by side; near its end, those that have not stopped are named and killed."},
                {"ignore_not_found"},
                {"all"},
                {"file", nullptr, "Delete the pipeline that this file names; - is standard input."},
                {"control_plane", nullptr,
                 "Tell this control plane of the deletion. Without this flag it is the one that the state names; an "
                 "empty "
                 "value means none."}}},
              {"Engine or cluster, and state",
               {{"driver", nullptr, "Where the pipeline runs: on a Docker engine, or on a Kubernetes cluster.",
                 "docker|kubernetes|k8s"},
                {"host"},
                {"kubeconfig"},
                {"kube_context"},
                {"kube_namespace", nullptr, "The namespace of the cluster that it was put into."},
                {"namespace", nullptr,
                 "The namespace of the pipelines. Without this flag it is the one that the file names, or "
                 "\"default\"."},
                {"state_dir"}}},
              {"Output", {{"progress"}, {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-delete payments", "Delete one pipeline."},
              {"flow-delete payments --keep_volumes", "Delete it, but keep its data."},
              {"flow-delete -n staging --all", "Delete every pipeline of a namespace."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kBusy, ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted,
                     ExitCode::kTerminated},
  };
  return command;
}

const Command& LogsCommand() {
  static const Command command = {
      .name = "flow-logs",
      .summary = "show what the components of a pipeline write",
      .usage = {"NAME [COMPONENT...] [flags]", "-f FILE [COMPONENT...] [flags]"},
      .description =
          "Prints the output of all components, or of those that are named, in the order of its times. Each line "
          "begins "
          "with its component. What a program writes on its standard error is printed on standard output, too.\n\n"
          "With --follow it goes on when containers restart or are replaced, and prints each line once. It ends when "
          "the "
          "pipeline is deleted, or when none of its components can write any more.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kComponents,
      .groups =
          {
              {"Lines",
               {{"follow"},
                {"tail"},
                {"since"},
                {"until"},
                {"file", nullptr,
                 "Show the output of the pipeline that this file names, instead of NAME; - is standard input."}}},
              {"Engine or cluster, and state",
               {{"driver", nullptr, "Where the pipeline runs: on a Docker engine, or on a Kubernetes cluster.",
                 "docker|kubernetes|k8s"},
                {"host"},
                {"kubeconfig"},
                {"kube_context"},
                {"kube_namespace", nullptr, "Look in this namespace of the cluster only."},
                {"namespace", nullptr, "The namespace of the pipeline. Without this flag it is \"default\"."},
                {"state_dir"}}},
              {"Output",
               {{"timestamps"},
                {"output", "text",
                 "The format of a line: text, or a JSON object with its time, component, container, stream and line.",
                 "text|json"},
                {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-logs payments --follow --tail=10", "Show the last lines, and those to come."},
              {"flow-logs payments sink --since=1h", "Show the last hour of one component."},
              {"flow-logs payments -o json | jq -r .line", "Print the lines for a program."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& HeartbeatCommand() {
  static const Command command = {
      .name = "flow-heartbeat",
      .summary = "keep a control plane told how the components of pipelines are",
      .usage = {"NAME... [flags]"},
      .description =
          "Sends the control plane a heartbeat for each component every 10 s, and at once when the engine or the "
          "cluster tells "
          "that its health has changed. Components that the control plane does not know, for example after it was "
          "restarted, are registered again. A control plane counts a component without heartbeats as unhealthy after "
          "30 s, so this is for images that send none by themselves.\n\n"
          "It goes on while the engine, the cluster or the control plane is away. It ends when its pipelines are "
          "deleted, or by a "
          "signal; then the control plane is told that the components are stopping.",
      .fewest = 1,
      .most = -1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Control plane",
               {{"control_plane", nullptr,
                 "Send heartbeats to this control plane, by gRPC; write https://HOST:PORT for one that speaks TLS. "
                 "Without this flag it is the one that flow-apply was given."}}},
              {"Engine or cluster, and state",
               {{"driver", nullptr, "Where the pipelines run: on a Docker engine, or on a Kubernetes cluster.",
                 "docker|kubernetes|k8s"},
                {"host"},
                {"kubeconfig"},
                {"kube_context"},
                {"kube_namespace", nullptr, "Look in this namespace of the cluster only."},
                {"namespace", nullptr, "The namespace of the pipelines. Without this flag it is \"default\"."},
                {"state_dir"}}},
              {"Output", {{"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-heartbeat payments", "Send heartbeats for a pipeline for as long as it runs."},
              {"flow-heartbeat payments orders --control_plane=10.0.0.7:8080",
               "Send those of two pipelines to this control plane."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& StreamCommand() {
  static const Command command = {
      .name = "flow-stream",
      .summary = "move the events of pipelines whose components are built with flowctl's SDK",
      .usage = {"NAME... [flags]"},
      .description =
          "Components that are built with flowctl's SDK serve gRPC and wait: they do not connect to each other. This "
          "reads the events of sources, and gives them to the processors and sinks that name them as inputs.\n\n"
          "It goes on when a component dies, restarts or is replaced, and while the engine is away. A component that "
          "is slow holds its sources back; nothing is dropped because of it. What a component may have lost when it "
          "died is read again from the source, where events carry a Stellar cursor; so an event may arrive twice. "
          "How many events without a cursor were lost is told.\n\n"
          "It ends when all sources have ended and everything has arrived, or by a signal: then what is under way "
          "still arrives, for 10 s at most; a second signal ends it at once.",
      .fewest = 1,
      .most = -1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Moving",
               {{"window"},
                {"check", nullptr,
                 "Move nothing: show whether the components of each edge serve, and exit with 1 unless all do."}}},
              {"Engine and state",
               {{"host"},
                {"namespace", nullptr, "The namespace of the pipelines. Without this flag it is \"default\"."},
                {"state_dir"}}},
              {"Output",
               {{"output", nullptr, "The format in which the figures are printed at the end, on standard output.",
                 "table|json"},
                {"progress", "plain",
                 "How the figures are printed on standard error every 10 s: as a line (plain), as a JSON line, with "
                 "all else that is told (json), or not at all (none).",
                 "plain|json|none"},
                {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-stream payments", "Move the events of a pipeline."},
              {"flow-stream payments --window=1", "Move them in their order."},
              {"flow-stream payments -o json", "Print the figures at the end for a program."},
              {"flow-stream --check payments", "Know by the exit code whether its components can be connected."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& RunPipelineCommand() {
  static const Command command = {
      .name = "flow-run",
      .summary = "run a pipeline until Ctrl-C, and take it away again",
      .usage = {"FILE [flags]"},
      .description =
          "Deploys the pipeline (flow-apply), moves the events of components that are built with flowctl's SDK "
          "(flow-stream), shows what all of them write (flow-logs), and keeps a control plane told where there is one "
          "(flow-heartbeat). It ends when all sources have ended and everything has arrived, or by Ctrl-C: then what "
          "is under way still arrives, and everything that was deployed is removed (flow-delete), volumes with the "
          "data in them too.\n\n"
          "A pipeline that was there before is brought to what the file says, and stays when flow-run ends.\n\n"
          "One whose components move no events ends with the last of them; where one has failed by then the exit code "
          "is 1.\n\n"
          "Lines of components go to standard output, all else to standard error.",
      .fewest = 1,
      .most = 1,
      .groups =
          {
              {"Running",
               {{"keep"},
                {"keep_volumes"},
                {"window"},
                {"timeout", "5m", "Give up after this time if it is not up, and remove what was created."},
                {"min_ready"},
                {"pull"}}},
              {"The file",
               {{"driver", nullptr,
                 "Read the file as one for this driver, whatever it says itself; one for an engine can be run."},
                {"default_image"},
                {"env_file"},
                {"allow_host_path"},
                {"strict"}}},
              {"Control plane", {{"control_plane"}, {"require_control_plane"}}},
              {"Engine and state", {{"host"}, {"namespace"}, {"state_dir"}}},
              {"Output",
               {{"progress", "plain",
                 "Whether lines tell what is being done and, every 10 s, how the events flow (plain), or not (none).",
                 "plain|none"},
                {"timestamps"},
                {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-run pipeline.yaml", "Run a pipeline until Ctrl-C."},
              {"flow-run pipeline.yaml --keep", "Leave it running then; flow-stream goes on with its events."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kBusy, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& TranslateCommand() {
  static const Command command = {
      .name = "flow-translate",
      .summary = "write a pipeline as a Compose file, or as Kubernetes manifests",
      .usage = {"FILE [flags]", "-f FILE [flags]"},
      .description =
          "Prints the Compose file with which `docker compose up` makes the same containers as flow-apply does. "
          "Secrets "
          "are in the file as variables, never as values.\n\n"
          "With --output=kubernetes, or for a file whose driver is kubernetes, it prints the objects that a cluster "
          "gets, which `kubectl apply -f -` takes: one YAML stream, or with -o json a List. Files that components "
          "mount "
          "read-only are carried along. Secrets are left out; a comment has the commands that make them.\n\n"
          "It asks no engine and no cluster.",
      .fewest = 0,
      .most = 1,
      .groups =
          {FileFlags(),
           {"Translating", {{"engine_api"}, {"namespace"}, {"state_dir"}}},
           {"Kubernetes",
            {{"kube_namespace"},
             {"pull", "missing", "When nodes pull images: where they are missing, always, or never."},
             {"pull_secret"},
             {"storage_class"},
             {"volume_size"}}},
           {"Output",
            {{"output", "yaml",
              "The format: a Compose file as YAML with comments (docker-compose says the same) or as JSON, which "
              "Compose reads as well; flow's own message of a project (textproto); the pipeline as a picture, for "
              "Markdown pages (mermaid) or for Graphviz (dot). kubernetes: objects for a cluster, as YAML, or with -o "
              "json "
              "as JSON.",
              "yaml|docker-compose|json|textproto|mermaid|dot|kubernetes"},
             {"to_file"}}}},
      .verbs = {},
      .examples = {{"flow-translate pipeline.yaml > compose.yaml", "Keep the Compose file."},
                   {"flow-translate --output=kubernetes pipeline.yaml | kubectl apply -f -", "Run it on a cluster."},
                   {"generate | flow-translate - -o json", "Translate a file from a pipe for a program."}},
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile},
  };
  return command;
}

const Command& ValidateCommand() {
  static const Command command = {
      .name = "flow-validate",
      .summary = "find every mistake in pipeline files",
      .usage = {"FILE... [flags]"},
      .description =
          "Prints every problem with its line and column, and with what was probably meant. It asks no engine.",
      .fewest = 0,
      .most = -1,
      .groups = {FileFlags(),
                 {"Output",
                  {{"output", "text",
                    "How problems are printed: as text on standard error, or as JSON on standard output, which is an "
                    "empty list when there are none.",
                    "text|json"}}}},
      .verbs = {},
      .examples = {{"flow-validate pipelines/*.yaml", "Check every file of a folder."},
                   {"flow-validate -o json pipeline.yaml", "Check a file for an editor or a CI job."}},
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile},
  };
  return command;
}

const Command& FlowctlCommand() {
  static const Command command = {
      .name = "flowctl",
      .summary = "deploy data pipelines onto a Docker engine or a Kubernetes cluster",
      .usage = {"VERB [arguments]"},
      .description =
          "Finds the command for the verb in its own folder, and runs it with the arguments that follow. `flowctl VERB "
          "--help` prints the help of that command. The exit code is the command's.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kVerbs,
      .groups = {},
      .verbs =
          {
              {"run FILE", "Run a pipeline until Ctrl-C, and take it away again (flow-run)."},
              {"apply FILE", "Deploy a pipeline, or bring it to what its file says (flow-apply)."},
              {"get pipelines", "Show how every pipeline is (flow-status)."},
              {"get pipeline NAME", "Show how one pipeline is (flow-status)."},
              {"status [NAME]", "Do the same (flow-status)."},
              {"delete pipeline NAME", "Stop a pipeline and remove it (flow-delete)."},
              {"logs NAME [COMPONENT...]", "Show what its components write (flow-logs)."},
              {"heartbeat NAME...", "Keep a control plane told of it (flow-heartbeat)."},
              {"stream NAME...", "Move the events of its components (flow-stream)."},
              {"translate FILE", "Write its Compose file, or its objects on a cluster (flow-translate)."},
              {"validate FILE...", "Find its mistakes (flow-validate)."},
          },
      .examples =
          {
              {"flowctl apply pipeline.yaml", "Deploy a pipeline."},
              {"flowctl get pipelines", "Show every pipeline."},
              {"flowctl delete pipeline payments", "Delete a pipeline."},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kBusy, ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted,
                     ExitCode::kTerminated},
  };
  return command;
}

std::vector<const Command*> AllCommands() {
  return {&ApplyCommand(),  &StatusCommand(),      &DeleteCommand(),    &LogsCommand(),     &HeartbeatCommand(),
          &StreamCommand(), &RunPipelineCommand(), &TranslateCommand(), &ValidateCommand(), &FlowctlCommand()};
}

}  // namespace flow
