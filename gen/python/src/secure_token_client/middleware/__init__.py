"""Middleware for servers: the bearer token of every request is validated before it is served.

``middleware.grpc`` (interceptors, sync and asyncio), ``middleware.wsgi``, ``middleware.asgi``.
"""

from .current import current_token

__all__ = ["current_token"]
