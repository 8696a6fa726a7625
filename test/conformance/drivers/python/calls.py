"""Requests of the corpus as calls of the client, and its answers as the corpus spells them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Optional

from secure_token_client import (
    IssuedToken,
    PermissionDeniedError,
    RevocationTarget,
    TokenError,
    TokenExpiredError,
)

_TEXT = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.(\d{6}))?")


class Call(NamedTuple):
    """What the client gave, at once or to be awaited, and how the corpus spells it."""

    value: Any
    describe: Callable[[Any], dict[str, Any]]


def call(client: Any, rpc: str, request: dict[str, Any]) -> Call:
    """Makes the call that an RPC's request stands for, with the arguments that it names."""
    token = request.get("token")
    required = _given({"audience": request.get("audience")})
    if rpc == "GenerateToken":
        arguments = {
            "user_id": request["userId"],
            "permissions": request.get("permissions"),
            "expires_in_hours": _hours(request.get("expiresIn")),
            "additional_data": request.get("additionalData"),
            "audiences": request.get("audiences"),
        }
        return Call(client.generate_token(**_given(arguments)), _issued)
    if rpc == "RefreshToken":
        arguments = {
            "new_expires_in_hours": _hours(request.get("newExpiresIn")),
            "revoke_old": request.get("revokeOld"),
        }
        return Call(client.refresh_token(token, **_given(arguments)), _issued)
    if rpc == "ValidateToken":
        return Call(
            client.validate_token(token, **required),
            lambda valid: {"valid": True, **_claims(valid)},
        )
    if rpc == "CheckPermission":
        granted = client.check_permission(token, request["requiredPermission"], **required)
        return Call(granted, lambda yes: {"granted": yes})
    if rpc == "CheckPermissions":
        asked = request["permissions"]
        return Call(
            client.check_permissions(token, asked, **required),
            lambda held: {"results": [{"permission": p, "granted": held[p]} for p in asked]},
        )
    if rpc == "BatchValidateTokens":
        return Call(client.batch_validate_tokens(request["tokens"], **required), _batch)
    if rpc == "GetTokenInfo":
        return Call(client.get_token_info(token), _info)
    if rpc == "IntrospectToken":
        return Call(client.introspect_token(token), _introspection)
    if rpc == "RevokeTokens":
        targets = [_target(target) for target in request.get("targets", [])]
        revoked = client.revoke_tokens(targets, **_given({"reason": request.get("reason")}))
        return Call(revoked, _outcomes)
    if rpc == "ListRevocations":
        names = {"userId": "user_id", "tokenId": "token_id"}
        names |= {"pageSize": "page_size", "pageToken": "page_token"}
        chosen = {names[name]: value for name, value in request.items()}
        return Call(client.list_revocations(**chosen), _page)
    return Call(client.export_config(), _config)


def describe_error(error: Exception) -> dict[str, Any]:
    """One of the four exceptions with its facts; any other error of a call with its code alone."""
    code = getattr(error, "code", None)
    if not isinstance(error, TokenError):
        return {"kind": "RPC", "code": code().name}  # type: ignore[misc]
    told: dict[str, Any] = {
        "kind": error.kind,
        "code": code.name if code is not None else None,
        "reason": error.reason,
        "field": error.field,
        "message": str(error),
        "metadata": error.metadata,
    }
    if isinstance(error, TokenExpiredError) and error.expired_at is not None:
        told["expiredAt"] = _instant(error.expired_at)
    if isinstance(error, PermissionDeniedError):
        told["requiredPermission"] = error.required_permission
    return told


def _issued(issued: IssuedToken) -> dict[str, Any]:
    return {
        "token": str(issued),
        "tokenId": issued.token_id,
        "userId": issued.user_id,
        "permissions": issued.permissions,
        "issuedAt": _instant(issued.issued_at),
        "expiresAt": _instant(issued.expires_at),
        "additionalData": issued.additional_data,
        "sessionId": issued.session_id,
        "keyId": issued.key_id,
        "audiences": issued.audiences,
        **({"clamped": True} if issued.clamped else {}),
    }


