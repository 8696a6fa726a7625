"""Valid answers, kept by the SHA-256 of their token until it expires or memory is wanted."""

from __future__ import annotations

import copy
import hashlib
import sys
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Optional, Union

from securetoken.v1 import token_service_pb2 as pb

from ..additional_data import from_struct
from ..results import TOKEN_VERSION, ValidToken, require_times, started_at
from ..times import to_datetime, to_timedelta
from .live_set import TokenFacts, to_micros

AnyClaims = Union[pb.ValidateTokenResponse, pb.TokenClaims]
_FIXED_BYTES = 500
"""What an entry takes beside its texts: objects, digests, and its place in the table."""


class Asked(NamedTuple):
    """When a question was asked, in seconds of each clock."""

    at: float
    wall: float


class Answer:
    """A valid token's claims as they are kept. Holds nothing of the token."""

    __slots__ = (
        "_additional_data",
        "_audiences",
        "_expires_at",
        "_issued_at",
        "_permissions",
        "_remaining",
        "_session_started_at",
        "_user_id",
        "asked",
        "facts",
        "key_id",
        "lifetime",
        "size",
    )

    def __init__(self, message: AnyClaims, asked: Asked) -> None:
        """The answer to what was asked at `asked`. Raises CallError where it lacks an instant."""
        require_times(message)
        token_id, user_id = message.token_id, message.user_id
        is_first = message.session_id == token_id
        session_id = token_id if is_first else message.session_id
        digest = hashlib.sha256(user_id.encode()).digest()
        started = started_at(message)
        begins_at = min(to_micros(started), to_micros(message.issued_at))
        self.facts = TokenFacts(token_id, session_id, digest, begins_at, message.expires_at.seconds)
        self.key_id = sys.intern(message.key_id)
        self.asked = asked
        self._remaining = to_timedelta(message.time_remaining)
        self.lifetime = self._remaining.total_seconds()
        """How long the token lived on when it was asked for, in seconds."""
        self._user_id = user_id
        self._permissions = tuple(sys.intern(text) for text in message.permissions)
        self._audiences = tuple(message.audiences)
        self._issued_at = to_datetime(message.issued_at)
        self._session_started_at = to_datetime(started)
        self._expires_at = to_datetime(message.expires_at)
        self._additional_data = from_struct(message.additional_data, message.additional_data_json)
        self.size = _FIXED_BYTES + 4 * message.ByteSize() + _containers(self._additional_data)
        """How many bytes it takes, as estimated."""

    def age(self, now: Asked) -> float:
        """The seconds since it was asked for, by the clock that went further."""
        return max(now.at - self.asked.at, now.wall - self.asked.wall)

    @property
    def expires_at(self) -> datetime:
        """The last instant at which the token is valid: naive UTC."""
        return self._expires_at

    def holds(self, permission: str) -> bool:
        """Whether the token holds a permission, compared exactly."""
        return permission in self._permissions

    def is_for(self, audience: str) -> bool:
        """Whether the token is meant for a service, compared exactly."""
        return audience in self._audiences

    def claims(self, age: float = 0) -> ValidToken:
        """A fresh copy of the claims, as validate_token gives them `age` seconds later."""
        data = copy.deepcopy(self._additional_data) if self._additional_data else {}
        remaining = self._remaining - timedelta(seconds=age) if age else self._remaining
        return {
            "valid": True,
            "payload": {
                "token_id": self.facts.token_id,
                "user_id": self._user_id,
                "permissions": list(self._permissions),
                "issued_at": self._issued_at.isoformat(),
                "expires_at": self._expires_at.isoformat(),
                "additional_data": data,
                "version": TOKEN_VERSION,
            },
            "token_id": self.facts.token_id,
            "user_id": self._user_id,
            "permissions": list(self._permissions),
            "expires_at": self._expires_at,
            "issued_at": self._issued_at,
            "additional_data": data,
            "time_remaining": str(remaining),
            "session_id": self.facts.session_id,
            "key_id": self.key_id,
            "session_started_at": self._session_started_at,
            "audiences": list(self._audiences),
            "checked_audience": None,
        }


class Answers:
    """Kept answers, of which the least recently used gives way. Not safe between threads."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._max_entries, self._max_bytes = max_entries, max_bytes
        self._kept: OrderedDict[bytes, Answer] = OrderedDict()
        self.size = 0
        """How many bytes are taken, as estimated."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> Optional[Answer]:
        """A kept answer, which becomes the most recently used."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def put(self, key: bytes, answer: Answer) -> None:
        """Keeps an answer."""
        self.drop(key)
        self._kept[key] = answer
        self.size += answer.size
        while len(self._kept) > self._max_entries or self.size > self._max_bytes:
            self.size -= self._kept.popitem(last=False)[1].size

    def drop(self, key: bytes) -> None:
        """Forgets an answer."""
        gone = self._kept.pop(key, None)
        if gone is not None:
            self.size -= gone.size


def _containers(value: object) -> int:
    """What the objects and lists in additional data take, beside their texts, in bytes."""
    if isinstance(value, dict):
        within: Iterable[object] = value.values()
    elif isinstance(value, list):
        within = value
    else:
        return 0
    return sys.getsizeof(value) + sum(_containers(each) for each in within)


def digest_of(token: str) -> bytes:
    """What a token is kept by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
