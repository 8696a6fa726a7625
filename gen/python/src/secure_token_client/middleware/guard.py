"""Who may pass: the part that the guards of all frameworks share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple, Optional, TypeVar, Union

import grpc

from ..aio import AsyncSecureTokenClient
from ..attempts import refusing_at_once
from ..audience import named
from ..client import SecureTokenClient
from ..exceptions import TokenError, TokenExpiredError
from ..results import ValidToken
from ..watch import AsyncWatchedVerifier, WatchedVerifier
from ..watch.aio_verifier import AsyncClient
from .flights import AsyncFlights, Flights
from .refusals import (
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    TOKEN_MISSING,
    UNAVAILABLE,
    Refusal,
    permission_missing,
)
from .requirements import Requirement

OnFault = Callable[[Exception], None]
"""Is told why a token could not be checked, and of requests that no rule names (NoRuleError)."""

Watch = Union[bool, WatchedVerifier]
"""True: tokens are checked by a WatchedVerifier of the client. Or one for several guards."""
AsyncWatch = Union[bool, AsyncWatchedVerifier]
"""The same for asyncio."""

_LOG = logging.getLogger("secure_token_client.middleware")
_MAX_SHOWN = 200
_Verifier = TypeVar("_Verifier", WatchedVerifier, AsyncWatchedVerifier)


class NoRuleError(LookupError):
    """No rule names a request, or the function of rules gives no requirement: it is refused."""


class Pass(NamedTuple):
    """A request that may pass, with its claims and its token where it has one."""

    claims: Optional[ValidToken] = None
    token: Optional[str] = None


class Faults:
    """The fault hook, whose own errors change nothing about a request."""

    def __init__(self, on_fault: Optional[OnFault]) -> None:
        self._on_fault = on_fault or _log

    def tell(self, error: Exception) -> None:
        """Tells a fault."""
        try:
            self._on_fault(error)
        except Exception:
            _LOG.exception("on_fault raised")

    def required(
        self, find: Callable[[], Optional[Requirement]], asked: str
    ) -> Optional[Requirement]:
        """What a request requires; None, told as a fault, where no rule says."""
        try:
            requirement = find()
        except ValueError as error:
            self.tell(NoRuleError(f"{asked[:_MAX_SHOWN]!r}: {error}"))
            return None
        if requirement is None:
            self.tell(NoRuleError(f"no rule names {asked[:_MAX_SHOWN]!r}"))
        return requirement


class Guard:
    """Checks tokens with a client of its own, never with what a request brings.

    Where that makes more calls than it may, requests are refused at once: none waits for the
    tokens of others.
    """

    def __init__(
        self,
        client: SecureTokenClient,
        faults: Faults,
        watch: Watch = False,
        audience: Optional[str] = None,
    ) -> None:
        if not isinstance(client, SecureTokenClient):
            raise TypeError("client must be a SecureTokenClient")
        self._client, self._faults = client, faults
        self._audience = named(audience)
        self._flights = Flights()
        self._verifier = _chosen(watch, WatchedVerifier, lambda: WatchedVerifier(client))

    def check(
        self, requirement: Optional[Requirement], presented: Union[str, Refusal]
    ) -> Union[Pass, Refusal]:
        """Whether a request passes with what it presents: a token, or why there is none."""
        known = without_asking(requirement, presented)
        if known is not None:
            return known
        try:
            valid = self._validate(str(presented))
        except (TokenError, grpc.RpcError, ValueError) as error:
            return refusal_of(error, self._faults)
        return passed(requirement, valid, str(presented), self._audience)

    def _validate(self, token: str) -> ValidToken:
        if self._verifier is not None:
            return self._verifier.verify(token)
        return self._flights.join(token, self._ask)

    def _ask(self, token: str) -> ValidToken:
        with refusing_at_once():
            return self._client.validate_token(token)


class AsyncGuard:
    """The same for asyncio."""

    def __init__(
        self,
        client: AsyncClient,
        faults: Faults,
        watch: AsyncWatch = False,
        audience: Optional[str] = None,
    ) -> None:
        if not isinstance(client, AsyncSecureTokenClient) and not callable(client):
            raise TypeError("client must be an AsyncSecureTokenClient, or a function that gives it")
        self._client, self._faults = client, faults
        self._audience = named(audience)
        self._flights = AsyncFlights()
        self._verifier = _chosen(watch, AsyncWatchedVerifier, lambda: AsyncWatchedVerifier(client))

    async def check(
        self, requirement: Optional[Requirement], presented: Union[str, Refusal]
    ) -> Union[Pass, Refusal]:
        """As Guard.check."""
        known = without_asking(requirement, presented)
        if known is not None:
            return known
        try:
            valid = await self._validate(str(presented))
        except (TokenError, grpc.RpcError, ValueError) as error:
            return refusal_of(error, self._faults)
        return passed(requirement, valid, str(presented), self._audience)

    async def _validate(self, token: str) -> ValidToken:
        if self._verifier is not None:
            return await self._verifier.verify(token)
        return await self._flights.join(token, self._ask)

    async def _ask(self, token: str) -> ValidToken:
        client = self._client
        client = client if isinstance(client, AsyncSecureTokenClient) else client()
        with refusing_at_once():
            return await client.validate_token(token)


def without_asking(
    requirement: Optional[Requirement], presented: Union[str, Refusal]
) -> Union[Pass, Refusal, None]:
    """What is decided without the token service; None where it must be asked."""
    if requirement is None:
        return permission_missing()
    if requirement.kind == "public":
        return Pass()
    if isinstance(presented, str):
        return None
    if requirement.kind == "optional" and presented is TOKEN_MISSING:
        return Pass()
    return presented


def passed(
    requirement: Optional[Requirement],
    valid: ValidToken,
    token: str,
    audience: Optional[str] = None,
) -> Union[Pass, Refusal]:
    """Whether a valid token is enough: it must be meant for the audience, where there is one."""
    if audience is not None and audience not in valid["audiences"]:
        return TOKEN_INVALID
    if requirement is None or not requirement.is_met_by(valid):
        return permission_missing(requirement.permissions if requirement else ())
    return Pass(valid, token)


def refusal_of(error: Exception, faults: Faults) -> Refusal:
    """What a request is told; a fault that is no fact about the token is told to the hook too."""
    if isinstance(error, TokenExpiredError):
        return TOKEN_EXPIRED
    if isinstance(error, TokenError):
        return TOKEN_INVALID
    faults.tell(error)
    return UNAVAILABLE


def _chosen(
    watch: object, kind: type[_Verifier], make: Callable[[], _Verifier]
) -> Optional[_Verifier]:
    """The verifier that a guard is told to use; None where it asks each time."""
    if isinstance(watch, kind):
        return watch
    if not isinstance(watch, bool):
        raise TypeError(f"watch must be True, False or a {kind.__name__}")
    return make() if watch else None


def _log(error: Exception) -> None:
    _LOG.warning("a request was refused: %s: %s", type(error).__name__, error)
