"""A GoGrid of our own, written from the documentation of its API v1.7; ``docs/providers/gogrid.md`` has the facts.

``account.py`` is what an account has and how it changes with time, ``calls.py`` the calls of the API,
``web.py`` HTTP, keys and signatures. Nothing here knows the driver.
"""
