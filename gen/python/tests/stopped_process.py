"""A process of its own, for test_watch_stopped: it is stopped while it checks one token.

Its arguments are a server's address, the token, and `sync` or `asyncio`. It says `hits` once it
vouches for the token without a call, and, after it was stopped, how often it accepted the token
before it refused it 200 times.
"""

import asyncio
import sys
import time
from collections.abc import Iterator

from secure_token_client import (
    AsyncSecureTokenClient,
    AsyncWatchedVerifier,
    InvalidTokenError,
    SecureTokenClient,
    WatchedVerifier,
)

STOP = 5.0
"""Nothing but a stop takes so long between two checks, in seconds."""
BOUND = 5.0


class Tally:
    """What became of the checks that began after the stop."""

    def __init__(self) -> None:
        self.accepted = self.refused = 0
        self._last = time.monotonic()
        self._was_stopped = False

    def checks(self) -> Iterator[None]:
        """A check each, until enough were refused."""
        while self.refused < 200:
            began = time.monotonic()
            self._was_stopped = self._was_stopped or began - self._last > STOP
            self._last = began
            yield

    def count(self, *, is_accepted: bool) -> None:
        if self._was_stopped and is_accepted:
            self.accepted += 1
        elif self._was_stopped:
            self.refused += 1


def in_threads(address: str, token: str, tally: Tally) -> None:
    with SecureTokenClient(address) as client:
        with WatchedVerifier(client, max_staleness=BOUND) as verifier:
            while not verifier.state.is_ready:
                time.sleep(0.01)
            verifier.verify(token)
            print("hits", flush=True)
            for _ in tally.checks():
                try:
                    verifier.verify(token)
                    tally.count(is_accepted=True)
                except InvalidTokenError:
                    tally.count(is_accepted=False)


async def in_a_loop(address: str, token: str, tally: Tally) -> None:
    async with AsyncSecureTokenClient(address) as client:
        async with AsyncWatchedVerifier(client, max_staleness=BOUND) as verifier:
            while not verifier.state.is_ready:
                await asyncio.sleep(0.01)
            await verifier.verify(token)
            print("hits", flush=True)
            for _ in tally.checks():
                await asyncio.sleep(0)
                try:
                    await verifier.verify(token)
                    tally.count(is_accepted=True)
                except InvalidTokenError:
                    tally.count(is_accepted=False)


def main() -> None:
    address, token, kind = sys.argv[1:]
    tally = Tally()
    if kind == "sync":
        in_threads(address, token, tally)
    else:
        asyncio.run(in_a_loop(address, token, tally))
    print(f"accepted {tally.accepted}", flush=True)


if __name__ == "__main__":
    main()
