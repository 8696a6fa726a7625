"""Rules by gRPC method, or by a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Optional, Union

from google.protobuf.descriptor import ServiceDescriptor

from .requirements import AnyRequirement, Requirement, requirement_of

GrpcRules = Union[Mapping[str, AnyRequirement], Callable[[str, str], object], AnyRequirement]
"""What the calls of a server require: a table, a function, or one requirement for all.

A table's key is a full method, ``"/notes.v1.Notes/List"``, or a service with a slash at its end,
``"/notes.v1.Notes/"``, for those of its methods that have no key. A function gets ``"POST"`` and
the full method. What no rule names, and for what a function gives no requirement, is refused.
"""

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_FULL_METHOD = re.compile(rf"/{_NAME}(?:\.{_NAME})*/(?:{_NAME})?")


class ParsedRules:
    """Rules, checked and copied."""

    def __init__(self, rules: GrpcRules) -> None:
        """Raises ValueError naming the rule that cannot work."""
        self._function = rules if callable(rules) else None
        self._for_all: Optional[Requirement] = None
        self._table: dict[str, Requirement] = {}
        if isinstance(rules, Mapping):
            self._parse(rules)
        elif self._function is None:
            self._for_all = requirement_of(rules)

    def of(self, method: str) -> Optional[Requirement]:
        """What a call requires; None where no rule names it.

        Raises ValueError where the function gives no requirement.
        """
        if self._function is not None:
            return requirement_of(self._function("POST", method))
        if self._for_all is not None:
            return self._for_all
        return self._table.get(method) or self._table.get(method[: method.rfind("/") + 1])

    def check(self, services: Iterable[ServiceDescriptor]) -> None:
        """Raises ValueError for a rule that names what the services do not have."""
        known = {f"/{service.full_name}/": service for service in services}
        for rule in self._table:
            service, _, method = rule[1:].partition("/")
            found = known.get(f"/{service}/")
            if found is None:
                raise ValueError(f"rule {rule!r}: there is no service {service}")
            if method and method not in found.methods_by_name:
                raise ValueError(f"rule {rule!r}: the service has no method {method}")

    def _parse(self, table: Mapping[str, AnyRequirement]) -> None:
        if not table:
            raise ValueError("the table of rules is empty: it would refuse every call")
        for rule, value in table.items():
            if not isinstance(rule, str) or not _FULL_METHOD.fullmatch(rule):
                raise ValueError(
                    f"rule {rule!r} must be /package.Service/Method, or /package.Service/ for the "
                    "whole service"
                )
            try:
                self._table[rule] = requirement_of(value)
            except ValueError as error:
                raise ValueError(f"rule {rule!r}: {error}") from None
