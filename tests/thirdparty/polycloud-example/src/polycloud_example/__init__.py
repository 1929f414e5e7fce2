"""Example Cloud for polycloud: a provider in a distribution of its own.

``polycloud.compute("example", token=...)`` gives its client. Read in this order: ``models.py`` (what
users see), ``wire.py`` (what the server sends), ``driver.py`` (one method per call), ``aio.py`` (the
client). ``client.py`` is generated.
"""

from polycloud import ProviderInfo

__all__ = ["INFO"]

INFO = ProviderInfo(
    name="example",
    service="compute",
    title="Example Cloud",
    client="polycloud_example.client:Example",
    async_client="polycloud_example.aio:AsyncExample",
)
