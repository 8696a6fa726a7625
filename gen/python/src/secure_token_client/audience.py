"""The audience that a call, a guard or a verifier requires of a token."""

from __future__ import annotations

from typing import Optional

import grpc

from .exceptions import InvalidTokenError
from .results import ValidToken


def named(audience: object) -> Optional[str]:
    """The audience of a guard or a verifier; an empty one is a setting that is not set."""
    if audience is None or (isinstance(audience, str) and audience):
        return audience
    raise ValueError("audience must be a text that is not empty, or None")


def held_against(valid: ValidToken, audience: Optional[str]) -> ValidToken:
    """Claims that were asked for without an audience, or for another one.

    Raises InvalidTokenError where the token does not name the audience; None requires none.
    """
    if audience is not None and audience not in valid["audiences"]:
        raise mismatch(audience)
    valid["checked_audience"] = audience
    return valid


def mismatch(audience: str) -> InvalidTokenError:
    """What the server says of a valid token that is meant for others."""
    return InvalidTokenError(
        f"Token is not for audience '{audience}'",
        reason="AUDIENCE_MISMATCH",
        field="audience",
        metadata={"audience": audience},
        code=grpc.StatusCode.UNAUTHENTICATED,
    )
