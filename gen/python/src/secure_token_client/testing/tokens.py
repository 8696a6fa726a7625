"""The tokens and the revocations of a stand-in: plain dictionaries, no cryptography."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple, Optional

from google.protobuf.timestamp_pb2 import Timestamp

from securetoken.v1 import token_service_pb2 as pb

from ..additional_data import to_struct
from .refusals import Refused, refuse

KEY_ID = "stand-in-key-id0"
"""The one key of a stand-in."""
_TOKEN_BYTES = 180  # as long as the service's tokens are
_REVOCATION_LIFETIME = timedelta(hours=8760)


class Verdict(NamedTuple):
    """A token of the stand-in, and what is wrong with it: None where it is valid."""

    claims: pb.TokenClaims
    problem: Optional[Refused]


class Tokens:
    """What has been issued and revoked. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._issued: dict[str, pb.TokenClaims] = {}
        self._ahead = timedelta()
        self.revocations: list[pb.Revocation] = []
        """In the order in which they were made."""

    def now(self) -> datetime:
        """The stand-in's present: naive UTC."""
        return datetime.now(timezone.utc).replace(tzinfo=None) + self._ahead

    def advance(self, length: timedelta) -> None:
        """Sets the stand-in's clock forward."""
        self._ahead += length

    def issue(
        self,
        user_id: str,
        permissions: Iterable[str],
        lifetime: timedelta,
        additional_data: Optional[dict[str, Any]] = None,
        session_of: Optional[pb.TokenClaims] = None,
        audiences: Iterable[str] = (),
    ) -> tuple[str, pb.TokenClaims]:
        """A new token, and what it holds; in the session of another one, or in one of its own."""
        token, token_id = (
            f"stand-in.{secrets.token_urlsafe(_TOKEN_BYTES)}",
            secrets.token_urlsafe(24),
        )
        now = self.now()
        claims = pb.TokenClaims(
            token_id=token_id,
            user_id=user_id,
            permissions=list(dict.fromkeys(permissions)),
            issued_at=to_timestamp(now),
            expires_at=to_timestamp(now + lifetime),
            additional_data=to_struct(additional_data),
            session_id=session_of.session_id if session_of else token_id,
            session_started_at=session_of.session_started_at if session_of else to_timestamp(now),
            key_id=KEY_ID,
            audiences=audiences,
        )
        with self._lock:
            self._issued[token] = claims
        return token, claims

    def expire(self, token: str) -> None:
        """Ends a token's life at once. Raises KeyError for one that was not issued here."""
        with self._lock:
            self._issued[token].expires_at.CopyFrom(to_timestamp(self.now() - timedelta(seconds=1)))

    def find(self, token: str) -> Optional[Verdict]:
        """An issued token; None for any other text."""
        with self._lock:
            kept = self._issued.get(token)
            if kept is None:
                return None
            claims = pb.TokenClaims()
            claims.CopyFrom(kept)
            revocations = list(self.revocations)
        remaining = claims.expires_at.ToDatetime() - self.now()
        claims.time_remaining.FromTimedelta(max(remaining, timedelta()))
        if remaining < timedelta():
            return Verdict(claims, refuse("TOKEN_EXPIRED", expired_at=claims.expires_at))
        if any(_hits(entry, claims) for entry in revocations):
            return Verdict(claims, refuse("TOKEN_REVOKED"))
        return Verdict(claims, None)

    def validate(self, token: str, audience: str = "") -> pb.TokenClaims:
        """A valid token's claims; the empty audience requires none. Raises Refused."""
        verdict = self.find(token)
        if verdict is None:
            raise refuse("TOKEN_MALFORMED")
        if verdict.problem is not None:
            raise verdict.problem
        if audience and audience not in verdict.claims.audiences:
            raise refuse("AUDIENCE_MISMATCH", audience=audience)
        verdict.claims.checked_audience = audience
        return verdict.claims

    def revoke(self, target: pb.RevocationTarget, reason: str = "") -> str:
        """Takes a target back, and tells the RevocationOutcome."""
        entry = pb.Revocation(revoked_at=to_timestamp(self.now()), reason=reason)
        entry.expires_at.FromDatetime(self.now() + _REVOCATION_LIFETIME)
        kind = target.WhichOneof("target")
        if kind == "token":
            verdict = self.find(target.token)
            if verdict is None:
                return "REVOCATION_OUTCOME_NOT_AUTHENTIC"
            if verdict.problem is not None and verdict.problem.reason == "TOKEN_EXPIRED":
                return "REVOCATION_OUTCOME_ALREADY_EXPIRED"
            entry.token_id = verdict.claims.token_id
        elif kind == "token_id":
            entry.token_id = target.token_id.token_id
        elif kind == "session_id":
            entry.session_id = target.session_id
        elif kind == "user":
            entry.user_id_sha256 = _digest(target.user.user_id)
            is_given = target.user.HasField("issued_before")
            before = target.user.issued_before if is_given else entry.revoked_at
            entry.issued_before.CopyFrom(before)
        elif kind == "everything_issued_before":
            entry.everything = True
            entry.issued_before.CopyFrom(target.everything_issued_before)
        else:
            raise refuse("REVOCATION_INVALID", field="targets[0]")
        with self._lock:
            self.revocations.append(entry)
        return "REVOCATION_OUTCOME_REVOKED"


def to_timestamp(instant: datetime) -> Timestamp:
    """Naive UTC as a message."""
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def _hits(entry: pb.Revocation, claims: pb.TokenClaims) -> bool:
    kind = entry.WhichOneof("target")
    if kind == "token_id":
        return entry.token_id == claims.token_id
    if kind == "session_id":
        return entry.session_id == claims.session_id
    if kind == "user_id_sha256" and entry.user_id_sha256 != _digest(claims.user_id):
        return False
    return claims.session_started_at.ToNanoseconds() <= entry.issued_before.ToNanoseconds()


def _digest(user_id: str) -> bytes:
    return hashlib.sha256(user_id.encode()).digest()
