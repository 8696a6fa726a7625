"""Test helpers for programs that check tokens: a token service in memory."""

from .stand_in import TokenServiceStandIn

__all__ = ["TokenServiceStandIn"]
