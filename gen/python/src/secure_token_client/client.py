"""SecureTokenClient: the methods of the original's SecureTokenManager, answered by a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

import grpc

from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1.token_service_pb2_grpc import TokenServiceStub

from . import requests, results
from .cache import ValidationCache
from .channel import OPTIONS, Tls, call_metadata, tls_credentials
from .error_details import from_rpc_error
from .exceptions import TokenError

DEFAULT_TIMEOUT = 5.0
"""How long a call may take where neither it nor the client says, in seconds."""
_Response = TypeVar("_Response")


class SecureTokenClient:
    """Calls a TokenService over one channel, which connects with the first call.

    What is wrong with a token or a request raises one of the four exceptions. Everything else
    (transport, deadline, the client's own credential) raises ``grpc.RpcError``. Safe to share
    between threads; create it once, and after a fork.
    """

    def __init__(
        self,
        target: str,
        *,
        api_key: Optional[str] = None,
        tls: Union[bool, Tls, grpc.ChannelCredentials] = False,
        timeout: Optional[float] = DEFAULT_TIMEOUT,
        cache: Optional[ValidationCache] = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        """Names a server as gRPC does: ``tokens.example.com:443``.

        ``tls``: False is plaintext, True trusts the usual authorities, ``Tls`` names others or a
        client certificate. ``timeout`` is in seconds; None waits for ever. ``options`` are gRPC
        channel options, laid over those of this client.
        """
        self._metadata = call_metadata(api_key)
        credentials = tls_credentials(tls)
        merged = [*OPTIONS, *options]
        self.channel: grpc.Channel = (
            grpc.insecure_channel(target, options=merged)
            if credentials is None
            else grpc.secure_channel(target, credentials, options=merged)
        )
        self.stub: Any = TokenServiceStub(self.channel)
        """The generated stub on the same channel: messages as they are on the wire."""
        self._timeout = timeout
        self._cache = cache or ValidationCache(0)

    def generate_token(
        self,
        user_id: str,
        permissions: Optional[Sequence[str]] = None,
        expires_in_hours: Optional[float] = None,
        additional_data: Optional[Mapping[str, Any]] = None,
        *,
        timeout: Optional[float] = None,
    ) -> results.IssuedToken:
        """A new token. Raises TokenError naming the input that breaks its rule."""
        request = requests.generate_token(user_id, permissions, expires_in_hours, additional_data)
        return results.to_issued(self._call(self.stub.GenerateToken, request, timeout))

    def validate_token(self, token: str, *, timeout: Optional[float] = None) -> results.ValidToken:
        """A valid token's claims. Raises InvalidTokenError, TokenExpiredError."""
        kept = self._cache.get(token)
        if kept is not None:
            return kept
        request = pb.ValidateTokenRequest(token=requests.require_token(token))
        asked = self._cache.now()
        message = self._call(self.stub.ValidateToken, request, timeout)
        valid = results.to_valid(message)
        self._cache.put(token, message, asked)
        return valid

    def check_permission(
        self, token: str, required_permission: str, *, timeout: Optional[float] = None
    ) -> bool:
        """True when the token is valid and holds the permission, compared exactly.

        Raises PermissionDeniedError when it does not; else as validate_token.
        """
        request = requests.check_permission(token, required_permission)
        return results.to_granted(self._call(self.stub.CheckPermission, request, timeout))

    def check_permissions(
        self, token: str, permissions: Iterable[str], *, timeout: Optional[float] = None
    ) -> dict[str, bool]:
        """For each of at most 256 permissions, whether the valid token holds it."""
        request = requests.check_permissions(token, permissions)
        return results.to_permissions(self._call(self.stub.CheckPermissions, request, timeout))

    def batch_validate_tokens(
        self, tokens: Iterable[str], *, timeout: Optional[float] = None
    ) -> list[Union[results.ValidToken, TokenError]]:
        """For each of at most 1,000 tokens, in order, its claims or what is wrong with it."""
        request = requests.batch_validate_tokens(tokens)
        message = self._call(self.stub.BatchValidateTokens, request, timeout)
        return results.to_batch(message, len(request.tokens))

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
        issued = results.to_issued(self._call(self.stub.RefreshToken, request, timeout))
        if revoke_old:
            self._cache.forget(token)
        return issued

    def get_token_info(self, token: str, *, timeout: Optional[float] = None) -> results.TokenInfo:
        """All that is known of a valid token. Raises as validate_token."""
        request = pb.GetTokenInfoRequest(token=requests.require_token(token))
        return results.to_info(self._call(self.stub.GetTokenInfo, request, timeout))

    def introspect_token(
        self, token: str, *, timeout: Optional[float] = None
    ) -> results.Introspection:
        """A token's state: ACTIVE, EXPIRED, REVOKED or INVALID. Never raises about the token."""
        request = pb.IntrospectTokenRequest(token=requests.any_token(token))
        return results.to_introspection(self._call(self.stub.IntrospectToken, request, timeout))

    def export_config(self, *, timeout: Optional[float] = None) -> results.ExportedConfig:
        """How the server makes tokens. Holds no byte of a key."""
        message = self._call(self.stub.ExportConfig, pb.ExportConfigRequest(), timeout)
        return results.to_config(message)

    def close(self) -> None:
        """Ends the connection, and calls under way with it."""
        self.channel.close()

    def __enter__(self) -> SecureTokenClient:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _call(
        self, method: Callable[..., _Response], request: object, timeout: Optional[float]
    ) -> _Response:
        """One call, with its deadline, and its error as one of the four where it is one."""
        deadline = self._timeout if timeout is None else timeout
        try:
            return method(request, timeout=deadline, metadata=self._metadata)
        except grpc.RpcError as error:
            told = from_rpc_error(error)
            if told is None:
                raise
            raise told from error
