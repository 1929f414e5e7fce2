"""What the parts of the storage suite share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import Steps, gap, nothing_is_left_to_write, unwritten
from cumuli.testing.suites.storage_target import Bench, StorageTarget

__all__ = ["STEPS", "StorageBase", "needs"]

CONTAINERS = (Can.LIST_CONTAINERS, Can.GET_CONTAINER, Can.CREATE_CONTAINER, Can.DELETE_CONTAINER)
OBJECTS = (Can.UPLOAD_OBJECT, Can.GET_OBJECT, Can.DOWNLOAD_OBJECT, Can.LIST_OBJECTS, Can.DELETE_OBJECT)
STEPS: Steps = (
    ("containers", CONTAINERS),
    ("objects, each in one request", OBJECTS),
    ("listings of folders, and from a name on", (Can.LIST_DELIMITER, Can.LIST_START_AFTER)),
    ("what is kept beside the content", (Can.META_DATA, Can.CONTENT_ENCODING, Can.HEADERS)),
    ("ranges and copies", (Can.DOWNLOAD_RANGE, Can.COPY_OBJECT)),
    (
        "conditions",
        (
            *(Can.READ_IF_MATCH, Can.READ_IF_NONE_MATCH),
            *(Can.READ_IF_MODIFIED_SINCE, Can.READ_IF_UNMODIFIED_SINCE),
            *(Can.PUT_IF_MATCH, Can.PUT_IF_NONE_MATCH, Can.DELETE_IF_MATCH),
        ),
    ),
    ("large objects", (Can.MULTIPART,)),
    ("URLs", (Can.GET_OBJECT_URL, Can.PUT_OBJECT_URL)),
    ("delivery networks", (Can.ENABLE_CONTAINER_CDN, Can.GET_CONTAINER_CDN_URL, Can.GET_OBJECT_CDN_URL)),
)

F = TypeVar("F", bound=Callable[..., Any])


def needs(*capabilities: Can) -> Callable[[F], F]:
    """The test is about these; a target without one of them has a gap there."""

    def mark(test: F) -> F:
        test.__dict__["needs"] = capabilities
        return test

    return mark


def _used_by(needed: tuple[Can, ...]) -> tuple[Can, ...]:
    """What a test uses that is about these: whatever is about objects makes containers and objects, and looks."""
    return needed if set(needed) <= set(CONTAINERS) else (*CONTAINERS, *OBJECTS, *needed)


class StorageBase:
    """What the parts of the storage suite stand on."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest, target: StorageTarget, flavour: Flavour) -> Iterator[Bench]:
        test = request.function
        name = test.__name__.removeprefix("test_")
        if name in target.gaps:
            gap(request, target.name, name, target.gaps[name])
        bench = Bench(target, flavour)
        try:
            for capability in getattr(test, "needs", ()):
                if capability not in bench.cloud.capabilities and capability in target.gaps:
                    gap(request, target.name, capability, target.gaps[capability])
            for capability in _used_by(getattr(test, "needs", ())):
                if capability not in bench.cloud.capabilities and capability not in target.gaps:
                    unwritten(target.name)
            yield bench
        finally:
            bench.close()

    def test_nothing_is_left_to_write(self, request: pytest.FixtureRequest, target: StorageTarget) -> None:
        with target.sync_client() as client:
            nothing_is_left_to_write(request.node, target.name, STEPS, client.capabilities, target.gaps)
