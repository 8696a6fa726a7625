"""The server that the tests run against, and clients of it."""

import os

from secure_token_client import AsyncSecureTokenClient, SecureTokenClient

TARGET = os.environ.get("SECURE_TOKEN_TARGET", "127.0.0.1:8080")


def connect(**options) -> SecureTokenClient:
    """A client of the live server."""
    return SecureTokenClient(TARGET, **options)


def connect_async(**options) -> AsyncSecureTokenClient:
    """The same for asyncio; called within a running loop."""
    return AsyncSecureTokenClient(TARGET, **options)
