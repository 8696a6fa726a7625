"""SecureTokenClient: the methods of the original's SecureTokenManager, answered by a server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Optional, Union

import grpc

from securetoken.v1 import token_service_pb2 as pb

from . import requests, results, revocation
from .api_key import ApiKey, key_source
from .attempts import Attempts
from .audience import held_against
from .cache import ValidationCache
from .call_hook import CallHook, OnCall
from .channel import TlsOption, endpoint
from .connection import Connection
from .connection_fault import speaks_tls
from .deadlines import DEFAULT_TIMEOUT, checked_timeout
from .exceptions import TokenError


class SecureTokenClient:
    """Calls a TokenService over one channel, which connects with the first call.

    What is wrong with a token or a request raises one of the four exceptions. Everything else
    (transport, deadline, the client's own credential) raises ``grpc.RpcError``, three of which have
    a name: CallerRefusedError, RateExceededError, ServiceUnavailableError. Safe to share between
    threads; create it once, and after a fork.
    """

    def __init__(
        self,
        target: str,
        *,
        api_key: ApiKey = None,
        api_key_file: Optional[Union[str, os.PathLike[str]]] = None,
        tls: TlsOption = None,
        insecure: bool = False,
        timeout: Optional[float] = DEFAULT_TIMEOUT,
        cache: Optional[ValidationCache] = None,
        on_call: Optional[OnCall] = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        """Names a server: ``host:port``, ``http://host[:port]`` or ``https://host[:port]``.

        ``api_key`` is a text, or a function that is asked before every attempt; ``api_key_file``
        is read again when it changes. ``tls``: True trusts the usual authorities, ``Tls`` names
        others or a client certificate, False is plaintext, which ``host:port`` is without it.
        ``insecure`` lets an API key travel in the clear beyond loopback. ``timeout`` is in seconds,
        above 0 and at most 60; None is the default of 5. ``options`` are gRPC channel options, laid
        over those of this client. ``on_call`` is told of each call once it has ended, for metrics.
        Raises ValueError naming the argument that breaks a rule.
        """
        self._key = key_source(api_key, api_key_file)
        self._connection = Connection(
            endpoint(target, tls, self._key is not None, insecure, options)
        )
        self._timeout = checked_timeout(timeout)
        self._cache = cache or ValidationCache(0)
        self._hook = CallHook(on_call)

    @property
    def channel(self) -> grpc.Channel:
        """The current channel. After a server went silent the client makes another."""
        channel: grpc.Channel = self._connection.current().channel
        return channel

    @property
    def stub(self) -> Any:
        """The generated stub on the current channel: messages as they are on the wire."""
        return self._connection.current().stub

    def generate_token(
        self,
        user_id: str,
        permissions: Optional[Sequence[str]] = None,
        expires_in_hours: Optional[float] = None,
        additional_data: Optional[Mapping[str, Any]] = None,
        *,
        audiences: Optional[Sequence[str]] = None,
        timeout: Optional[float] = None,
    ) -> results.IssuedToken:
        """A new token. Raises TokenError naming the input that breaks its rule.

        ``audiences`` names the services that it is meant for, at most 16; without any, it is
        refused wherever an audience is required.
        """
        request = requests.generate_token(
            user_id, permissions, expires_in_hours, additional_data, audiences
        )
        return results.to_issued(self._call("GenerateToken", request, timeout))

    def validate_token(
        self, token: str, *, audience: Optional[str] = None, timeout: Optional[float] = None
    ) -> results.ValidToken:
        """A valid token's claims. Raises InvalidTokenError, TokenExpiredError.

        ``audience`` is the service that the token must be meant for, here and in the three methods
        below, compared exactly: InvalidTokenError with reason AUDIENCE_MISMATCH where it is not.
        """
        request = requests.validate_token(token, audience)
        kept = self._cache.get(token)
        if kept is not None:
            return held_against(kept, audience)
        asked = self._cache.now()
        message = self._call("ValidateToken", request, timeout)
        results.require_checked(request.audience, message)
        valid = results.to_valid(message)
        self._cache.put(token, message, asked)
        return valid

    def check_permission(
        self,
        token: str,
        required_permission: str,
        *,
        audience: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> bool:
        """True when the token is valid and holds the permission, compared exactly.

        Raises PermissionDeniedError when it does not; else as validate_token.
        """
        request = requests.check_permission(token, required_permission, audience)
        message = self._call("CheckPermission", request, timeout)
        results.require_checked(request.audience, message)
        return results.to_granted(message)

    def check_permissions(
        self,
        token: str,
        permissions: Iterable[str],
        *,
        audience: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> dict[str, bool]:
        """For each of at most 256 permissions, whether the valid token holds it."""
        request = requests.check_permissions(token, permissions, audience)
        message = self._call("CheckPermissions", request, timeout)
        results.require_checked(request.audience, message)
        return results.to_permissions(message)

    def batch_validate_tokens(
        self,
        tokens: Iterable[str],
        *,
        audience: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> list[Union[results.ValidToken, TokenError]]:
        """For each token, in order, its claims or what is wrong with it.

        At most 1,000 tokens, and 1 MiB in all (127 of the longest): beyond it RESOURCE_EXHAUSTED.
        """
        request = requests.batch_validate_tokens(tokens, audience)
        message = self._call("BatchValidateTokens", request, timeout)
        return results.to_batch(message, request)

    def refresh_token(
        self,
        token: str,
        new_expires_in_hours: Optional[float] = None,
        *,
        revoke_old: bool = False,
        timeout: Optional[float] = None,
    ) -> results.IssuedToken:
        """A new token of the same content and session. The old one stays valid unless revoked."""
        request = requests.refresh_token(token, new_expires_in_hours, revoke_old)
        issued = results.to_issued(self._call("RefreshToken", request, timeout))
        if revoke_old:
            self._cache.forget(token)
        return issued

    def revoke_token(
        self, token: str, *, reason: str = "", timeout: Optional[float] = None
    ) -> revocation.RevocationOutcome:
        """Takes a token back. Answers once that is durable and in force, and never raises about
        the token: REVOKED, ALREADY_EXPIRED or NOT_AUTHENTIC. `reason` is at most 128 characters.
        """
        return self._revoke(revocation.RevocationTarget.token(token), reason, timeout)

    def revoke_session(
        self, session_id: str, *, reason: str = "", timeout: Optional[float] = None
    ) -> revocation.RevocationOutcome:
        """Takes back every token of a session that is issued before the answer."""
        return self._revoke(revocation.RevocationTarget.session(session_id), reason, timeout)

    def revoke_user(
        self,
        user_id: str,
        issued_before: Optional[datetime] = None,
        *,
        reason: str = "",
        timeout: Optional[float] = None,
    ) -> revocation.RevocationOutcome:
        """Takes back a user's sessions that began up to an instant; default: now."""
        target = revocation.RevocationTarget.user(user_id, issued_before)
        return self._revoke(target, reason, timeout)

    def revoke_tokens(
        self,
        targets: Iterable[revocation.RevocationTarget],
        *,
        reason: str = "",
        timeout: Optional[float] = None,
    ) -> list[revocation.RevocationOutcome]:
        """Takes back at most 1,000 targets in one call; what became of each, in order."""
        request = revocation.revoke_tokens(targets, reason)
        message = self._call("RevokeTokens", request, timeout)
        self._cache.clear()
        return revocation.to_outcomes(message, len(request.targets))

    def list_revocations(
        self,
        *,
        user_id: str = "",
        token_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout: Optional[float] = None,
    ) -> revocation.RevocationPage:
        """What is revoked, newest first, in pages of at most 1,000 entries; 0 means 100.

        `page_token` is ``next_page_token`` of the page before, with the same filter.
        """
        request = pb.ListRevocationsRequest(
            user_id=user_id, token_id=token_id, page_size=page_size, page_token=page_token
        )
        return revocation.to_page(self._call("ListRevocations", request, timeout))

    def get_token_info(self, token: str, *, timeout: Optional[float] = None) -> results.TokenInfo:
        """All that is known of a valid token. Raises as validate_token."""
        request = pb.GetTokenInfoRequest(token=requests.require_token(token))
        return results.to_info(self._call("GetTokenInfo", request, timeout))

    def introspect_token(
        self, token: str, *, timeout: Optional[float] = None
    ) -> results.Introspection:
        """A token's state: ACTIVE, EXPIRED, REVOKED or INVALID. Never raises about the token."""
        request = pb.IntrospectTokenRequest(token=requests.any_token(token))
        return results.to_introspection(self._call("IntrospectToken", request, timeout))

    def export_config(self, *, timeout: Optional[float] = None) -> results.ExportedConfig:
        """How the server makes tokens. Holds no byte of a key."""
        message = self._call("ExportConfig", pb.ExportConfigRequest(), timeout)
        return results.to_config(message)

    def close(self) -> None:
        """Ends the connection, and calls under way with it."""
        self._connection.close()

    def __enter__(self) -> SecureTokenClient:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _revoke(
        self, target: revocation.RevocationTarget, reason: str, timeout: Optional[float]
    ) -> revocation.RevocationOutcome:
        return self.revoke_tokens([target], reason=reason, timeout=timeout)[0]

    def _call(self, method: str, request: object, timeout: Optional[float]) -> Any:
        """One call, with its deadline, and its error as one of the four where it is one."""
        with self._hook.told(method):
            return self._attempt(method, request, timeout)

    def _attempt(self, method: str, request: object, timeout: Optional[float]) -> Any:
        """The attempts of a call, until one is its last."""
        attempts = Attempts(
            method,
            checked_timeout(timeout, self._timeout),
            self._key,
            is_plaintext=self._connection.is_plaintext,
        )
        while True:
            metadata, lost = attempts.metadata(), False
            link = self._connection.begin()
            try:
                send = getattr(link.stub, method)
                return send(request, timeout=attempts.remaining(), metadata=metadata)
            except grpc.RpcError as error:
                lost = attempts.is_lost(error)
                unclear = attempts.asks_for_tls(error)
                is_tls = unclear is not None and speaks_tls(unclear)
                pause = attempts.judge(error, speaks_tls=is_tls)
            finally:
                self._connection.end(link, lost=lost)
            time.sleep(pause)
