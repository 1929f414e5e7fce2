"""OpenStack against the compute suite."""

from __future__ import annotations

from tests.conformance.compute_suite import ComputeSuite


class TestOpenStack(ComputeSuite):
    pass
