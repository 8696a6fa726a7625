"""AsyncSecureTokenClient: SecureTokenClient for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

import grpc
import grpc.aio

from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1.token_service_pb2_grpc import TokenServiceStub

from . import requests, results
from .cache import ValidationCache
from .channel import OPTIONS, Tls, call_metadata, tls_credentials
from .client import DEFAULT_TIMEOUT
from .error_details import from_rpc_error
from .exceptions import TokenError

_Response = TypeVar("_Response")


class AsyncSecureTokenClient:
    """The methods of SecureTokenClient, awaited, on a channel of ``grpc.aio``.

    Create it within a running event loop, and use it from that loop only.
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
        """As SecureTokenClient."""
        self._metadata = call_metadata(api_key)
        credentials = tls_credentials(tls)
        merged = [*OPTIONS, *options]
        self.channel: grpc.aio.Channel = (
            grpc.aio.insecure_channel(target, options=merged)
            if credentials is None
            else grpc.aio.secure_channel(target, credentials, options=merged)
        )
        self.stub: Any = TokenServiceStub(self.channel)
        """The generated stub on the same channel: messages as they are on the wire."""
        self._timeout = timeout
        self._cache = cache or ValidationCache(0)

    async def generate_token(
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
        return results.to_issued(await self._call(self.stub.GenerateToken, request, timeout))

    async def validate_token(
        self, token: str, *, timeout: Optional[float] = None
    ) -> results.ValidToken:
        """A valid token's claims. Raises InvalidTokenError, TokenExpiredError."""
        kept = self._cache.get(token)
        if kept is not None:
            return kept
        request = pb.ValidateTokenRequest(token=requests.require_token(token))
        asked = self._cache.now()
        message = await self._call(self.stub.ValidateToken, request, timeout)
        valid = results.to_valid(message)
        self._cache.put(token, message, asked)
        return valid

    async def check_permission(
        self, token: str, required_permission: str, *, timeout: Optional[float] = None
    ) -> bool:
        """True when the token is valid and holds the permission, compared exactly.

        Raises PermissionDeniedError when it does not; else as validate_token.
        """
        request = requests.check_permission(token, required_permission)
        return results.to_granted(await self._call(self.stub.CheckPermission, request, timeout))

    async def check_permissions(
        self, token: str, permissions: Iterable[str], *, timeout: Optional[float] = None
    ) -> dict[str, bool]:
        """For each of at most 256 permissions, whether the valid token holds it."""
        request = requests.check_permissions(token, permissions)
        return results.to_permissions(
            await self._call(self.stub.CheckPermissions, request, timeout)
        )

    async def batch_validate_tokens(
        self, tokens: Iterable[str], *, timeout: Optional[float] = None
    ) -> list[Union[results.ValidToken, TokenError]]:
        """For each of at most 1,000 tokens, in order, its claims or what is wrong with it."""
        request = requests.batch_validate_tokens(tokens)
        message = await self._call(self.stub.BatchValidateTokens, request, timeout)
        return results.to_batch(message, len(request.tokens))

    async def refresh_token(
        self,
        token: str,
        new_expires_in_hours: Optional[float] = None,
        *,
        revoke_old: bool = False,
        timeout: Optional[float] = None,
    ) -> results.IssuedToken:
        """A new token of the same content and session. The old one stays valid unless revoked."""
        request = requests.refresh_token(token, new_expires_in_hours, revoke_old)
        issued = results.to_issued(await self._call(self.stub.RefreshToken, request, timeout))
        if revoke_old:
            self._cache.forget(token)
        return issued

    async def get_token_info(
        self, token: str, *, timeout: Optional[float] = None
    ) -> results.TokenInfo:
        """All that is known of a valid token. Raises as validate_token."""
        request = pb.GetTokenInfoRequest(token=requests.require_token(token))
        return results.to_info(await self._call(self.stub.GetTokenInfo, request, timeout))

    async def introspect_token(
        self, token: str, *, timeout: Optional[float] = None
    ) -> results.Introspection:
        """A token's state: ACTIVE, EXPIRED, REVOKED or INVALID. Never raises about the token."""
        request = pb.IntrospectTokenRequest(token=requests.any_token(token))
        return results.to_introspection(
            await self._call(self.stub.IntrospectToken, request, timeout)
        )

    async def export_config(self, *, timeout: Optional[float] = None) -> results.ExportedConfig:
        """How the server makes tokens. Holds no byte of a key."""
        message = await self._call(self.stub.ExportConfig, pb.ExportConfigRequest(), timeout)
        return results.to_config(message)

    async def close(self) -> None:
        """Ends the connection, and calls under way with it."""
        await self.channel.close()

    async def __aenter__(self) -> AsyncSecureTokenClient:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    async def _call(
        self, method: Callable[..., Awaitable[_Response]], request: object, timeout: Optional[float]
    ) -> _Response:
        """One call, with its deadline, and its error as one of the four where it is one."""
        deadline = self._timeout if timeout is None else timeout
        try:
            return await method(request, timeout=deadline, metadata=self._metadata)
        except grpc.RpcError as error:
            told = from_rpc_error(error)
            if told is None:
                raise
            raise told from error
