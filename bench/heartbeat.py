#!/usr/bin/python3
"""What flow-heartbeat takes of its machine, and how soon a control plane knows what happens: README.md, "Heartbeats".

    bazel build --config=release //cmd/...
    bench/heartbeat.py [SECONDS]        how long it is watched while nothing happens; 60 by itself

Needs an engine on a unix socket (DOCKER_HOST, else /var/run/docker.sock) with busybox:1.36, and what `tools/setup --tests`
installs.
"""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPONENTS, CHANGES = 10, 10
NAME = f"bench-{os.getpid()}-heartbeat"
HOST = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(HOST.removeprefix("unix://"))


def post(path):
    engine = Engine("engine")
    engine.request("POST", path)
    answer = engine.getresponse()
    if answer.status >= 300:
        sys.exit(f"bench: {path}: {answer.read()}")


def process_figures(pid):
    """CPU seconds, and peak memory in MB."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak


def beats(calls):
    text = calls.read_text() if calls.exists() else ""
    return [line for line in text.splitlines() if line.startswith("Heartbeat")]


def wait_until(condition, process, what):
    """Until the condition holds, which the process brings about."""
    begin = time.monotonic()
    while not condition():
        if process.poll() is not None:
            sys.exit(f"bench: {process.args[0]} ended with {process.returncode}")
        if time.monotonic() - begin > 30:
            sys.exit(f"bench: {what} took more than 30 s")
        time.sleep(0.01)


def wait_for_beat(calls, before, health):
    """Seconds until the server has a heartbeat of component c0, behind the first `before` of all, that says so."""
    begin = time.monotonic()
    while not any("service-c0-" in line and f"_{health}\"" in line for line in beats(calls)[before:]):
        if time.monotonic() - begin > 10:
            sys.exit(f"bench: no heartbeat says {health}")
        time.sleep(0.002)
    return time.monotonic() - begin


def measure(folder, seconds):
    calls, flow = folder / "calls", ROOT / "bazel-bin/cmd"
    environment = {**os.environ, "DOCKER_HOST": HOST, "FLOW_STATE_DIR": str(folder / "state")}
    server = subprocess.Popen([ROOT / "integration/control_plane.py", folder, "0", ROOT / "flow/control"])
    heartbeat = None
    try:
        wait_until((folder / "port").exists, server, "starting the server")
        components = "".join(f"    - {{id: c{i}, image: busybox:1.36, command: [sleep, inf]}}\n"
                             for i in range(COMPONENTS))
        (folder / "pipeline.yaml").write_text(
            f"apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {{name: {NAME}}}\nspec:\n  sources:\n{components}")
        control_plane = f"--control_plane=127.0.0.1:{(folder / 'port').read_text()}"
        subprocess.run([flow / "flow-apply", folder / "pipeline.yaml", control_plane, "--progress=none"],
                       env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = len(beats(calls))
        heartbeat = subprocess.Popen([flow / "flow-heartbeat", NAME], env=environment)
        wait_until(lambda: len(beats(calls)) >= before + COMPONENTS, heartbeat, "the first heartbeat of each")
        begin, _ = process_figures(heartbeat.pid)
        time.sleep(seconds)
        end, peak = process_figures(heartbeat.pid)
        killed, started = [], []
        for _ in range(CHANGES):
            for path, health, took in (("kill", "UNHEALTHY", killed), ("start", "HEALTHY", started)):
                before = len(beats(calls))
                post(f"/v1.41/containers/flow-{NAME}-c0-1/{path}")
                took.append(wait_for_beat(calls, before, health))
        heartbeat.send_signal(signal.SIGTERM)
        heartbeat.wait()
        share = 100 * (end - begin) / seconds
        print(f"{COMPONENTS} components, {seconds} s with nothing happening: {share:.2f} % of a "
              f"core, {peak:.1f} MB at most")
        for what, took in (("killed", killed), ("started again", started)):
            print(f"from the engine's answer that it has {what} it to the server's knowing: "
                  f"{1000 * statistics.median(took):.0f} ms (at most {1000 * max(took):.0f})")
        met = share <= 0.1 and peak <= 16 and max(killed + started) <= 2
        print(f"asked for, 0.1 % of a core, 16 MB and 2 s at most: {'met' if met else 'falls short'}")
    finally:
        if heartbeat is not None and heartbeat.poll() is None:
            heartbeat.kill()
        subprocess.run([flow / "flow-delete", NAME, "--ignore_not_found", "--progress=none"], env=environment,
                       stdout=subprocess.DEVNULL)
        server.terminate()


if __name__ == "__main__":
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="flow-bench-"))
    try:
        measure(temporary, int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    finally:
        shutil.rmtree(temporary)
