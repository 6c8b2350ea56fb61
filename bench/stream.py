#!/usr/bin/python3
"""flow-stream beside a mover on libgrpc++, and under load: README.md, "Moving events".

    bazel build --config=release //cmd:flow-stream //bench:grpc_component //bench:grpc_mover     (Debian's libgrpc++-dev)
    bench/stream.py [pairs [PAIRS [EVENTS]]]    both move the same events, in turns; 5 and 100000 by themselves
    bench/stream.py filter [EVENTS]             through a processor that lets one of 100 through; 100000 by itself
    bench/stream.py slow [SECONDS]              from a source without an end to a sink that takes 100 a second, and one
                                                that takes all it gets; 60 by itself
    bench/stream.py bytes [RUNS]                runs of 20,000 events, of which each byte is looked at; 1000 by itself

From a source through a processor to two sinks. It needs no engine: it makes one up.
"""
import http.server
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = ROOT / "bazel-bin"
PATIENCE = 300  # seconds until a run counts as hung
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


def peak_memory(pid):
    """In MB; 0 of one that has ended."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0


class Bench:
    """The components, with settings (grpc_component.cc) by their ids, and the programs that move their events."""

    def __init__(self, folder, **settings):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        if not (folder / "state").exists():
            write_state(folder)
        self.programs = {
            "flow-stream": [BINARIES / "cmd/flow-stream", "x", "-o", "json", "--progress=none",
                            f"--state_dir={folder / 'state'}", f"--host=tcp://127.0.0.1:{server.server_port}"],
            "libgrpc++": [BINARIES / "bench/grpc_mover", *(f"{ADDRESSES[id]}:50051" for id in INPUTS)],
        }
        self.settings = settings
        self.components = {}

    def __enter__(self):
        for id in INPUTS:
            words = [f"{name}={value}" for name, value in self.settings.get(id, {}).items()]
            self.components[id] = subprocess.Popen(
                [BINARIES / "bench/grpc_component", f"{ADDRESSES[id]}:50051", *words],
                stdout=subprocess.PIPE, text=True)
            if self.components[id].stdout.readline() != "serves\n":
                sys.exit(f"bench: {id} does not serve")
        return self

    def __exit__(self, *_):
        for component in self.components.values():
            component.kill()
            component.wait()

    def start(self, program):
        return subprocess.Popen(self.programs[program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def arrived(self, sink):
        """How many of the last stream's events have arrived at the sink in their order, each byte as it should be."""
        return int(self.components[sink].stdout.readline())

    def move(self, program, events):
        """All that the source has; `events` are to arrive. Wall seconds, CPU seconds and peak memory in MB."""
        begin = time.monotonic()
        process = self.start(program)
        peak, ended = 0, 0
        while not ended:
            # What wait4 tells of memory counts what this process was when it started the other.
            peak = max(peak, peak_memory(process.pid))
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if not ended and time.monotonic() > begin + PATIENCE:
                sys.exit(f"bench: {program} hangs")
            time.sleep(0.005)
        wall = time.monotonic() - begin
        if status != 0:
            sys.exit(f"bench: {program} failed: {process.stderr.read()}")
        said = process.communicate()[1]
        for sink in ("sink1", "sink2"):
            if (arrived := self.arrived(sink)) != events:
                sys.exit(f"bench: {program}: {arrived} of {events} have arrived at {sink} as they should be: {said}")
        return wall, used.ru_utime + used.ru_stime, peak


def pairs(folder, many=5, events=100000):
    taken = {"flow-stream": [], "libgrpc++": []}
    with Bench(folder, source={"events": events}) as bench:
        for pair in range(many + 1):  # the first is to warm up
            for name in sorted(taken, reverse=pair % 2 == 1):
                figures = bench.move(name, events)
                if pair > 0:
                    taken[name].append(figures)
    print("| medians | wall ms | CPU ms | peak memory MB |\n| --- | ---: | ---: | ---: |")
    for name, figures in taken.items():
        wall, cpu, memory = (statistics.median(figure) for figure in zip(*figures))
        print(f"| {name} | {1000 * wall:.0f} | {1000 * cpu:.0f} | {memory:.1f} |")
    print("\nratios pair by pair, flow-stream to libgrpc++: median (min–max)")
    for what, place in (("wall", 0), ("CPU", 1), ("peak memory", 2)):
        ratios = [ours[place] / theirs[place] for ours, theirs in zip(*taken.values())]
        print(f"    {what}: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


def filter_most(folder, events=100000):
    print("| a processor that lets 1 of 100 through | events a second | CPU ms | peak memory MB |")
    print("| --- | ---: | ---: | ---: |")
    for what, counts in (("and tells its counts", 1), ("and tells nothing", 0)):
        processor = {"keep": 100, "counts": counts}
        with Bench(folder, source={"events": events}, processor=processor) as bench:
            wall, cpu, memory = bench.move("flow-stream", events // 100)
            print(f"| {what} | {events / wall:.0f} | {1000 * cpu:.0f} | {memory:.1f} |")


def slow_sink(folder, seconds=60):
    with Bench(folder, source={"events": 10**12}, sink1={"rate": 100}) as bench:
        process = bench.start("flow-stream")
        time.sleep(seconds)
        memory = peak_memory(process.pid)
        for _ in range(2):  # not to wait for what is under way
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        edges = json.loads(process.communicate(timeout=PATIENCE)[0])["pipelines"][0]["edges"]
        handed = {(edge["from"], edge["to"]): int(edge["events"]) for edge in edges}
        print(f"{seconds} s, {memory:.1f} MB at most: {handed['source', 'processor']} events were read of the source;")
        for sink in ("sink1", "sink2"):
            print(f"    {bench.arrived(sink)} of {handed['processor', sink]} have arrived at {sink}")


def bytes_of_runs(folder, runs=1000):
    with Bench(folder, source={"events": 20000}) as bench:
        for run in range(1, runs + 1):
            bench.move("flow-stream", 20000)
            if run % 50 == 0 or run == runs:
                print(f"{run} runs of 20,000 events without a wrong byte", flush=True)


if __name__ == "__main__":
    trials = {"pairs": pairs, "filter": filter_most, "slow": slow_sink, "bytes": bytes_of_runs}
    words = sys.argv[1:] or ["pairs"]
    if words[0] not in trials:
        sys.exit(__doc__)
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="flow-bench-"))
    try:
        trials[words[0]](temporary, *(int(word) for word in words[1:]))
    finally:
        shutil.rmtree(temporary)
        Engine.over.set()
