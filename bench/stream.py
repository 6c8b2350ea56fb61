#!/usr/bin/python3
"""flow-stream beside a mover on libgrpc++: README.md, "Moving events".

    bazel build --config=release //cmd:flow-stream //bench:grpc_component //bench:grpc_mover     (Debian's libgrpc++-dev)
    bench/stream.py [PAIRS [EVENTS]]        5 and 100000 by themselves

Both move the same events from a source through a processor to two sinks, in turns. It needs no engine: it makes one up.
"""
import http.server
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = ROOT / "bazel-bin"
INPUTS = {"source": [], "processor": ["source"], "sink1": ["processor"], "sink2": ["processor"]}
TYPES = {"source": "source", "processor": "processor", "sink1": "sink", "sink2": "sink"}
ADDRESSES = {id: f"127.84.{os.getpid() % 250}.{number}" for number, id in enumerate(INPUTS, 1)}
LABELS = ('"com.obsrvr.flow.pipeline": "x", "com.obsrvr.flow.namespace": "default", '
          '"com.obsrvr.flow.component": "%s", "com.docker.compose.container-number": "1"')


class Engine(http.server.BaseHTTPRequestHandler):
    """Lists the components as containers, where nothing ever happens."""
    protocol_version = "HTTP/1.1"
    over = threading.Event()

    def do_GET(self):
        if "/events" in self.path:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.over.wait()
            return
        body = "[]" if "/networks" in self.path else '{"ID": "E"}'
        if "/containers/json" in self.path:
            body = "[" + ", ".join(
                f'{{"Id": "{id}", "Names": ["/flow-x-{id}-1"], "State": "running", "Labels": {{{LABELS % id}}}, '
                f'"NetworkSettings": {{"Networks": {{"flow-x_default": {{"IPAddress": "{address}"}}}}}}}}'
                for id, address in ADDRESSES.items()) + "]"
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def write_state(folder):
    services = "".join(
        f'services {{ name: "{id}" type: "{TYPES[id]}" replicas: 1 serving_port: 50051 '
        + "".join(f'inputs: "{input}" ' for input in INPUTS[id]) + "} " for id in INPUTS)
    state = folder / "state/default/x"
    state.mkdir(parents=True)
    (state / "deployment.textproto").write_text(
        'name: "x" namespace: "default" phase: APPLIED engine_id: "E" project { name: "flow-x" pipeline: "x" '
        f'namespace: "default" network {{ key: "default" name: "flow-x_default" }} {services} }}')


def start_components(events):
    components = {}
    for id in INPUTS:
        components[id] = subprocess.Popen([BINARIES / "bench/grpc_component", f"{ADDRESSES[id]}:50051", str(events)],
                                          stdout=subprocess.PIPE, text=True)
        if components[id].stdout.readline() != "serves\n":
            sys.exit(f"bench: {id} does not serve")
    return components


def peak_memory(pid):
    """In MB; 0 of one that has ended."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0


def move(command, components, events):
    """Wall seconds, CPU seconds and peak memory in MB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak, ended = 0, 0
    while not ended:
        # What wait4 tells of memory counts what this process was when it started the other.
        peak = max(peak, peak_memory(process.pid))
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        time.sleep(0.005)
    wall = time.monotonic() - begin
    if status != 0:
        sys.exit(f"bench: {command[0]} failed: {process.stderr.read().decode()}")
    for sink in ("sink1", "sink2"):
        if (arrived := int(components[sink].stdout.readline())) != events:
            sys.exit(f"bench: {command[0]}: {arrived} of {events} arrived at {sink}")
    return wall, used.ru_utime + used.ru_stime, peak


def measure(folder, pairs, events):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    write_state(folder)
    at = [f"{ADDRESSES[id]}:50051" for id in INPUTS]
    programs = {
        "flow-stream": [BINARIES / "cmd/flow-stream", "x", "--progress=none", f"--state_dir={folder / 'state'}",
                        f"--host=tcp://127.0.0.1:{server.server_port}"],
        "libgrpc++": [BINARIES / "bench/grpc_mover", *at],
    }
    taken = {name: [] for name in programs}
    components = start_components(events)
    try:
        for pair in range(pairs + 1):  # the first is to warm up
            for name in sorted(programs, reverse=pair % 2 == 1):
                figures = move(programs[name], components, events)
                if pair > 0:
                    taken[name].append(figures)
    finally:
        for component in components.values():
            component.kill()
        Engine.over.set()
    print("| medians | wall ms | CPU ms | peak memory MB |\n| --- | ---: | ---: | ---: |")
    for name, figures in taken.items():
        wall, cpu, memory = (statistics.median(figure) for figure in zip(*figures))
        print(f"| {name} | {1000 * wall:.0f} | {1000 * cpu:.0f} | {memory:.1f} |")
    print("\nratios pair by pair, flow-stream to libgrpc++: median (min–max)")
    for what, place in (("wall", 0), ("CPU", 1), ("peak memory", 2)):
        ratios = [ours[place] / theirs[place] for ours, theirs in zip(*taken.values())]
        print(f"    {what}: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="flow-bench-"))
    try:
        measure(temporary, *(int(word) for word in (sys.argv[1:] + ["5", "100000"][len(sys.argv) - 1:])[:2]))
    finally:
        shutil.rmtree(temporary)
