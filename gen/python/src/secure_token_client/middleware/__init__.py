"""Middleware for servers: what a request must present is checked before it is served.

``middleware.grpc`` (interceptors, sync and asyncio), ``middleware.wsgi``, ``middleware.asgi``,
``middleware.django``.
"""

from .current import current_token, forward_headers, forward_metadata, optional_token
from .grpc_rules import GrpcRules
from .guard import NoRuleError
from .http_rules import HttpRules
from .refusals import Refusal
from .requirements import ANY_TOKEN, OPTIONAL, PUBLIC, Requirement, all_of, any_of

__all__ = [
    "ANY_TOKEN",
    "OPTIONAL",
    "PUBLIC",
    "GrpcRules",
    "HttpRules",
    "NoRuleError",
    "Refusal",
    "Requirement",
    "all_of",
    "any_of",
    "current_token",
    "forward_headers",
    "forward_metadata",
    "optional_token",
]
