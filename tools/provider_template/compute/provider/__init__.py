"""Acme Cloud.

Read in this order: ``models.py`` (what users see), ``wire.py`` (what the server sends), ``driver.py``
(one method per call), ``aio.py`` (the client). ``client.py`` is generated.
"""
