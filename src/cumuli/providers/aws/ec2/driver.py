"""``EC2Driver``: EC2's calls, resource by resource."""

from __future__ import annotations

from cumuli.providers.aws.ec2.addresses import Addresses
from cumuli.providers.aws.ec2.images import Images
from cumuli.providers.aws.ec2.instances import Instances
from cumuli.providers.aws.ec2.keys import KeyPairs
from cumuli.providers.aws.ec2.sizes import Sizes
from cumuli.providers.aws.ec2.tags import Tags
from cumuli.providers.aws.ec2.volumes import Volumes

__all__ = ["EC2Driver"]


class EC2Driver(Instances, Sizes, Images, Volumes, KeyPairs, Addresses, Tags):
    """Everything that cumuli calls of EC2."""
