"""The benches of the conformance suites, at which many tests share one client."""

from __future__ import annotations

from typing import Any

from cumuli.testing.flavours import Flavour
from cumuli.testing.suites import compute_target, storage_target
from tests.field.concurrent_suite import OwnRequests

__all__ = ["SharedCompute", "SharedStorage"]


class SharedStorage(storage_target.Bench):
    """A bench of the storage suite over a client that others use at the same time."""

    def __init__(
        self, target: storage_target.StorageTarget, flavour: Flavour, cloud: Any, counter: OwnRequests
    ) -> None:
        self.target = target
        self.flavour = flavour
        self.cloud = cloud
        self._containers: list[str] = []
        self._own = counter

    @property
    def requests(self) -> int:
        return self._own.requests


class SharedCompute(compute_target.Bench):
    """A bench of the compute suite over a client that others use at the same time."""

    def __init__(
        self, target: compute_target.ComputeTarget, flavour: Flavour, cloud: Any, counter: OwnRequests, item: Any
    ) -> None:
        self.target = target
        self.flavour = flavour
        self.cloud = cloud
        self.item = item
        self.cleanup = []
        self._own = counter

    @property
    def requests(self) -> int:
        return self._own.requests
