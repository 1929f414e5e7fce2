"""Waiting until something is done, for ``--wait``: by the client's own waits, told in the words of the command line."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter

from cumuli.cli.session import options, output
from cumuli.compute.client import Compute
from cumuli.compute.models import (
    ImageState,
    Node,
    NodeImage,
    NodeState,
    SnapshotState,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.compute.waiting import LOST_NODE, NODES, VOLUMES, Goal, ThingT, wait_until
from cumuli.errors import (
    CloudError,
    DeadlineExceeded,
    ImageNotFound,
    NodeFailed,
    NodeNotFound,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.runtime.blocking.drive import run

__all__ = [
    "IMAGE_GONE",
    "RESIZED",
    "RUNNING",
    "SNAPSHOT_GONE",
    "VOLUME_GONE",
    "Wait",
    "surely_there",
    "until",
    "wait_seconds",
    "waiting",
]

Wait = Annotated[bool, Parameter(negative="", show_default=False)]

PATIENCE = 600.0

# What the client has no wait for. The client's own wait until nodes run wants an address as well, which not every
# node gets.
RUNNING: Goal[Node] = Goal(
    lambda node: node.state is NodeState.RUNNING,
    verb="run",
    kinds=NODES,
    failed=LOST_NODE,
    not_found=NodeNotFound,
    error=NodeFailed,
)
RESIZED: Goal[Node] = Goal(
    lambda node: (
        node.state in {NodeState.RUNNING, NodeState.STOPPED, NodeState.RECONFIGURING}
        and node.provider_state.upper() != "RESIZE"
    ),
    verb="get its new size",
    kinds=NODES,
    failed=LOST_NODE,
    not_found=NodeNotFound,
    error=NodeFailed,
)
SNAPSHOT_GONE: Goal[VolumeSnapshot] = Goal(
    lambda _: False,
    verb="be destroyed",
    kinds=("snapshots", "list_volume_snapshots"),
    failed=frozenset({SnapshotState.ERROR}),
    not_found=SnapshotNotFound,
    goes=True,
)
IMAGE_GONE: Goal[NodeImage] = Goal(
    lambda image: image.state is ImageState.DELETED,
    verb="be deleted",
    kinds=("images", "get_image"),
    failed=frozenset({ImageState.ERROR}),
    not_found=ImageNotFound,
    goes=True,
)
VOLUME_GONE: Goal[Volume] = Goal(
    lambda volume: volume.state is VolumeState.DELETED,
    verb="be destroyed",
    kinds=VOLUMES,
    failed=frozenset({VolumeState.ERROR}),
    not_found=VolumeNotFound,
    goes=True,
)


def wait_seconds() -> float:
    """How long --wait waits at most."""
    return options().seconds or PATIENCE


@contextmanager
def waiting(what: str) -> Generator[None]:
    """Show what is waited for within this block.

    Args:
        what: For people: ``"i-1 to stop"``.

    Raises:
        DeadlineExceeded: It took too long; the message says what was last seen.
    """
    try:
        with output().progress(f"waiting for {what}"):
            yield
    except DeadlineExceeded as error:
        # The message names the client's verbs, for those who program.
        raise DeadlineExceeded(
            f"waited for {what}: {error.last_seen or error.message}. It may still come: look again, or wait longer "
            "with --timeout",
            provider=error.provider,
            retryable=error.retryable,
        ) from error


def until(client: Compute, thing: str, goal: Goal[ThingT], get: Callable[[str], ThingT]) -> None:
    """Wait, by the client's own rules, for what it has no wait for.

    Args:
        client: Who is asked.
        thing: The id of what is there, or was a moment ago.
        goal: What is waited for.
        get: Gives it as it is now.

    Raises:
        NotFound: It is gone.
        ResourceFailed: It failed.
        DeadlineExceeded: It took too long.
    """
    from cumuli.runtime.blocking.runtime import BlockingRuntime
    from cumuli.runtime.protocol import TransportSettings

    async def looks(ids: Sequence[str]) -> list[ThingT]:
        return [get(each) for each in ids]

    clock = BlockingRuntime(TransportSettings())
    there = frozenset({thing})
    run(wait_until(clock, looks, [thing], goal, appeared=there, timeout=wait_seconds(), provider=client.provider))


def surely_there(client: Compute, node: str) -> None:
    """Refuse to wait for a node that does not exist, which might be one that is not shown yet.

    Raises:
        NodeNotFound: It does not exist.
    """
    try:
        client.get_node(node)
    except CloudError as error:
        # What may pass says nothing of the node.
        if not error.retryable:
            raise
