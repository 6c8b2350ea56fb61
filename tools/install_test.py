#!/usr/bin/python3
"""What tools/install and tools/package make: the commands run, `man` shows their pages, and TAB completes in bash, zsh
and fish, each a real shell on a terminal of its own."""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

COMMANDS = ["flow-apply", "flow-status", "flow-delete", "flow-logs", "flow-heartbeat", "flow-stream", "flow-run",
            "flow-translate", "flow-validate", "flowctl"]
STATE = 'name: "%s" namespace: "default" phase: APPLIED components { id: "source" } components { id: "sink" }\n'


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **more).stdout


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, command, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        self.text = ""

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def wait_for(self, pattern):
        """Reads until the pattern is on it, behind what was found before; what stood before it."""
        deadline = time.monotonic() + 60
        while not (match := re.search(pattern, self.text)):
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern!r} came: {self.text!r}")
            piece = os.read(self.fd, 65536).decode(errors="replace")
            if "\x1b[c" in piece or "\x1b[0c" in piece:  # newer fish asks what terminal this is
                self.type("\x1b[?62;c")
            # Without colours and cursor movements.
            self.text += re.sub(r"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0AB]|[=>78])", "", piece)
        before, self.text = self.text[:match.end()], self.text[match.end():]
        return before

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="flow-install-"))
        cls.prefix = cls.folder / "prefix"
        run("tools/install", f"--prefix={cls.prefix}", "--built=.")
        for name in ("minimal", "other"):
            state = cls.folder / "state/default" / name
            state.mkdir(parents=True)
            (state / "deployment.textproto").write_text(STATE % name)
        (cls.folder / "home").mkdir()
        cls.environment = {"HOME": str(cls.folder / "home"), "PATH": f"{cls.prefix}/bin:/usr/bin:/bin",
                           "FLOW_STATE_DIR": str(cls.folder / "state"), "TERM": "xterm", "LC_ALL": "C.UTF-8"}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_the_commands_run(self):
        for command in COMMANDS:
            self.assertEqual(run(self.prefix / "bin" / command, "--version").split()[0], command)

    def test_man_shows_the_pages(self):
        for command in COMMANDS:
            page = run("man", "--warnings", f"--manpath={self.prefix}/share/man", command,
                       env={**self.environment, "MANWIDTH": "80"})
            self.assertIn("NAME", page)
            self.assertIn("EXIT STATUS", page)
            self.assertIn(f"{command} - ", page)
        self.assertIn("--timeout=DURATION", run("man", f"--manpath={self.prefix}/share/man", "flow-apply"))

    def complete(self, command, environment, loading):
        """Names of the state, components, flags and their words, each in a shell of its own that has read `loading`."""
        for typed, completed in (("flow-delete mi", "flow-delete minimal"),
                                 ("flow-logs minimal sou", "flow-logs minimal source"),
                                 ("flow-apply --require", "flow-apply --require_control_plane"),
                                 ("flow-status --output=te", "--output=textproto"),
                                 ("flowctl delete pipeline oth", "flowctl delete pipeline other")):
            with Terminal(command, {**self.environment, **environment}) as shell:
                shell.wait_for("ready> ")
                shell.type(f"{loading}; echo loa''ded\n")
                shell.wait_for("loaded")
                shell.wait_for("ready> ")
                shell.type(typed + "\t")
                shell.wait_for(completed)

    def test_bash_completes(self):
        self.complete(["/bin/bash", "--norc", "-i"], {"PS1": "ready> "},
                      f"source {self.prefix}/share/bash-completion/completions/flow-delete")

    def test_zsh_completes(self):
        self.complete(["/usr/bin/zsh", "-f", "-i"], {"PS1": "ready> "},
                      f"fpath=({self.prefix}/share/zsh/site-functions $fpath); autoload -Uz compinit; "
                      "compinit -u -D; setopt nobeep")

    def test_fish_completes(self):
        self.complete(["/usr/bin/fish", "-i", "-C", "function fish_prompt; echo -n 'ready> '; end"],
                      {"XDG_DATA_DIRS": f"{self.prefix}/share:/usr/share"}, "true")

    def test_every_command_is_completed(self):
        for script in ("flow.bash", "_flow", "flow.fish"):
            text = pathlib.Path("tools/completions", script).read_text()
            for command in COMMANDS:
                self.assertIn(f" {command}", text)

    def test_a_package_has_it_all(self):
        package = run("tools/package", "--built=.", f"--output={self.folder}").strip()
        run("dpkg-deb", "--extract", package, self.folder / "package")
        for command in COMMANDS:
            self.assertTrue(os.access(self.folder / "package/usr/bin" / command, os.X_OK))
            self.assertTrue((self.folder / f"package/usr/share/man/man1/{command}.1.gz").exists())
        doc = self.folder / "package/usr/share/doc/flow"
        self.assertTrue((doc / "copyright").exists())
        for page in doc.rglob("*.md"):
            for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name} links to {link}")
        self.assertIn("libcurl4 (>= 7.85)", run("dpkg-deb", "--field", package, "Depends"))

    def test_uninstalling_leaves_what_it_found(self):
        prefix = self.folder / "another"
        (prefix / "share/man").mkdir(parents=True)
        (prefix / "bin").mkdir()
        (prefix / "bin/other").write_text("")
        run("tools/install", f"--prefix={prefix}", "--built=.")
        run("tools/install", f"--prefix={prefix}", "--built=.")  # over itself
        run("tools/install", "--uninstall", f"--prefix={prefix}")
        left = sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file())
        self.assertEqual(left, ["bin/other"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
