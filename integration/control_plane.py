#!/usr/bin/python3
"""A control plane for tests: a gRPC server (grpcio) with both services, behaving as the existing one does.

    control_plane.py FOLDER PORT PROTO_FOLDER [CERTIFICATE KEY]

Writes FOLDER/port once it listens (PORT 0: any), and a line of FOLDER/calls for every call: its method, then its request
as JSON. What it lists, its clients ask it for. Ends on SIGTERM.
"""
import concurrent.futures
import pathlib
import signal
import subprocess
import sys
import threading
import time

import grpc
from google.protobuf import empty_pb2, json_format

UNHEALTHY_AFTER = 30
CHECK_EVERY = 10


def load(folder, protos):
    """The modules of component.proto and run.proto, made with this machine's protoc."""
    subprocess.run(["protoc", f"--proto_path={protos}", f"--python_out={folder}", "component.proto", "run.proto"],
                   check=True)
    sys.path.insert(0, str(folder))
    import component_pb2
    import run_pb2
    return component_pb2, run_pb2


class ControlPlane:
    def __init__(self, component, run):
        self.component, self.run = component, run
        self.lock = threading.Lock()
        self.services = {}  # service id → ComponentStatusResponse
        self.runs = {}      # run id → PipelineRun

    def RegisterComponent(self, request, context):
        known = [i for i, s in self.services.items() if s.component.id == request.component_id]
        service_id = known[0] if known else f"service-{request.component_id}-{time.time_ns()}"
        status = self.services.setdefault(service_id, self.component.ComponentStatusResponse())
        status.component.CopyFrom(request.component)
        status.status = self.component.HEALTH_STATUS_STARTING
        status.registered_at.GetCurrentTime()
        status.last_heartbeat.GetCurrentTime()
        return self.component.RegisterResponse(service_id=service_id)

    def UnregisterComponent(self, request, context):
        self.services.pop(request.service_id, None)
        return empty_pb2.Empty()

    def Heartbeat(self, request, context):
        status = self.services.get(request.service_id)
        if status is None:
            context.abort(grpc.StatusCode.UNKNOWN, f"service not found: {request.service_id}")
        status.last_heartbeat.GetCurrentTime()
        if request.status != self.component.HEALTH_STATUS_UNKNOWN:
            status.status = request.status
        return empty_pb2.Empty()

    def ListComponents(self, request, context):
        healthy = self.component.HEALTH_STATUS_HEALTHY
        return self.component.ListComponentsResponse(
            components=[s for s in self.services.values() if request.include_unhealthy or s.status == healthy])

    def CreatePipelineRun(self, request, context):
        run = self.run.PipelineRun(run_id=request.run_id, pipeline_name=request.pipeline_name,
                                   config_yaml=request.config_yaml, component_ids=request.component_ids,
                                   status=self.run.RUN_STATUS_STARTING)
        run.start_time.GetCurrentTime()
        self.runs[run.run_id] = run
        return run

    def UpdatePipelineRun(self, request, context):
        run = self.runs.get(request.run_id)
        if run is None:
            context.abort(grpc.StatusCode.UNKNOWN, f"run not found: {request.run_id}")
        run.status, run.error = request.status, request.error
        if request.HasField("metrics"):
            run.metrics.CopyFrom(request.metrics)
        return run

    def ListPipelineRuns(self, request, context):
        return self.run.ListPipelineRunsResponse(runs=list(self.runs.values())[:request.limit or 10])

    def check(self):
        """What has sent no heartbeat for a while is healthy no more."""
        while True:
            time.sleep(CHECK_EVERY)
            with self.lock:
                for status in self.services.values():
                    late = time.time() - status.last_heartbeat.seconds > UNHEALTHY_AFTER
                    if late and status.status == self.component.HEALTH_STATUS_HEALTHY:
                        status.status = self.component.HEALTH_STATUS_UNHEALTHY


def main():
    folder, port, protos = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    component, run = load(folder, protos)
    plane = ControlPlane(component, run)
    calls = open(folder / "calls", "a", buffering=1, encoding="utf-8")

    def handler(name, request_type):
        def call(request, context):
            with plane.lock:
                calls.write(f"{name} {json_format.MessageToJson(request, indent=None)}\n")
                return getattr(plane, name)(request, context)
        return grpc.unary_unary_rpc_method_handler(call, request_deserializer=request_type.FromString,
                                                   response_serializer=lambda message: message.SerializeToString())

    services = {
        "flowctl.v1.ControlPlaneService": {
            "RegisterComponent": component.RegisterRequest, "UnregisterComponent": component.UnregisterRequest,
            "Heartbeat": component.HeartbeatRequest, "ListComponents": component.ListComponentsRequest},
        "flowctl.ControlPlane": {
            "CreatePipelineRun": run.CreatePipelineRunRequest, "UpdatePipelineRun": run.UpdatePipelineRunRequest,
            "ListPipelineRuns": run.ListPipelineRunsRequest},
    }
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
    for service, methods in services.items():
        handlers = {name: handler(name, request_type) for name, request_type in methods.items()}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    if len(sys.argv) > 5:
        certificate, key = (pathlib.Path(path).read_bytes() for path in sys.argv[4:6])
        bound = server.add_secure_port(f"127.0.0.1:{port}", grpc.ssl_server_credentials([(key, certificate)]))
    else:
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    (folder / "port.new").write_text(str(bound))
    (folder / "port.new").rename(folder / "port")
    threading.Thread(target=plane.check, daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop(None)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
