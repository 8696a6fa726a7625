"""The example as its README shows it, against a live token service."""

import os
import unittest

from app import app
from fastapi.testclient import TestClient

from secure_token_client import SecureTokenClient

TARGET = os.environ.get("SECURE_TOKEN_TARGET", "127.0.0.1:8080")


class Notes(unittest.TestCase):
    def test_tokens_open_what_they_permit(self) -> None:
        with SecureTokenClient(TARGET) as tokens, TestClient(app) as service:
            reader = {"Authorization": f"Bearer {tokens.generate_token('ada', ['notes.read'])}"}
            both = tokens.generate_token("ada", ["notes.read", "notes.write"])
            writer = {"Authorization": f"Bearer {both}"}
            note = {"text": "call Charles"}
            rows = [
                (service.get("/health"), 200),
                (service.get("/notes"), 401),
                (service.get("/notes", headers=reader), 200),
                (service.post("/notes", headers=reader, json=note), 403),
                (service.post("/notes", headers=writer, json=note), 201),
                (service.get("/notes", headers={"Authorization": "Bearer x"}), 401),
            ]
            self.assertEqual([answer.status_code for answer, _ in rows], [code for _, code in rows])
            self.assertEqual(service.get("/notes", headers=reader).json(), ["call Charles"])
