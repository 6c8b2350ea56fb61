"""The ways to fail on a cluster that fail_fast.py measures: how each comes about, by what the cluster shows it, and what flow
says then.
"""
import dataclasses
import json
import typing

RUNS = ["sh", "-c", "trap exit TERM; while :; do sleep 0.2; done"]


@dataclasses.dataclass
class Sign:
    name: str
    shown: typing.Callable  # whether an object shows it, by its resource. None: the answer to a request does
    said: str  # what a line of flow's standard error then matches: the component and the cause


@dataclasses.dataclass
class Cause:
    name: str
    sink: dict  # what is wrong with it, or nothing
    signs: list  # in their order; the last one ends an apply
    wrote: str = ""  # what the component wrote last, which flow shows
    flags: tuple = ()  # of flow-apply and flow-translate
    apply_flags: tuple = ()
    # Where it is in a namespace that is there before: makes that ready, and returns the configuration of who applies there;
    # None: whoever measures.
    prepare: typing.Callable = None


def pipeline(cause, name):
    """Its file: a source that runs, and the sink, which reads it."""
    source = {"id": "source", "image": "busybox:1.36", "command": RUNS}
    sink = {"id": "sink", "image": "busybox:1.36", "command": RUNS, "inputs": ["source"], **cause.sink}
    return {"apiVersion": "flowctl/v1", "kind": "Pipeline", "metadata": {"name": name},
            "spec": {"sources": [source], "sinks": [sink]}}


# What shows it


def container(pod):
    return next(iter(pod["status"].get("containerStatuses", [])), {})


def ended(times):
    """The program has, so often."""
    def shown(resource, pod):
        if resource != "pods":
            return False
        status = container(pod)
        state = status.get("state", {})
        is_down = "running" not in state and ("terminated" in state or "terminated" in status.get("lastState", {}))
        return status.get("restartCount", 0) + is_down >= times
    return shown


def not_startable(resource, pod):
    if resource != "pods":
        return False
    state = container(pod).get("state", {})
    return (state.get("waiting", {}).get("reason") in ("CreateContainerError", "RunContainerError")
            or state.get("terminated", {}).get("reason") in ("ContainerCannotRun", "StartError"))


def without_node(resource, pod):
    return resource == "pods" and any(
        (one["type"], one["status"]) == ("PodScheduled", "False") for one in pod["status"].get("conditions", []))


def event(reason, words="", times=1):
    """There is such an event, and it happened so often."""
    def shown(resource, told):
        return (resource == "events" and told["reason"] == reason and words in told["message"]
                and (told.get("count") or 1) >= times)
    return shown


# What is made ready


def leave_room_for_one(bench, namespace):
    bench.kubectl("create", "quota", "small", "--hard=pods=1", "-n", namespace)


def let_someone_not_deploy(bench, namespace):
    """Who may do there all that flow does but make deployments and jobs."""
    rules = [{"apiGroups": [""], "resources": ["*"], "verbs": ["*"]},
             {"apiGroups": ["apps", "batch"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": rules,
            "metadata": {"name": "most", "namespace": namespace}}
    bench.kubectl("create", "-f", "-", input=json.dumps(role))
    bench.kubectl("create", "serviceaccount", "someone", "-n", namespace)
    bench.kubectl("create", "rolebinding", "most", "--role=most", f"--serviceaccount={namespace}:someone", "-n", namespace)
    token = bench.kubectl("create", "token", "someone", "-n", namespace).strip()
    return {**bench.config, "users": [{**bench.config["users"][0], "user": {"token": token}}]}


def causes(registry):
    """All of them; `registry` is one that has no image."""
    fails = ["sh", "-c", "echo boom; exit 3"]
    not_pulled = "Failed to pull image"
    return [
        Cause("crash at start", {"command": fails}, wrote="boom", signs=[
            Sign("its first end", ended(1), "sink: .*exited with code 3; it is started again"),
            Sign("its second end", ended(2), "sink: .*exited with code 3 for the second time")]),
        Cause("failed job", {"command": fails, "restart_policy": "no"}, wrote="boom", signs=[
            Sign("its end", ended(1), "sink: .*exited with code 3")]),
        Cause("missing command", {"command": ["no-such-program"]}, signs=[
            Sign("`RunContainerError`", not_startable, "sink: .*cannot be started: RunContainerError: .*no-such-program")]),
        Cause("missing image", {"image": f"{registry}/no/image:1"}, signs=[
            Sign("event `Failed`", event("Failed", not_pulled), "sink: .*its image was not pulled: .*unknown"),
            Sign("the same again", event("Failed", not_pulled, 2), "sink: .*its image cannot be pulled: .*unknown")]),
        Cause("missing rights", {}, prepare=let_someone_not_deploy, signs=[
            Sign("403 to whoever applies", None, "no right to patch deployments.apps")]),
        # In whatever order they are made, one of the sink's is too many.
        Cause("quota", {"replicas": 2}, prepare=leave_room_for_one, signs=[
            Sign("event `FailedCreate`", event("FailedCreate"), "sink: .*its pods are refused: .*exceeded quota: small")]),
        Cause("unschedulable", {"resources": {"requests": {"cpu": 64}}}, apply_flags=("--timeout=15s",), signs=[
            Sign("`PodScheduled: False`", without_node, "sink: .*waits for a node: .*Insufficient cpu")]),
        Cause("unbindable claim", {"volumes": [{"name": "data", "mountPath": "/data"}]},
              flags=("--storage_class=no-such-class",), signs=[
            Sign("event `ProvisioningFailed`", event("ProvisioningFailed"),
                 "sink: .*its claim data .*is not bound: .*no-such-class")]),
        Cause("unhealthy", {"command": ["sh", "-c", f"httpd -p 127.0.0.1:8080 -h /etc; {RUNS[2]}"],
                            "health_check": "/hostname", "health_port": 8080, "health_start_period": "1s",
                            "health_interval": "1s", "health_retries": 1}, signs=[
            Sign("event `Killing`", event("Killing", "startup probe"), "sink: .*is unhealthy")]),
    ]
