#!/usr/bin/env python3
"""Every request that an apply, an update and a delete make of a real cluster goes wrong once, in each of these ways:

  closed   the connection ends before the cluster has the request
  500      the cluster says that it has failed
  429      the cluster has too much to do; "Retry-After: 1"
  lost     the cluster carries it out, and the connection ends before the answer
  hanging  nobody answers
  killed   the command is killed (SIGKILL) as it sends the request ...
  gone     ... or when the cluster has carried it out

However the command ends: it ends, it says so where something is left, an apply after it converges, and a delete after that
leaves nothing.

  bazel test --config=kubernetes //integration:kubernetes_faults --test_output=streamed
  integration/kubernetes_faults.py bazel-bin/cmd [FAULT...]

FLOW_KUBECONFIG names the cluster. A pipeline of two workloads without pods is deployed, many at once, each in a namespace of
its own: this is about requests, not about programs. Ends in "N cases, M wrong", after a quarter of an hour.
"""
import asyncio
import collections
import json
import os
import re
import sys
import tempfile

FAULTS = ["closed", "500", "429", "lost", "hanging", "killed", "gone"]
AT_ONCE = 6
LONGEST = 150  # seconds that a command may take, whatever happens

PIPELINE = """
apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: NAME}
spec:
  sources: [{id: a, image: "busybox:1.36", replicas: 0, ports: [{containerPort: 80}], env: {VERSION: "ONE"}}]
  sinks: [{id: b, image: "busybox:1.36", replicas: 0, inputs: [a]MORE}]
"""


class Proxy:
    """Stands between one command and the cluster, counts requests, and does something else in place of the one numbered `at`."""

    def __init__(self, upstream):
        self.upstream, self.at, self.fault, self.victim, self.requests = upstream, 0, None, None, []

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    def expect(self, at, fault):
        self.at, self.fault, self.requests = at, fault, []

    async def serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            self.requests.append(head.split(b"\r\n")[0].decode())
            await self.carry_out(head, body, reader, writer, self.fault if len(self.requests) == self.at else None)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the command went away
        finally:
            writer.close()

    async def carry_out(self, head, body, reader, writer, fault):
        if fault == "killed":
            self.victim.kill()
        if fault in ("closed", "killed"):
            return
        if fault == "hanging":
            await reader.read()
            return
        if fault in ("500", "429"):
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": int(fault), "message": "made up",
                      "reason": "InternalError" if fault == "500" else "TooManyRequests"}
            text = json.dumps(status).encode()
            writer.write(b"HTTP/1.1 %s Made Up\r\nContent-Type: application/json\r\nRetry-After: 1\r\nContent-Length: %d\r\n"
                         b"Connection: close\r\n\r\n%s" % (fault.encode(), len(text), text))
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection(*self.upstream)
        up_writer.write(re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)[:-2] + b"Connection: close\r\n\r\n" + body)
        client_gone = asyncio.ensure_future(reader.read())  # that ends a watch
        try:
            while True:
                answer = asyncio.ensure_future(up_reader.read(1 << 16))
                await asyncio.wait({answer, client_gone}, return_when=asyncio.FIRST_COMPLETED)
                if not answer.done():
                    answer.cancel()
                    return
                if fault == "gone":
                    self.victim.kill()
                if fault in ("lost", "gone") or not answer.result():
                    return
                writer.write(answer.result())
                await writer.drain()
        finally:
            client_gone.cancel()
            up_writer.close()


