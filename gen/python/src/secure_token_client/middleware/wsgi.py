"""WSGI (PEP 3333): Flask, Django, Pyramid, Bottle and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Optional

import grpc

from ..client import SecureTokenClient
from ..exceptions import TokenError
from . import rules
from .current import set_current_token

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENVIRON_KEY = "secure_token"
"""Where the application finds the claims in the WSGI environment."""


class TokenMiddleware:
    """Serves a request only when its bearer token is valid and holds what `permission` says."""

    def __init__(
        self, app: WSGIApplication, client: SecureTokenClient, permission: rules.Rule = None
    ) -> None:
        """Stands before `app`."""
        self._app, self._client, self._rule = app, client, permission

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        set_current_token(None)  # threads are reused
        environ.pop(ENVIRON_KEY, None)
        refusal = self._check(environ)
        if refusal is None:
            return self._app(environ, start_response)
        status = HTTPStatus(refusal.status)
        start_response(f"{status.value} {status.phrase}", refusal.headers())
        return [refusal.body()]

    def _check(self, environ: WSGIEnvironment) -> Optional[rules.Refusal]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        permission = rules.needed(self._rule, environ["REQUEST_METHOD"], path)
        if permission is rules.PUBLIC:
            return None
        token = rules.bearer(environ.get("HTTP_AUTHORIZATION"))
        if token is None:
            return rules.NO_TOKEN
        try:
            valid = self._client.validate_token(token)
            rules.require(valid, permission)
        except TokenError as error:
            return rules.refusal_of(error)
        except grpc.RpcError:
            return rules.UNREACHABLE
        environ[ENVIRON_KEY] = valid
        set_current_token(valid)
        return None
