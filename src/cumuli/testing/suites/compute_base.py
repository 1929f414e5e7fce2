"""What the parts of the compute suite share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import gap, undeclared_gap
from cumuli.testing.suites.compute_target import Bench, ComputeTarget

__all__ = ["ComputeBase", "needs", "undeclared"]

F = TypeVar("F", bound=Callable[..., Any])


def needs(*capabilities: Can) -> Callable[[F], F]:
    """The test is about these; a target without one of them has a gap there."""

    def mark(test: F) -> F:
        @wraps(test)
        async def checked(self: ComputeBase, bench: Bench, **fixtures: Any) -> None:
            for capability in capabilities:
                if capability not in bench.cloud.capabilities:
                    undeclared(bench, capability)
            await test(self, bench=bench, **fixtures)

        checked.__dict__["needs"] = capabilities
        return cast("F", checked)

    return mark


def undeclared(bench: Bench, capability: Can) -> NoReturn:
    """Fail: the provider lacks something, and nobody has said that it cannot have it."""
    verb, _, finer = capability.value.partition("(")
    what = f"teach the driver {capability.value}" if finer else f"write {verb} in the driver"
    undeclared_gap(
        bench.item,
        bench.target.name,
        capability,
        f"{what} and add ComputeCapability.{capability.name} to its capabilities, or give the reason in gaps",
    )


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
