"""The lists of what to write are whole: a test whose capability is in none of them would be skipped in silence."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import pytest

from cumuli.capabilities import Capability
from cumuli.testing.gaps import Steps
from cumuli.testing.suites import ComputeSuite, StorageSuite, compute_base, compute_calls, storage_base, storage_calls

COMPUTE = [call.capability for call in compute_calls.CALLS]
STORAGE = [call.capability for call in storage_calls.CALLS]


@pytest.mark.parametrize(
    ("suite", "calls", "steps"),
    [(ComputeSuite, COMPUTE, compute_base.STEPS), (StorageSuite, STORAGE, storage_base.STEPS)],
    ids=["compute", "storage"],
)
def test_every_capability_that_a_test_is_about_has_its_step(
    suite: type[object], calls: Iterable[Capability], steps: Steps
) -> None:
    tests = [test for name, test in inspect.getmembers(suite, inspect.isfunction) if name.startswith("test_")]
    needed = {capability for test in tests for capability in getattr(test, "needs", ())} | {*calls}
    listed = [capability for _, capabilities in steps for capability in capabilities]
    assert len(needed) > 20
    assert sorted(needed - set(listed)) == []
    assert len(listed) == len(set(listed))
