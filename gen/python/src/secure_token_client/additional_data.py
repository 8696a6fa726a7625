"""additional_data: a Python dict as a google.protobuf.Struct, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Optional

import grpc
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from .exceptions import TokenError

_MAX_LEVELS = 32
_MAX_SAFE_INTEGER = 2**53 - 1


def to_struct(data: Optional[Mapping[str, Any]]) -> Struct:
    """The Struct of a dict of JSON values; None is the empty one.

    Raises TokenError for what a Struct cannot carry unchanged. Its size is the server's to judge.
    """
    if data is not None and not isinstance(data, Mapping):
        raise _broken("must be an object")
    return _struct(data or {}, 0)


def from_struct(struct: Struct, exact_json: str = "") -> dict[str, Any]:
    """The dict of a Struct, or of the exact text beside it, where the server found one needed."""
    if exact_json:
        exact: dict[str, Any] = json.loads(exact_json)
        return exact
    return {name: _plain(value) for name, value in struct.fields.items()}


def _struct(data: Mapping[Any, Any], depth: int) -> Struct:
    if depth >= _MAX_LEVELS:  # a cycle ends here too
        raise _broken(f"must be at most {_MAX_LEVELS} levels deep")
    struct = Struct()
    for name, value in data.items():
        if not isinstance(name, str):
            raise _broken("must have names that are text")
        struct.fields[_text(name)].CopyFrom(_value(value, depth + 1))
    return struct


def _value(value: object, depth: int) -> Value:
    if value is None:
        return Value(null_value=0)  # type: ignore[arg-type]
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, str):
        return Value(string_value=_text(value))
    if isinstance(value, int):
        if abs(value) > _MAX_SAFE_INTEGER:
            raise _broken(
                "must hold integers from -(2^53 - 1) to 2^53 - 1 only: "
                "write a larger one as a string"
            )
        return Value(number_value=value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _broken("must hold finite numbers only")
        return Value(number_value=value)
    if isinstance(value, Mapping):
        return Value(struct_value=_struct(value, depth))
    if isinstance(value, (list, tuple)):
        if depth >= _MAX_LEVELS:
            raise _broken(f"must be at most {_MAX_LEVELS} levels deep")
        return Value(list_value=ListValue(values=[_value(item, depth + 1) for item in value]))
    raise _broken("must hold JSON values only")


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        # A Struct has doubles only; what was an integer in the token is one again.
        whole = number.is_integer() and abs(number) <= _MAX_SAFE_INTEGER
        return int(number) if whole else number
    if kind == "string_value":
        return value.string_value
    return value.bool_value if kind == "bool_value" else None


def _text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _broken("must hold well-formed Unicode only") from None
    return text


def _broken(rule: str) -> TokenError:
    return TokenError(
        f"additional_data {rule}",
        reason="ADDITIONAL_DATA_INVALID",
        field="additional_data",
        code=grpc.StatusCode.INVALID_ARGUMENT,
    )
