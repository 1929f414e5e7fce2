"""The conformance suites: what the portable API promises, tried on one provider, in both flavours.

``compute_suite`` and ``storage_suite`` tell how to subclass them.
"""

from cumuli.testing.suites.compute_suite import ComputeSuite
from cumuli.testing.suites.compute_target import ComputeTarget
from cumuli.testing.suites.storage_suite import StorageSuite
from cumuli.testing.suites.storage_target import StorageTarget

__all__ = ["ComputeSuite", "ComputeTarget", "StorageSuite", "StorageTarget"]
