"""OpenStack against the compute suite."""

from __future__ import annotations

from cumuli.testing.suites.compute_suite import ComputeSuite


class TestOpenStack(ComputeSuite):
    pass
