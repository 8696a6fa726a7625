"""What a hit costs in Python: CPU time and allocations of WatchedVerifier.verify, beside a call, and
the memory of kept answers and of revocations.

    python bench/watch/hit.py        # with gen/python installed
"""

import asyncio
import gc
import json
import sys
import time
import tracemalloc
from datetime import timedelta

from secure_token_client import (
    AsyncSecureTokenClient,
    AsyncWatchedVerifier,
    SecureTokenClient,
    WatchedVerifier,
)
from secure_token_client.testing import TokenServiceStandIn
from secure_token_client.watch.live_set import LiveSet
from securetoken.v1 import token_service_pb2 as pb

HITS = 200_000
CALLS = 2_000
TOKENS = 100_000
REVOCATIONS = 1_000_000


def cpu_micros(count: int, work) -> float:
    """CPU time of this process for each of `count` rounds, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work(count)
        best = min(best, (time.process_time() - began) / count)
    return round(best * 1e6, 2)


def allocated(work) -> int:
    """Bytes that are held after `work` and were not before; `work` gives what holds them."""
    gc.collect()
    tracemalloc.start()
    held = work()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del held
    return size


def hit_and_call(service: TokenServiceStandIn) -> dict:
    with SecureTokenClient(service.address) as client, WatchedVerifier(client) as verifier:
        token = service.issue("user-1", ["notes:read", "notes:write"])
        while not verifier.state.is_ready:
            time.sleep(0.01)
        verifier.verify(token)

        def hits(count: int) -> None:
            for _ in range(count):
                verifier.verify(token)

        def calls(count: int) -> None:
            for _ in range(count):
                client.validate_token(token)

        # The claims of one hit, which its caller gets, alive.
        claims = allocated(lambda: [verifier.verify(token) for _ in range(1_000)]) // 1_000
        return {
            "hit µs": cpu_micros(HITS, hits),
            "call µs (client and stand-in)": cpu_micros(CALLS, calls),
            "bytes of a hit's claims": claims,
        }


async def asyncio_hit(service: TokenServiceStandIn) -> float:
    async with AsyncSecureTokenClient(service.address) as client:
        async with AsyncWatchedVerifier(client) as verifier:
            token = service.issue("user-1", ["notes:read", "notes:write"])
            while not verifier.state.is_ready:
                await asyncio.sleep(0.01)
            await verifier.verify(token)
            best = float("inf")
            for _ in range(3):
                began = time.process_time()
                for _ in range(HITS):
                    await verifier.verify(token)
                best = min(best, time.process_time() - began)
            return round(best / HITS * 1e6, 2)


def memory_of_answers(service: TokenServiceStandIn) -> dict:
    with SecureTokenClient(service.address) as client, WatchedVerifier(client) as verifier:
        core = verifier._core
        message = pb.TokenClaims(
            permissions=["notes:read", "notes:write"], key_id="0123456789abcdef"
        )
        message.time_remaining.FromTimedelta(timedelta(hours=1))

        def fill() -> object:
            asked = core.asked()
            for i in range(TOKENS):
                message.token_id = message.session_id = f"{i:032}"
                message.user_id = f"user-{i}"
                core.keep(
                    f"token-{i}", pb.TokenClaims.FromString(message.SerializeToString()), asked
                )
            return core

        held = allocated(fill)
        return {"bytes of an answer": held // TOKENS, "as estimated": verifier.state.size // TOKENS}


def memory_of_revocations() -> int:
    def fill() -> object:
        live = LiveSet()
        for i in range(REVOCATIONS):
            entry = pb.Revocation(token_id=f"{i:032}")
            entry.expires_at.seconds = 2_000_000_000 + i
            live.add([entry])
        return live

    return allocated(fill) // REVOCATIONS


with TokenServiceStandIn() as stand_in:
    figures = {
        "python": sys.version.split()[0],
        **hit_and_call(stand_in),
        "hit µs, asyncio": asyncio.run(asyncio_hit(stand_in)),
        **memory_of_answers(stand_in),
        "bytes of a revocation": memory_of_revocations(),
    }
print(json.dumps(figures, ensure_ascii=False, indent=2))
