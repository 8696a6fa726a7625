"""The original library's validators, by their names: True, or a TokenError that says why not."""

from __future__ import annotations

import re
import unicodedata

from .exceptions import TokenError

_MAX_PERMISSIONS = 64
_MAX_EXPIRES_HOURS = 8760
_MIN_LENGTH = 16


def validate_permissions(permissions: object) -> bool:
    """A list of at most 64 permissions, each 2 to 30 printable code points."""
    if not isinstance(permissions, list):
        raise _permission("permissions", "Permissions must be a list")
    if len(permissions) > _MAX_PERMISSIONS:
        raise TokenError(
            f"permissions must be at most {_MAX_PERMISSIONS}",
            reason="TOO_MANY_PERMISSIONS",
            field="permissions",
        )
    for i, permission in enumerate(permissions):
        field = f"permissions[{i}]"
        if not isinstance(permission, str):
            raise _permission(field, "Each permission must be a string")
        if not 2 <= len(permission) <= 30:
            raise _permission(field, "Permission length must be between 2 and 30 characters")
        if not permission.isprintable():
            raise _permission(field, f"{field} must consist of printable characters")
    return True


def validate_expires_hours(hours: object) -> bool:
    """A number of hours above 0 and at most 8760; fractions count, NaN and True do not."""
    if not isinstance(hours, (int, float)) or hours is True:
        raise _lifetime("Expires hours must be a number")
    # The shortest lifetime is a microsecond; half of one rounds to none.
    if not (0 < hours <= _MAX_EXPIRES_HOURS and hours * 3.6e9 > 0.5):
        raise _lifetime(f"Expires hours must be between 0 and {_MAX_EXPIRES_HOURS} hours")
    return True


def validate_secret_key(secret_key: object) -> bool:
    """At least 16 characters: upper-case and lower-case ASCII, a digit, one of ``@$!%*?&#``.

    The message never holds the key.
    """
    if not isinstance(secret_key, str):
        raise _setting("SECRET_KEY", "be a string")
    if len(secret_key) < _MIN_LENGTH:
        raise _setting("SECRET_KEY", f"be at least {_MIN_LENGTH} characters long")
    if not re.search(r"[A-Z]", secret_key) or not re.search(r"[a-z]", secret_key):
        raise _setting("SECRET_KEY", "contain both uppercase and lowercase letters")
    if not any(unicodedata.category(char) == "Nd" for char in secret_key):
        raise _setting("SECRET_KEY", "contain at least one number")
    if not re.search(r"[@$!%*?&#]", secret_key):
        raise _setting("SECRET_KEY", "contain at least one special character")
    return True


def validate_salt(salt: object) -> bool:
    """At least 16 bytes."""
    if not isinstance(salt, (bytes, bytearray)):
        raise _setting("SALT", "be bytes")
    if len(salt) < _MIN_LENGTH:
        raise _setting("SALT", f"be at least {_MIN_LENGTH} bytes long")
    return True


def _permission(field: str, message: str) -> TokenError:
    return TokenError(message, reason="PERMISSION_INVALID", field=field)


def _lifetime(message: str) -> TokenError:
    return TokenError(message, reason="EXPIRES_IN_OUT_OF_RANGE", field="expires_in")


def _setting(name: str, rule: str) -> TokenError:
    return TokenError(f"{name} must {rule}", reason="SETTING_INVALID", field=name)
