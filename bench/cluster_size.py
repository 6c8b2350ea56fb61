#!/usr/bin/python3
"""What flow takes of its machine for pipelines of 100, 300 and 1,000 components on a cluster: README.md, "Large pipelines
on a cluster".

    bazel build --config=release //cmd:flow-apply //cmd:flow-status //cmd:flow-delete
    bench/cluster_size.py [--tls] [ROUNDS]  3 by itself; of each figure the median is told

It needs no cluster: it makes one up (made_up_cluster.py). --tls: which is reached over HTTP/2 and TLS, as a real one is;
that nghttpx does (Debian's nghttp2-proxy).
"""
import base64
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = (100, 300, 1000)
SHAPES = ("independent", "chain")
APPLY = ("flow-apply", "pipeline.yaml", "--min_ready=0s", "--progress=none")
JOBS = {"first apply": APPLY, "unchanged apply": APPLY, "status": ("flow-status", "size"),
        "delete": ("flow-delete", "size", "--progress=none")}
MOST_RATIO, MOST_MEGABYTES = 12, 100


def pipeline(shape, size):
    """Its file. What reads another waits until that is healthy."""
    components = [{"id": f"c{number}", "image": "busybox:1.36", "command": ["httpd", "-f", "-p", "8080"],
                   "env": {"STEP": str(number)}, "health_check": "/", "health_port": 8080} for number in range(size)]
    spec = {"sources": components}
    if shape == "chain":
        for before, component in zip(components, components[1:]):
            component["inputs"] = [before["id"]]
        spec = {"sources": components[:1], "processors": components[1:-1], "sinks": components[-1:]}
    return {"apiVersion": "flowctl/v1", "kind": "Pipeline", "metadata": {"name": "size"}, "spec": spec}


def kubeconfig(cluster):
    return {"apiVersion": "v1", "kind": "Config", "current-context": "here", "users": [{"name": "me", "user": {}}],
            "clusters": [{"name": "here", "cluster": cluster}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}]}


@contextlib.contextmanager
def over_tls(port, folder):
    """How the server of a port is reached over HTTP/2 and TLS."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
                   cwd=folder, check=True, stderr=subprocess.DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        front = free.getsockname()[1]
    with subprocess.Popen(["nghttpx", f"-f127.0.0.1,{front}", f"-b127.0.0.1,{port}", "--conf=/dev/null",
                           "--backend-connections-per-host=200", "--log-level=FATAL", "key.pem", "cert.pem"],
                          cwd=folder, stderr=subprocess.DEVNULL) as nghttpx:
        try:
            while nghttpx.poll() is None:
                with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", front)):
                    break
            authority = base64.b64encode(pathlib.Path(folder, "cert.pem").read_bytes()).decode()
            yield {"server": f"https://127.0.0.1:{front}", "certificate-authority-data": authority}
        finally:
            nghttpx.terminate()


@contextlib.contextmanager
def as_it_is(port, _):
    yield {"server": f"http://127.0.0.1:{port}"}


def run(program, *arguments, folder):
    """Runs flow to its end, which must be good: seconds, CPU seconds and peak memory in MB."""
    environment = {**os.environ, "KUBECONFIG": f"{folder}/kubeconfig", "FLOW_STATE_DIR": f"{folder}/state",
                   "FLOW_DRIVER": "kubernetes"}
    with open(f"{folder}/output", "w+") as output:
        begin = time.monotonic()
        process = subprocess.Popen([ROOT / "bazel-bin/cmd" / program, *arguments], cwd=folder, env=environment,
                                   stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
        if status != 0:
            output.seek(0)
            sys.exit(f"bench: {program} ended with {os.waitstatus_to_exitcode(status)}: {output.read()[-1000:]}")
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


def measure(shape, size, reached):
    """The figures of each job, and how many requests it sent."""
    with tempfile.TemporaryDirectory() as folder, \
            subprocess.Popen([ROOT / "bench/made_up_cluster.py"], stdout=subprocess.PIPE, text=True) as cluster:
        try:
            port = int(cluster.stdout.readline())
            pathlib.Path(folder, "pipeline.yaml").write_text(json.dumps(pipeline(shape, size)))
            figures = {}
            with reached(port, folder) as server:
                pathlib.Path(folder, "kubeconfig").write_text(json.dumps(kubeconfig(server)))
                for job, command in JOBS.items():
                    used = run(*command, folder=folder)
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/requests") as requests:
                        figures[job] = *used, int(requests.read())
            return figures
        finally:
            cluster.terminate()


def main():
    reached = over_tls if "--tls" in sys.argv else as_it_is
    rounds = [argument for argument in sys.argv[1:] if argument != "--tls"]
    figures = {}
    for _ in range(int(rounds[0]) if rounds else 3):
        for shape in SHAPES:
            for size in SIZES:
                for job, measured in measure(shape, size, reached).items():
                    figures.setdefault((shape, job, size), []).append(measured)
    medians = {row: [statistics.median(values) for values in zip(*measured)] for row, measured in figures.items()}

    print("| medians | components | wall s | CPU s | peak memory MB | requests |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    rows = [(shape, job) for shape in SHAPES for job in JOBS]
    for shape, job in rows:
        for size in SIZES:
            wall, cpu, memory, requests = medians[shape, job, size]
            print(f"| {job}, {shape} | {size:,} | {wall:.2f} | {cpu:.3f} | {memory:.1f} | {requests:,.0f} |")
    print(f"\n| 1,000 components | CPU time, against 100: ≤ {MOST_RATIO} | peak memory MB: ≤ {MOST_MEGABYTES} | |")
    print("| --- | ---: | ---: | --- |")
    for shape, job in rows:
        ratio, memory = medians[shape, job, 1000][1] / medians[shape, job, 100][1], medians[shape, job, 1000][2]
        met = ratio <= MOST_RATIO and memory <= MOST_MEGABYTES
        print(f"| {job}, {shape} | {ratio:.1f} | {memory:.1f} | {'met' if met else '**falls short**'} |")


if __name__ == "__main__":
    main()