class Case:
    """One command with one fault, and what comes after it. Its pipeline, namespace and state are its own."""

    def __init__(self, binaries, upstream, name):
        self.binaries, self.name, self.proxy = os.path.abspath(binaries), name, Proxy(upstream)
        self.folder = tempfile.TemporaryDirectory()

    async def start(self):
        await self.proxy.start()
        self.write("kubeconfig", json.dumps({
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.proxy.port}"}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}], "current-context": "c"}))
        self.write("old.yaml", PIPELINE.replace("NAME", self.name).replace("MORE", ""))
        self.write("new.yaml", PIPELINE.replace("NAME", self.name).replace("MORE", ", restart_policy: 'no'").replace("ONE", "2"))
        await self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.name}})

    def write(self, file, text):
        with open(os.path.join(self.folder.name, file), "w", encoding="utf-8") as out:
            out.write(text)

    async def flow(self, command, *arguments, at=0, fault=None):
        """Runs it. Its exit code (negative: by a signal; None: it did not end) and what it said."""
        self.proxy.expect(at, fault)
        environment = {"KUBECONFIG": os.path.join(self.folder.name, "kubeconfig"), "FLOW_DRIVER": "kubernetes",
                       "FLOW_STATE_DIR": os.path.join(self.folder.name, "state"), "PATH": os.environ["PATH"]}
        process = await asyncio.create_subprocess_exec(
            os.path.join(self.binaries, command), *arguments, f"--kube_namespace={self.name}", cwd=self.folder.name,
            env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        self.proxy.victim = process
        try:
            out, _ = await asyncio.wait_for(process.communicate(), LONGEST)
            return process.returncode, out.decode()
        except asyncio.TimeoutError:
            process.kill()
            return None, "did not end"

    async def left(self):
        """What the cluster has of the pipeline."""
        found = []
        for group, kind in (("apps", "deployments"), ("batch", "jobs"), ("", "services"), ("", "pods")):
            listed = await self.ask("GET", f"/{'apis/' + group if group else 'api'}/v1/namespaces/{self.name}/{kind}"
                                           f"?labelSelector=com.obsrvr.flow.pipeline%3D{self.name}")
            found += [f"{kind}/{item['metadata']['name']}" for item in listed["items"]]
        return found

    async def ask(self, method, path, document=None):
        """The cluster itself, without a fault."""
        reader, writer = await asyncio.open_connection(*self.proxy.upstream)
        body = json.dumps(document or {}).encode()
        writer.write(b"%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" %
                     (method.encode(), path.encode(), len(body), body))
        answer = (await reader.read()).split(b"\r\n\r\n", 1)[1]
        writer.close()
        return json.loads(answer)

    async def run(self, command, at, fault):
        """What is wrong, as text; empty: nothing. And whether the command made as many requests as that."""
        if command != "apply":
            code, said = await self.flow("flow-apply", "old.yaml")
            if code != 0:
                sys.exit(f"nothing can be tried: without a fault an apply ends with {code}:\n{said}")
        code, said = await {"apply": lambda: self.flow("flow-apply", "old.yaml", at=at, fault=fault),
                            "update": lambda: self.flow("flow-apply", "new.yaml", at=at, fault=fault),
                            "delete": lambda: self.flow("flow-delete", self.name, at=at, fault=fault)}[command]()
        reached = len(self.proxy.requests) >= at
        what = self.proxy.requests[at - 1] if reached else "nothing"
        wrong = []
        if code not in ((-9,) if fault in ("killed", "gone") and reached else (0, 1, 4)):
            wrong.append(f"it ended with {code}")
        if code == 1 and "nothing of the pipeline is left" in said and await self.left():
            wrong.append(f"it left {await self.left()}")
        second, after = await self.flow("flow-apply", "new.yaml")
        if second != 0:
            wrong.append(f"an apply after it ended with {second}:\n{after}")
        third, after = await self.flow("flow-delete", self.name)
        if third != 0 or await self.left():
            wrong.append(f"a delete after it ended with {third} and left {await self.left()}:\n{after}")
        self.outcome = str(code)
        return (f"at {what}: " + "; ".join(wrong) + f"\nit said:\n{said}" if wrong else ""), reached

    async def end(self):
        self.proxy.server.close()
        await self.ask("DELETE", f"/api/v1/namespaces/{self.name}")


async def main(binaries, faults):
    bridge = await asyncio.create_subprocess_exec("kubectl", "proxy", "--port=0",
                                                  f"--kubeconfig={os.environ['FLOW_KUBECONFIG']}", stdout=asyncio.subprocess.PIPE,
                                                  stderr=asyncio.subprocess.DEVNULL)
    upstream = ("127.0.0.1", int((await bridge.stdout.readline()).split(b":")[-1]))
    outcomes, wrong, numbers = collections.Counter(), [], iter(range(1, 1 << 30))

    async def worker(queue):
        case = None
        while queue:
            command, at, fault = queue.pop(0)
            if case is None:
                case = Case(binaries, upstream, f"faults-{os.getpid()}-{next(numbers)}")
                await case.start()
            trouble, reached = await case.run(command, at, fault)
            if reached:
                outcomes[command, fault, case.outcome if not trouble else "WRONG"] += 1
                queue.insert(0, (command, at + AT_ONCE, fault))
            if trouble:
                wrong.append(trouble)
                print(f"{command}, request {at}, {fault}, {trouble}\n", flush=True)
                await case.end()
                case = None
        if case is not None:
            await case.end()

    try:
        queue = [(command, at, fault) for fault in faults for command in ("apply", "update", "delete") for at in range(1, AT_ONCE + 1)]
        await asyncio.gather(*(worker(queue) for _ in range(AT_ONCE)))
    finally:
        bridge.terminate()
    for (command, fault, code), count in sorted(outcomes.items()):
        print(f"{command:8}{fault:9}exit {code}: {count}")
    print(f"{sum(outcomes.values())} cases, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2:] or FAULTS)))
