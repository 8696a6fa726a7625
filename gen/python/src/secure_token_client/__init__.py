"""Client of the Secure Token gRPC service, with the methods of the Python library secure-token."""

from .aio import AsyncSecureTokenClient
from .cache import ValidationCache
from .call_errors import (
    CallerRefusedError,
    CallError,
    RateExceededError,
    ServiceUnavailableError,
)
from .call_hook import EndedCall
from .channel import Tls
from .client import SecureTokenClient
from .exceptions import InvalidTokenError, PermissionDeniedError, TokenError, TokenExpiredError
from .key_material import generate_salt, generate_secret_key
from .results import (
    ExportedConfig,
    Introspection,
    IssuedToken,
    KeyInfo,
    KeyState,
    TokenInfo,
    TokenState,
    ValidToken,
)
from .revocation import Revocation, RevocationOutcome, RevocationPage, RevocationTarget
from .validators import (
    validate_expires_hours,
    validate_permissions,
    validate_salt,
    validate_secret_key,
)
from .watch import AsyncWatchedVerifier, WatchedVerifier, WatchObserver, WatchState

__all__ = [
    "AsyncSecureTokenClient",
    "AsyncWatchedVerifier",
    "CallError",
    "CallerRefusedError",
    "EndedCall",
    "ExportedConfig",
    "Introspection",
    "InvalidTokenError",
    "IssuedToken",
    "KeyInfo",
    "KeyState",
    "PermissionDeniedError",
    "RateExceededError",
    "Revocation",
    "RevocationOutcome",
    "RevocationPage",
    "RevocationTarget",
    "SecureTokenClient",
    "ServiceUnavailableError",
    "Tls",
    "TokenError",
    "TokenExpiredError",
    "TokenInfo",
    "TokenState",
    "ValidToken",
    "ValidationCache",
    "WatchObserver",
    "WatchState",
    "WatchedVerifier",
    "generate_salt",
    "generate_secret_key",
    "validate_expires_hours",
    "validate_permissions",
    "validate_salt",
    "validate_secret_key",
]
