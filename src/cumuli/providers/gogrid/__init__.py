"""GoGrid, by its API v1.7: the worked example of a small provider.

Read in this order: ``models.py`` (what users see), ``wire.py`` (what the server sends), ``signing.py``
(how it knows who calls), ``driver.py`` (one method per call), ``aio.py`` (the client). ``client.py`` is
generated.
"""
