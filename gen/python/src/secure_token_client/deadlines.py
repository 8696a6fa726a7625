"""How long a call may take."""

from __future__ import annotations

import math
from typing import Optional

DEFAULT_TIMEOUT = 5.0
"""How long a call may take where neither it nor the client says, in seconds."""
MAX_TIMEOUT = 60.0
"""The longest that a server takes, in seconds."""
_MAX_SENT = 59.9
"""gRPC rounds what it sends up; above 60 seconds a server would refuse the call."""


def checked_timeout(timeout: Optional[float], default: float = DEFAULT_TIMEOUT) -> float:
    """A timeout as it is kept; None is the default. Raises ValueError outside 0 to 60 seconds."""
    if timeout is None:
        return default
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not is_number or math.isnan(timeout) or not 0 < timeout <= MAX_TIMEOUT:
        raise ValueError(f"timeout must be above 0 and at most {MAX_TIMEOUT:g} seconds")
    return min(float(timeout), _MAX_SENT)
