"""Django: a middleware class, which Django's own test client goes through too.

In the settings::

    MIDDLEWARE = [..., "secure_token_client.middleware.django.TokenMiddleware"]
    SECURE_TOKEN = {
        "client": SecureTokenClient("127.0.0.1:8080"),
        "rules": {"GET /notes/*": "notes.read", "* /health": PUBLIC},
    }
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from .bearer import bearer, extracted
from .current import set_current
from .guard import Faults, Guard, Pass
from .http_rules import ParsedRules
from .refusals import Refusal

_OPTIONS = ("client", "rules", "extract_token", "on_refusal", "on_fault", "watch", "audience")
_DOTTED = ("client", "extract_token", "on_refusal", "on_fault", "watch")


class TokenMiddleware:
    """Serves a request only when it presents what the rules require.

    The claims are ``request.secure_token``, or None where no token is required and none was sent.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Reads ``settings.SECURE_TOKEN``.

        ``client``: a SecureTokenClient. ``rules``: see HttpRules; they see ``request.path_info``.
        Optional are ``extract_token(request)``, ``on_refusal(refusal, request)``, which gives a
        response, ``on_fault(error)``, and ``watch``: True, or a WatchedVerifier, and
        ``audience``: the service that tokens must name among their audiences. All but the rules
        and the audience may be dotted paths. Raises ImproperlyConfigured naming the fault.
        """
        self._get_response = get_response
        chosen = _configured()
        try:
            self._rules = ParsedRules(chosen["rules"])
            self._faults = Faults(chosen.get("on_fault"))
            watch, audience = chosen.get("watch", False), chosen.get("audience")
            self._guard = Guard(chosen["client"], self._faults, watch, audience)
        except (TypeError, ValueError) as error:
            raise ImproperlyConfigured(f"SECURE_TOKEN: {error}") from error
        self._extract, self._on_refusal = chosen.get("extract_token"), chosen.get("on_refusal")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serves or refuses a request."""
        set_current()  # threads are reused
        request.secure_token = None
        verdict = self._check(request)
        if isinstance(verdict, Refusal):
            return self._refuse(verdict, request)
        if verdict.claims is not None:
            request.secure_token = verdict.claims
            set_current(verdict)
        return self._get_response(request)

    def _check(self, request: HttpRequest) -> Union[Pass, Refusal]:
        method, path = request.method or "", request.path_info or "/"
        requirement = self._faults.required(
            lambda: self._rules.of(method, path, _raw_path(request)), f"{method} {path}"
        )
        if self._extract is not None:
            return self._guard.check(requirement, extracted(self._extract(request)))
        header = request.META.get("HTTP_AUTHORIZATION")
        return self._guard.check(requirement, bearer([] if header is None else [header]))

    def _refuse(self, refusal: Refusal, request: HttpRequest) -> HttpResponseBase:
        if self._on_refusal is not None:
            try:
                response = self._on_refusal(refusal, request)
                if isinstance(response, HttpResponseBase):
                    return response
                raise TypeError("on_refusal gives no response")
            except Exception as error:
                self._faults.tell(error)
        body = b"" if request.method == "HEAD" else refusal.body()
        answer = HttpResponse(body, status=refusal.status)
        for name, value in refusal.headers():
            if name != "content-length":
                answer[name] = value
        return answer


def _configured() -> dict[str, Any]:
    given = getattr(settings, "SECURE_TOKEN", None)
    if not isinstance(given, dict) or not {"client", "rules"} <= given.keys():
        raise ImproperlyConfigured('SECURE_TOKEN must be a dict with "client" and "rules"')
    unknown = sorted(str(name) for name in given.keys() - set(_OPTIONS))
    if unknown:
        raise ImproperlyConfigured(f"SECURE_TOKEN has unknown entries: {', '.join(unknown)}")
    try:
        return {
            name: import_string(value) if name in _DOTTED and isinstance(value, str) else value
            for name, value in given.items()
        }
    except ImportError as error:
        raise ImproperlyConfigured(f"SECURE_TOKEN: {error}") from error


def _raw_path(request: HttpRequest) -> Optional[str]:
    """The path as it was sent, where the server tells it."""
    raw = getattr(request, "scope", {}).get("raw_path")
    if raw is not None:
        return str(raw.decode("latin-1"))
    sent = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    return sent and str(sent).partition("?")[0]
