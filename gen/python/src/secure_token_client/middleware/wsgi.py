"""WSGI (PEP 3333): Flask, Pyramid, Bottle, Django and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Optional, Union

from ..client import SecureTokenClient
from .bearer import bearer, extracted
from .current import set_current
from .guard import Faults, Guard, OnFault, Pass, Watch
from .http_rules import HttpRules, ParsedRules
from .refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENVIRON_KEY = "secure_token"
"""Where the application finds the claims in the WSGI environment."""

OnRefusal = Callable[[Refusal, "WSGIEnvironment", "StartResponse"], Iterable[bytes]]


class TokenMiddleware:
    """Serves a request only when it presents what the rules require."""

    def __init__(
        self,
        app: WSGIApplication,
        client: SecureTokenClient,
        rules: HttpRules,
        *,
        extract_token: Optional[Callable[[WSGIEnvironment], Optional[str]]] = None,
        on_refusal: Optional[OnRefusal] = None,
        on_fault: Optional[OnFault] = None,
        watch: Watch = False,
        audience: Optional[str] = None,
    ) -> None:
        """Stands before `app`, whose PATH_INFO the rules see.

        ``extract_token`` finds the token elsewhere than in the Authorization header, as in a
        cookie. ``on_refusal`` answers refused requests itself, as a WSGI application would; if it
        raises, the fixed answer is sent. ``on_fault`` is told why a token could not be checked;
        without it that is logged. ``watch=True``, or a WatchedVerifier, checks tokens in memory and
        against every revocation, instead of asking for each request. ``audience`` names this
        service: tokens that do not name it among their audiences are refused as not valid; without
        it any token passes. Raises ValueError for rules that cannot work and an empty audience.
        """
        self._app, self._rules = app, ParsedRules(rules)
        self._faults = Faults(on_fault)
        self._guard = Guard(client, self._faults, watch, audience)
        self._extract, self._on_refusal = extract_token, on_refusal

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serves or refuses a request."""
        set_current()  # threads are reused
        environ.pop(ENVIRON_KEY, None)
        verdict = self._check(environ)
        if isinstance(verdict, Refusal):
            return self._refuse(verdict, environ, start_response)
        if verdict.claims is not None:
            environ[ENVIRON_KEY] = verdict.claims
            set_current(verdict)
        return self._app(environ, start_response)

    def _check(self, environ: WSGIEnvironment) -> Union[Pass, Refusal]:
        method, path = environ["REQUEST_METHOD"], _decoded(environ.get("PATH_INFO", "")) or "/"
        raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
        requirement = self._faults.required(
            lambda: self._rules.of(method, path, raw and raw.partition("?")[0]), f"{method} {path}"
        )
        if self._extract is not None:
            return self._guard.check(requirement, extracted(self._extract(environ)))
        header = environ.get("HTTP_AUTHORIZATION")
        return self._guard.check(requirement, bearer([] if header is None else [header]))

    def _refuse(
        self, refusal: Refusal, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if self._on_refusal is not None:
            started: list[tuple[Any, ...]] = []
            try:
                # Nothing is sent before the whole answer is there.
                body = list(self._on_refusal(refusal, environ, lambda *it: started.append(it)))  # type: ignore[arg-type]
                start_response(*started[-1])
                return body
            except Exception as error:
                self._faults.tell(error)
        status = HTTPStatus(refusal.status)
        start_response(f"{status.value} {status.phrase}", refusal.headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [refusal.body()]


def _decoded(path: str) -> str:
    """The path as text: PEP 3333 gives its bytes as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
