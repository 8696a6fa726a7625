"""How a server is reached: channel options, TLS, retries."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Optional, Union

import grpc

_SERVICE = "securetoken.v1.TokenService"
_RETRIED = (
    "GenerateToken",
    "ValidateToken",
    "CheckPermission",
    "CheckPermissions",
    "BatchValidateTokens",
    "GetTokenInfo",
    "IntrospectToken",
    "ExportConfig",
)
"""All but RefreshToken: where only the answer was lost, its second try would find the old token
revoked."""

_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": _SERVICE, "method": method} for method in _RETRIED],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}

OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # How to retry is said here, not in DNS.
    ("grpc.service_config_disable_resolution", 1),
    # Probes a connection with calls under way; servers take more frequent pings for a flood.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A batch of 1,000 tokens, each with all the data a token may carry, stays well below.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
)


@dataclass(frozen=True)
class Tls:
    """TLS: the authorities to trust, and the client's own certificate for mTLS. All PEM."""

    root_certificates: Optional[bytes] = None
    """Default: the authorities that gRPC brings."""
    private_key: Optional[bytes] = field(default=None, repr=False)
    """The key of `certificate_chain`."""
    certificate_chain: Optional[bytes] = None
    """The client's certificate, its own authority's after it."""


def tls_credentials(tls: Union[bool, Tls, grpc.ChannelCredentials]) -> Optional[Any]:
    """Credentials for a `tls` argument; None for plaintext."""
    if isinstance(tls, grpc.ChannelCredentials):
        return tls
    if tls is False:
        return None
    chosen = Tls() if tls is True else tls
    return grpc.ssl_channel_credentials(
        chosen.root_certificates, chosen.private_key, chosen.certificate_chain
    )


def call_metadata(api_key: Optional[str]) -> tuple[tuple[str, str], ...]:
    """The metadata of every call. Raises ValueError for a key that no header can carry."""
    if api_key is None:
        return ()
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ValueError("api_key must be printable ASCII without spaces")
    return (("authorization", f"Bearer {api_key}"),)
