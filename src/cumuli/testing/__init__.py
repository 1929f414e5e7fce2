"""For the tests of programs that use cumuli, and of providers.

    pip install 'cumuli[testing]'

Programs are tested by what ``recording`` and ``replaying`` keep of a run, and by the pytest plug-in
(``cumuli.testing.plugin``), which pytest finds by itself.

For those who write providers there are the conformance suites, and what runs them. A project's own ``conftest.py``
names the plug-ins once, and each provider subclasses its service's suite::

    pytest_plugins = ["cumuli.testing.flavours", "cumuli.testing.gaps"]

``flavours`` runs a test body over the sync and the async client, ``gaps`` lists what a provider lacks, and ``suites``
has the tests. Nothing else of cumuli imports this package, or pytest.
"""

from __future__ import annotations

import sys
from importlib import import_module

# Type checkers take this for typing's. Each run of pytest loads this module, also where nothing of cumuli is used.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from cumuli.testing.recordings import (
        RecordingError,
        RecordingOptions,
        UnexpectedRequest,
        UnusedExchanges,
        recording,
        replaying,
    )

__all__ = ["RecordingError", "RecordingOptions", "UnexpectedRequest", "UnusedExchanges", "recording", "replaying"]

# Recordings need no pytest. Where it runs, a failed assertion in these says what was compared by its leave only.
if "pytest" in sys.modules:
    sys.modules["pytest"].register_assert_rewrite(
        "cumuli.testing.flavours", "cumuli.testing.gaps", "cumuli.testing.suites"
    )


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("cumuli.testing.recordings"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
