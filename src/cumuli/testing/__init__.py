"""For those who write providers: the conformance suites, and what runs them.

    pip install 'cumuli[testing]'

A project's own ``conftest.py`` names the plug-ins once, and each provider subclasses its service's suite::

    pytest_plugins = ["cumuli.testing.flavours", "cumuli.testing.gaps"]

``flavours`` runs a test body over the sync and the async client, ``gaps`` lists what a provider lacks, and ``suites``
has the tests. Nothing else of cumuli imports this package, or pytest.
"""

import pytest

# Without this a failed assertion there would not say what was compared.
pytest.register_assert_rewrite("cumuli.testing.flavours", "cumuli.testing.gaps", "cumuli.testing.suites")
