"""The Django middleware, through Django's own test client."""

import time
import unittest

try:
    import django
    from django.conf import settings
except ImportError:
    raise unittest.SkipTest("Django is not installed") from None

from support import connect

CLIENT = connect()
FAULTS: list = []
RULES = {"GET /notes/*": ["read"], "POST /notes/*": "write", "* /open": "replaced below"}


def answer(refusal, request):
    """on_refusal, by its dotted path."""
    if request.path_info == "/notes/own":
        return HttpResponse(refusal.reason, status=418)
    return None


if not settings.configured:
    from secure_token_client.middleware import PUBLIC

    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["secure_token_client.middleware.django.TokenMiddleware"],
        SECURE_TOKEN={
            "client": CLIENT,
            "rules": {**RULES, "* /open": PUBLIC},
            "on_fault": FAULTS.append,
            "on_refusal": f"{__name__}.answer",
        },
    )
    django.setup()

from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import re_path  # noqa: E402

from secure_token_client import SecureTokenClient, WatchedVerifier  # noqa: E402
from secure_token_client.middleware import NoRuleError, optional_token  # noqa: E402
from secure_token_client.middleware.django import TokenMiddleware  # noqa: E402
from secure_token_client.testing import TokenServiceStandIn  # noqa: E402


def view(request):
    token = optional_token()
    assert token is request.secure_token
    return HttpResponse("nobody" if token is None else token["user_id"])


urlpatterns = [re_path("^", view)]


class Django(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        token = CLIENT.generate_token("user-1", ["read"])
        cls.headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def test_requests(self) -> None:
        browser = Client()
        rows = [
            (browser.get("/notes/1", **self.headers), 200, b"user-1"),
            (browser.get("/open"), 200, b"nobody"),
            (browser.get("/notes/1"), 401, b'"TOKEN_MISSING"'),
            (browser.head("/notes/1"), 401, b""),
            (browser.get("/notes/own"), 418, b"TOKEN_MISSING"),
            (browser.post("/notes/1", **self.headers), 403, b'"PERMISSION_MISSING"'),
            (browser.get("/other", **self.headers), 403, b'"PERMISSION_MISSING"'),
            (browser.get("/notes//1", **self.headers), 403, b'"PERMISSION_MISSING"'),
        ]
        for response, status, part in rows:
            with self.subTest(path=response.request["PATH_INFO"], status=status):
                self.assertEqual(response.status_code, status)
                self.assertIn(part, response.content)
        self.assertEqual(rows[2][0]["www-authenticate"], "Bearer")
        self.assertEqual(rows[2][0]["cache-control"], "no-store")
        self.assertTrue(any(isinstance(fault, NoRuleError) for fault in FAULTS))

    def test_settings_that_cannot_work(self) -> None:
        for value in (
            *(None, {}, {"client": CLIENT}, {"client": None, "rules": "read"}),
            *({"client": CLIENT, "rules": None}, {"client": CLIENT, "rules": {}, "rule": {}}),
            {"client": CLIENT, "rules": "read", "watch": "yes"},
        ):
            with self.subTest(value=value), override_settings(SECURE_TOKEN=value):
                with self.assertRaises(ImproperlyConfigured):
                    TokenMiddleware(lambda request: None)


class Watching(unittest.TestCase):
    def test_a_known_token_needs_no_service(self) -> None:
        with TokenServiceStandIn() as service, SecureTokenClient(service.address) as client:
            headers = {"HTTP_AUTHORIZATION": f"Bearer {service.issue('user-2', ['read'])}"}
            verifier = WatchedVerifier(client)
            chosen = {"client": client, "rules": "read", "watch": verifier}
            with override_settings(SECURE_TOKEN=chosen), verifier:
                while not verifier.state.is_ready:
                    time.sleep(0.005)
                browser = Client()
                self.assertEqual(browser.get("/", **headers).content, b"user-2")
                service.go_away()
                self.assertEqual(browser.get("/", **headers).content, b"user-2")
