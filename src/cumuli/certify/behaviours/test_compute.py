"""Servers."""

from cumuli.testing.suites.compute_suite import ComputeSuite


class TestCompute(ComputeSuite):
    """Every behaviour of the suite, against the target of the plug-in."""
