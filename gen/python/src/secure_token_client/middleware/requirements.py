"""What a request must present."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Union

from ..results import ValidToken


@dataclass(frozen=True)
class Requirement:
    """Made by all_of and any_of, or one of ANY_TOKEN, OPTIONAL and PUBLIC."""

    kind: Literal["all", "any", "token", "optional", "public"]
    permissions: tuple[str, ...] = ()

    def is_met_by(self, token: ValidToken) -> bool:
        """Whether a valid token holds what is required; permissions are compared exactly."""
        held = token["permissions"]
        if self.kind == "all":
            return all(permission in held for permission in self.permissions)
        if self.kind == "any":
            return any(permission in held for permission in self.permissions)
        return self.kind in ("token", "optional")


ANY_TOKEN = Requirement("token")
"""A valid token, whatever it permits."""

OPTIONAL = Requirement("optional")
"""No token, or a valid one. A token that is there and is not valid is refused."""

PUBLIC = Requirement("public")
"""Nothing: the guard does not look at the request's token."""

AnyRequirement = Union[Requirement, str, "list[str]", "tuple[str, ...]"]
"""A Requirement, a permission, or permissions that are all needed."""


def all_of(*permissions: str) -> Requirement:
    """A valid token with all of the permissions. Raises ValueError without any."""
    return _of("all", permissions)


def any_of(*permissions: str) -> Requirement:
    """A valid token with one of the permissions at least. Raises ValueError without any."""
    return _of("any", permissions)


def requirement_of(value: object) -> Requirement:
    """The requirement that a rule names.

    Raises ValueError for None, an empty list, and whatever else was not thought of: a missing
    ``return`` must admit nobody.
    """
    if isinstance(value, Requirement):
        return value
    if isinstance(value, str):
        return all_of(value)
    if isinstance(value, (list, tuple)):
        return all_of(*value)
    raise ValueError(
        f"a rule gives {type(value).__name__}: use a permission, all_of, any_of, ANY_TOKEN, "
        "OPTIONAL or PUBLIC"
    )


def _of(kind: Literal["all", "any"], permissions: tuple[str, ...]) -> Requirement:
    if not permissions:
        raise ValueError("a requirement names no permission: use ANY_TOKEN where any token will do")
    if not all(isinstance(permission, str) and permission for permission in permissions):
        raise ValueError("the permissions of a requirement must be texts, and not empty")
    return Requirement(kind, tuple(permissions))
