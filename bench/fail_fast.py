#!/usr/bin/python3 -B
"""How soon flow tells what fails on a cluster once the cluster shows it, with kubectl beside it: README.md, "Failing fast".

    bazel build --config=release //cmd:flow-apply //cmd:flow-translate
    bench/fail_fast.py [ROUNDS [CAUSE...]]      how often flow meets each cause, 3 by itself (kubectl: once); which, of those in
                                                the table, all by itself

Needs the cluster of tools/cluster, which KUBECONFIG names.
"""
import contextlib
import dataclasses
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from cluster_floor import connector
from failing import causes, pipeline

FLOW = pathlib.Path(__file__).resolve().parent.parent / "bazel-bin/cmd"
HOST_OF_NODES = "10.232.0.1"  # this machine, as the nodes of tools/cluster see it
KUBECTL_WAITS = 60  # seconds
MOST = 3  # seconds from the cluster's showing to flow's telling
KINDS = "namespaces,persistentvolumeclaims,services,deployments,jobs,pods"


@dataclasses.dataclass
class Outcome:
    told: list  # seconds after the cluster showed each sign. None: it was not told
    ended: float  # seconds after it showed the last one. None: it had not by then
    code: int
    left: int  # objects of the pipeline
    text: str  # all that it said


@dataclasses.dataclass
class Place:
    name: str  # the pipeline's
    namespace: str
    file: pathlib.Path
    flags: tuple
    environment: dict


class EmptyRegistry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_there = self.path == "/v2/"
        body = b"{}" if is_there else b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Lookout:
    """When the sink's objects in a namespace first showed each sign, by watches of its own."""
    def __init__(self, connect, namespace, signs):
        self.signs = signs
        self.times = [None if sign.shown else time.monotonic() for sign in signs]
        self.connections = []
        for resource in ("pods", "events"):
            connection = connect()
            connection.request("GET", f"/api/v1/namespaces/{namespace}/{resource}?watch=1")
            self.connections.append(connection)
            threading.Thread(target=self.watch, args=(resource, connection.getresponse()), daemon=True).start()

    def watch(self, resource, answer):
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):  # closed in the midst of a line
            for line in answer:
                now, told = time.monotonic(), json.loads(line)["object"]
                if told.get("involvedObject", told["metadata"])["name"].startswith(("sink", "data")):
                    self.take(resource, told, now)

    def take(self, resource, told, now):
        for index, sign in enumerate(self.signs):
            if self.times[index] is None and sign.shown(resource, told):
                self.times[index] = now

    def close(self):
        for connection in self.connections:
            connection.sock.shutdown(socket.SHUT_RDWR)


