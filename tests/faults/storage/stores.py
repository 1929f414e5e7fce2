"""The real object stores that the tests of this folder damage, fill, and leave in the middle of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cumuli
from cumuli.storage.client import Storage
from cumuli.storage.models import Container, Object
from cumuli.testing.flavours import Flavour

__all__ = ["Store"]


@dataclass(frozen=True)
class Store:
    """A server, and how cumuli reaches it.

    Attributes:
        name: For the names of tests.
        provider: Cumuli's.
        endpoint: Where it is.
        settings: For the client; the endpoint is in one of them.
    """

    name: str
    provider: str
    endpoint: str
    settings: dict[str, str]

    def at(self, origin: str) -> dict[str, str]:
        """The settings of a client that reaches it through a proxy there."""
        return {name: value.replace(self.endpoint, origin) for name, value in self.settings.items()}

    def direct(self) -> Storage[Container, Object]:
        """A sync client, past every proxy."""
        client: Storage[Container, Object] = cumuli.storage(self.provider, proxy="", **self.settings, **self.known)
        return client

    def client(self, flavour: Flavour, origin: str, **more: Any) -> Any:
        """A client of either flavour, in the shape of the async one."""
        make = cumuli.async_storage if flavour.name == "async" else cumuli.storage
        return flavour.shape(make(self.provider, proxy="", **self.at(origin), **self.known, **more))

    @property
    def known(self) -> dict[str, Any]:
        """What cumuli cannot know of a server behind an endpoint, and these two do."""
        return {"md5_etags": True} if self.provider == "s3" else {}

    @property
    def speaks_s3(self) -> bool:
        return self.provider in {"s3", "ceph"}

    def unfinished(self, container: str) -> list[str]:
        """What is left of uploads in parts that were not finished: uploads, or segments of no object."""
        with self.direct() as cloud:
            if self.speaks_s3:
                s3: Any = cloud
                return [upload.name for upload in s3.ex_list_multipart_uploads(container)]
            segments = f"{container}_segments"
            if segments not in [found.name for found in cloud.list_containers()]:
                return []
            return [obj.name for obj in cloud.list_container_objects(segments)]
