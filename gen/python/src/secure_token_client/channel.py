"""How a server is reached: address, TLS, channel options."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional, Union

import grpc

from .target import parse_target

OPTIONS: tuple[tuple[str, Any], ...] = (
    # How to retry is said in attempts.py, not in DNS.
    ("grpc.service_config_disable_resolution", 1),
    # A server that comes back is found within 1.2 seconds; an attempt that hears nothing ends in 2.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    # A new channel, after a server went silent, must not get the old one's connection.
    ("grpc.use_local_subchannel_pool", 1),
    # Probes a connection with calls under way; servers take more frequent pings for a flood.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A batch of 1,000 tokens, each with all the data a token may carry, stays well below.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
)
_NO_PROXY = ("grpc.enable_http_proxy", 0)
_CERTIFICATE = re.compile(rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----")
_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
_PEM = (
    ("root_certificates", "a certificate", _CERTIFICATE),
    ("private_key", "a private key", _PRIVATE_KEY),
    ("certificate_chain", "a certificate", _CERTIFICATE),
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

    def __post_init__(self) -> None:
        """Refuses what is no PEM, which gRPC would take and trust nobody by."""
        for name, what, block in _PEM:
            value = getattr(self, name)
            if value is not None and not (isinstance(value, bytes) and block.search(value)):
                raise ValueError(f"Tls: {name} must be the bytes of a PEM file with {what}")
            if value is not None and block is _CERTIFICATE and not _can_be_read(value):
                raise ValueError(f"Tls: {name} holds a certificate that cannot be read")
        if (self.private_key is None) != (self.certificate_chain is None):
            raise ValueError("Tls: private_key and certificate_chain are given together")


def _can_be_read(pem: bytes) -> bool:
    """Whether each certificate can be parsed. For keys the standard library has no such check."""
    text = pem.decode("ascii", "replace").replace("\ufffd", "?")  # of comments: PEM itself is ASCII
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError:
        return False
    return True


TlsOption = Union[bool, Tls, grpc.ChannelCredentials, None]
"""The `tls` of a client: False is plaintext, True trusts the usual authorities, None leaves the
choice to the address."""


class Endpoint(NamedTuple):
    """What a channel is made of."""

    target: str
    credentials: Optional[grpc.ChannelCredentials]
    """None for plaintext."""
    options: list[tuple[str, Any]]


def endpoint(
    target: str,
    tls: TlsOption,
    has_key: bool,
    insecure: bool,
    options: Sequence[tuple[str, Any]],
) -> Endpoint:
    """Checks what a client is told of its server. Raises ValueError naming the argument."""
    parsed = parse_target(target)
    if parsed.scheme == "http" and tls:
        raise ValueError("tls is given with an http:// target: write https:// or host:port")
    if parsed.scheme == "https" and tls is False:
        raise ValueError("tls is False with an https:// target: write http:// or host:port")
    credentials = _credentials(parsed.scheme == "https" if tls is None else tls)
    if has_key and credentials is None and not parsed.is_local and not insecure:
        raise ValueError(
            "api_key would travel in the clear: use https:// or tls=, or insecure=True where the "
            "network is trusted"
        )
    proxy = [_NO_PROXY] if parsed.is_local else []
    name = [("grpc.default_authority", parsed.authority)] if parsed.authority else []
    return Endpoint(parsed.grpc, credentials, [*OPTIONS, *proxy, *name, *options])


def _credentials(
    tls: Union[bool, Tls, grpc.ChannelCredentials],
) -> Optional[grpc.ChannelCredentials]:
    if isinstance(tls, grpc.ChannelCredentials):
        return tls
    if tls is False:
        return None
    if tls is not True and not isinstance(tls, Tls):
        raise ValueError("tls must be True, False, a Tls, or gRPC channel credentials")
    chosen = Tls() if tls is True else tls
    return grpc.ssl_channel_credentials(
        chosen.root_certificates, chosen.private_key, chosen.certificate_chain
    )
