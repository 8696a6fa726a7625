"""The RPCs of a stand-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NoReturn

import grpc
from google.protobuf.duration_pb2 import Duration

from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1.token_service_pb2_grpc import TokenServiceServicer

from ..additional_data import from_struct
from ..call_errors import STATUS_TRAILER
from .refusals import Refused, refuse
from .tokens import KEY_ID, Tokens

_DEFAULT_LIFETIME = timedelta(hours=24)
_CHECKPOINT_SECONDS = 1.0


class Servicer(TokenServiceServicer):  # type: ignore[misc]
    """Answers from `tokens`; the feed is told of each revocation at once."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._changed = threading.Condition()
        self._is_over = False
        self.calls: list[str] = []
        """The names of the RPCs that were called, in order."""

    def changed(self) -> None:
        """Wakes the feeds."""
        with self._changed:
            self._changed.notify_all()

    def end(self) -> None:
        """Ends the feeds."""
        self._is_over = True
        self.changed()

    def GenerateToken(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service, without its rules for arguments."""
        self.calls.append("GenerateToken")
        data = from_struct(request.additional_data)
        lifetime = _lifetime(request, "expires_in")
        token, claims = self._tokens.issue(
            request.user_id, request.permissions, lifetime, data, audiences=request.audiences
        )
        return _issued(pb.GenerateTokenResponse, token, claims)

    def RefreshToken(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service; sessions have no end."""
        old = self._asked("RefreshToken", request, context)
        lifetime = _lifetime(request, "new_expires_in")
        data = from_struct(old.additional_data)
        token, claims = self._tokens.issue(
            old.user_id,
            old.permissions,
            lifetime,
            data,
            session_of=old,
            audiences=old.audiences,
        )
        if request.revoke_old:
            self._tokens.revoke(pb.RevocationTarget(token=request.token))
            self.changed()
        return _issued(pb.RefreshTokenResponse, token, claims)

    def ValidateToken(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        claims = self._asked("ValidateToken", request, context)
        return _of(pb.ValidateTokenResponse(valid=True), claims)

    def GetTokenInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        claims = self._asked("GetTokenInfo", request, context)
        info = _of(pb.GetTokenInfoResponse(valid=True), claims)
        info.created_at.CopyFrom(claims.issued_at)
        return info

    def CheckPermission(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        claims = self._asked("CheckPermission", request, context)
        asked = request.required_permission
        if asked not in claims.permissions:
            _abort(context, refuse("PERMISSION_NOT_GRANTED", required_permission=asked))
        return pb.CheckPermissionResponse(granted=True, checked_audience=request.audience)

    def CheckPermissions(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        held = self._asked("CheckPermissions", request, context).permissions
        results = [
            pb.PermissionResult(permission=it, granted=it in held) for it in request.permissions
        ]
        return pb.CheckPermissionsResponse(results=results, checked_audience=request.audience)

    def BatchValidateTokens(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        self.calls.append("BatchValidateTokens")
        results = [self._result(it, request.audience) for it in request.tokens]
        return pb.BatchValidateTokensResponse(results=results)

    def IntrospectToken(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        self.calls.append("IntrospectToken")
        verdict = self._tokens.find(request.token)
        if verdict is None:
            return pb.IntrospectTokenResponse(state=pb.TOKEN_STATE_INVALID)
        state = pb.TOKEN_STATE_ACTIVE
        if verdict.problem is not None:
            is_revoked = verdict.problem.reason == "TOKEN_REVOKED"
            state = pb.TOKEN_STATE_REVOKED if is_revoked else pb.TOKEN_STATE_EXPIRED
        return pb.IntrospectTokenResponse(state=state, claims=verdict.claims, key_id=KEY_ID)

    def RevokeTokens(self, request: Any, context: grpc.ServicerContext) -> Any:
        """As the service."""
        self.calls.append("RevokeTokens")
        results = []
        for target in request.targets:
            try:
                outcome = self._tokens.revoke(target, request.reason)
            except Refused as refused:
                _abort(context, refused)
            results.append(pb.RevocationResult(outcome=outcome))
        self.changed()
        return pb.RevokeTokensResponse(results=results)

    def ListRevocations(self, request: Any, context: grpc.ServicerContext) -> Any:
        """All of them on one page, whatever the filter."""
        self.calls.append("ListRevocations")
        return pb.ListRevocationsResponse(revocations=reversed(self._tokens.revocations))

    def WatchRevocations(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """As the service; each feed begins with a snapshot."""
        self.calls.append("WatchRevocations")
        context.add_callback(self.changed)
        known = list(self._tokens.revocations)
        yield _event(snapshot={"revocations": known, "first": True, "last": True})
        told = len(known)
        while context.is_active() and not self._is_over:
            news = self._tokens.revocations[told:]
            told += len(news)
            if news:
                yield _event(changes={"revocations": news})
            yield _event(checkpoint={"staleness": Duration(), "key_ids": [KEY_ID]})
            with self._changed:
                if len(self._tokens.revocations) == told and not self._is_over:
                    self._changed.wait(_CHECKPOINT_SECONDS)

    def _asked(self, method: str, request: Any, context: grpc.ServicerContext) -> pb.TokenClaims:
        self.calls.append(method)
        try:
            return self._tokens.validate(request.token, getattr(request, "audience", ""))
        except Refused as refused:
            _abort(context, refused)

    def _result(self, token: str, audience: str) -> pb.BatchValidateTokensResult:
        try:
            return pb.BatchValidateTokensResult(claims=self._tokens.validate(token, audience))
        except Refused as refused:
            return pb.BatchValidateTokensResult(error=refused.status)


def _event(**members: Any) -> pb.WatchRevocationsResponse:
    return pb.WatchRevocationsResponse(**members)


def _lifetime(request: Any, field: str) -> timedelta:
    given = getattr(request, field)
    return given.ToTimedelta() if request.HasField(field) else _DEFAULT_LIFETIME


def _issued(kind: Callable[..., Any], token: str, claims: pb.TokenClaims) -> Any:
    return _of(kind(token=token), claims)


def _of(response: Any, claims: pb.TokenClaims) -> Any:
    """The response with those claims that it has a field for."""
    fields = response.DESCRIPTOR.fields_by_name
    known = {field.name: value for field, value in claims.ListFields() if field.name in fields}
    response.MergeFrom(type(response)(**known))
    return response


def _abort(context: grpc.ServicerContext, refused: Refused) -> NoReturn:
    context.set_trailing_metadata(((STATUS_TRAILER, refused.status.SerializeToString()),))
    context.abort(refused.code, refused.status.message)
    raise AssertionError("abort always raises")
