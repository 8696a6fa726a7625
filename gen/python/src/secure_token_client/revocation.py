"""Revocation: targets as they are sent, outcomes and entries as they come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal, Optional, TypedDict, cast

from google.protobuf.timestamp_pb2 import Timestamp

from securetoken.v1 import token_service_pb2 as pb

from .requests import any_token
from .results import enum_name, required
from .times import to_datetime

RevocationOutcome = Literal["REVOKED", "ALREADY_EXPIRED", "NOT_AUTHENTIC", "UNSPECIFIED"]
"""What became of a target; UNSPECIFIED is one that only a newer server knows."""


@dataclass(frozen=True)
class RevocationTarget:
    """What is revoked. Made by one of its class methods; instants are naive UTC or have a zone."""

    message: pb.RevocationTarget

    def __repr__(self) -> str:
        """The kind alone: a target may be a token."""
        return f"RevocationTarget({self.message.WhichOneof('target')})"

    @classmethod
    def token(cls, token: str) -> RevocationTarget:
        """A token, itself: it must be authentic."""
        return cls(pb.RevocationTarget(token=any_token(token)))

    @classmethod
    def token_id(cls, token_id: str, expires_at: Optional[datetime] = None) -> RevocationTarget:
        """A token by its id; the entry is kept until `expires_at`, or for 8,760 hours."""
        target = pb.TokenIdTarget(token_id=token_id, expires_at=_timestamp(expires_at))
        return cls(pb.RevocationTarget(token_id=target))

    @classmethod
    def session(cls, session_id: str) -> RevocationTarget:
        """Every token of a session that is issued before the answer."""
        return cls(pb.RevocationTarget(session_id=session_id))

    @classmethod
    def user(cls, user_id: str, issued_before: Optional[datetime] = None) -> RevocationTarget:
        """Every token of a user's sessions that began up to an instant; default: the present."""
        target = pb.UserTarget(user_id=user_id, issued_before=_timestamp(issued_before))
        return cls(pb.RevocationTarget(user=target))

    @classmethod
    def everything(cls, issued_before: datetime) -> RevocationTarget:
        """Every token of sessions that began up to an instant, whoever's they are."""
        return cls(pb.RevocationTarget(everything_issued_before=_timestamp(issued_before)))


class Revocation(TypedDict):
    """An entry of what is revoked. Times are naive UTC; what does not apply is None."""

    token_id: Optional[str]
    session_id: Optional[str]
    user_id_sha256: Optional[str]
    """The SHA-256 of the user's id, in hexadecimal."""
    everything: bool
    issued_before: Optional[datetime]
    expires_at: Optional[datetime]
    revoked_at: datetime
    reason: str


class RevocationPage(TypedDict):
    """A page of entries, newest first."""

    revocations: list[Revocation]
    next_page_token: str
    """For the next page; empty on the last one."""


def revoke_tokens(targets: Iterable[RevocationTarget], reason: str) -> pb.RevokeTokensRequest:
    """A RevokeTokens request. Raises TypeError for what is no target."""
    chosen = list(targets)
    if not all(isinstance(target, RevocationTarget) for target in chosen):
        raise TypeError("targets must be a list of RevocationTarget")
    return pb.RevokeTokensRequest(targets=[target.message for target in chosen], reason=reason)


def to_outcomes(message: pb.RevokeTokensResponse, asked: int) -> list[RevocationOutcome]:
    """What became of each target, in order."""
    required(len(message.results) == asked, "a result for each target")
    return [
        cast(
            RevocationOutcome,
            enum_name(pb.RevocationOutcome, result.outcome, "REVOCATION_OUTCOME_"),
        )
        for result in message.results
    ]


def to_page(message: pb.ListRevocationsResponse) -> RevocationPage:
    """A page of entries."""
    return {
        "revocations": [_entry(entry) for entry in message.revocations],
        "next_page_token": message.next_page_token,
    }


def _entry(entry: pb.Revocation) -> Revocation:
    kind = entry.WhichOneof("target")
    return {
        "token_id": entry.token_id if kind == "token_id" else None,
        "session_id": entry.session_id if kind == "session_id" else None,
        "user_id_sha256": entry.user_id_sha256.hex() if kind == "user_id_sha256" else None,
        "everything": kind == "everything",
        "issued_before": _instant(entry, "issued_before"),
        "expires_at": _instant(entry, "expires_at"),
        "revoked_at": to_datetime(entry.revoked_at),
        "reason": entry.reason,
    }


def _instant(entry: pb.Revocation, name: str) -> Optional[datetime]:
    return to_datetime(getattr(entry, name)) if entry.HasField(name) else None


def _timestamp(instant: Optional[datetime]) -> Optional[Timestamp]:
    if instant is None:
        return None
    message = Timestamp()
    zoned = instant if instant.tzinfo is not None else instant.replace(tzinfo=timezone.utc)
    message.FromDatetime(zoned)
    return message
