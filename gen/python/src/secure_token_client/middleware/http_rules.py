"""Rules by method and path, or by a function of the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Optional, Union

from .requirements import AnyRequirement, Requirement, requirement_of

HttpRules = Union[Mapping[str, AnyRequirement], Callable[[str, str], object], AnyRequirement]
"""What the requests of an application require: a table, a function, or one requirement for all.

A table's key is a method or ``*``, a space, and a path: ``"GET /notes"``, ``"* /health"``. A path
that ends with ``/*`` stands for all that begin with what is before the star. Of several rules the
exact path counts before a star, the longer path before the shorter, then the method before ``*``.
HEAD is asked as GET. What no rule names is refused. No rule names a path that others might read in
another way: with an empty or a dot segment, a backslash or a semicolon, or an encoded slash, dot,
backslash, percent sign or NUL; nor one that another rule with another requirement names but for
the last slash.

A function of method and path gives a requirement; for anything else, None above all, the request
is refused.
"""

_ENCODED = ("2f", "2e", "5c", "25", "00", "3b")


class ParsedRules:
    """Rules, checked and copied."""

    def __init__(self, rules: HttpRules) -> None:
        """Raises ValueError naming the rule that cannot work."""
        self._function = rules if callable(rules) else None
        self._for_all: Optional[Requirement] = None
        self._exact: dict[str, Requirement] = {}
        self._prefixes: dict[str, Requirement] = {}
        # The exact ones without their last slashes.
        self._trimmed: dict[str, Requirement] = {}
        # The length of the longest prefix. Nothing is looked up beyond it: a path of many
        # segments would take the square of its length.
        self._longest = 0
        if isinstance(rules, Mapping):
            self._parse(rules)
        elif self._function is None:
            self._for_all = requirement_of(rules)

    def of(self, method: str, path: str, raw_path: Optional[str] = None) -> Optional[Requirement]:
        """What a request requires; None where no rule names it.

        `path` is decoded, as the application routes by it; `raw_path` is as it was sent. Raises
        ValueError where the function gives no requirement.
        """
        method = "GET" if method == "HEAD" else method
        if self._function is not None:
            return requirement_of(self._function(method, path))
        if self._for_all is not None:
            return self._for_all
        if not is_plain_path(path, raw_path or path):
            return None
        return self._exact_or_prefix(method, path)

    def _exact_or_prefix(self, method: str, path: str) -> Optional[Requirement]:
        found = _either(self._exact, method, path)
        end = min(len(path), self._longest)
        while found is None and (end := path.rfind("/", 0, end)) >= 0:
            found = _either(self._prefixes, method, path[: end + 1])
        # Where the router ignores the last slash, another rule may name the same handler.
        other = found and _either(self._trimmed, method, _trimmed(path))
        return found if other is None or other == found else None

    def _parse(self, table: Mapping[str, AnyRequirement]) -> None:
        if not table:
            raise ValueError("the table of rules is empty: it would refuse everything")
        for rule, value in table.items():
            try:
                requirement = requirement_of(value)
            except ValueError as error:
                raise ValueError(f"rule {rule!r}: {error}") from None
            method, path = _parse_rule(rule)
            if path.endswith("*"):
                self._prefixes[f"{method} {path[:-1]}"] = requirement
                self._longest = max(self._longest, len(path) - 1)
            else:
                self._exact[rule] = requirement
                twin = self._trimmed.setdefault(f"{method} {_trimmed(path)}", requirement)
                if twin != requirement:
                    raise ValueError(
                        f"rule {rule!r} differs from another by its last slash alone: many routers "
                        "read both as one"
                    )


def _parse_rule(rule: str) -> tuple[str, str]:
    method, space, path = rule.partition(" ") if isinstance(rule, str) else ("", "", "")
    is_method = method == "*" or (method.isascii() and method.isalpha() and method.isupper())
    if not space or not is_method or not path.startswith("/"):
        raise ValueError(f'rule {rule!r} must be a method or *, a space, and a path: "GET /notes"')
    if method == "HEAD":
        raise ValueError(f"rule {rule!r}: HEAD is asked as GET")
    prefix = path[:-1] if path.endswith("*") else path
    if "*" in prefix or (prefix != path and not prefix.endswith("/")):
        raise ValueError(f"rule {rule!r}: a star stands for whole segments at the end: /notes/*")
    if not is_plain_path(prefix, prefix):
        raise ValueError(f"rule {rule!r}: its path can match no request")
    return method, path


def _trimmed(path: str) -> str:
    """Without its last slash."""
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def _either(rules: Mapping[str, Requirement], method: str, path: str) -> Optional[Requirement]:
    return rules.get(f"{method} {path}") or rules.get(f"* {path}")


def is_plain_path(path: str, raw_path: str) -> bool:
    """Whether every reader splits the path alike."""
    if not path.startswith("/") or "//" in path or any(char in path for char in "\\;%\0"):
        return False
    if any(segment in (".", "..") for segment in path.split("/")):
        return False
    escapes = raw_path.lower().split("%")[1:]
    return not any(escape.startswith(_ENCODED) for escape in escapes)
