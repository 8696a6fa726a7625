"""The address of a token service: what a client accepts, and what gRPC dials."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple, Optional
from urllib.parse import urlsplit

_GRPC_SCHEMES = ("dns", "ipv4", "ipv6", "unix", "unix-abstract", "xds")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXAMPLE = "write host:port, such as tokens.example.com:443"


class Target(NamedTuple):
    """Where a token service is."""

    grpc: str
    """What gRPC dials."""
    scheme: Optional[str]
    """``http``, ``https``, or None where the address leaves it open."""
    is_local: bool
    """True where no byte leaves this machine."""
    authority: Optional[str] = None
    """The name to ask for, where what gRPC dials is none: a list of addresses, a Unix socket."""


def parse_target(address: str) -> Target:
    """Reads ``host:port``, ``http://host[:port]``, ``https://host[:port]``, or a target of gRPC's.

    Targets of gRPC's have a scheme: ``dns:///name:port``, ``unix:/path``, and for several addresses
    ``ipv4:10.0.0.1:8080,10.0.0.2:8080``. Raises ValueError for anything else.
    """
    if not isinstance(address, str) or not address:
        raise ValueError(f"target is empty or no text: {_EXAMPLE}")
    scheme, has_scheme, _ = address.partition("://")
    if has_scheme and scheme.lower() in _DEFAULT_PORTS:
        return _parse_url(address)
    prefix, _, rest = address.partition(":")
    if prefix in _GRPC_SCHEMES and (has_scheme or not rest.isdigit()):
        if prefix.startswith("unix"):
            # gRPC would ask for the path, a name to which no server answers.
            return Target(address, None, True, "localhost")
        # Another resolver may take localhost for another machine.
        is_local = prefix != "xds" and _all_loopback(rest)
        return Target(address, None, is_local, _first(rest) if "," in rest else None)
    if has_scheme:
        raise ValueError("target has an unknown scheme: write host:port, http:// or https://")
    host = _split(address)
    return Target(f"dns:///{address}", None, is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its text alone; no name is looked up."""
    name = host.lower().rstrip(".")
    if any(char in "/?#%@" for char in name):
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _parse_url(address: str) -> Target:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"target is no valid URL: {_EXAMPLE}") from None
    if "@" in parts.netloc or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError("target must be a scheme, a host and a port, without path, query or user")
    joined = f"{f'[{host}]' if ':' in host else host}:{port or _DEFAULT_PORTS[parts.scheme]}"
    _split(joined)
    return Target(f"dns:///{joined}", parts.scheme, is_loopback(host))


def _split(address: str) -> str:
    """The host of host:port."""
    host, colon, port = address.rpartition(":")
    if not colon or not port:
        raise ValueError(f"target {_shown(address)} has no port: {_EXAMPLE}")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"target {_shown(address)} is no host:port: an IPv6 address stands in []")
    if not (port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65536):
        raise ValueError(f"target {_shown(address)} has no port from 1 to 65535: {_EXAMPLE}")
    if not host or any(char in " /@?#,%" or not char.isprintable() for char in host):
        raise ValueError(f"target {_shown(address)} is no host:port: {_EXAMPLE}")
    return host


def _all_loopback(addresses: str) -> bool:
    """For the addresses of an ipv4: or ipv6: target, or the name of a dns: one.

    False where the target names its own name server, which may take localhost for another machine.
    """
    for address in addresses.removeprefix("///").split(","):
        host = address.rpartition(":")[0] or address
        if not is_loopback(host.strip("[]")):
            return False
    return True


def _first(addresses: str) -> str:
    """Of a list, by which gRPC would ask for all of it at once, and no server answers to that."""
    return addresses.rpartition("/")[2].partition(",")[0]


def _shown(address: str) -> str:
    """The address in a message, without what may be a user's password."""
    return repr(address.rpartition("@")[2][:80])
