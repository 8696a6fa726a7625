"""Why no connection can be made, where trying again cannot help."""

from __future__ import annotations

import re
import socket
import ssl
from typing import Literal

ConnectionFault = Literal[
    "",
    "PLAINTEXT_TO_TLS",
    "TLS_TO_PLAINTEXT",
    "NOT_HTTP2",
    "UNKNOWN_AUTHORITY",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_NAME",
    "CERTIFICATE",
    "CLIENT_CERTIFICATE",
]
"""What is wrong with a connection; empty where the server cannot be reached at present."""

ADVICE: dict[ConnectionFault, str] = {
    "PLAINTEXT_TO_TLS": "it speaks TLS: use https:// or tls=True",
    "TLS_TO_PLAINTEXT": "it does not speak TLS: use http:// where the network is trusted",
    "NOT_HTTP2": "what answers there does not speak HTTP/2: check the address, and the proxies "
    "before it",
    "UNKNOWN_AUTHORITY": "no authority that this client trusts has signed its certificate: name "
    "its authority with Tls(root_certificates=...)",
    "CERTIFICATE_EXPIRED": "its certificate has expired or is not valid yet: renew it, or check "
    "this machine's clock",
    "CERTIFICATE_NAME": "its certificate is for other names: call it by one of them",
    "CERTIFICATE": "its certificate cannot be verified",
    "CLIENT_CERTIFICATE": "it wants a certificate of this client, or refuses the one it got: give "
    "Tls(private_key=..., certificate_chain=...) from an authority that it trusts",
}
"""What to do about each fault."""

CLOSED_AT_ONCE = (
    "the server closed the connection before its first byte; if it speaks TLS, use https:// or "
    "tls=True, and if it asks for a client certificate, give one"
)

_ADDRESS = re.compile(r"ipv[46]:([0-9a-fA-F.:\[\]]{1,50}):([0-9]{1,5}): ")
_PROBE_SECONDS = 0.5

# What gRPC's core says, the more specific first. A TLS alert or handshake reads as a DATA frame
# (type 0) or one of types 2 and above that HTTP text has.
_SIGNS: tuple[tuple[str, ConnectionFault], ...] = (
    ("got frame type 0)", "PLAINTEXT_TO_TLS"),
    ("Expected SETTINGS frame", "NOT_HTTP2"),
    ("http1.x server", "NOT_HTTP2"),
    ("Cannot check peer: missing selected ALPN", "NOT_HTTP2"),
    ("WRONG_VERSION_NUMBER", "TLS_TO_PLAINTEXT"),
    ("HTTP_REQUEST", "TLS_TO_PLAINTEXT"),
    ("Hostname Verification Check failed", "CERTIFICATE_NAME"),
    ("certificate has expired", "CERTIFICATE_EXPIRED"),
    ("certificate is not yet valid", "CERTIFICATE_EXPIRED"),
    ("unable to get local issuer certificate", "UNKNOWN_AUTHORITY"),
    ("unable to get issuer certificate", "UNKNOWN_AUTHORITY"),
    ("self signed certificate", "UNKNOWN_AUTHORITY"),
    ("self-signed certificate", "UNKNOWN_AUTHORITY"),
    ("unable to verify the first certificate", "UNKNOWN_AUTHORITY"),
    ("CERTIFICATE_VERIFY_FAILED", "CERTIFICATE"),
    ("CERTIFICATE_REQUIRED", "CLIENT_CERTIFICATE"),
    ("ALERT_BAD_CERTIFICATE", "CLIENT_CERTIFICATE"),
    ("ALERT_UNKNOWN_CA", "CLIENT_CERTIFICATE"),
    ("ALERT_CERTIFICATE", "CLIENT_CERTIFICATE"),
)


def fault_in(details: str) -> ConnectionFault:
    """The fault that the text of an UNAVAILABLE names; empty for one that may pass."""
    if not was_never_sent(details):
        return ""
    return next((fault for sign, fault in _SIGNS if sign in details), "")


def may_speak_tls(details: str) -> bool:
    """Whether a plaintext connection ended as those to a TLS server do, and others too."""
    is_unclear = "Socket closed" in details or details.endswith("Failed parsing HTTP/2")
    return is_unclear and was_never_sent(details)


def speaks_tls(details: str) -> bool:
    """Whether the address that the text names answers a TLS handshake, of which nothing is used.

    Takes half a second at most. gRPC itself does not tell a TLS alert from a closed connection.
    """
    found = _ADDRESS.search(details)
    if found is None:
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = found[1].strip("[]"), int(found[2])
    try:
        with socket.create_connection((host, port), _PROBE_SECONDS) as connection:
            context.wrap_socket(connection).close()
    except OSError:
        return False
    return True


def was_never_sent(details: str) -> bool:
    """Whether a call ended because no connection could be made."""
    return details.startswith(("failed to connect to all addresses", "errors resolving"))


def is_silence(details: str) -> bool:
    """Whether the server accepts connections, or swallows packets, and does not answer."""
    return was_never_sent(details) and "timed out" in details.lower()