class Bench:
    def __init__(self, folder):
        self.folder, self.namespaces, self.running = folder, [], []
        self.config = json.loads(self.kubectl("config", "view", "--raw", "--minify", "-o", "json"))
        self.connect = connector(self.config)

    def kubectl(self, *arguments, **options):
        done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, **options)
        if done.returncode != 0:
            sys.exit(f"bench: kubectl {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def start(self, *command, **options):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        self.running.append(process)
        return process

    def place(self, cause, suffix):
        name = f"bench-{os.getpid()}-{cause.name.replace(' ', '-')}-{suffix}"
        namespace, file = f"flow-{name}", self.folder / f"{name}.yaml"
        file.write_text(json.dumps(pipeline(cause, name)))
        self.namespaces.append(namespace)
        flags, environment = cause.flags, {**os.environ, "FLOW_STATE_DIR": str(self.folder / "state")}
        if cause.prepare is not None:
            self.kubectl("create", "namespace", namespace)
            flags += (f"--kube_namespace={namespace}",)
            if (config := cause.prepare(self, namespace)) is not None:
                environment["KUBECONFIG"] = str(self.folder / f"{name}.config")
                pathlib.Path(environment["KUBECONFIG"]).write_text(json.dumps(config))
        return Place(name, namespace, file, flags, environment)

    def flow(self, cause, number):
        place = self.place(cause, number)
        lookout = Lookout(self.connect, place.namespace, cause.signs)
        process = self.start(FLOW / "flow-apply", "--driver=kubernetes", place.file, *place.flags, *cause.apply_flags,
                             env=place.environment)
        said, text = [None] * len(cause.signs), ""
        for line in process.stdout:
            now, text = time.monotonic(), text + line
            said = [then or (now if re.search(sign.said, line) else None) for then, sign in zip(said, cause.signs)]
        process.wait()
        return self.outcome(place, lookout, process, time.monotonic(), text, said)

    def start_kubectl(self, cause):
        """Applies the same objects; where they are taken, begins to wait for the sink."""
        place = self.place(cause, "kubectl")
        manifests = subprocess.run([FLOW / "flow-translate", "--output=kubernetes", place.file, *place.flags],
                                   stdout=subprocess.PIPE, check=True, text=True).stdout
        lookout = Lookout(self.connect, place.namespace, cause.signs)
        process = self.start("kubectl", "apply", "--server-side", "-f", "-", stdin=subprocess.PIPE, env=place.environment)
        text, _ = process.communicate(manifests)
        if process.returncode == 0:
            is_job = cause.sink.get("restart_policy") == "no"
            wait = ("wait", "--for=condition=complete", "job/sink") if is_job else ("rollout", "status", "deployment/sink")
            process = self.start("kubectl", *wait, "-n", place.namespace, f"--timeout={KUBECTL_WAITS}s",
                                 env=place.environment)
        return place, lookout, process, text

    def beside(self, which):
        """What comes of all causes with kubectl, at the same time: it only waits."""
        under_way = {cause.name: self.start_kubectl(cause) for cause in which}
        outcomes = {}
        while len(outcomes) < len(which):
            time.sleep(0.02)
            for name, (place, lookout, process, text) in under_way.items():
                if name not in outcomes and process.poll() is not None:
                    now, rest = time.monotonic(), "" if process.stdout.closed else process.stdout.read()
                    outcomes[name] = self.outcome(place, lookout, process, now, text + rest)
        return outcomes

    def outcome(self, place, lookout, process, now, text, said=()):
        left = self.kubectl("get", KINDS, "-A", "-l", f"com.obsrvr.flow.pipeline={place.name}", "-o", "name").split()
        lookout.close()
        return Outcome([None if None in pair else pair[0] - pair[1] for pair in zip(said, lookout.times)],
                       None if lookout.times[-1] is None else now - lookout.times[-1], process.returncode,
                       len(left), text.replace(place.namespace, "flow-NAME"))

    def clean_up(self):
        for process in self.running:
            process.kill()
            process.wait()
        for namespace in self.namespaces:
            subprocess.run(["kubectl", "delete", "namespace", namespace, "--ignore-not-found", "--wait=false"],
                           stdout=subprocess.DEVNULL, check=False)


def seconds(values):
    """The median, and the least and the greatest, where there are several."""
    values = list(values)
    if None in values:
        return "–"
    middle, least, most = (round(value, 2) + 0.0 for value in (statistics.median(values), min(values), max(values)))
    return f"{middle:.2f} ({least:.2f}–{most:.2f})" if len(values) > 1 else f"{middle:.2f}"


def all_of(values):
    return ", ".join(sorted({str(value) for value in values}))


def is_met(cause, outcomes):
    return all(outcome.code == 1 and outcome.left == 0 and cause.wrote in outcome.text
               and all(told is not None and told <= MOST for told in outcome.told) for outcome in outcomes)


def print_tables(which, flow, kubectl):
    print("| cause | the cluster shows | flow tells it after, s | ends after, s | exit code | objects left "
          "| kubectl ends after, s | exit code | objects left | its last words |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for cause in which:
        ours, theirs = flow[cause.name], kubectl[cause.name]
        for index, sign in enumerate(cause.signs):
            row = [cause.name, sign.name, seconds(outcome.told[index] for outcome in ours)] + [""] * 7
            if sign is cause.signs[-1]:
                row[3:] = [seconds(outcome.ended for outcome in ours), all_of(outcome.code for outcome in ours),
                           all_of(outcome.left for outcome in ours), seconds([theirs.ended]), theirs.code, theirs.left,
                           f"`{theirs.text.strip().splitlines()[-1]}`"]
            print(f"| {' | '.join(map(str, row))} |")
    print("\n| target | asked for | at most | |\n| --- | --- | ---: | --- |")
    for cause in which:
        told = [told for outcome in flow[cause.name] for told in outcome.told]
        print(f"| {cause.name} | told ≤ {MOST} s after the cluster shows it, exit code 1, nothing left "
              f"| {'–' if None in told else f'{max(0.0, *told):.2f} s'} "
              f"| {'met' if is_met(cause, flow[cause.name]) else '**falls short**'} |")


def measure(folder, rounds, names):
    bench = Bench(folder)
    registry = http.server.ThreadingHTTPServer((HOST_OF_NODES, 0), EmptyRegistry)
    threading.Thread(target=registry.serve_forever, daemon=True).start()
    known = causes(f"{HOST_OF_NODES}:{registry.server_port}")
    if unknown := set(names) - {cause.name for cause in known}:
        sys.exit(f"bench: no such cause: {', '.join(unknown)}")
    which = [cause for cause in known if not names or cause.name in names]
    try:
        flow = {cause.name: [] for cause in which}
        for number in range(rounds):
            for cause in which:
                print(f"bench: {cause.name}, {number + 1} of {rounds}", file=sys.stderr)
                flow[cause.name].append(bench.flow(cause, number))
        print(f"bench: kubectl, {KUBECTL_WAITS} s", file=sys.stderr)
        print_tables(which, flow, bench.beside(which))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        bench.clean_up()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="flow-bench-") as temporary:
        measure(pathlib.Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2:])
