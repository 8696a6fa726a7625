"""Scripts of watched verification: one verifier at a time, on clocks that the runner sets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import Any, Optional

import grpc

from secure_token_client import (
    AsyncWatchedVerifier,
    SecureTokenClient,
    TokenError,
    WatchedVerifier,
)
from secure_token_client.watch import Clocks, WatchObserver
from secure_token_client.watch.clocks import AwakeClock


class Told(WatchObserver):
    """What a verifier has told, in order."""

    def __init__(self, fails: bool) -> None:
        self.events: list[str] = []
        self._fails = fails

    def _add(self, event: str) -> None:
        self.events.append(event)
        if self._fails:
            raise OSError("an observer that fails")

    def hit(self) -> None:
        self._add("hit")

    def miss(self) -> None:
        self._add("miss")

    def refused(self, reason: str) -> None:
        self._add(f"refused {reason}")

    def stale(self, seconds: float) -> None:
        self._add("stale")

    def connected(self) -> None:
        self._add("connected")

    def disconnected(self, cause: Exception) -> None:
        self._add("disconnected")

    def not_watched(self, cause: Exception) -> None:
        self._add("not-watched")


class Watching:
    """The verifier of a script, between its `open` and its `close`."""

    def __init__(self) -> None:
        self._client: Any = None
        self._verifier: Any = None
        self._told = Told(fails=False)
        # The monotonic hand and the wall's, in milliseconds. A script moves both at once, and they
        # are read at once: between them the feed might look.
        self._hands = self._read = (0, 0)
        self._begun: list[asyncio.Future[list[str]]] = []

    async def do(self, asked: dict[str, Any], connect: Any) -> dict[str, Any]:
        """Does what a line asks for; `connect` makes the script's client."""
        operation = asked["op"]
        if operation == "open":
            await self._open(asked, connect())
        elif operation == "advance":
            monotonic, wall = self._hands
            self._hands = monotonic + asked["monotonicMs"], wall + asked["wallMs"]
        elif operation == "verify":
            return {"outcomes": await self._verify(*_tokens(asked))}
        elif operation == "verifyMany":
            return {"outcomes": await self._verify(asked["tokens"], None)}
        elif operation == "begin":
            self._begun.append(asyncio.ensure_future(self._verify(*_tokens(asked))))
        elif operation == "collect":
            begun, self._begun = self._begun, []
            return {"outcomes": [it for outcomes in await asyncio.gather(*begun) for it in outcomes]}
        elif operation == "state":
            return self._state()
        elif operation == "told":
            return {"events": list(self._told.events)}
        else:
            await _awaited(self._verifier.close())
            await _awaited(self._client.close())
        return {}

    async def _open(self, asked: dict[str, Any], client: Any) -> None:
        self._hands = 0, asked["wallMs"]
        kind = WatchedVerifier if isinstance(client, SecureTokenClient) else AsyncWatchedVerifier
        self._client = client
        self._told = Told(asked.get("failingHooks", False))
        self._verifier = kind(
            client,
            max_staleness=asked["maxStalenessMs"] / 1000,
            max_entries=asked["maxEntries"],
            observer=self._told,
            clocks=Clocks(
                AwakeClock(self._monotonic, lambda: self._read[1] / 1000),
                lambda: self._hands[1] / 1000,
            ),
        )
        await _awaited(self._verifier.start())

    def _monotonic(self) -> float:
        self._read = self._hands
        return self._read[0] / 1000

    async def _verify(self, tokens: list[str], permission: Optional[str]) -> list[str]:
        """The outcome for each token, all asked for at the same time."""
        if isinstance(self._verifier, AsyncWatchedVerifier):
            return await asyncio.gather(*(self._outcome(it, permission) for it in tokens))
        return await asyncio.to_thread(self._in_threads, tokens, permission)

    async def _outcome(self, token: str, permission: Optional[str]) -> str:
        try:
            await self._verifier.verify(token, permission)
        except (TokenError, grpc.RpcError) as error:
            return _outcome_of(error)
        return "VALID"

    def _in_threads(self, tokens: list[str], permission: Optional[str]) -> list[str]:
        outcomes = [""] * len(tokens)
        start = threading.Barrier(len(tokens))

        def verify(index: int) -> None:
            start.wait()
            try:
                self._verifier.verify(tokens[index], permission)
                outcomes[index] = "VALID"
            except (TokenError, grpc.RpcError) as error:
                outcomes[index] = _outcome_of(error)

        threads = [threading.Thread(target=verify, args=(i,)) for i in range(len(tokens))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def _state(self) -> dict[str, Any]:
        state = self._verifier.state
        staleness = state.staleness
        return {
            "ready": state.is_ready,
            "stalenessMs": None if staleness is None else round(staleness * 1000),
            "live": state.live,
            "entries": state.entries,
            "permitted": state.is_permitted,
        }


def _tokens(asked: dict[str, Any]) -> tuple[list[str], Optional[str]]:
    return [asked["token"]] * asked.get("count", 1), asked.get("permission")


def _outcome_of(error: Exception) -> str:
    """An error's reason, or the status code of what is no fact about a token."""
    if isinstance(error, TokenError):
        return error.reason
    name: str = error.code().name  # type: ignore[attr-defined]
    return name


async def _awaited(value: Any) -> None:
    if isinstance(value, Awaitable):
        await value
