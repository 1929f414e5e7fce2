"""What clients say of the evidence that the package brings."""

from __future__ import annotations

import cumuli
from cumuli import ComputeCapability, MemoryCompute, MemoryStorage, StorageCapability
from cumuli.capabilities import Capabilities


def test_a_client_tells_what_was_seen_of_a_capability() -> None:
    with MemoryCompute() as cloud:
        assert ComputeCapability.CREATE_NODE in cloud.capabilities
        assert cloud.capabilities is cloud.capabilities
        seen = cloud.capabilities.evidence(ComputeCapability.CREATE_NODE)
    assert seen is not None
    assert (seen.outcome, seen.endpoint, seen.server) == ("pass", "real server", "cumuli itself")
    with MemoryStorage() as storage:
        found = storage.capabilities.evidence(StorageCapability.COPY_OBJECT)
    assert found is not None
    assert found.outcome == "pass"


def test_what_a_provider_lacks_and_what_nobody_has_looked_at() -> None:
    with cumuli.GoGrid("key", "secret", proxy="") as cloud:
        lacking = cloud.capabilities.evidence(ComputeCapability.CREATE_VOLUME)
    assert lacking is not None
    assert lacking.outcome == "unsupported"
    with cumuli.Wasabi("key", "secret", region="eu-central-1", proxy="") as wasabi:
        assert wasabi.capabilities.evidence(StorageCapability.GET_OBJECT) is None
    # Those of a driver are nobody's.
    assert Capabilities(frozenset()).evidence(ComputeCapability.CREATE_NODE) is None
