"""``EC2Tags``: the part of EC2's client that is about tags.

Generated from aio_tags.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.client import Compute
from cumuli.providers.aws.ec2.aio_tags import AsyncEC2Tags, Taggable
from cumuli.providers.aws.ec2.models import EC2Node, EC2Volume
from cumuli.runtime.blocking.drive import run

__all__ = ["EC2Tags"]


class EC2Tags(Compute[EC2Node, EC2Volume]):
    """Tags of anything that has tags."""

    def __init__(self, client: AsyncEC2Tags) -> None:
        super().__init__(client)
        self._ec2_tags = client

    def ex_describe_tags(self, resource: Taggable) -> dict[str, str]:
        """Every tag of a resource.

        EC2's operation: ``DescribeTags``.

        Args:
            resource: A node, volume, snapshot, image, key pair, address, security group, network or subnet,
                or the id of anything else that has tags.

        Returns:
            The tags; empty when there are none, and when there is no such resource.
        """
        return run(self._ec2_tags.ex_describe_tags(resource))

    def ex_create_tags(self, resource: Taggable, tags: Mapping[str, str]) -> None:
        """Add tags to a resource; a key that it has already gets the new value.

        EC2's operation: ``CreateTags``. An empty dict sends nothing.

        Args:
            resource: As for ``ex_describe_tags``.
            tags: The tags to add.

        Raises:
            NotFound: There is no such resource; ``NodeNotFound`` and its kin where the kind is known.
        """
        run(self._ec2_tags.ex_create_tags(resource, tags))

    def ex_delete_tags(self, resource: Taggable, tags: Mapping[str, str] | Sequence[str]) -> None:
        """Remove tags from a resource; those that it does not have are passed over.

        EC2's operation: ``DeleteTags``. An empty dict or list sends nothing (to AWS it would mean every tag).

        Args:
            resource: As for ``ex_describe_tags``.
            tags: Keys to remove; or keys and values, to remove a tag only if it has that value.

        Raises:
            NotFound: There is no such resource.
        """
        run(self._ec2_tags.ex_delete_tags(resource, tags))
