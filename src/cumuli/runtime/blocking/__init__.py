"""The runtime behind the sync clients."""
