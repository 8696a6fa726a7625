"""Notes: a small FastAPI service whose every request is checked by Secure Token.

Reading needs the permission "notes.read", writing "notes.write"; /health and
/verifier are open to anyone.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Optional

from fastapi import FastAPI
from pydantic import BaseModel, Field
from verifier_report import VerifierReport

from secure_token_client import AsyncSecureTokenClient, AsyncWatchedVerifier, Tls
from secure_token_client.middleware import PUBLIC, current_token
from secure_token_client.middleware.asgi import TokenMiddleware


def tls() -> Optional[Tls]:
    """Trusts the authority that SECURE_TOKEN_CA_FILE names, else the usual ones."""
    authority = os.environ.get("SECURE_TOKEN_CA_FILE")
    return Tls(root_certificates=Path(authority).read_bytes()) if authority else None


tokens = AsyncSecureTokenClient(
    os.environ.get("SECURE_TOKEN_TARGET", "127.0.0.1:8080"),
    api_key=os.environ.get("SECURE_TOKEN_API_KEY") or None,
    api_key_file=os.environ.get("SECURE_TOKEN_API_KEY_FILE") or None,
    tls=tls(),
    timeout=float(os.environ.get("TIMEOUT_SECONDS", "5")),
)
report = VerifierReport()
verifier = AsyncWatchedVerifier(
    tokens,
    max_staleness=float(os.environ.get("MAX_STALENESS_SECONDS", "10")),
    observer=report,
)


class Note(BaseModel):
    """A note as it is sent."""

    text: str = Field(min_length=1, max_length=1000)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follows the revocations, and ends the connection to the token service with this one."""
    await verifier.start()
    yield
    await verifier.close()
    await tokens.close()


app = FastAPI(title="Notes", lifespan=lifespan)
app.add_middleware(
    TokenMiddleware,
    client=tokens,
    rules={
        "* /health": PUBLIC,
        "* /verifier": PUBLIC,
        "GET /notes": "notes.read",
        "POST /notes": "notes.write",
    },
    watch=verifier,
)
notes: dict[str, list[str]] = {}


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether this service runs."""
    return {"status": "ok"}


@app.get("/verifier")
async def verified() -> dict[str, Optional[float]]:
    """How many requests needed no call, and how old what is known of revocations is."""
    return report.of(verifier.state)


@app.get("/notes")
async def read() -> list[str]:
    """The notes of the token's user."""
    return notes.get(current_token()["user_id"], [])


@app.post("/notes", status_code=201)
async def write(note: Note) -> Note:
    """Adds a note for the token's user."""
    notes.setdefault(current_token()["user_id"], []).append(note.text)
    return note
