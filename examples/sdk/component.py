#!/usr/bin/python3
"""A component for flowctl's pipelines, as its SDK makes them: it serves gRPC, and waits to be called.

    component.py source|processor|sink

Its settings are variables: PORT and HEALTH_PORT; of a source EVENTS (how many; 0: no end), RATE (a second; 0: as fast as
they are read), PER_LEDGER (events of one ledger; 0: they carry no cursor), SIZE (bytes of payload) and TYPE; of a processor
KEEP (of so many events one comes out), WORKERS (1: one event after the other) and DELAY (seconds an event); of a sink DELAY,
FILE (the ids of events are written there) and WORKERS. COUNTS=0: it tells no counts, as plain components do.
"""
import concurrent.futures
import http.server
import json
import os
import queue
import signal
import sys
import threading
import time

import grpc

EMPTY = b""


def setting(name, default):
    return type(default)(os.environ.get(name, default))


# Protobuf by hand, as far as it is needed: events go through as bytes.

def varint(value):
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(message):
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = number()
        if tag & 7 == 0:
            yield tag >> 3, number()
        else:
            length = number()
            yield tag >> 3, message[at:at + length]
            at += length


def event(identity, kind, payload, ledger, index):
    message = field(1, identity.encode()) + field(2, kind.encode()) + field(3, payload)
    return message + field(8, field(1, ledger) + field(2, index)) if ledger else message


def identity_of(message):
    return next(value for number, value in fields(message) if number == 1).decode()


class Counts:
    def __init__(self):
        self.lock = threading.Lock()
        self.success = 0

    def add(self, many=1):
        with self.lock:
            self.success += many


COUNTS = Counts()


def stream_events(request, context):
    """SourceService.StreamEvents: one stream at a time."""
    if not stream_events.free.acquire(blocking=False):
        context.abort(grpc.StatusCode.UNKNOWN, "already streaming events")
    try:
        params = {}
        for number, entry in fields(request):
            if number == 1:
                pair = dict(fields(entry))
                params[pair[1].decode()] = pair[2].decode()
        per_ledger = setting("PER_LEDGER", 10)
        begin = (int(params.get("start_ledger", 1)) - 1) * max(1, per_ledger) if per_ledger else 0
        kind, rate, name = setting("TYPE", "t"), setting("RATE", 0.0), setting("COMPONENT_ID", "source")
        payload = bytes(setting("SIZE", 150))
        started, end = time.monotonic(), setting("EVENTS", 0)
        at = begin
        while (end == 0 or at < end) and context.is_active():
            ledger = 1 + at // per_ledger if per_ledger else 0
            yield event(f"{name}-{at}", kind, payload, ledger, at % per_ledger if per_ledger else 0)
            at += 1
            COUNTS.add()
            if rate and (ahead := started + (at - begin) / rate - time.monotonic()) > 0:
                time.sleep(ahead)
    finally:
        stream_events.free.release()


stream_events.free = threading.Semaphore()


def process(requests, context):
    """ProcessorService.Process: several at work, in no order; at the end of its input it returns without waiting."""
    workers, keep, delay = setting("WORKERS", 8), setting("KEEP", 1), setting("DELAY", 0.0)

    def handle(message):
        if delay:
            time.sleep(delay)
        kept = int(identity_of(message).rsplit("-", 1)[1]) % keep == 0
        COUNTS.add()
        return message if kept else None

    if workers == 1:
        yield from (output for output in map(handle, requests) if output is not None)
        return
    outputs = queue.Queue()
    pool = concurrent.futures.ThreadPoolExecutor(workers)

    def read():
        try:
            for message in requests:
                pool.submit(lambda message=message: outputs.put(handle(message)))
        except grpc.RpcError:  # the call has broken, or brought more than gRPC takes: it ends
            pass
        outputs.put(EMPTY)

    threading.Thread(target=read, daemon=True).start()
    while (output := outputs.get()) != EMPTY:
        if output is not None:
            yield output
    pool.shutdown(wait=False, cancel_futures=True)


def consume(requests, context):
    """ConsumerService.Consume: several at work, in no order; it answers with what it has received."""
    workers, delay, name = setting("WORKERS", 10), setting("DELAY", 0.0), setting("FILE", "")
    output = open(name, "a", buffering=1, encoding="utf-8") if name else None
    slots = threading.Semaphore(workers)
    pool = concurrent.futures.ThreadPoolExecutor(workers)

    def handle(message):
        try:
            if delay:
                time.sleep(delay)
            if output:
                output.write(identity_of(message) + "\n")
            COUNTS.add()
        finally:
            slots.release()

    consumed = 0
    for message in requests:
        slots.acquire()
        if workers == 1:
            handle(message)
        else:
            pool.submit(handle, message)
        consumed += 1
    return field(1, consumed)


def health_check(request, context):
    counts = {"success_count": COUNTS.success, "error_count": 0} if setting("COUNTS", 1) else {}
    metrics = [field(2, field(1, name.encode()) + field(2, str(count).encode())) for name, count in counts.items()]
    return field(1, 2) + b"".join(metrics)


class Health(http.server.BaseHTTPRequestHandler):
    """/health and the like; /metrics with the counts."""

    def do_GET(self):
        body = json.dumps({"metrics": {"success_count": COUNTS.success, "error_count": 0}} if self.path == "/metrics"
                          and setting("COUNTS", 1) else {"status": "healthy"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    kind = sys.argv[1]
    service, method, call = {
        "source": ("SourceService", "StreamEvents", grpc.unary_stream_rpc_method_handler(stream_events)),
        "processor": ("ProcessorService", "Process", grpc.stream_stream_rpc_method_handler(process)),
        "sink": ("ConsumerService", "Consume", grpc.stream_unary_rpc_method_handler(consume)),
    }[kind]
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        f"flowctl.v1.{service}",
        {method: call, "HealthCheck": grpc.unary_unary_rpc_method_handler(health_check)}),))
    address, port = os.environ.get("ADDRESS", "0.0.0.0"), os.environ.get("PORT", "50051").lstrip(":")
    server.add_insecure_port(f"{address}:{port}")
    health = http.server.ThreadingHTTPServer((address, setting("HEALTH_PORT", 8088)), Health)
    threading.Thread(target=health.serve_forever, daemon=True).start()
    server.start()
    print(f"{kind} serves on {port}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
