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
        """What is enforced: all that any feed has told and that has not ended. A snapshot adds to
        it and takes nothing away: it may be that of a server which has yet to learn what another
        one told."""
        self.key_ids: frozenset[str] = frozenset()
        """The keys of which the last checkpoint says that the server decrypts with them."""
        self.is_ready = False
        """Whether a complete snapshot has had a checkpoint."""
        self.cursor = ""
        """From where the next feed goes on; empty for everything from the beginning."""
        self._is_amid_snapshot = False
        self._is_complete = False
        self._is_whole = False  # whether a snapshot has ended within the present feed
        self._checkpoint = (0.0, 0.0)  # the server's own staleness, and as of when it was told
        self.asked_at = 0.0
        """When the present feed was asked for."""
        self.delay = 0.0
        """How long the last checkpoint was on its way at most, in seconds."""

    @property
    def server_staleness(self) -> float:
        """How old the server's own knowledge was at the last checkpoint, in seconds."""
        return self._checkpoint[0]

    def begin(self, now: float, wall: float) -> str:
        """Begins a feed that is asked for now, and gives the cursor to ask for.

        Half a snapshot counts for none. What has ended is dropped: a set that is too large would
        otherwise never take a checkpoint. Where a wall clock that ran ahead has dropped what has
        not ended, everything is asked for.
        """
        self._is_amid_snapshot = self._is_whole = False
        self.asked_at = now
        self.live.sweep(wall)
        self.live.begin()
        return "" if self.live.forgotten_until > wall else self.cursor

    def distrust(self) -> None:
        """Vouches for nothing before a new snapshot; what is known to be revoked stays so."""
        self.is_ready = self._is_complete = False
        self.cursor = ""
        self._is_amid_snapshot = False

    def staleness(self, now: float) -> Optional[float]:
        """How old what is known is, in seconds; None before the first checkpoint."""
        if not self.is_ready:
            return None
        own, known_as_of = self._checkpoint
        return own + max(0.0, now - known_as_of)

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
        if not page.first and not self._is_amid_snapshot:
            raise MalformedFeedError("a page of a snapshot that has not begun")
        self._is_amid_snapshot = not page.last
        self.live.add(page.revocations)
        self._is_whole = page.last
        self._is_complete = self._is_complete or page.last

    def _change(self, changes: pb.WatchRevocationsResponse.Changes) -> None:
        if not self._is_amid_snapshot and not self._is_complete:
            raise MalformedFeedError("changes before the snapshot")
        self.live.add(changes.revocations)

    def _check(
        self, checkpoint: pb.WatchRevocationsResponse.Checkpoint, now: float, wall: float
    ) -> bool:
        if len(checkpoint.cursor) > _MAX_CURSOR:
            raise MalformedFeedError(f"a cursor of more than {_MAX_CURSOR} characters")
        staleness = _seconds(checkpoint, "staleness")
        known_as_of, uptime = now, -1.0
        if checkpoint.HasField("uptime"):
            # The server took the feed up after it was asked for, so nothing was written earlier.
            uptime = _seconds(checkpoint, "uptime")
            known_as_of = min(now, self.asked_at + uptime)
        if self._is_amid_snapshot:  # the set in force lacks what the server has yet to tell
            return False
        if not self._is_complete:
            raise MalformedFeedError("a checkpoint before the snapshot")
        self._checkpoint = (staleness, known_as_of)
        self.delay = now - known_as_of
        self.key_ids = frozenset(checkpoint.key_ids)
        self.cursor = checkpoint.cursor
        self.is_ready = True
        # The server knew all that was in force when it began the feed, and has told it.
        if self._is_whole and uptime >= staleness:
            self.live.relearn()
        self.live.sweep(wall)
        return True


def _seconds(checkpoint: pb.WatchRevocationsResponse.Checkpoint, name: str) -> float:
    """A duration. One that is missing is no zero: the server has not said that it is up to date."""
    told = getattr(checkpoint, name)
    is_duration = 0 <= told.seconds <= _MAX_SECONDS and 0 <= told.nanos < 1_000_000_000
    if not checkpoint.HasField(name) or not is_duration:
        raise MalformedFeedError(f"no {name} of 0 to 10,000 years")
    return float(told.seconds + told.nanos / 1e9)
