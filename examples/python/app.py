"""Notes: a small FastAPI service whose every request is checked by Secure Token.

Reading needs the permission "notes.read", writing "notes.write"; /health is open to anyone.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel, Field

from secure_token_client import AsyncSecureTokenClient, ValidationCache
from secure_token_client.middleware import current_token
from secure_token_client.middleware.asgi import TokenMiddleware
from secure_token_client.middleware.rules import PUBLIC


class Note(BaseModel):
    """A note as it is sent."""

    text: str = Field(min_length=1, max_length=1000)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One connection to the token service for as long as this service runs."""
    async with AsyncSecureTokenClient(
        os.environ.get("SECURE_TOKEN_TARGET", "127.0.0.1:8080"),
        api_key=os.environ.get("SECURE_TOKEN_API_KEY"),
        cache=ValidationCache(seconds=2),
    ) as client:
        app.state.tokens = client
        yield


def permission(method: str, path: str) -> object:
    """What a request needs."""
    if path == "/health":
        return PUBLIC
    return "notes.read" if method == "GET" else "notes.write"


app = FastAPI(title="Notes", lifespan=lifespan)
app.add_middleware(TokenMiddleware, client=lambda: app.state.tokens, permission=permission)
notes: dict[str, list[str]] = {}


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether this service runs."""
    return {"status": "ok"}


@app.get("/notes")
async def read() -> list[str]:
    """The notes of the token's user."""
    return notes.get(current_token()["user_id"], [])


@app.post("/notes", status_code=201)
async def write(note: Note) -> Note:
    """Adds a note for the token's user."""
    notes.setdefault(current_token()["user_id"], []).append(note.text)
    return note
