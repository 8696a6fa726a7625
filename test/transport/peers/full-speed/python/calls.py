"""Calls a server as fast as grpcio can, with its default options, and says which calls failed.

Prints a line when the first call has ended, and a JSON object at the end:
{"ended": 1000, "failed": 1, "failures": ["UNAVAILABLE: …"], "perSecond": 3000}.
"""

import argparse
import json
import sys
import threading
import time

import grpc

# A method that any server answers and that needs no argument.
METHOD = "/securetoken.v1.TokenService/ExportConfig"
# How many different failures are told; all are counted.
MOST_TOLD = 10
# Beyond the most that the server grants, which it takes for that: grpcio sends some 60,100 ms.
TIMEOUT_SECONDS = 60
# Channels to one address share a connection unless they are told otherwise.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


class Run:
    """Calls that follow each other on several channels; each end begins the next one."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.begun = 0
        self.ended = 0
        self.failed = 0
        self.failures: list[str] = []
        self.is_stopped = False
        self.lock = threading.Lock()
        self.is_over = threading.Event()

    def begin(self, method: grpc.UnaryUnaryMultiCallable) -> None:
        """Begins one more call, unless all were made or the run was stopped."""
        with self.lock:
            if self.is_stopped or (self.most and self.begun >= self.most):
                if self.ended == self.begun:
                    self.is_over.set()
                return
            self.begun += 1
        call = method.future(b"", timeout=TIMEOUT_SECONDS)
        call.add_done_callback(lambda ended: self.end(method, ended))

    def end(self, method: grpc.UnaryUnaryMultiCallable, call: grpc.Future) -> None:
        """Counts a call, and begins the next one."""
        with self.lock:
            self.ended += 1
            if self.ended == 1:
                print("calling", flush=True)
            if call.code() is not grpc.StatusCode.OK:
                self.failed += 1
                failure = f"{call.code().name}: {call.details()}"
                if len(self.failures) < MOST_TOLD and failure not in self.failures:
                    self.failures.append(failure)
        self.begin(method)

    def stop_with_input(self) -> None:
        """Ends the run when nobody writes to the standard input any more."""
        sys.stdin.buffer.read()
        self.is_stopped = True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-address", required=True, help="host and port of the server, in the clear")
    parser.add_argument("-connections", type=int, default=1)
    parser.add_argument("-concurrency", type=int, default=64, help="calls at once on each connection")
    parser.add_argument("-calls", type=int, default=0, help="0: until the standard input ends")
    options = parser.parse_args()

    run = Run(options.calls)
    if options.calls == 0:
        threading.Thread(target=run.stop_with_input, daemon=True).start()
    start = time.monotonic()
    channels = [
        grpc.insecure_channel(options.address, OWN_CONNECTION) for _ in range(options.connections)
    ]
    for channel in channels:
        method = channel.unary_unary(METHOD)
        for _ in range(options.concurrency):
            run.begin(method)
    run.is_over.wait()
    seconds = time.monotonic() - start
    for channel in channels:
        channel.close()
    print(
        json.dumps(
            {
                "ended": run.ended,
                "failed": run.failed,
                "failures": run.failures,
                "perSecond": int(run.ended / seconds),
            }
        )
    )


main()
