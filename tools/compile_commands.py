#!/usr/bin/env python3
"""Writes compile_commands.json, for clang-tidy and editors, from what Bazel would run.

    tools/compile_commands.py [TARGETS]      default: //...

Build the targets first: generated headers must be there."""
import json
import os
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
query = 'mnemonic("CppCompile", set(%s))' % (" ".join(sys.argv[1:]) or "//...")
answer = subprocess.run(
    ["bazel", "aquery", "--output=jsonproto", "--ui_event_filters=-info", "--noshow_progress", query],
    stdout=subprocess.PIPE, check=True).stdout
commands = []
for action in json.loads(answer).get("actions", []):
    # clang-tidy complains of GCC's own flags and of the redefined __DATE__ and its kind.
    arguments = [argument for argument in action["arguments"]
                 if argument != "-fno-canonical-system-headers" and not argument.startswith("-D__")]
    source = arguments[arguments.index("-c") + 1]
    if not source.startswith(("bazel-out/", "external/")):
        commands.append({"directory": os.getcwd(), "file": source, "arguments": arguments})
with open("compile_commands.json", "w") as file:
    json.dump(commands, file, indent=1)
print("compile_commands.json: %d files" % len(commands))
