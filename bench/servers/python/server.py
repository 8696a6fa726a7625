"""The comparison's Python server: grpcio around the original library, in one process.

PORT, SECRET_KEY and SALT (base64:...) are those of the service, so that one token serves all; the
library has its 100,000 iterations built in. It has no callers, no limits and no audit. A generated token
comes back without its id and its times, because the library gives the token alone.
"""

import base64
import os
import pathlib
import sys
from concurrent import futures
from datetime import datetime, timezone

GENERATED = pathlib.Path(__file__).resolve().parents[3] / "gen" / "python" / "generated"
sys.path.insert(0, str(GENERATED))

import grpc  # noqa: E402
from google.protobuf.json_format import MessageToDict  # noqa: E402
from secure_token import SecureTokenManager, Settings, TokenError  # noqa: E402
from securetoken.v1 import token_service_pb2 as messages  # noqa: E402
from securetoken.v1 import token_service_pb2_grpc as services  # noqa: E402

# Measured faster than one thread and no slower than more, although one core runs one at a time.
THREADS = 4


class TokenService(services.TokenServiceServicer):
    """The two operations that are compared."""

    def __init__(self, manager):
        self.manager = manager

    def ValidateToken(self, request, context):
        try:
            found = self.manager.validate_token(request.token)
        except TokenError as error:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        answer = messages.ValidateTokenResponse(
            valid=True,
            token_id=found["payload"]["token_id"],
            user_id=found["user_id"],
            permissions=found["permissions"],
        )
        answer.issued_at.FromDatetime(found["issued_at"])
        answer.expires_at.FromDatetime(found["expires_at"])
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        answer.time_remaining.FromTimedelta(found["expires_at"] - now)
        answer.additional_data.update(found["additional_data"])
        return answer

    def GenerateToken(self, request, context):
        data = MessageToDict(request.additional_data)
        try:
            token = self.manager.generate_token(
                request.user_id, list(request.permissions), additional_data=data
            )
        except TokenError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return messages.GenerateTokenResponse(
            token=token,
            user_id=request.user_id,
            permissions=request.permissions,
            additional_data=request.additional_data,
        )


def main():
    salt = base64.b64decode(os.environ["SALT"].removeprefix("base64:"))
    settings = Settings(SECRET_KEY=os.environ["SECRET_KEY"], SALT=salt)
    server = grpc.server(futures.ThreadPoolExecutor(THREADS))
    services.add_TokenServiceServicer_to_server(TokenService(SecureTokenManager(settings)), server)
    server.add_insecure_port(f"127.0.0.1:{os.environ['PORT']}")
    server.start()
    server.wait_for_termination()


main()
