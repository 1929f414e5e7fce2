"""Example Cloud for cumuli: a provider in a distribution of its own.

``cumuli.compute("example", token=...)`` gives its client. Read in this order: ``models.py`` (what
users see), ``wire.py`` (what the server sends), ``driver.py`` (one method per call), ``aio.py`` (the
client). ``client.py`` is generated.
"""

from cumuli import ProviderInfo

__all__ = ["INFO"]

INFO = ProviderInfo(
    name="example",
    service="compute",
    title="Example Cloud",
    client="cumuli_example.client:Example",
    async_client="cumuli_example.aio:AsyncExample",
)
