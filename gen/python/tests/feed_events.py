"""Events of a feed, as a server sends them."""

import hashlib
from datetime import datetime, timedelta

from securetoken.v1 import token_service_pb2 as pb

NOON = datetime(2030, 1, 2, 12, 0, 0, 5)
MICRO = timedelta(microseconds=1)
NOON_MICROS = 1_893_585_600_000_005
NOON_SECONDS = 1_893_585_600


def entry(issued_before=None, expires_at=NOON + timedelta(days=1), **target) -> pb.Revocation:
    made = pb.Revocation(**target)
    made.expires_at.FromDatetime(expires_at)
    if issued_before is not None:
        made.issued_before.FromDatetime(issued_before)
    return made


def page(*entries, first=True, last=True) -> pb.WatchRevocationsResponse:
    return pb.WatchRevocationsResponse(
        snapshot={"revocations": entries, "first": first, "last": last}
    )


def changes(*entries) -> pb.WatchRevocationsResponse:
    return pb.WatchRevocationsResponse(changes={"revocations": entries})


def checkpoint(cursor="c1", staleness=0.0, keys=("k",), uptime=None) -> pb.WatchRevocationsResponse:
    event = pb.WatchRevocationsResponse(checkpoint={"cursor": cursor, "key_ids": keys})
    event.checkpoint.staleness.FromNanoseconds(int(staleness * 1e9))
    if uptime is not None:
        event.checkpoint.uptime.FromNanoseconds(int(uptime * 1e9))
    return event


USER = {"user_id_sha256": hashlib.sha256(b"u").digest()}