def _claims(claims: dict[str, Any]) -> dict[str, Any]:
    return {
        "tokenId": claims["token_id"],
        "userId": claims["user_id"],
        "permissions": claims["permissions"],
        "issuedAt": _instant(claims["issued_at"]),
        "expiresAt": _instant(claims["expires_at"]),
        "additionalData": claims["additional_data"],
        "timeRemaining": _seconds(claims["time_remaining"]),
        "timeRemainingText": claims["time_remaining"],
        "sessionId": claims["session_id"],
        "keyId": claims["key_id"],
        "sessionStartedAt": _instant(claims["session_started_at"]),
        "audiences": claims["audiences"],
        **_given({"checkedAudience": claims.get("checked_audience")}),
    }


def _info(info: dict[str, Any]) -> dict[str, Any]:
    return {
        **_claims(info),
        "valid": info["valid"],
        "createdAt": _instant(info["created_at"]),
        "isRevoked": info["is_revoked"],
        "keyId": info["key_id"],
        "sessionId": info["session_id"],
    }


def _batch(results: list[Any]) -> dict[str, Any]:
    described = [
        {"error": describe_error(it)} if isinstance(it, TokenError) else {"claims": _claims(it)}
        for it in results
    ]
    return {"results": described}


def _introspection(found: dict[str, Any]) -> dict[str, Any]:
    claims = found["claims"]
    described = {"state": f"TOKEN_STATE_{found['state']}", "keyId": found["key_id"]}
    return described if claims is None else {**described, "claims": _claims(claims)}


def _config(config: dict[str, Any]) -> dict[str, Any]:
    return {
        "algorithm": config["algorithm"],
        "version": config["version"],
        "iterations": config["iterations"],
        "salt": config["salt"],
        "defaultExpiresIn": f"{config['default_expiration_hours'] * 3600:.6f}s",
        "serverVersion": config["server_version"],
        "caller": config["caller"],
        "callerRpcs": config["caller_rpcs"],
        "keys": [
            {"keyId": key["key_id"], "state": f"KEY_STATE_{key['state']}"} for key in config["keys"]
        ],
    }


def _target(target: dict[str, Any]) -> RevocationTarget:
    if "token" in target:
        return RevocationTarget.token(target["token"])
    if "tokenId" in target:
        named = target["tokenId"]
        return RevocationTarget.token_id(named.get("tokenId", ""), _parsed(named.get("expiresAt")))
    if "sessionId" in target:
        return RevocationTarget.session(target["sessionId"])
    if "user" in target:
        named = target["user"]
        return RevocationTarget.user(named.get("userId", ""), _parsed(named.get("issuedBefore")))
    instant = _parsed(target["everythingIssuedBefore"])
    assert instant is not None
    return RevocationTarget.everything(instant)


def _parsed(text: Optional[str]) -> Optional[datetime]:
    """RFC 3339 in UTC, with any number of digits up to microseconds."""
    if text is None:
        return None
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(whole).replace(microsecond=int(fraction.ljust(6, "0") or 0))


def _outcomes(outcomes: list[str]) -> dict[str, Any]:
    return {"results": [{"outcome": f"REVOCATION_OUTCOME_{it}"} for it in outcomes]}


def _page(page: dict[str, Any]) -> dict[str, Any]:
    return {
        "revocations": [_given(_entry(entry)) for entry in page["revocations"]],
        "nextPageToken": page["next_page_token"],
    }


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    digest = entry["user_id_sha256"]
    return {
        "tokenId": entry["token_id"],
        "sessionId": entry["session_id"],
        "userIdSha256": digest and base64.b64encode(bytes.fromhex(digest)).decode(),
        "everything": entry["everything"] or None,
        "issuedBefore": entry["issued_before"] and _instant(entry["issued_before"]),
        "expiresAt": entry["expires_at"] and _instant(entry["expires_at"]),
        "revokedAt": _instant(entry["revoked_at"]),
        "reason": entry["reason"],
    }


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _hours(duration: Optional[str]) -> Optional[float]:
    return None if duration is None else float(duration[:-1]) / 3600


def _instant(value: Any) -> str:
    """Naive UTC, or its ISO text, as RFC 3339."""
    return f"{value.isoformat() if isinstance(value, datetime) else value}Z"


def _seconds(text: str) -> str:
    """The text of a timedelta as protojson's duration."""
    match = _TEXT.fullmatch(text)
    assert match is not None, text
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    return f"{days * 86400 + hours * 3600 + minutes * 60 + seconds}.{match[5] or '000000'}s"
