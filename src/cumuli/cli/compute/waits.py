"""Waiting until something is done, for ``--wait``: by one look at a time, until what was meant is seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, TypeVar

from cyclopts import Parameter

from cumuli.cli.session import options, output
from cumuli.compute.client import Compute
from cumuli.compute.models import Node, NodeImage, NodeState, Volume, VolumeSnapshot
from cumuli.errors import CloudError, DeadlineExceeded, NodeFailed, NotFound

__all__ = [
    "Wait",
    "until",
    "until_gone",
    "wait_for_image",
    "wait_for_node",
    "wait_for_snapshot",
    "wait_for_volume",
    "wait_seconds",
]

T = TypeVar("T")

Wait = Annotated[bool, Parameter(negative="", show_default=False)]

# Providers' words for an image that nodes can be made from.
MADE = frozenset({"", "active", "available"})
PATIENCE = 600.0
# Seconds between two looks: short at first, where things are quick.
FIRST = 0.25
LONGEST = 5.0


def wait_seconds() -> float:
    """How long --wait waits at most."""
    return options().seconds or PATIENCE


def until(
    what: str, look: Callable[[], T], done: Callable[[T], bool], state: Callable[[T], object], *, failed: str = ""
) -> T:
    """Look until something is as it should be, and give it.

    A look that failed in a way that may pass says nothing.

    Args:
        what: What is waited for, for people: ``"i-1 to stop"``.
        look: Gives it as it is now.
        done: Whether that is what is waited for.
        state: Its state, for the error.
        failed: The state from which it never comes.

    Raises:
        NodeFailed: It failed.
        DeadlineExceeded: It took too long; the message says what was last seen.
    """
    end = time.monotonic() + wait_seconds()
    wait, seen = FIRST, "nothing"
    with output().progress(f"waiting for {what}") as tell:
        while True:
            try:
                found = look()
            except CloudError as error:
                if not error.retryable:
                    raise
                seen = error.message
            else:
                if done(found):
                    return found
                seen = str(state(found))
                if failed and seen == failed:
                    raise NodeFailed(f"waited for {what}, and it is in the state {seen!r}")
                tell(f"waiting for {what}: {seen}")
            if time.monotonic() + wait > end:
                raise DeadlineExceeded(
                    f"waited {wait_seconds():.4g} seconds for {what}; last seen: {seen}. It may still come: "
                    "look again, or wait longer with --timeout"
                )
            time.sleep(wait)
            wait = min(wait * 1.5, LONGEST)


def until_gone(what: str, look: Callable[[], object]) -> None:
    """Look until something is not there any more."""

    def gone() -> str:
        try:
            found = look()
        except NotFound:
            return "gone"
        return str(getattr(found, "state", "still there"))

    until(f"{what} to be gone", gone, lambda seen: seen in {"gone", "terminated"}, lambda seen: seen)


def wait_for_node(client: Compute, node: str, state: NodeState) -> Node:
    """The node, once it is in this state."""
    return until(
        f"{node} to be {state.value}",
        lambda: client.get_node(node),
        lambda found: found.state == state,
        lambda found: found.state.value,
        failed=NodeState.ERROR.value,
    )


def wait_for_volume(client: Compute, volume: str, states: frozenset[str]) -> Volume:
    """The volume, once it is in one of these states."""
    return until(
        f"the volume {volume}",
        lambda: client.get_volume(volume),
        lambda found: found.state.value in states,
        lambda found: found.state.value,
        failed="error",
    )


def wait_for_snapshot(client: Compute, snapshot: str) -> VolumeSnapshot | None:
    """The snapshot, once it is made."""

    def look() -> VolumeSnapshot | None:
        return next((each for each in client.list_volume_snapshots() if each.id == snapshot), None)

    return until(
        f"the snapshot {snapshot}",
        look,
        lambda found: found is not None and found.state.value == "available",
        lambda found: "not listed yet" if found is None else found.state.value,
        failed="error",
    )


def wait_for_image(client: Compute, image: str) -> NodeImage:
    """The image, once nodes can be made from it."""
    return until(
        f"the image {image}",
        lambda: client.get_image(image),
        lambda found: (found.provider_state or "").lower() in MADE,
        lambda found: found.provider_state,
        failed="failed",
    )
