"""What goes wrong with recordings, as part of cumuli's tree of errors."""

from __future__ import annotations

from cumuli.errors import CloudError

__all__ = ["RecordingError", "UnexpectedRequest", "UnusedExchanges"]


class RecordingError(CloudError):
    """A recording cannot be made, read or followed."""


class UnexpectedRequest(RecordingError):
    """A program asked for what its recording does not have; the message shows the nearest request that it has."""


class UnusedExchanges(RecordingError):
    """A replay has ended, and requests of the recording were not made."""
