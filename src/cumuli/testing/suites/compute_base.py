"""What the parts of the compute suite share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import Steps, gap, nothing_is_left_to_write, unwritten
from cumuli.testing.suites.compute_target import Bench, ComputeTarget

__all__ = ["STEPS", "ComputeBase", "needs"]

STEPS: Steps = (
    ("nodes", (Can.LIST_NODES, Can.GET_NODE)),
    (
        "what they are made of, and where",
        (Can.LIST_SIZES, Can.GET_SIZE, Can.LIST_IMAGES, Can.GET_IMAGE, Can.LIST_LOCATIONS),
    ),
    ("making and destroying them", (Can.CREATE_NODE, Can.DESTROY_NODE)),
    (
        "what a new one is given",
        (Can.CREATE_NODE_TAGS, Can.LIST_NODES_TAGS, Can.CREATE_NODE_SSH_KEY, Can.CREATE_NODE_PASSWORD),
    ),
    ("their power", (Can.START_NODE, Can.STOP_NODE, Can.REBOOT_NODE)),
    (
        "key pairs",
        (Can.LIST_KEY_PAIRS, Can.GET_KEY_PAIR, Can.CREATE_KEY_PAIR, Can.IMPORT_KEY_PAIR, Can.DELETE_KEY_PAIR),
    ),
    (
        "volumes",
        (
            *(Can.LIST_VOLUMES, Can.GET_VOLUME, Can.CREATE_VOLUME, Can.DESTROY_VOLUME),
            *(Can.LIST_VOLUMES_TAGS, Can.ATTACH_VOLUME, Can.DETACH_VOLUME),
        ),
    ),
    (
        "their snapshots",
        (
            Can.LIST_VOLUME_SNAPSHOTS,
            Can.LIST_VOLUME_SNAPSHOTS_TAGS,
            Can.CREATE_VOLUME_SNAPSHOT,
            Can.DESTROY_VOLUME_SNAPSHOT,
        ),
    ),
    ("images of one's own", (Can.CREATE_IMAGE, Can.COPY_IMAGE, Can.DELETE_IMAGE, Can.LIST_IMAGES_TAGS)),
)

F = TypeVar("F", bound=Callable[..., Any])


def needs(*capabilities: Can) -> Callable[[F], F]:
    """The test is about these; a target without one of them has a gap there."""

    def mark(test: F) -> F:
        @wraps(test)
        async def checked(self: ComputeBase, bench: Bench, **fixtures: Any) -> None:
            for capability in capabilities:
                if capability not in bench.cloud.capabilities:
                    unwritten(bench.target.name)
            await test(self, bench=bench, **fixtures)

        checked.__dict__["needs"] = capabilities
        return cast("F", checked)

    return mark


class ComputeBase:
    """What the parts of the compute suite stand on."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest, target: ComputeTarget, flavour: Flavour) -> Iterator[Bench]:
        test = request.function
        name = test.__name__.removeprefix("test_")
        if name in target.gaps:
            gap(request, target.name, name, target.gaps[name])
        bench = Bench(target, flavour, request.node)
        try:
            for capability in getattr(test, "needs", ()):
                if capability not in bench.cloud.capabilities and capability in target.gaps:
                    gap(request, target.name, capability, target.gaps[capability])
            yield bench
        finally:
            bench.close()

    def test_nothing_is_left_to_write(self, request: pytest.FixtureRequest, target: ComputeTarget) -> None:
        with target.sync_client() as client:
            nothing_is_left_to_write(request.node, target.name, STEPS, client.capabilities, target.gaps)
