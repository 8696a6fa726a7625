"""A token service in memory, for the tests of programs that check tokens."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent import futures
from datetime import timedelta
from types import TracebackType
from typing import Any, Optional

import grpc

from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1.token_service_pb2_grpc import add_TokenServiceServicer_to_server

from .servicer import Servicer
from .tokens import Tokens

_FEEDS_AND_CALLS = 64


class TokenServiceStandIn:
    """Answers clients, guards and verifiers as the service does, on a loopback port of its own.

    It serves every RPC but ExportConfig, which ends with UNIMPLEMENTED. Its tokens are opaque texts
    that only it knows. It knows no callers, and has none of the service's limits: use it in tests
    only.
    """

    def __init__(self) -> None:
        self._tokens = Tokens()
        self._port = 0
        self._server: Optional[grpc.Server] = None
        self._servicer = Servicer(self._tokens)
        self.come_back()

    @property
    def address(self) -> str:
        """Where it listens: ``127.0.0.1:port``."""
        return f"127.0.0.1:{self._port}"

    @property
    def calls(self) -> list[str]:
        """The names of the RPCs that were called, in order."""
        return self._servicer.calls

    def issue(
        self,
        user_id: str,
        permissions: Iterable[str] = (),
        *,
        expires_in: timedelta = timedelta(hours=24),
        additional_data: Optional[dict[str, Any]] = None,
    ) -> str:
        """A valid token, without a call."""
        return self._tokens.issue(user_id, permissions, expires_in, additional_data)[0]

    def expire(self, token: str) -> None:
        """Ends a token's life at once. Verifiers that know the token believe it until it would have
        expired; for them use `revoke`, or `advance` where they share a clock. Raises KeyError for
        a token that was not issued here.
        """
        self._tokens.expire(token)

    def advance(self, length: timedelta) -> None:
        """Sets this service's clock forward: tokens expire by it."""
        self._tokens.advance(length)

    def revoke(self, token: str) -> None:
        """Takes a token back."""
        self._revoke(pb.RevocationTarget(token=token))

    def revoke_session(self, session_id: str) -> None:
        """Takes a session's tokens back."""
        self._revoke(pb.RevocationTarget(session_id=session_id))

    def revoke_user(self, user_id: str) -> None:
        """Takes back a user's tokens that were issued until now."""
        self._revoke(pb.RevocationTarget(user=pb.UserTarget(user_id=user_id)))

    def go_away(self) -> None:
        """Ends the connections, and refuses new ones until `come_back`."""
        if self._server is not None:
            self._servicer.end()
            self._server.stop(0).wait()
            self._server = None

    def come_back(self) -> None:
        """Listens again at the same address, with the tokens and revocations from before."""
        if self._server is not None:
            return
        calls, self._servicer = self._servicer.calls, Servicer(self._tokens)
        self._servicer.calls = calls
        pool = futures.ThreadPoolExecutor(_FEEDS_AND_CALLS)
        self._server = grpc.server(pool, options=[("grpc.so_reuseport", 0)])
        add_TokenServiceServicer_to_server(self._servicer, self._server)
        self._port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        self._server.start()

    def close(self) -> None:
        """Ends the service."""
        self.go_away()

    def __enter__(self) -> TokenServiceStandIn:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _revoke(self, target: pb.RevocationTarget) -> None:
        self._tokens.revoke(target)
        self._servicer.changed()
