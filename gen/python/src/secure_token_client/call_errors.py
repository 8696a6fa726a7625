"""Ends of a call that are no fact about a token: RPC errors, three of which have a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from .connection_fault import ADVICE, CLOSED_AT_ONCE, ConnectionFault, fault_in, was_never_sent

_Detail = TypeVar("_Detail", bound=Message)
DOMAIN = "securetoken.v1"
STATUS_TRAILER = "grpc-status-details-bin"
_CALLER_PREFIX = "CALLER_ERROR_REASON_"
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class CallError(grpc.RpcError):
    """An end of a call, with gRPC's own code and details. What gRPC raised is the cause."""

    def __init__(
        self,
        code: grpc.StatusCode,
        details: str,
        trailing_metadata: Iterable[tuple[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code.name}: {details}")
        self._code, self._details = code, details
        self._trailing_metadata = tuple(trailing_metadata)

    @classmethod
    def of(cls, status: Status) -> CallError:
        """The same from its message."""
        return cls(code_of(status.code), status.message)

    def code(self) -> grpc.StatusCode:
        """As grpc.Call tells it."""
        return self._code

    def details(self) -> str:
        """As grpc.Call tells it."""
        return self._details

    def trailing_metadata(self) -> Any:
        """As grpc.Call tells it."""
        return self._trailing_metadata


class CallerRefusedError(CallError):
    """The service refuses this client's own credential, or what it asks for with it.

    The token is not at fault.
    """

    reason: str = "UNKNOWN_CALLER"
    """UNKNOWN_CALLER, RPC_NOT_ALLOWED, GRANT_NOT_ALLOWED, or that of a newer server."""
    field: str = ""
    """The input at fault: ``authorization``, ``permissions``, ``user_id``, ``expires_in``."""
    metadata: Mapping[str, str] = {}
    """Every variable part of the message, such as ``permission``, by name."""


class RateExceededError(CallError):
    """This client makes more calls than it may, and its deadline did not allow to wait."""

    retry_after: Optional[float] = None
    """How long to wait, in seconds; None where the server does not say."""


class ServiceUnavailableError(CallError):
    """The service could not be reached, or called itself unavailable, until the deadline.

    A call with a `fault` is not tried again.
    """

    fault: ConnectionFault = ""
    """What is wrong with the connection, where trying again cannot help."""

    def __str__(self) -> str:
        advice = ADVICE.get(self.fault)
        if advice is None and was_never_sent(self._details) and "Socket closed" in self._details:
            advice = CLOSED_AT_ONCE
        if advice is None:
            return f"the token service is not available: {self._details}"
        return f"the token service cannot be reached: {advice} ({self._details})"


def to_call_error(error: grpc.RpcError, note: str = "") -> grpc.RpcError:
    """The named error that an RPC error stands for, or the error itself.

    `note` is what the client adds to the server's words when its credential is refused.
    """
    if isinstance(error, CallError):
        return error
    code, details = _code(error), _details(error)
    trailers = trailers_of(error)
    status = status_of(error)
    info = caller_info(status)
    if code is grpc.StatusCode.UNAVAILABLE:
        unavailable = ServiceUnavailableError(code, details, trailers)
        unavailable.fault = fault_in(details)
        return unavailable
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        delay = retry_delay(status)
        if delay is None and not is_beyond_rate(status):
            return error
        exceeded = RateExceededError(code, details, trailers)
        exceeded.retry_after = delay
        return exceeded
    if code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED) and info:
        refused = CallerRefusedError(code, details + note, trailers)
        metadata = dict(info.metadata)
        refused.reason = info.reason[len(_CALLER_PREFIX) :]
        refused.field = metadata.pop("field", "")
        refused.metadata = metadata
        return refused
    return error


def trailers_of(error: grpc.RpcError) -> Iterable[tuple[str, Any]]:
    """The trailing metadata of an RPC error, where it has any."""
    trailing_metadata = getattr(error, "trailing_metadata", None)
    return (trailing_metadata and trailing_metadata()) or ()


def status_of(error: grpc.RpcError) -> Optional[Status]:
    """The ``google.rpc.Status`` that an RPC error carries, where it can be parsed."""
    for key, value in trailers_of(error):
        if key == STATUS_TRAILER and isinstance(value, bytes):
            try:
                return Status.FromString(value)
            except DecodeError:
                return None
    return None


def caller_info(status: Optional[Status]) -> Optional[ErrorInfo]:
    """What the service says of a caller that it refuses."""
    for info in details_of(status, ErrorInfo):
        if info.domain == DOMAIN and info.reason.startswith(_CALLER_PREFIX):
            return info
    return None


def is_beyond_rate(status: Optional[Status]) -> bool:
    """Whether this client makes more calls than it may; else the server has no room for anyone."""
    info = caller_info(status)
    return info is not None and info.reason == f"{_CALLER_PREFIX}RATE_EXCEEDED"


def retry_delay(status: Optional[Status]) -> Optional[float]:
    """How long a server asks a client to wait, in seconds."""
    for info in details_of(status, RetryInfo):
        delay: float = info.retry_delay.seconds + info.retry_delay.nanos / 1e9
        return max(0.0, delay)
    return None


def details_of(status: Optional[Status], kind: Callable[[], _Detail]) -> list[_Detail]:
    """The details of one kind; one that cannot be parsed is none."""
    found = []
    for packed in status.details if status is not None else ():
        message = kind()
        if packed.Is(message.DESCRIPTOR):
            try:
                message.ParseFromString(packed.value)
            except DecodeError:
                continue
            found.append(message)
    return found


def code_of(number: int) -> grpc.StatusCode:
    """A status code by its number; UNKNOWN for one that gRPC does not have."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)


def _code(error: grpc.RpcError) -> Optional[grpc.StatusCode]:
    code = getattr(error, "code", None)
    return code() if callable(code) else None


def _details(error: grpc.RpcError) -> str:
    details = getattr(error, "details", None)
    return (details() if callable(details) else None) or ""
