"""Object storage."""

from cumuli.testing.suites.storage_suite import StorageSuite


class TestStorage(StorageSuite):
    """Every behaviour of the suite, against the target of the plug-in."""
