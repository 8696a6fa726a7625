"""The service in memory answers as the service does, for the clients of this package."""

import unittest
from datetime import timedelta

import grpc

from secure_token_client import (
    InvalidTokenError,
    PermissionDeniedError,
    RevocationTarget,
    SecureTokenClient,
    TokenExpiredError,
)
from secure_token_client.testing import TokenServiceStandIn


class StandIn(unittest.TestCase):
    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.client = SecureTokenClient(self.service.address, timeout=1)
        self.addCleanup(self.service.close)
        self.addCleanup(self.client.close)

    def reason(self, error: type, token: str) -> str:
        with self.assertRaises(error) as caught:
            self.client.validate_token(token)
        return caught.exception.reason

    def test_what_is_issued_is_valid(self) -> None:
        data = {"a": [1, "b"]}
        for token in (
            self.service.issue("user-1", ["read", "read"], additional_data=data),
            self.client.generate_token("user-1", ["read"], 24, data),
        ):
            claims = self.client.validate_token(token)
            self.assertEqual((claims["user_id"], claims["permissions"]), ("user-1", ["read"]))
            self.assertEqual(claims["additional_data"], data)
            self.assertEqual(claims["session_id"], claims["token_id"])
            self.assertTrue(claims["time_remaining"].startswith("23:59:59"))
            self.assertTrue(self.client.check_permission(token, "read"))
            self.assertEqual(
                self.client.check_permissions(token, ["read", "write"]),
                {"read": True, "write": False},
            )
            with self.assertRaises(PermissionDeniedError) as caught:
                self.client.check_permission(token, "write")
            self.assertEqual(caught.exception.required_permission, "write")
            self.assertEqual(self.client.get_token_info(token)["key_id"], claims["key_id"])

    def test_what_is_not_is_refused(self) -> None:
        valid, ended = self.service.issue("user-1"), self.service.issue("user-2")
        revoked = self.service.issue("user-3")
        self.service.expire(ended)
        self.service.revoke(revoked)
        self.assertEqual(self.reason(InvalidTokenError, "nonsense"), "TOKEN_MALFORMED")
        self.assertEqual(self.reason(InvalidTokenError, revoked), "TOKEN_REVOKED")
        self.assertEqual(self.reason(TokenExpiredError, ended), "TOKEN_EXPIRED")
        found = self.client.batch_validate_tokens([valid, ended, revoked, "nonsense"])
        self.assertEqual(found[0]["user_id"], "user-1")
        self.assertEqual(
            [error.reason for error in found[1:]],
            ["TOKEN_EXPIRED", "TOKEN_REVOKED", "TOKEN_MALFORMED"],
        )
        states = [
            self.client.introspect_token(token)["state"]
            for token in (valid, ended, revoked, "nonsense")
        ]
        self.assertEqual(states, ["ACTIVE", "EXPIRED", "REVOKED", "INVALID"])

    def test_each_target_is_revoked_and_listed(self) -> None:
        tokens = [self.service.issue(f"user-{i}") for i in range(4)]
        ids = [self.client.validate_token(token)["token_id"] for token in tokens]
        self.assertEqual(self.client.revoke_token("nonsense"), "NOT_AUTHENTIC")
        self.assertEqual(self.client.revoke_token(tokens[0]), "REVOKED")
        self.assertEqual(self.client.revoke_session(ids[1]), "REVOKED")
        self.assertEqual(self.client.revoke_user("user-2"), "REVOKED")
        self.client.revoke_tokens([RevocationTarget.token_id(ids[3])])
        for token in tokens:
            self.assertEqual(self.reason(InvalidTokenError, token), "TOKEN_REVOKED")
        listed = self.client.list_revocations()["revocations"]
        self.assertEqual((listed[0]["token_id"], listed[2]["session_id"]), (ids[3], ids[1]))

    def test_a_refreshed_token_keeps_its_session(self) -> None:
        old = self.service.issue("user-1", ["read"])
        new = self.client.refresh_token(old, revoke_old=True)
        self.assertEqual(self.client.validate_token(new)["session_id"], new.session_id)
        self.assertNotEqual(new.session_id, new.token_id)
        self.assertEqual(self.reason(InvalidTokenError, old), "TOKEN_REVOKED")

    def test_a_cut_off_hits_what_was_refreshed_in_a_session_of_before_it(self) -> None:
        first = self.client.generate_token("user-1")
        self.service.advance(timedelta(seconds=1))
        renewed = self.client.refresh_token(first)
        claims = self.client.validate_token(renewed)
        self.assertEqual(claims["session_started_at"], first.issued_at)
        self.client.revoke_user("user-1", first.issued_at)
        self.assertEqual(self.reason(InvalidTokenError, renewed), "TOKEN_REVOKED")
        again = self.client.generate_token("user-1")
        self.assertEqual(self.client.validate_token(again)["user_id"], "user-1")

    def test_time_passes_at_will_and_it_comes_back_as_it_was(self) -> None:
        token = self.service.issue("user-1", expires_in=timedelta(hours=2))
        self.service.advance(timedelta(hours=1))
        self.service.go_away()
        with self.assertRaises(grpc.RpcError):
            self.client.validate_token(token)
        self.service.come_back()
        self.assertTrue(self.client.validate_token(token)["time_remaining"].startswith("0:5"))
        self.service.advance(timedelta(hours=1))
        self.reason(TokenExpiredError, token)
        with self.assertRaises(KeyError):
            self.service.expire("another")
