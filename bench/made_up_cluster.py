#!/usr/bin/python3
"""A made-up cluster, for cluster_size.py: an API server of Kubernetes in memory, with pods that are ready as soon as they
are made.

    made_up_cluster.py      serves HTTP on a port of 127.0.0.1, which it prints, until its end

It does what flow asks of the real one, with answers as large: lists by labels, server-side apply and its dry runs,
preconditions, removals that wait for pods, watches, and the controllers behind those. GET /requests: how many others have
come since that was asked last.
"""
import asyncio
import bisect
import collections
import functools
import itertools
import json
import re
import sys
import urllib.parse

PATH = re.compile(r"/(?:api|apis/[^/]+)/[^/]+(?:/namespaces/(?P<namespace>[^/]+))?"
                  r"/(?P<kind>[a-z]+)(?:/(?P<name>[^/]+))?")
NOW = "2026-01-01T00:00:00Z"
# What a server adds to what it is not told.
POD_DEFAULTS = {"dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "securityContext": {},
                "terminationGracePeriodSeconds": 30}
DEPLOYMENT_DEFAULTS = {"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10}


def refusal(code, reason, words):
    return code, {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": words}


def managed_fields(manager, operation, fields):
    """Whose the fields are, as a server tells with each object."""
    def names(value):
        if isinstance(value, list):
            return {f"k:{json.dumps({'name': one['name']})}": {".": {}, **names(one)}
                    for one in value if isinstance(one, dict) and "name" in one}
        return {f"f:{key}": names(inner) for key, inner in value.items()} if isinstance(value, dict) else {}
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "time": NOW, "fieldsType": "FieldsV1",
            "fieldsV1": names(fields)}


def condition(kind, words):
    return {"type": kind, "status": "True", "lastTransitionTime": NOW, "lastUpdateTime": NOW, "reason": kind,
            "message": words}


class Cluster:
    def __init__(self):
        self.objects = collections.defaultdict(dict)  # kind → (namespace, name) → object; none is changed in place
        self.told = collections.defaultdict(list)     # kind → (version, event, object), in the order of versions
        self.listeners = collections.defaultdict(set)
        self.version = 1
        self.uids = itertools.count(1)
        self.requests = 0

    # Objects

    def put(self, kind, made, event=None):
        """Keeps an object, which is made or changed, or (DELETED) is no more, and tells of it."""
        metadata, self.version = made["metadata"], self.version + 1
        key = metadata.get("namespace", ""), metadata["name"]
        event = event or ("MODIFIED" if key in self.objects[kind] else "ADDED")
        made = {**made, "metadata": {"uid": f"00000000-0000-4000-8000-{next(self.uids):012}", "creationTimestamp": NOW,
                                     **metadata, "resourceVersion": str(self.version)}}
        self.objects[kind][key] = made
        if event == "DELETED":
            del self.objects[kind][key]
        self.told[kind].append((self.version, json.dumps({"type": event, "object": made}).encode() + b"\n", made))
        for listener in self.listeners[kind]:
            listener.set()
        return made

    def change(self, kind, key, **changes):
        """Changes what an object says; of its metadata adds what is new."""
        old = self.objects[kind][key]
        metadata = {**old["metadata"], **changes.pop("metadata", {})}
        return self.put(kind, {**old, **changes, "metadata": metadata})

    def remove(self, kind, key):
        self.put(kind, self.objects[kind][key], "DELETED")

    def list(self, kind, namespace, query):
        return [one for (within, _), one in self.objects[kind].items()
                if namespace in (None, within) and matches(one, query)]

    # Calls: a status and a document

    def apply(self, kind, key, document, dry_run):
        old, wanted = self.objects[kind].get(key), document["metadata"]
        if key[0] and ("", key[0]) not in self.objects["namespaces"]:
            return refusal(404, "NotFound", f'namespaces "{key[0]}" not found')
        there = old["metadata"] if old else {"uid": None}
        if wanted.get("uid", there["uid"]) != there["uid"] or (
                old and wanted.get("resourceVersion", there["resourceVersion"]) != there["resourceVersion"]):
            return refusal(409, "Conflict", f"{kind} {key[1]!r}: the object has been modified")
        metadata = {name: wanted[name] for name in ("name", "namespace", "labels", "annotations") if name in wanted}
        made = {**document, "metadata": metadata}
        if kind == "deployments":
            template = made["spec"]["template"]
            made["spec"] = {**DEPLOYMENT_DEFAULTS, **made["spec"],
                            "template": {**template, "spec": {**POD_DEFAULTS, **template["spec"]}}}
        metadata["managedFields"] = [managed_fields("flow", "Apply", {**document, "metadata": metadata})]
        if old:
            metadata["managedFields"] += there["managedFields"][1:]
            made["metadata"] = {**there, **metadata}
            made.update({"status": old["status"]} if "status" in old else {})
            if made == old or dry_run:
                return 200, made
        elif dry_run:
            return 201, {**made, "metadata": {**metadata, "uid": "of-a-dry-run", "creationTimestamp": NOW}}
        if old is None or made["spec"] != old["spec"]:
            made["metadata"] = {**made["metadata"], "generation": there.get("generation", 0) + 1}
        made = self.put(kind, made)
        if kind == "deployments":
            asyncio.get_running_loop().call_soon(self.run, key)
        return 200 if old else 201, made

    def delete(self, kind, key, options):
        old = self.objects[kind].get(key)
        if old is None:
            return refusal(404, "NotFound", f"{kind} {key[1]!r} not found")
        if options.get("preconditions", {}).get("uid", old["metadata"]["uid"]) != old["metadata"]["uid"]:
            return refusal(409, "Conflict", "the UID in the precondition does not match")
        if kind == "namespaces" or options.get("propagationPolicy") == "Foreground":
            going = self.change(kind, key, metadata={"deletionTimestamp": NOW, "finalizers": ["foregroundDeletion"]})
            asyncio.get_running_loop().call_soon(self.finish, kind, key)
            return 200, going
        self.remove(kind, key)
        return 200, {"kind": "Status", "status": "Success"}

    # Controllers and nodes

    def tell(self, kind, about, reason, words):
        """An event about an object."""
        metadata = about["metadata"]
        self.put("events", {
            "apiVersion": "v1", "kind": "Event", "reason": reason, "message": words, "type": "Normal", "count": 1,
            "firstTimestamp": NOW, "lastTimestamp": NOW, "source": {"component": "made-up"},
            "metadata": {"namespace": metadata["namespace"], "name": f"{metadata['name']}.{next(self.uids):016x}",
                         "managedFields": [managed_fields("kubelet", "Update", dict.fromkeys((
                             "count", "firstTimestamp", "involvedObject", "lastTimestamp", "message", "reason")))]},
            "involvedObject": {"kind": kind, "apiVersion": "v1", **{name: metadata[name] for name in (
                "namespace", "name", "uid", "resourceVersion")}}})

    def set_status(self, kind, key, manager, status):
        managed = self.objects[kind][key]["metadata"]["managedFields"][:1] + [
            managed_fields(manager, "Update", {"status": status})]
        return self.change(kind, key, status=status, metadata={"managedFields": managed})

    def run(self, key):
        """Makes a new deployment's pods, and they become ready."""
        deployment = self.objects["deployments"][key]
        spec, labels = deployment["spec"], deployment["spec"]["template"]["metadata"]["labels"]
        progressing = condition("Progressing", f'ReplicaSet "{key[1]}-5d59d67564" is progressing.')
        status = {"observedGeneration": deployment["metadata"]["generation"], "replicas": spec["replicas"],
                  "updatedReplicas": spec["replicas"]}
        self.tell("Deployment", deployment, "ScalingReplicaSet", f"Scaled up replica set {key[1]}-5d59d67564 to 1")
        self.set_status("deployments", key, "kube-controller-manager", {
            **status, "unavailableReplicas": spec["replicas"], "conditions": [progressing]})
        for number in range(spec["replicas"]):
            pod = key[0], f"{key[1]}-5d59d67564-{number:05}"
            spec_of_pod = {**spec["template"]["spec"], "tolerations": [
                {"key": f"node.kubernetes.io/{what}", "operator": "Exists", "effect": "NoExecute",
                 "tolerationSeconds": 300} for what in ("not-ready", "unreachable")]}
            owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{key[1]}-5d59d67564", "uid": "0" * 36}
            metadata = {"namespace": key[0], "name": pod[1], "labels": labels, "ownerReferences": [owner],
                        "managedFields": [managed_fields("kube-controller-manager", "Update",
                                                         {"metadata": {"labels": labels}, "spec": spec_of_pod})]}
            made = self.put("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec_of_pod,
                                     "status": {"phase": "Pending", "qosClass": "BestEffort"}})
            self.tell("Pod", made, "Scheduled", f"Successfully assigned {key[0]}/{pod[1]} to node-1")
            made = self.change("pods", pod, spec={**spec_of_pod, "nodeName": "node-1"})
            self.be_on_node(pod, {"waiting": {"reason": "ContainerCreating"}}, ready=False)
            for reason, words in (("Pulled", "Container image already present on machine"),
                                  ("Created", "Created container"), ("Started", "Started container")):
                self.tell("Pod", made, reason, words)
            self.be_on_node(pod, {"running": {"startedAt": NOW}}, ready=True)
        self.set_status("deployments", key, "kube-controller-manager", {
            **status, "readyReplicas": spec["replicas"], "availableReplicas": spec["replicas"],
            "conditions": [progressing, condition("Available", "Deployment has minimum availability.")]})

    def be_on_node(self, key, state, ready):
        container = self.objects["pods"][key]["spec"]["containers"][0]
        status = {"name": container["name"], "image": container["image"], "state": state, "lastState": {},
                  "imageID": f"docker-pullable://{container['image']}", "containerID": "docker://" + "0" * 64,
                  "ready": ready, "started": ready, "restartCount": 0}
        self.set_status("pods", key, "kubelet", {
            "phase": "Pending" if "waiting" in state else "Running", "startTime": NOW, "hostIP": "10.0.0.1",
            "podIP": "10.0.1.1", "podIPs": [{"ip": "10.0.1.1"}], "qosClass": "BestEffort", "containerStatuses": [status],
            "conditions": [{**condition(kind, ""), "status": str(ready or kind in ("Initialized", "PodScheduled"))}
                           for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")]})

    def finish(self, kind, key):
        """Removes what is in a namespace, or the pods of a deployment, then itself."""
        if kind == "namespaces":
            for other in list(self.objects):
                for within in [within for within in self.objects[other] if within[0] == key[1]]:
                    self.remove(other, within)
        else:
            for number in range(self.objects[kind][key]["spec"]["replicas"]):
                pod = key[0], f"{key[1]}-5d59d67564-{number:05}"
                going = self.change("pods", pod, metadata={"deletionTimestamp": NOW})
                self.tell("Pod", going, "Killing", "Stopping container")
                self.be_on_node(pod, {"terminated": {"exitCode": 143, "reason": "Error", "startedAt": NOW}}, ready=False)
                self.remove("pods", pod)
        self.remove(kind, key)


def matches(one, query):
    labels, name = one["metadata"].get("labels", {}), one["metadata"]["name"]
    for wanted in filter(None, query.get("labelSelector", "").split(",")):
        key, equals, value = wanted.partition("=")
        if key.endswith("!") and labels.get(key[:-1]) == value:
            return False
        if not key.endswith("!") and (key not in labels or (equals and labels[key] != value)):
            return False
    return query.get("fieldSelector", f"metadata.name={name}") == f"metadata.name={name}"


def answer(cluster, method, path, query, body):
    """What one request comes to: its status and its document."""
    if path == "/version":
        return 200, {"major": "1", "minor": "30", "gitVersion": "v1.30.0"}
    where = PATH.fullmatch(path)
    kind, key = where["kind"], (where["namespace"] or "", where["name"])
    if method == "PATCH":
        return cluster.apply(kind, key, json.loads(body), query.get("dryRun") == "All")
    if method == "DELETE":
        return cluster.delete(kind, key, json.loads(body))
    if key[1] is None:
        items = [{name: value for name, value in one.items() if name not in ("apiVersion", "kind")}
                 for one in cluster.list(kind, where["namespace"], query)[:int(query.get("limit", sys.maxsize))]]
        return 200, {"kind": "List", "metadata": {"resourceVersion": str(cluster.version)}, "items": items}
    found = cluster.objects[kind].get(key)
    return (200, found) if found else refusal(404, "NotFound", f"{kind} {key[1]!r} not found")


async def watch(cluster, path, query, writer):
    """Tells what happens from a version on, and at the end of its time to which version that was."""
    where = PATH.fullmatch(path)
    told, changed = cluster.told[where["kind"]], asyncio.Event()
    at = bisect.bisect_right(told, int(query["resourceVersion"] or 0), key=lambda one: one[0])
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")

    def chunk(line):
        if not writer.is_closing():
            writer.write(b"%x\r\n%b\r\n" % (len(line), line))
    end = asyncio.get_running_loop().time() + int(query["timeoutSeconds"])
    cluster.listeners[where["kind"]].add(changed)
    try:
        while not writer.is_closing() and (left := end - asyncio.get_running_loop().time()) > 0:
            for _, line, one in told[at:]:
                if where["namespace"] in (None, one["metadata"].get("namespace")) and matches(one, query):
                    chunk(line)
            at = len(told)
            changed.clear()
            await writer.drain()
            try:
                await asyncio.wait_for(changed.wait(), left)
            except asyncio.TimeoutError:
                pass
        bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(cluster.version)}}}
        chunk(json.dumps(bookmark).encode() + b"\n")
        chunk(b"")
    finally:
        cluster.listeners[where["kind"]].discard(changed)


async def serve(cluster, reader, writer):
    """A connection: one request after the other."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split(" ", 2)
            length = re.search(r"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            path, _, query = target.partition("?")
            query = dict(urllib.parse.parse_qsl(query))
            if path == "/requests":
                status, document, cluster.requests = 200, cluster.requests, 0
            else:
                cluster.requests += 1
                if "watch" in query:
                    await watch(cluster, path, query, writer)
                    continue
                status, document = answer(cluster, method, path, query, body)
            text = json.dumps(document).encode()
            writer.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
                status, len(text), text))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    cluster = Cluster()
    server = await asyncio.start_server(functools.partial(serve, cluster), "127.0.0.1", backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
