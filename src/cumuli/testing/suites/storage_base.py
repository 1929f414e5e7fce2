"""What the parts of the storage suite share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import gap
from cumuli.testing.suites.storage_target import Bench, StorageTarget

__all__ = ["StorageBase", "needs"]

F = TypeVar("F", bound=Callable[..., Any])


def needs(*capabilities: Can) -> Callable[[F], F]:
    """The test is about these; a target without one of them has a gap there."""

    def mark(test: F) -> F:
        test.__dict__["needs"] = capabilities
        return test

    return mark


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
                if capability not in bench.cloud.capabilities:
                    assert capability in target.gaps, f"{target.name} lacks {capability}: an undeclared gap"
                    gap(request, target.name, capability, target.gaps[capability])
            yield bench
        finally:
            bench.close()
