"""Revocation: what is sent, and what becomes of the answers."""

import unittest
from concurrent import futures
from datetime import datetime, timedelta, timezone

import grpc

from secure_token_client import (
    AsyncSecureTokenClient,
    RevocationTarget,
    SecureTokenClient,
    ValidationCache,
)
from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1 import token_service_pb2_grpc

NOON = datetime(2030, 1, 2, 12, 0, 0, 1)


class Servicer(token_service_pb2_grpc.TokenServiceServicer):
    def __init__(self) -> None:
        self.seen: list = []

    def ValidateToken(self, request, context):
        answer = pb.ValidateTokenResponse(valid=True, session_id="session", key_id="key")
        answer.issued_at.FromDatetime(NOON)
        answer.expires_at.FromDatetime(NOON)
        answer.time_remaining.seconds = 60
        self.seen.append(request)
        return answer

    def RevokeTokens(self, request, context):
        self.seen.append(request)
        outcomes = [pb.RevocationResult(outcome=1 + i % 4) for i in range(len(request.targets))]
        return pb.RevokeTokensResponse(results=outcomes)

    def ListRevocations(self, request, context):
        self.seen.append(request)
        entry = pb.Revocation(user_id_sha256=b"\xab" * 32, reason="left")
        entry.issued_before.FromDatetime(NOON)
        entry.revoked_at.FromDatetime(NOON)
        return pb.ListRevocationsResponse(revocations=[entry], next_page_token="next")


class Revocations(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.servicer = Servicer()
        server = grpc.server(futures.ThreadPoolExecutor(2))
        token_service_pb2_grpc.add_TokenServiceServicer_to_server(self.servicer, server)
        self.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        self.addCleanup(lambda: server.stop(0).wait())

    def test_targets(self) -> None:
        cest = timezone(timedelta(hours=2))
        targets = [
            RevocationTarget.token("secret"),
            RevocationTarget.token_id("id", NOON),
            RevocationTarget.session("session"),
            RevocationTarget.user("user-1", NOON.replace(hour=14, tzinfo=cest)),
            RevocationTarget.user("user-1"),
            RevocationTarget.everything(NOON),
        ]
        with SecureTokenClient(self.address) as client:
            outcomes = client.revoke_tokens(targets, reason="left")
        self.assertEqual(
            outcomes[:4], ["REVOKED", "ALREADY_EXPIRED", "NOT_AUTHENTIC", "UNSPECIFIED"]
        )
        sent = self.servicer.seen[0]
        self.assertEqual(sent.reason, "left")
        self.assertEqual(sent.targets[0].token, "secret")
        self.assertEqual(sent.targets[1].token_id.expires_at.ToDatetime(), NOON)
        self.assertEqual(sent.targets[3].user.issued_before.ToDatetime(), NOON)
        self.assertFalse(sent.targets[4].user.HasField("issued_before"))
        self.assertEqual(sent.targets[5].everything_issued_before.ToDatetime(), NOON)
        self.assertNotIn("secret", repr(targets))
        with self.assertRaises(TypeError):
            client.revoke_tokens(["token"])

    async def test_one_target_each(self) -> None:
        with SecureTokenClient(self.address) as client:
            self.assertEqual(client.revoke_token("token"), "REVOKED")
            self.assertEqual(client.revoke_session("session"), "REVOKED")
            self.assertEqual(client.revoke_user("user-1", reason="left"), "REVOKED")
        async with AsyncSecureTokenClient(self.address) as client:
            self.assertEqual(await client.revoke_token("token"), "REVOKED")
            self.assertEqual((await client.list_revocations())["next_page_token"], "next")
        kinds = [seen.targets[0].WhichOneof("target") for seen in self.servicer.seen[:4]]
        self.assertEqual(kinds, ["token", "session_id", "user", "token"])

    def test_a_page(self) -> None:
        with SecureTokenClient(self.address) as client:
            page = client.list_revocations(user_id="user-1", page_size=5, page_token="page")
        entry = page["revocations"][0]
        self.assertEqual(entry["user_id_sha256"], "ab" * 32)
        self.assertEqual((entry["issued_before"], entry["revoked_at"]), (NOON, NOON))
        self.assertEqual((entry["token_id"], entry["everything"]), (None, False))
        self.assertIsNone(entry["expires_at"])

    def test_kept_answers_do_not_outlive_a_revocation(self) -> None:
        with SecureTokenClient(self.address, cache=ValidationCache(30)) as client:
            found = client.validate_token("token")
            self.assertEqual((found["session_id"], found["key_id"]), ("session", "key"))
            client.revoke_session("session")
            client.validate_token("token")
        self.assertEqual(len(self.servicer.seen), 3)
