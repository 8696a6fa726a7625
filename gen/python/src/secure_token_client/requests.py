"""Arguments as request messages.

What a message cannot carry is refused here, with the words and the field of the server; every
other rule is the server's to apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

import grpc

from securetoken.v1 import token_service_pb2 as pb

from .additional_data import to_struct
from .exceptions import InvalidTokenError, TokenError
from .times import to_duration

_MAX_TOKEN_LENGTH = 8192


def generate_token(
    user_id: str,
    permissions: Optional[Sequence[str]],
    expires_in_hours: Optional[float],
    additional_data: Optional[Mapping[str, Any]],
    audiences: Optional[Sequence[str]] = None,
) -> pb.GenerateTokenRequest:
    """A GenerateToken request; arguments are judged in the server's order."""
    expires_in = to_duration(expires_in_hours, "expires_in")
    checked = _permissions(permissions)
    data = to_struct(additional_data)
    return pb.GenerateTokenRequest(
        user_id=_user_id(user_id),
        permissions=checked,
        expires_in=expires_in,
        additional_data=data,
        audiences=_audiences(audiences),
    )


def required_audience(audience: object) -> str:
    """The audience that a token must be meant for; None is the empty text, which requires none."""
    if audience is None:
        return ""
    if not isinstance(audience, str):
        raise _refused("audience", "AUDIENCE_INVALID", "audience must be a string")
    if not audience:
        raise _refused("audience", "AUDIENCE_INVALID", "audience must be 1 to 256 characters long")
    if not is_well_formed(audience):
        raise _refused("audience", "AUDIENCE_INVALID", "audience must be well-formed Unicode")
    return audience


def _audiences(audiences: object) -> list[str]:
    """What a message can carry; one text is a mistake: it would be many short names."""
    if audiences is None:
        return []
    if isinstance(audiences, str) or not isinstance(audiences, Sequence):
        raise _refused("audiences", "AUDIENCE_INVALID", "audiences must be a list")
    for i, audience in enumerate(audiences):
        if not isinstance(audience, str) or not is_well_formed(audience):
            field = f"audiences[{i}]"
            raise _refused(field, "AUDIENCE_INVALID", f"{field} must be well-formed text")
    return list(audiences)


def refresh_token(
    token: str, new_expires_in_hours: Optional[float], revoke_old: bool
) -> pb.RefreshTokenRequest:
    """A RefreshToken request."""
    return pb.RefreshTokenRequest(
        token=require_token(token),
        new_expires_in=to_duration(new_expires_in_hours, "new_expires_in"),
        revoke_old=revoke_old,
    )


def validate_token(token: str, audience: Optional[str]) -> pb.ValidateTokenRequest:
    """A ValidateToken request."""
    return pb.ValidateTokenRequest(audience=required_audience(audience), token=require_token(token))


def check_permission(
    token: str, required_permission: str, audience: Optional[str]
) -> pb.CheckPermissionRequest:
    """A CheckPermission request."""
    return pb.CheckPermissionRequest(
        required_permission=_asked(required_permission, "required_permission"),
        audience=required_audience(audience),
        token=require_token(token),
    )


def check_permissions(
    token: str, permissions: Iterable[str], audience: Optional[str]
) -> pb.CheckPermissionsRequest:
    """A CheckPermissions request."""
    asked = [_asked(text, f"permissions[{i}]") for i, text in enumerate(permissions)]
    return pb.CheckPermissionsRequest(
        audience=required_audience(audience), token=require_token(token), permissions=asked
    )


def batch_validate_tokens(
    tokens: Iterable[str], audience: Optional[str]
) -> pb.BatchValidateTokensRequest:
    """A BatchValidateTokens request. One text is a mistake: it would be many short tokens."""
    if isinstance(tokens, str):
        raise TypeError("tokens must be a list of tokens, not one token")
    required = required_audience(audience)
    texts = [any_token(token) for token in tokens]
    return pb.BatchValidateTokensRequest(tokens=texts, audience=required)


def require_token(token: object) -> str:
    """A token as it is sent. Raises InvalidTokenError for what is not text."""
    if isinstance(token, str):
        return any_token(token)
    raise InvalidTokenError(
        "Token is empty or invalid",
        reason="TOKEN_EMPTY",
        field="token",
        code=grpc.StatusCode.UNAUTHENTICATED,
    )


def any_token(token: object) -> str:
    """A token that must not make the call fail: the empty text stands for what is not text.

    One that is far too long would have the whole request refused, and a batch with it; cut to one
    character more than is allowed, it is as invalid as it was.
    """
    if not isinstance(token, str):
        return ""
    return token[: _MAX_TOKEN_LENGTH + 1].encode("utf-8", "replace").decode("utf-8")


def _user_id(user_id: object) -> str:
    if not isinstance(user_id, str):
        raise _refused("user_id", "USER_ID_INVALID", "user_id must be a string")
    if not is_well_formed(user_id):
        raise _refused("user_id", "USER_ID_INVALID", "user_id must be well-formed Unicode")
    return user_id


def _permissions(permissions: object) -> list[str]:
    if permissions is None:
        return []
    if not isinstance(permissions, (list, tuple)):
        raise _refused("permissions", "PERMISSION_INVALID", "Permissions must be a list")
    for i, permission in enumerate(permissions):
        field = f"permissions[{i}]"
        if not isinstance(permission, str):
            raise _refused(field, "PERMISSION_INVALID", "Each permission must be a string")
        if not is_well_formed(permission):
            text = f"{field} must consist of printable characters"
            raise _refused(field, "PERMISSION_INVALID", text)
    return list(permissions)


def _asked(permission: object, field: str) -> str:
    if isinstance(permission, str) and is_well_formed(permission):
        return permission
    raise _refused(field, "REQUIRED_PERMISSION_INVALID", f"{field} must be text")


def is_well_formed(text: str) -> bool:
    """Whether UTF-8 can carry the text: it has no lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _refused(field: str, reason: str, message: str) -> TokenError:
    code = grpc.StatusCode.INVALID_ARGUMENT
    return TokenError(message, reason=reason, field=field, code=code)
