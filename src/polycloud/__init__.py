"""polycloud: one Python API for every cloud, sync and async, exactly typed."""

__version__ = "0.1.0.dev0"
