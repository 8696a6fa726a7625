"""Calls from threads and from asyncio, and loads every guard that needs no framework."""

import asyncio
import os

import secure_token_client.middleware.asgi
import secure_token_client.middleware.grpc
import secure_token_client.middleware.wsgi
import secure_token_client.testing
import secure_token_client.watch
from secure_token_client import AsyncSecureTokenClient, InvalidTokenError, SecureTokenClient

TARGET = os.environ["SERVER"]


async def asynchronous() -> None:
    async with AsyncSecureTokenClient(TARGET) as client:
        result = await client.validate_token(await client.generate_token("user_123", ["read"]))
        print(result["user_id"], *result["permissions"])


with SecureTokenClient(TARGET) as client:
    result = client.validate_token(client.generate_token("user_123", ["read"]))
    print(result["user_id"], *result["permissions"])
    try:
        client.validate_token("nothing")
    except InvalidTokenError:
        print("InvalidTokenError")
asyncio.run(asynchronous())
