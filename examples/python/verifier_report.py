"""What a verifier has done, for whoever watches this service."""

from typing import Optional

from secure_token_client import WatchObserver, WatchState


class VerifierReport(WatchObserver):
    """Counts the requests that needed no call, and those that asked the token service."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.hits = self.misses = 0

    def hit(self) -> None:
        """A token was vouched for without a call."""
        self.hits += 1

    def miss(self) -> None:
        """The token service is asked."""
        self.misses += 1

    def of(self, state: WatchState) -> dict[str, Optional[float]]:
        """The counts until now, beside what the verifier knows. Staleness in milliseconds."""
        return {
            "hits": self.hits,
            "misses": self.misses,
            "stalenessMs": None if state.staleness is None else state.staleness * 1000,
            "revocations": state.live,
        }
