"""What a node is launched with, as ``RunInstances`` and launch templates take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.calls import named, tag_specification
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    EC2NodeSpec,
    InterfaceSpec,
    MetadataOptions,
    SpotOptions,
)
from cumuli.providers.aws.ec2.security_groups import SecurityGroups

__all__ = ["Launching", "block_device_parameters", "metadata_options_of", "metadata_parameters"]

WORDS = {"enabled": True, "disabled": False}


class Launching:
    """Makes the parameters of a launch."""

    def __init__(self, security_groups: SecurityGroups) -> None:
        self._security_groups = security_groups

    async def parameters(self, spec: EC2NodeSpec, *, template: bool = False) -> dict[str, object]:
        """What there is to say of a node.

        Args:
            spec: What was asked for.
            template: Whether it is for a launch template, which knows no subnet but an interface's.
        """
        profile = spec.iam_profile
        group = spec.placement_group
        behavior = {None: None, True: "terminate", False: "stop"}[spec.terminate_on_shutdown]
        return {
            "ImageId": spec.image or None,
            "InstanceType": spec.size or None,
            "KeyName": spec.key_name,
            "UserData": spec.user_data,
            "Placement": {
                "AvailabilityZone": spec.location,
                "GroupId" if group and group.startswith("pg-") else "GroupName": group,
            },
            "IamInstanceProfile": {"Arn" if profile and profile.startswith("arn:") else "Name": profile},
            "BlockDeviceMapping": block_device_parameters(spec.block_devices),
            "InstanceInitiatedShutdownBehavior": behavior,
            "TagSpecification": [
                *(tag_specification("instance", {**spec.tags, **named(spec.name)}) or ()),
                *(tag_specification("volume", spec.volume_tags) or ()),
                *(tag_specification("network-interface", spec.interface_tags) or ()),
            ],
            "InstanceMarketOptions": _market_parameters(spec.spot),
            "MetadataOptions": metadata_parameters(spec.metadata_options),
            "Monitoring": None if spec.monitoring is None else {"Enabled": spec.monitoring},
            "EbsOptimized": spec.ebs_optimized,
            **await self._network_parameters(spec, template=template),
        }

    async def _network_parameters(self, spec: EC2NodeSpec, *, template: bool) -> dict[str, object]:
        if spec.interfaces:
            return {"NetworkInterface": [_interface(each, place) for place, each in enumerate(spec.interfaces)]}
        in_subnet: bool = spec.subnet is not None or spec.private_ip is not None
        in_subnet = in_subnet or bool(spec.ipv6_addresses) or spec.ipv6_address_count is not None
        # Only the description of an interface can say whether it gets a public address, and then it must say the rest.
        described = spec.assign_public_ip is not None or (template and in_subnet)
        ids = [group for group in spec.security_groups if group.startswith("sg-")]
        names = [group for group in spec.security_groups if not group.startswith("sg-")]
        if names and (described or spec.subnet is not None):
            # AWS takes names for the default network only, and never on an interface.
            ids += await self._security_groups.security_group_ids(names, subnet=spec.subnet)
            names = []
        addresses: dict[str, object] = {
            "SubnetId": spec.subnet,
            "SecurityGroupId": ids,
            "PrivateIpAddress": spec.private_ip,
            "Ipv6AddressCount": spec.ipv6_address_count,
        }
        ipv6 = [{"Ipv6Address": address} for address in spec.ipv6_addresses]
        if not described:
            return {**addresses, "SecurityGroup": names, "Ipv6Address": ipv6}
        return {
            "NetworkInterface": [
                {
                    "DeviceIndex": 0,
                    "AssociatePublicIpAddress": spec.assign_public_ip,
                    **addresses,
                    "Ipv6Addresses": ipv6,
                }
            ]
        }


def _interface(spec: InterfaceSpec, place: int) -> dict[str, object]:
    return {
        "DeviceIndex": place if spec.device_index is None else spec.device_index,
        "NetworkInterfaceId": spec.id,
        "SubnetId": spec.subnet,
        "SecurityGroupId": spec.security_groups,
        # The list of all of them says which is the primary one.
        "PrivateIpAddress": None if spec.secondary_private_ips else spec.private_ip,
        "PrivateIpAddresses": _private_addresses(spec),
        "SecondaryPrivateIpAddressCount": spec.secondary_private_ip_count,
        "Ipv6Addresses": [{"Ipv6Address": address} for address in spec.ipv6_addresses],
        "Ipv6AddressCount": spec.ipv6_address_count,
        "AssociatePublicIpAddress": spec.assign_public_ip,
        "Description": spec.description,
        "DeleteOnTermination": spec.delete_on_termination,
    }


def _private_addresses(spec: InterfaceSpec) -> list[Mapping[str, object]]:
    if not spec.secondary_private_ips:
        return []
    primary = [] if spec.private_ip is None else [{"PrivateIpAddress": spec.private_ip, "Primary": True}]
    return [*primary, *({"PrivateIpAddress": ip, "Primary": False} for ip in spec.secondary_private_ips)]


def _market_parameters(spot: SpotOptions | None) -> dict[str, object] | None:
    if spot is None:
        return None
    return {
        "MarketType": "spot",
        "SpotOptions": {
            "MaxPrice": spot.max_price,
            "SpotInstanceType": spot.type,
            "InstanceInterruptionBehavior": spot.interruption,
            "ValidUntil": spot.valid_until,
        },
    }


def metadata_parameters(options: MetadataOptions | None) -> dict[str, object]:
    """The ``MetadataOptions`` parameter."""
    if options is None:
        return {}
    return {
        "HttpTokens": options.http_tokens,
        "HttpEndpoint": _word(options.http_endpoint),
        "HttpPutResponseHopLimit": options.hop_limit,
        "HttpProtocolIpv6": _word(options.ipv6),
        "InstanceMetadataTags": _word(options.tags),
    }


def _word(value: bool | None) -> str | None:
    return None if value is None else "enabled" if value else "disabled"


def metadata_options_of(item: wire.MetadataOptionsItem) -> MetadataOptions:
    """The model of a node's metadata options."""
    return MetadataOptions(
        http_tokens=item.http_tokens,
        http_endpoint=WORDS.get(item.http_endpoint or ""),
        hop_limit=item.http_put_response_hop_limit,
        ipv6=WORDS.get(item.http_protocol_ipv6 or ""),
        tags=WORDS.get(item.instance_metadata_tags or ""),
        state=item.state,
    )


def block_device_parameters(mappings: Sequence[BlockDeviceMapping]) -> list[Mapping[str, object]]:
    """The ``BlockDeviceMapping`` parameter."""
    return [
        {
            "DeviceName": mapping.device,
            "VirtualName": mapping.virtual_name,
            # AWS reads the element's presence, not its text.
            "NoDevice": "" if mapping.no_device else None,
            "Ebs": {
                "VolumeSize": mapping.size,
                "VolumeType": mapping.type,
                "SnapshotId": mapping.snapshot,
                "Iops": mapping.iops,
                "Throughput": mapping.throughput,
                "Encrypted": mapping.encrypted,
                "KmsKeyId": mapping.kms_key,
                "DeleteOnTermination": mapping.delete_on_termination,
            },
        }
        for mapping in mappings
    ]
