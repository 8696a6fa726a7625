"""Instants, durations and hours: between protobuf's messages and Python's types."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Optional

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from .exceptions import TokenError

_EPOCH = datetime(1970, 1, 1)
_MAX_DURATION = timedelta(hours=87_660_000)  # google.protobuf.Duration: 10,000 years


def to_datetime(message: Timestamp) -> datetime:
    """A naive datetime in UTC, exact to the microsecond.

    Naive as the original library's are; that library writes local time, this service UTC.
    """
    return _EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def to_timedelta(message: Duration) -> timedelta:
    """A timedelta, exact to the microsecond. Its ``str`` is the original's ``time_remaining``."""
    return timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def to_duration(hours: object, field: str) -> Optional[Duration]:
    """Hours as a message; None stays None, which means the server's default.

    Raises TokenError for what no message can carry. The range is the server's to judge.
    """
    if hours is None:
        return None
    # False is the number 0, and so out of range rather than no number.
    if not isinstance(hours, (int, float)) or hours is True:
        raise _refused(field, "Expires hours must be a number")
    try:
        length = timedelta(hours=hours)
    except (OverflowError, ValueError):  # too large, infinite, NaN
        length = timedelta.max
    if abs(length) > _MAX_DURATION or hours is False:
        raise _refused(field, "Expires hours must be between 0 and 8760 hours")
    message = Duration()
    message.FromTimedelta(length)
    return message


def _refused(field: str, message: str) -> TokenError:
    code = grpc.StatusCode.INVALID_ARGUMENT
    return TokenError(message, reason="EXPIRES_IN_OUT_OF_RANGE", field=field, code=code)
