"""Times token operations in Python: a number of calls a line in, microseconds a call out.

The first argument says whose: `original` is the library secure-token, `pyca` what is left of it when
everything but Fernet, JSON and the outer base64url is taken away.
"""

import base64
import json
import os
import secrets
import sys
import time
from datetime import datetime, timedelta

from cryptography.fernet import Fernet

USER_ID = "user_123"
PERMISSIONS = ["read", "write"]
ADDITIONAL_DATA = {"team": "backend", "plan": "pro"}


def original():
    from secure_token import SecureTokenManager, Settings

    settings = Settings(SECRET_KEY="Benchmark_Key#2026", SALT=bytes(range(16)))
    manager = SecureTokenManager(settings)
    return (
        lambda: manager.generate_token(USER_ID, PERMISSIONS, additional_data=ADDITIONAL_DATA),
        manager.validate_token,
    )


def pyca():
    fernet = Fernet(base64.urlsafe_b64encode(os.urandom(32)))

    def generate():
        now = datetime.now()
        payload = {
            "token_id": secrets.token_urlsafe(24),
            "user_id": USER_ID,
            "permissions": PERMISSIONS,
            "issued_at": now.isoformat(),
            "expires_at": (now + timedelta(hours=24)).isoformat(),
            "additional_data": ADDITIONAL_DATA,
            "version": "1.0",
        }
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(fernet.encrypt(text.encode())).decode("ascii")

    def validate(token):
        return json.loads(fernet.decrypt(base64.urlsafe_b64decode(token)))

    return generate, validate


def micros(calls, call):
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) * 1e6 / calls


def main():
    generate, validate = {"original": original, "pyca": pyca}[sys.argv[1]]()
    token = generate()
    for line in sys.stdin:
        calls = int(line)
        took = {
            "generate": micros(calls, generate),
            "validate": micros(calls, lambda: validate(token)),
        }
        print(json.dumps(took), flush=True)


main()
