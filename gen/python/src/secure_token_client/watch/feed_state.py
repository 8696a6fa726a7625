"""What the feed has told: snapshot, changes, checkpoints, and how old that is. No I/O."""

from __future__ import annotations

from typing import Optional

from securetoken.v1 import token_service_pb2 as pb

from .live_set import LiveSet, MalformedFeedError

_MAX_CURSOR = 256
_MAX_SECONDS = 315_576_000_000  # of the longest google.protobuf.Duration


class FeedState:
    """Applies the events of one feed after the other, all in one thread at a time."""

    def __init__(self) -> None:
        self.live = LiveSet()
        """What is enforced: the last complete snapshot and the changes since."""
        self.key_ids: frozenset[str] = frozenset()
        """The keys of which the last checkpoint says that the server decrypts with them."""
        self.is_ready = False
        """Whether a complete snapshot has had a checkpoint."""
        self.cursor = ""
        """From where the next feed goes on; empty for everything from the beginning."""
        self._staged: Optional[LiveSet] = None
        self._is_complete = False
        self._checkpoint = (0.0, 0.0)  # the server's own staleness, and when it was told

    def begin(self) -> str:
        """Begins a feed, and gives the cursor to ask for. Half a snapshot is forgotten."""
        self._staged = None
        return self.cursor

    def distrust(self) -> None:
        """Vouches for nothing before a new snapshot; what is known to be revoked stays so."""
        self.is_ready = self._is_complete = False
        self.cursor = ""
        self._staged = None

    def staleness(self, now: float) -> Optional[float]:
        """How old what is known is, in seconds; None before the first checkpoint."""
        if not self.is_ready:
            return None
        own, received_at = self._checkpoint
        return own + max(0.0, now - received_at)

    def apply(self, event: pb.WatchRevocationsResponse, now: float, wall: float) -> bool:
        """Takes an event; True for a checkpoint of a complete snapshot.

        Raises MalformedFeedError and TooManyRevocationsError, after which `distrust` is called.
        """
        kind = event.WhichOneof("event")
        if kind == "checkpoint":
            return self._check(event.checkpoint, now, wall)
        if kind == "changes":
            self._change(event.changes)
        elif kind == "snapshot":
            self._page(event.snapshot)
        else:
            raise MalformedFeedError("an event of an unknown kind")
        return False

    def _page(self, page: pb.WatchRevocationsResponse.SnapshotPage) -> None:
        if page.first:
            self._staged = LiveSet()
        if self._staged is None:
            raise MalformedFeedError("a page of a snapshot that has not begun")
        self._staged.add(page.revocations)
        if page.last:
            self.live, self._staged = self._staged, None
            self._is_complete = True

    def _change(self, changes: pb.WatchRevocationsResponse.Changes) -> None:
        if self._staged is None and not self._is_complete:
            raise MalformedFeedError("changes before the snapshot")
        self.live.add(changes.revocations)
        if self._staged is not None:
            self._staged.add(changes.revocations)

    def _check(
        self, checkpoint: pb.WatchRevocationsResponse.Checkpoint, now: float, wall: float
    ) -> bool:
        if len(checkpoint.cursor) > _MAX_CURSOR:
            raise MalformedFeedError(f"a cursor of more than {_MAX_CURSOR} characters")
        staleness = _staleness(checkpoint)
        if self._staged is not None:  # the set in force lacks what the server has yet to tell
            return False
        if not self._is_complete:
            raise MalformedFeedError("a checkpoint before the snapshot")
        self._checkpoint = (staleness, now)
        self.key_ids = frozenset(checkpoint.key_ids)
        self.cursor = checkpoint.cursor
        self.is_ready = True
        self.live.sweep(wall)
        return True


def _staleness(checkpoint: pb.WatchRevocationsResponse.Checkpoint) -> float:
    """In seconds. One that is missing is no zero: the server has not said that it is up to date."""
    told = checkpoint.staleness
    is_duration = 0 <= told.seconds <= _MAX_SECONDS and 0 <= told.nanos < 1_000_000_000
    if not checkpoint.HasField("staleness") or not is_duration:
        raise MalformedFeedError("no staleness of 0 to 10,000 years")
    return float(told.seconds + told.nanos / 1e9)
