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
          "missing: "
          "creates the network, volumes and containers, starts each component when what it reads is up, and waits "
          "until all "
          "are ready. Applying again with nothing changed changes nothing. Only containers that differ are replaced; "
          "networks "
          "and volumes never are.\n\n"
          "When a first apply fails, all that it created is removed, except images. When an update fails, what it "
          "created is "
          "removed and what it did not touch keeps running; nothing that it replaced comes back: apply the old file "
          "for that. "
          "Ctrl-C counts as a failure; a second one leaves at once.\n\n"
          "The pipeline's state and a Compose file of it are kept in the state folder.",
      .fewest = 0,
      .most = 1,
      .groups =
          {
              {"Applying",
               {{"dry_run"},
                {"check", nullptr, "With --dry_run: exit with 1 when there is something to do."},
                {"wait"},
                {"logs"},
                {"timeout", "5m", "Give up, and take back, after this time."},
                {"min_ready"},
                {"pull"},
                {"rollback"},
                {"force_recreate"}}},
              FileFlags(),
              {"Whom to tell", {{"control_plane"}, {"require_control_plane"}}},
              {"Which engine, which state", {{"host"}, {"namespace"}, {"state_dir"}}},
              {"Output",
               {{"output"},
                {"progress"},
                {"verbose", nullptr,
                 "Tell every request to the engine on standard error. With --dry_run, show the order of the plan too: "
                 "what each operation comes after and waits for."}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-apply pipeline.yaml", "deploy, and wait until it is up"},
              {"flow-apply pipeline.yaml --dry_run", "see what would be done"},
              {"generate | flow-apply - --timeout=10m", "a file from a pipe, with more time"},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kBusy, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& StatusCommand() {
  static const Command command = {
      .name = "flow-status",
      .summary = "tell how pipelines are",
      .usage = {"[NAME] [flags]", "-f FILE [flags]"},
      .description =
          "Without a name every pipeline, a line each; with one that pipeline's components. The engine is asked, by "
          "the labels "
          "that flow put on what it made: pipelines that another machine deployed are shown too.\n\n"
          "A pipeline is pending, applying, running, degraded, failed, completed or deleting; a component pending, "
          "starting, "
          "running, unhealthy, restarting, completed, failed, paused or missing.",
      .fewest = 0,
      .most = 1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Looking",
               {{"watch"},
                {"stats"},
                {"check", nullptr, "Exit with 1 unless everything is running or completed."},
                {"file", nullptr, "Look at the pipeline that this file names; - is standard input."}}},
              {"Which engine, which state",
               {{"host"},
                {"namespace", nullptr, "The namespace. Without it every one, or for a name \"default\"."},
                {"state_dir"}}},
              {"Output", {{"output"}, {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-status", "every pipeline"},
              {"flow-status payments", "the components of one"},
              {"flow-status payments -o wide", "with restarts, exact times and images"},
              {"flow-status payments --stats", "what it uses"},
              {"flow-status payments --watch", "how it goes on"},
              {"flow-status payments -o json", "the same for programs"},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& DeleteCommand() {
  static const Command command = {
      .name = "flow-delete",
      .summary = "stop pipelines and remove all that they are made of",
      .usage = {"NAME... [flags]", "-f FILE [flags]"},
      .description =
          "Stops the components in the direction of the data, sources first, so that what is under way arrives; then "
          "removes "
          "containers, the network, the volumes with what is in them, and the state. Images stay. Only what carries "
          "flow's "
          "labels is touched. What cannot be removed is named with what holds it; a further flow-delete ends the work.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Deleting",
               {{"keep_volumes"},
                {"timeout", "2m", "For all of it. When it nears, what still runs is killed."},
                {"ignore_not_found"},
                {"all"},
                {"file", nullptr, "Delete the pipeline that this file names; - is standard input."},
                {"control_plane", nullptr,
                 "The control plane that is told. Without it the one that the state knows; given empty: none."}}},
              {"Which engine, which state",
               {{"host"},
                {"namespace", nullptr, "The namespace. Without it the file's, else \"default\"."},
                {"state_dir"}}},
              {"Output", {{"output"}, {"progress"}, {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-delete payments", "delete one"},
              {"flow-delete payments --keep_volumes", "but leave its data"},
              {"flow-delete -n staging --all", "every pipeline of a namespace"},
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
      .summary = "show what a pipeline's components write",
      .usage = {"NAME [COMPONENT...] [flags]", "-f FILE [COMPONENT...] [flags]"},
      .description =
          "Prints the output of the components, of all or of those that are named, in the order of its times, with the "
          "component before each line; both of a program's streams, on standard output.\n\n"
          "With --follow it goes on over restarts and replacements of containers, each line once, and ends when the "
          "pipeline is deleted or when none of its components can write any more.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kComponents,
      .groups =
          {
              {"Which lines",
               {{"follow"},
                {"tail"},
                {"since"},
                {"until"},
                {"file", nullptr, "Of the pipeline that this file names, instead of NAME; - is standard input."}}},
              {"Which engine, which state",
               {{"host"}, {"namespace", nullptr, "The namespace. Without it \"default\"."}, {"state_dir"}}},
              {"Output",
               {{"timestamps"},
                {"output", "text",
                 "How lines are written: as text, or each as a JSON object with time, component, container, stream and "
                 "line.",
                 "text|json"},
                {"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-logs payments --follow --tail=10", "look on"},
              {"flow-logs payments sink --since=1h", "one component's last hour"},
              {"flow-logs payments -o json | jq -r .line", "for a program"},
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
          "Sends a control plane a heartbeat for each component every 10 s, and at once when its health changes, as "
          "the "
          "engine's events tell it. What the control plane does not know, after it was restarted for example, is "
          "registered again. Without heartbeats a control plane counts a component as unhealthy after 30 s, so this is "
          "for images that send none by themselves.\n\n"
          "Goes on while the engine or the control plane is away, and ends when its pipelines are deleted, or by a "
          "signal: then the components are told to be stopping.",
      .fewest = 1,
      .most = -1,
      .operands = Operands::kPipelines,
      .groups =
          {
              {"Whom to tell",
               {{"control_plane", nullptr,
                 "The control plane, by gRPC; https://HOST:PORT for one that speaks TLS. Without it the one that "
                 "flow-apply was given."}}},
              {"Which engine, which state",
               {{"host"}, {"namespace", nullptr, "The namespace. Without it \"default\"."}, {"state_dir"}}},
              {"Output", {{"verbose"}}},
          },
      .verbs = {},
      .examples =
          {
              {"flow-heartbeat payments", "as long as it runs"},
              {"flow-heartbeat payments orders --control_plane=10.0.0.7:8080", "of two, to this one"},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kNoEngine,
                     ExitCode::kNoSuchPipeline, ExitCode::kHungUp, ExitCode::kInterrupted, ExitCode::kTerminated},
  };
  return command;
}

const Command& TranslateCommand() {
  static const Command command = {
      .name = "flow-translate",
      .summary = "write the Compose file of a pipeline",
      .usage = {"FILE [flags]", "-f FILE [flags]"},
      .description =
          "Prints the Compose file with which `docker compose up` makes the same containers as flow-apply does. Asks "
          "no "
          "engine. Secrets stand in it as variables, never as values.",
      .fewest = 0,
      .most = 1,
      .groups = {FileFlags(),
                 {"Translating", {{"engine_api"}, {"namespace"}, {"state_dir"}}},
                 {"Output",
                  {{"output", "yaml",
                    "How it is written: as YAML with comments, as JSON, which Compose reads as well, or as flow's own "
                    "message of a project.",
                    "yaml|json|textproto"}}}},
      .verbs = {},
      .examples = {{"flow-translate pipeline.yaml > compose.yaml", "keep it"},
                   {"generate | flow-translate - -o json", "a file from a pipe, for a program"}},
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile},
  };
  return command;
}

const Command& ValidateCommand() {
  static const Command command = {
      .name = "flow-validate",
      .summary = "find every mistake in pipeline files",
      .usage = {"FILE... [flags]"},
      .description = "Prints every problem with its line and column, and what was probably meant. Asks no engine.",
      .fewest = 0,
      .most = -1,
      .groups = {FileFlags(),
                 {"Output",
                  {{"output", "text",
                    "How problems are told: as text on standard error, or as JSON on standard output, an empty list "
                    "where there are none.",
                    "text|json"}}}},
      .verbs = {},
      .examples = {{"flow-validate pipelines/*.yaml", "all of a folder"},
                   {"flow-validate -o json pipeline.yaml", "for an editor or a CI job"}},
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kInvalidFile},
  };
  return command;
}

const Command& FlowctlCommand() {
  static const Command command = {
      .name = "flowctl",
      .summary = "deploy data pipelines onto a Docker engine",
      .usage = {"VERB [arguments]"},
      .description =
          "Finds the command for the verb beside itself and runs it with the arguments that follow. `flowctl VERB "
          "--help` is that command's own help.",
      .fewest = 0,
      .most = -1,
      .operands = Operands::kVerbs,
      .groups = {},
      .verbs =
          {
              {"apply FILE", "deploy a pipeline, or bring it to what its file says (flow-apply)"},
              {"get pipelines", "how every pipeline is (flow-status)"},
              {"get pipeline NAME", "how one is"},
              {"status [NAME]", "the same (flow-status)"},
              {"delete pipeline NAME", "stop a pipeline and remove it (flow-delete)"},
              {"logs NAME [COMPONENT...]", "what its components write (flow-logs)"},
              {"heartbeat NAME...", "keep a control plane told of it (flow-heartbeat)"},
              {"translate FILE", "its Compose file (flow-translate)"},
              {"validate FILE...", "its mistakes (flow-validate)"},
          },
      .examples =
          {
              {"flowctl apply pipeline.yaml", "deploy"},
              {"flowctl get pipelines", "look"},
              {"flowctl delete pipeline payments", "delete"},
          },
      .exit_codes = {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage},
  };
  return command;
}

std::vector<const Command*> AllCommands() {
  return {&ApplyCommand(),     &StatusCommand(),    &DeleteCommand(),   &LogsCommand(),
          &HeartbeatCommand(), &TranslateCommand(), &ValidateCommand(), &FlowctlCommand()};
}

}  // namespace flow
