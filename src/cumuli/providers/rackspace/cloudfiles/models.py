"""Cloud Files' own models."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["CDNContainer", "CDNUrl"]

CDNUrl = Literal["plain", "ssl", "streaming", "ios"]
"""Which address of the content delivery network: over http, over https, for streaming, for streaming to iOS."""


class CDNContainer(msgspec.Struct, frozen=True, kw_only=True):
    """A container as the content delivery network (CDN) knows it.

    Attributes:
        name: The container's name.
        enabled: Whether it is published now. One that no longer is stays known until its TTL is over.
        ttl: For how many seconds the CDN's servers keep an object before they look again.
        log_retention: Whether logs of accesses are stored in the container ``.CDN_ACCESS_LOGS``.
        url: Its address over http, or None where that is not told.
        ssl_url: Over https.
        streaming_url: For streaming.
        ios_url: For streaming to iOS.
    """

    name: str
    enabled: bool
    ttl: int | None = None
    log_retention: bool = False
    url: str | None = None
    ssl_url: str | None = None
    streaming_url: str | None = None
    ios_url: str | None = None

    def url_of(self, kind: CDNUrl) -> str | None:
        """One of its addresses."""
        return {"plain": self.url, "ssl": self.ssl_url, "streaming": self.streaming_url, "ios": self.ios_url}[kind]
