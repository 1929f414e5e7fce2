"""``AsyncEC2Tags``: the part of EC2's client that is about tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.paging import Page
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_tags
from cumuli.compute.models import KeyPair, Node, NodeImage, Volume, VolumeSnapshot
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    Address,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    InternetGateway,
    LaunchTemplate,
    Network,
    NetworkInterface,
    RouteTable,
    SecurityGroup,
    SpotRequest,
    Subnet,
)

__all__ = ["AsyncEC2Tags", "Taggable"]

Taggable = (
    Node
    | Volume
    | VolumeSnapshot
    | NodeImage
    | KeyPair
    | Address
    | InternetGateway
    | LaunchTemplate
    | Network
    | NetworkInterface
    | RouteTable
    | SecurityGroup
    | SpotRequest
    | Subnet
    | str
)
"""What can have tags: a model of EC2's, or the id of any resource."""


class AsyncEC2Tags(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Tags of anything that has tags."""

    _ec2: EC2Driver

    async def ex_describe_tags(self, resource: Taggable, *, filters: Filters | None = None) -> dict[str, str]:
        """Every tag of a resource.

        EC2's operation: ``DescribeTags``.

        Args:
            resource: A node, volume, snapshot, image, key pair, address, security group, network, subnet, interface,
                internet gateway, route table, launch template or spot request, or the id of anything else that has
                tags.
            filters: AWS's own filters by name, each with the values of which one must match (``{"key": "team-*"}``).

        Returns:
            The tags; empty when there are none, and when there is no such resource.

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        matching = checked_filters(filters)
        resource_id = await self._taggable_id(resource)

        async def fetch(cursor: str | None) -> Page[tuple[str, str]]:
            page = await self._ec2.tags.list_tags(resource_id, matching=matching, cursor=cursor)
            return Page([(tag.key, tag.value) for tag in page.items], page.next)

        return {key: value async for key, value in self._pages(fetch, key=lambda tag: tag[0])}

    async def ex_create_tags(self, resource: Taggable, tags: Mapping[str, str]) -> None:
        """Add tags to a resource; a key that it has already gets the new value.

        EC2's operation: ``CreateTags``. An empty dict sends nothing.

        Args:
            resource: As for ``ex_describe_tags``.
            tags: The tags to add.

        Raises:
            NotFound: There is no such resource; ``NodeNotFound`` and its kin where the kind is known.
        """
        wanted = checked_tags(tags)
        if wanted:
            await self._do(self._ec2.tags.create_tags(await self._taggable_id(resource), wanted))

    async def ex_delete_tags(self, resource: Taggable, tags: Mapping[str, str] | Sequence[str]) -> None:
        """Remove tags from a resource; those that it does not have are passed over.

        EC2's operation: ``DeleteTags``. An empty dict or list sends nothing (to AWS it would mean every tag).

        Args:
            resource: As for ``ex_describe_tags``.
            tags: Keys to remove; or keys and values, to remove a tag only if it has that value.

        Raises:
            NotFound: There is no such resource.
        """
        if isinstance(tags, str):
            raise InvalidRequest(f"give a list of keys, not the single text {tags!r}")
        wanted = checked_tags(tags) if isinstance(tags, Mapping) else list(tags)
        if wanted:
            await self._do(self._ec2.tags.delete_tags(await self._taggable_id(resource), wanted))

    async def _taggable_id(self, resource: Taggable) -> str:
        if isinstance(resource, str):
            if not resource:
                raise InvalidRequest("the id of the resource is empty")
            return resource
        if resource.provider != self.provider:
            raise InvalidRequest(f"{resource.id} is of {resource.provider}, and this client is of {self.provider}")
        if isinstance(resource, KeyPair):
            # Key pairs go by their names everywhere but here.
            return await self._do(self._ec2.keys.key_pair_id(resource.name))
        return resource.id
