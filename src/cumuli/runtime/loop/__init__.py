"""The runtime behind the async clients, over asyncio."""
