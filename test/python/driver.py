"""Runs the Python library on request: a JSON object a line in, a JSON object a line out.

Its clock stands where each request puts it, for the library and for the Fernet layer below.
Integers that JavaScript cannot hold travel as {"$int": "digits"}.
"""

import json
import logging
import sys
import time
import types
from datetime import datetime, timedelta

import cryptography.fernet
import secure_token.token_manager
from secure_token import SecureTokenManager, Settings, TokenError

EPOCH = datetime(1970, 1, 1)
SAFE = 2**53 - 1
now_us = 0


class FrozenDatetime(datetime):
    """A datetime whose now() is the present of the current request, naive UTC."""

    @classmethod
    def now(cls, tz=None):
        moment = EPOCH + timedelta(microseconds=now_us)
        return cls(*moment.timetuple()[:6], moment.microsecond)


def decode(value):
    if isinstance(value, dict):
        if "$int" in value:
            return int(value["$int"])
        return {name: decode(item) for name, item in value.items()}
    return [decode(item) for item in value] if isinstance(value, list) else value


def encode(value):
    if isinstance(value, dict):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, int) and abs(value) > SAFE:
        return {"$int": str(value)}
    return value


def claims(found):
    """What validate_token and get_token_info have in common, times as text."""
    text = {name: found[name] for name in ("issued_at", "expires_at")}
    for name, moment in text.items():
        text[name] = moment if isinstance(moment, str) else moment.isoformat()
    plain = ("user_id", "permissions", "additional_data", "time_remaining")
    return {**text, **{name: found[name] for name in plain}}


def run(manager, request):
    token = request.get("token")
    op = request["op"]
    if op == "generate":
        return manager.generate_token(**decode(request["args"]))
    if op == "refresh":
        return manager.refresh_token(token, request.get("hours"))
    if op == "check":
        return manager.check_permission(token, request["permission"])
    if op == "info":
        info = manager.get_token_info(token)
        return {**claims(info), "token_id": info["token_id"], "is_revoked": info["is_revoked"]}
    return claims(manager.validate_token(token))


def main():
    global now_us
    logging.disable(logging.CRITICAL)
    manager = None
    for line in sys.stdin:
        request = json.loads(line)
        now_us = request.get("now_us", now_us)
        try:
            if request["op"] == "start":
                settings = Settings(
                    SECRET_KEY=request["secret_key"], SALT=bytes.fromhex(request["salt"])
                )
                manager = SecureTokenManager(settings)
                answer = {"ok": sys.version.split()[0]}
            else:
                answer = {"ok": encode(run(manager, request))}
        except TokenError as error:
            answer = {"exception": type(error).__name__, "message": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


secure_token.token_manager.datetime = FrozenDatetime
cryptography.fernet.time = types.SimpleNamespace(time=lambda: now_us / 1e6)
main()
