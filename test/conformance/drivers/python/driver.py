"""The driver of the Python client, whose form the first argument names: sync or asyncio."""

from __future__ import annotations

import asyncio
import functools
import json
import pathlib
import sys
from collections.abc import Awaitable
from typing import Any, Union

import grpc
from calls import call, describe_error
from guarded import GuardedAsgi, GuardedWsgi
from watching import Watching

from secure_token_client import (
    AsyncSecureTokenClient,
    SecureTokenClient,
    Tls,
    TokenError,
)

Client = Union[SecureTokenClient, AsyncSecureTokenClient]


def connect(kind: type[Any], connection: dict[str, Any]) -> Any:
    """A client for a connection of the corpus; what it does not name is the client's to choose."""
    options: dict[str, Any] = {}
    if "apiKey" in connection:
        options["api_key"] = connection["apiKey"]
    if "timeoutMs" in connection:
        options["timeout"] = connection["timeoutMs"] / 1000
    if "tls" in connection:
        files = connection["tls"]
        pem = {name: pathlib.Path(path).read_bytes() for name, path in files.items()}
        options["tls"] = Tls(pem["caFile"], pem.get("keyFile"), pem.get("certFile"))
    return kind(connection["address"], **options)


async def answer(client: Client, line: dict[str, Any]) -> dict[str, Any]:
    """What a request came to."""
    try:
        made = call(client, line["rpc"], line["request"])
        result = await made.value if isinstance(made.value, Awaitable) else made.value
        return {"id": line["id"], "ok": True, "result": made.describe(result)}
    except (TokenError, grpc.RpcError) as error:
        return {"id": line["id"], "ok": False, "error": describe_error(error)}


async def guarded(servers: dict[str, Any], client: Any, line: dict[str, Any]) -> dict[str, Any]:
    """Where a server behind the middleware listens."""
    key = json.dumps([line["guard"], line["connection"]], sort_keys=True)
    if key not in servers:
        is_sync = isinstance(client, SecureTokenClient)
        try:
            made = (GuardedWsgi if is_sync else GuardedAsgi)(client, line["guard"]["policy"])
        except ValueError as error:
            told = {"kind": "POLICY", "message": str(error)}
            return {"id": line["id"], "ok": False, "error": told}
        await made.start()
        servers[key] = made
    return {"id": line["id"], "ok": True, "result": {"address": servers[key].address}}


def write(told: dict[str, Any]) -> None:
    """Writes an answer's line."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def main(kind: type[Any]) -> None:
    """Answers every line of stdin."""
    clients: dict[str, Any] = {}
    servers: dict[str, Any] = {}
    watching = Watching()
    loop = asyncio.get_running_loop()
    while text := await loop.run_in_executor(None, sys.stdin.readline):
        line = json.loads(text)
        if "watch" in line:
            connected = functools.partial(connect, kind, line["connection"])
            result = await watching.do(line["watch"], connected)
            write({"id": line["id"], "ok": True, "result": result})
            continue
        key = json.dumps(line["connection"], sort_keys=True)
        if key not in clients:
            clients[key] = connect(kind, line["connection"])
        if "guard" in line:
            told = await guarded(servers, clients[key], line)
        else:
            told = await answer(clients[key], line)
        write(told)
    for server in servers.values():
        await server.stop()
    for client in clients.values():
        closing = client.close()
        if isinstance(closing, Awaitable):
            await closing


sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
asyncio.run(main({"sync": SecureTokenClient, "asyncio": AsyncSecureTokenClient}[sys.argv[1]]))
