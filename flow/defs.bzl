"""Pipelines as Bazel targets.

    load("@flow//flow:defs.bzl", "flow_pipeline")

    flow_pipeline(
        name = "payments",
        src = "payments.yaml",
    )

makes

    bazel run //x:payments.apply       deploys the pipeline; further arguments are flags of flow-apply
    bazel run //x:payments.status      likewise .logs and .delete
    bazel build //x:payments.translate the Compose file, or a cluster's manifests: payments.translate.yaml
    bazel test //x:payments.validate   fails with the diagnostics of a file that is not valid

What runs reads the file where it stands in the workspace, so that the paths in it are relative to it, and the caller's
environment; what is built and tested knows no variables but those of `env_file`.
"""

# Where a file is: its runfile is a link to it. (What runs this may have runfiles of its own.)
_RUNFILE = """here=$0.runfiles
[ -d "$here" ] || here=$RUNFILES_DIR
runfile() { readlink -f -- "$here/%s/$1"; }
"""

def _script(ctx, arguments):
    """A script that runs the command with the arguments (words of shell), then with its own."""
    ctx.actions.write(
        ctx.outputs.executable,
        "#!/bin/bash\nset -eu\n" + _RUNFILE % ctx.workspace_name +
        'exec "$(runfile %s)" %s "$@"\n' % (ctx.executable.command.short_path, " ".join(arguments)),
        is_executable = True,
    )
    files = [ctx.file.src] + ctx.files.data + ([ctx.file.env_file] if ctx.file.env_file else [])
    runfiles = ctx.runfiles(files = files).merge(ctx.attr.command[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = ctx.outputs.executable, runfiles = runfiles)]

def _quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"

def _runfile(file):
    return '"$(runfile %s)"' % file.short_path

def _file_flags(ctx):
    """The flags of a command that reads the file's variables."""
    flags = ["--env_file=" + _runfile(ctx.file.env_file)] if ctx.file.env_file else []
    return flags + [_quoted(flag) for flag in ctx.attr.flags]

def _command_impl(ctx):
    return _script(ctx, ["-f", _runfile(ctx.file.src)] + _file_flags(ctx))

def _validate_impl(ctx):
    # The test's environment is Bazel's, in which no variable is meant for the file.
    return _script(ctx, [_runfile(ctx.file.src)] + _file_flags(ctx))

def _translate_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".yaml")
    arguments = ctx.actions.args()
    arguments.add_all([output, ctx.executable.command, ctx.file.src])
    if ctx.file.env_file:
        arguments.add(ctx.file.env_file, format = "--env_file=%s")
    arguments.add_all(ctx.attr.flags)
    ctx.actions.run_shell(
        outputs = [output],
        inputs = [ctx.file.src] + ctx.files.data + ([ctx.file.env_file] if ctx.file.env_file else []),
        tools = [ctx.attr.command[DefaultInfo].files_to_run],
        # The file where it stands, and no state: what was deployed once is nothing to a build.
        command = 'output=$1 command=$2 src=$(readlink -f -- "$3") && shift 3 && ' +
                  'exec env -i "$command" "$src" --state_dir=/nonexistent "$@" >"$output"',
        arguments = [arguments],
        mnemonic = "FlowTranslate",
        progress_message = "Translating pipeline %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([output]))]

def _attributes(command, configuration):
    return {
        "command": attr.label(default = command, executable = True, cfg = configuration),
        "data": attr.label_list(allow_files = True),
        "env_file": attr.label(allow_single_file = True),
        "flags": attr.string_list(),
        "src": attr.label(allow_single_file = True, mandatory = True),
    }

def _command_rule(command):
    return rule(
        implementation = _command_impl,
        attrs = _attributes(Label("//cmd:" + command), "target"),
        executable = True,
    )

_apply = _command_rule("flow-apply")
_status = _command_rule("flow-status")
_logs = _command_rule("flow-logs")
_delete = _command_rule("flow-delete")
_validate_test = rule(
    implementation = _validate_impl,
    attrs = _attributes(Label("//cmd:flow-validate"), "target"),
    test = True,
)
_translate = rule(
    implementation = _translate_impl,
    # Bazel 4 knows "host", later ones "exec" alone; both take this.
    attrs = _attributes(Label("//cmd:flow-translate"), "target"),
)

def flow_pipeline(
        name,
        src,
        env_file = None,
        data = [],
        file_flags = [],
        apply_flags = [],
        control_plane = None,
        driver = None,
        target_flags = [],
        **kwargs):
    """Defines NAME.apply, .status, .logs, .delete, .translate and the test .validate, and NAME, which is the file.

    Args:
      name: of the targets; the pipeline's own name is what the file says.
      src: the pipeline file.
      env_file: variables for ${NAME} in the file, one NAME=VALUE a line.
      data: files that the pipeline file refers to, so that a change of them makes the targets anew.
      file_flags: further flags of every command that reads the file: --default_image, --allow_host_path, --nostrict.
      apply_flags: further flags of flow-apply.
      control_plane: HOST:PORT of a control plane that is told of the deployment.
      driver: where it runs, docker or kubernetes, whatever the file says; without it as the file says.
      target_flags: further flags of .apply, .status, .logs and .delete that say which engine or cluster: --host,
        --kube_context, --kube_namespace.
      **kwargs: of every target: visibility, tags, testonly.
    """
    native.filegroup(name = name, srcs = [src], **kwargs)
    common = dict(src = src, data = data, **kwargs)
    told = ["--control_plane=" + control_plane] if control_plane else []
    chosen = ["--driver=" + driver] if driver else []
    where = chosen + target_flags
    read = chosen + file_flags
    _apply(name = name + ".apply", env_file = env_file, flags = where + file_flags + apply_flags + told, **common)
    _status(name = name + ".status", flags = where, **common)
    _logs(name = name + ".logs", flags = where, **common)
    _delete(name = name + ".delete", flags = where, **common)
    _translate(name = name + ".translate", env_file = env_file, flags = read, **common)
    _validate_test(name = name + ".validate", size = "small", env_file = env_file, flags = read, **common)
