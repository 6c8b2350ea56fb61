#!/usr/bin/python3
"""The floor of cluster.cc: sends a cluster the calls of a deploy, and does nothing else.

    cluster_floor.py CONFIG MANIFESTS

CONFIG is what `kubectl config view --raw --minify -o json` prints, MANIFESTS what `flow-translate --output=kubernetes -o json`
does. First what is no deployment, in its order; then each deployment when the one before it is available, as a watch tells.
"""
import base64
import http.client
import json
import pathlib
import ssl
import sys
import tempfile
import urllib.parse

FOLDERS = {"Namespace": "/api/v1", "Service": "/api/v1", "Deployment": "/apis/apps/v1"}


def connector(config):
    """A function that makes a connection to the cluster."""
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]

    with tempfile.TemporaryDirectory() as folder:
        def file(of, name):
            if name in of:
                return of[name]
            path = pathlib.Path(folder, name)
            path.write_bytes(base64.b64decode(of[name + "-data"]))
            return path
        context = ssl.create_default_context(cafile=file(cluster, "certificate-authority"))
        context.load_cert_chain(file(user, "client-certificate"), file(user, "client-key"))
    address = urllib.parse.urlsplit(cluster["server"]).netloc
    return lambda: http.client.HTTPSConnection(address, context=context)


def path(manifest):
    kind, metadata = manifest["kind"], manifest["metadata"]
    within = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{FOLDERS[kind]}{within}/{kind.lower()}s"


def send(connection, manifest):
    connection.request("PATCH", f"{path(manifest)}/{manifest['metadata']['name']}?fieldManager=floor&force=true",
                       json.dumps(manifest), {"Content-Type": "application/apply-patch+yaml"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"floor: {manifest['kind']}: {text.decode()}")


def available(deployment):
    status = deployment.get("status", {})
    wanted = deployment["spec"]["replicas"]
    return (status.get("observedGeneration") == deployment["metadata"]["generation"]
            and status.get("updatedReplicas", 0) == status.get("availableReplicas", 0) == wanted)


def main():
    config, manifests = (json.loads(pathlib.Path(file).read_text()) for file in sys.argv[1:])
    connect = connector(config)
    calls, watch = connect(), connect()
    deployments = [one for one in manifests["items"] if one["kind"] == "Deployment"]
    for manifest in manifests["items"]:
        if manifest["kind"] != "Deployment":
            send(calls, manifest)
    watch.request("GET", path(deployments[0]) + "?watch=1")
    events = watch.getresponse()
    for deployment in deployments:
        del deployment["spec"]["minReadySeconds"]  # flow is measured with --min_ready=0s
        send(calls, deployment)
        while True:
            told = json.loads(events.readline())["object"]
            if told["metadata"]["name"] == deployment["metadata"]["name"] and available(told):
                break


if __name__ == "__main__":
    main()
