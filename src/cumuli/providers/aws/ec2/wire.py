"""What is read of EC2's answers: one Struct for each operation, named as the answer's root element."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from cumuli.wire.lenient import Identity, Needed
from cumuli.wire.xml import items_named


class Item(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Part of an answer."""


class Answer(Item, frozen=True):
    """A whole answer. The subclass's name is the root element; without its end it is the operation."""


class Tag(Item, frozen=True):
    key: str = ""
    value: str = ""


# Instances


class GroupItem(Item, frozen=True):
    group_id: str = ""
    group_name: str = ""


class Association(Item, frozen=True):
    public_ip: str | None = None


class PrivateAddress(Item, frozen=True):
    private_ip_address: str | None = None
    association: Association | None = None


class Ipv6Address(Item, frozen=True):
    ipv6_address: str | None = None


class InterfaceAttachment(Item, frozen=True):
    device_index: int | None = None
    delete_on_termination: bool = False


class Interface(Item, frozen=True):
    network_interface_id: str = ""
    mac_address: str = ""
    subnet_id: str | None = None
    attachment: InterfaceAttachment | None = None
    private_ip_address: str | None = None
    association: Association | None = None
    private_ip_addresses_set: list[PrivateAddress] = []
    ipv6_addresses_set: list[Ipv6Address] = []


class InstanceState(Item, frozen=True):
    name: str = ""


class StateReason(Item, frozen=True):
    code: str | None = None
    message: str | None = None


class Placement(Item, frozen=True):
    availability_zone: str | None = None
    tenancy: str = ""
    group_name: str | None = None


class Monitoring(Item, frozen=True):
    state: str = ""


class Profile(Item, frozen=True):
    arn: str | None = None


class InstanceEbs(Item, frozen=True):
    volume_id: str | None = None
    status: str = ""
    delete_on_termination: bool = False


class InstanceDevice(Item, frozen=True):
    device_name: str = ""
    ebs: InstanceEbs | None = None


class MetadataOptionsItem(Item, frozen=True):
    state: str = ""
    http_tokens: str | None = None
    http_put_response_hop_limit: int | None = None
    http_endpoint: str | None = None
    http_protocol_ipv6: str | None = None
    instance_metadata_tags: str | None = None


class Instance(Item, frozen=True):
    instance_id: Identity
    instance_state: InstanceState = InstanceState()
    image_id: str | None = None
    instance_type: str | None = None
    launch_time: dt.datetime | None = None
    placement: Placement = Placement()
    reason: str | None = None
    state_reason: StateReason | None = None
    ip_address: str | None = None
    private_ip_address: str | None = None
    ipv6_address: str | None = None
    network_interface_set: list[Interface] = []
    tag_set: list[Tag] = []
    vpc_id: str | None = None
    subnet_id: str | None = None
    key_name: str | None = None
    group_set: list[GroupItem] = []
    instance_lifecycle: str | None = None
    architecture: str = ""
    iam_instance_profile: Profile | None = None
    ami_launch_index: int = 0
    root_device_name: str | None = None
    root_device_type: str = ""
    block_device_mapping: list[InstanceDevice] = []
    monitoring: Monitoring = Monitoring()
    platform: str | None = None
    dns_name: str | None = None
    private_dns_name: str | None = None
    ebs_optimized: bool = False
    source_dest_check: bool | None = None
    client_token: str = ""
    metadata_options: MetadataOptionsItem | None = None
    spot_instance_request_id: str | None = None


class Reservation(Item, frozen=True):
    reservation_id: str = ""
    owner_id: str | None = None
    instances_set: list[Instance] = []


class DescribeInstancesResponse(Answer, frozen=True):
    reservation_set: list[Reservation] = []
    next_token: str | None = None


class RunInstancesResponse(Answer, frozen=True):
    reservation_id: str = ""
    owner_id: str | None = None
    instances_set: list[Instance] = []


class GetConsoleOutputResponse(Answer, frozen=True):
    instance_id: str = ""
    output: str = ""
    timestamp: dt.datetime | None = None


class ModifyInstanceMetadataOptionsResponse(Answer, frozen=True):
    instance_metadata_options: MetadataOptionsItem


# Launch templates


class LaunchTemplateItem(Item, frozen=True):
    launch_template_id: Identity
    launch_template_name: str = ""
    default_version_number: int | None = None
    latest_version_number: int | None = None
    create_time: dt.datetime | None = None
    created_by: str | None = None
    tag_set: list[Tag] = []


class CreateLaunchTemplateResponse(Answer, frozen=True):
    launch_template: LaunchTemplateItem


class DescribeLaunchTemplatesResponse(Answer, frozen=True):
    launch_templates: list[LaunchTemplateItem] = []
    next_token: str | None = None


class TemplateProfile(Item, frozen=True):
    arn: str | None = None
    name: str | None = None


class TemplateDevice(Item, frozen=True):
    device_name: str = ""
    virtual_name: str | None = None
    no_device: str | None = None
    ebs: DeviceEbs | None = None


class TemplateAddress(Item, frozen=True):
    primary: bool = False
    private_ip_address: str | None = None


class TemplateInterface(Item, frozen=True):
    associate_public_ip_address: bool | None = None
    delete_on_termination: bool | None = None
    description: str | None = None
    device_index: int | None = None
    group_set: Annotated[list[str], items_named("groupId")] = []
    ipv6_address_count: int | None = None
    ipv6_addresses_set: list[Ipv6Address] = []
    network_interface_id: str | None = None
    private_ip_address: str | None = None
    private_ip_addresses_set: list[TemplateAddress] = []
    secondary_private_ip_address_count: int | None = None
    subnet_id: str | None = None


class TemplatePlacement(Item, frozen=True):
    availability_zone: str | None = None
    group_id: str | None = None
    group_name: str | None = None


class TemplateMonitoring(Item, frozen=True):
    enabled: bool | None = None


class TemplateTags(Item, frozen=True):
    resource_type: str = ""
    tag_set: list[Tag] = []


class TemplateSpot(Item, frozen=True):
    max_price: str | None = None
    spot_instance_type: str | None = None
    instance_interruption_behavior: str | None = None
    valid_until: dt.datetime | None = None


class TemplateMarket(Item, frozen=True):
    market_type: str | None = None
    spot_options: TemplateSpot | None = None


class TemplateData(Item, frozen=True):
    image_id: str | None = None
    instance_type: str | None = None
    key_name: str | None = None
    user_data: str | None = None
    iam_instance_profile: TemplateProfile | None = None
    block_device_mapping_set: list[TemplateDevice] = []
    network_interface_set: list[TemplateInterface] = []
    placement: TemplatePlacement | None = None
    monitoring: TemplateMonitoring | None = None
    ebs_optimized: bool | None = None
    instance_initiated_shutdown_behavior: str | None = None
    tag_specification_set: list[TemplateTags] = []
    security_group_id_set: list[str] = []
    security_group_set: list[str] = []
    instance_market_options: TemplateMarket | None = None
    metadata_options: MetadataOptionsItem | None = None


class TemplateVersionItem(Item, frozen=True):
    version_number: int
    launch_template_id: str = ""
    launch_template_name: str = ""
    version_description: str = ""
    create_time: dt.datetime | None = None
    created_by: str | None = None
    default_version: bool = False
    launch_template_data: TemplateData | None = None


class CreateLaunchTemplateVersionResponse(Answer, frozen=True):
    launch_template_version: TemplateVersionItem


class DescribeLaunchTemplateVersionsResponse(Answer, frozen=True):
    launch_template_version_set: list[TemplateVersionItem] = []
    next_token: str | None = None


class ModifyLaunchTemplateResponse(Answer, frozen=True):
    launch_template: LaunchTemplateItem


class UndeletedVersion(Item, frozen=True):
    version_number: int | None = None
    response_error: StateReason | None = None


class DeleteLaunchTemplateVersionsResponse(Answer, frozen=True):
    unsuccessfully_deleted_launch_template_version_set: list[UndeletedVersion] = []


# Spot requests


class SpotLaunch(Item, frozen=True):
    image_id: str | None = None
    instance_type: str | None = None


class SpotRequestItem(Item, frozen=True):
    spot_instance_request_id: Identity
    state: str = ""
    status: StateReason | None = None
    fault: StateReason | None = None
    instance_id: str | None = None
    type: str = ""
    spot_price: str | None = None
    instance_interruption_behavior: str | None = None
    launch_specification: SpotLaunch | None = None
    launched_availability_zone: str | None = None
    product_description: str = ""
    create_time: dt.datetime | None = None
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    tag_set: list[Tag] = []


class DescribeSpotInstanceRequestsResponse(Answer, frozen=True):
    spot_instance_request_set: list[SpotRequestItem] = []
    next_token: str | None = None


# Placement groups


class PlacementGroupItem(Item, frozen=True):
    group_name: Identity
    group_id: str = ""
    state: str = ""
    strategy: str = ""
    partition_count: int | None = None
    spread_level: str | None = None
    tag_set: list[Tag] = []


class CreatePlacementGroupResponse(Answer, frozen=True):
    placement_group: PlacementGroupItem


class DescribePlacementGroupsResponse(Answer, frozen=True):
    placement_group_set: list[PlacementGroupItem] = []


# The account


class ReservedItem(Item, frozen=True):
    reserved_instances_id: Identity
    instance_type: str | None = None
    instance_count: int = 0
    state: str = ""
    availability_zone: str | None = None
    scope: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    duration: int | None = None
    fixed_price: float | None = None
    usage_price: float | None = None
    currency_code: str = ""
    product_description: str = ""
    offering_class: str = ""
    offering_type: str = ""
    instance_tenancy: str = ""
    tag_set: list[Tag] = []


class DescribeReservedInstancesResponse(Answer, frozen=True):
    reserved_instances_set: list[ReservedItem] = []


class AttributeValue(Item, frozen=True):
    attribute_value: str = ""


class AccountAttribute(Item, frozen=True):
    attribute_name: Identity
    attribute_value_set: list[AttributeValue] = []


class DescribeAccountAttributesResponse(Answer, frozen=True):
    account_attribute_set: list[AccountAttribute] = []


class RegionItem(Item, frozen=True):
    region_name: Identity
    region_endpoint: str = ""
    opt_in_status: str = ""


class DescribeRegionsResponse(Answer, frozen=True):
    region_info: list[RegionItem] = []


# Sizes


class VCpuInfo(Item, frozen=True):
    default_v_cpus: int | None = msgspec.field(name="defaultVCpus", default=None)


class MemoryInfo(Item, frozen=True):
    size_in_mi_b: int = msgspec.field(name="sizeInMiB", default=0)


class StorageInfo(Item, frozen=True):
    total_size_in_gb: int = msgspec.field(name="totalSizeInGB", default=0)


class NetworkInfo(Item, frozen=True):
    network_performance: str = ""


class InstanceTypeItem(Item, frozen=True):
    instance_type: Identity
    v_cpu_info: VCpuInfo = VCpuInfo()
    memory_info: MemoryInfo = MemoryInfo()
    instance_storage_info: StorageInfo = StorageInfo()
    network_info: NetworkInfo = NetworkInfo()


class DescribeInstanceTypesResponse(Answer, frozen=True):
    instance_type_set: list[InstanceTypeItem] = []
    next_token: str | None = None


class Offering(Item, frozen=True):
    instance_type: Identity


class DescribeInstanceTypeOfferingsResponse(Answer, frozen=True):
    instance_type_offering_set: list[Offering] = []
    next_token: str | None = None


# Images


class DeviceEbs(Item, frozen=True):
    volume_size: int | None = None
    volume_type: str | None = None
    snapshot_id: str | None = None
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    delete_on_termination: bool | None = None


class DeviceMapping(Item, frozen=True):
    device_name: str = ""
    virtual_name: str | None = None
    ebs: DeviceEbs | None = None


class ImageItem(Item, frozen=True):
    image_id: Identity
    name: str = ""
    image_state: str = ""
    state_reason: StateReason | None = None
    image_owner_id: str | None = None
    image_owner_alias: str | None = None
    creation_date: dt.datetime | None = None
    deprecation_time: dt.datetime | None = None
    description: str = ""
    architecture: str = ""
    platform: str | None = None
    platform_details: str = ""
    image_type: str = ""
    is_public: bool = False
    root_device_name: str | None = None
    root_device_type: str = ""
    block_device_mapping: list[DeviceMapping] = []
    virtualization_type: str = ""
    hypervisor: str = ""
    boot_mode: str | None = None
    ena_support: bool = False
    imds_support: str | None = None
    tag_set: list[Tag] = []


class DescribeImagesResponse(Answer, frozen=True):
    images_set: list[ImageItem] = []
    next_token: str | None = None


class LaunchPermissionItem(Item, frozen=True):
    user_id: str | None = None
    group: str | None = None
    organization_arn: str | None = None
    organizational_unit_arn: str | None = None


class DescribeImageAttributeResponse(Answer, frozen=True):
    launch_permission: list[LaunchPermissionItem] = []


class CreateImageResponse(Answer, frozen=True):
    image_id: Identity


class CopyImageResponse(Answer, frozen=True):
    image_id: Identity


class RegisterImageResponse(Answer, frozen=True):
    image_id: Identity


# Volumes and snapshots


class AttachmentItem(Item, frozen=True):
    instance_id: str = ""
    device: str = ""
    status: str = ""
    attach_time: dt.datetime | None = None
    delete_on_termination: bool = False


class VolumeItem(Answer, frozen=True):
    volume_id: Identity
    size: int = 0
    status: str = ""
    availability_zone: str | None = None
    snapshot_id: str | None = None
    create_time: dt.datetime | None = None
    attachment_set: list[AttachmentItem] = []
    tag_set: list[Tag] = []
    volume_type: str = ""
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool = False
    kms_key_id: str | None = None
    multi_attach_enabled: bool = False


class DescribeVolumesResponse(Answer, frozen=True):
    volume_set: list[VolumeItem] = []
    next_token: str | None = None


class SnapshotItem(Answer, frozen=True):
    snapshot_id: Identity
    volume_id: str | None = None
    volume_size: int | None = None
    status: str = ""
    status_message: str | None = None
    start_time: dt.datetime | None = None
    completion_time: dt.datetime | None = None
    progress: str = ""
    description: str = ""
    owner_id: str | None = None
    encrypted: bool = False
    kms_key_id: str | None = None
    storage_tier: str = ""
    tag_set: list[Tag] = []


class DescribeSnapshotsResponse(Answer, frozen=True):
    snapshot_set: list[SnapshotItem] = []
    next_token: str | None = None


class ModificationItem(Item, frozen=True):
    volume_id: Identity
    modification_state: str = ""
    status_message: str | None = None
    progress: int = 0
    start_time: dt.datetime | None = None
    end_time: dt.datetime | None = None
    original_size: int | None = None
    original_volume_type: str = ""
    original_iops: int | None = None
    original_throughput: int | None = None
    target_size: int | None = None
    target_volume_type: str = ""
    target_iops: int | None = None
    target_throughput: int | None = None


class ModifyVolumeResponse(Answer, frozen=True):
    volume_modification: ModificationItem


class DescribeVolumesModificationsResponse(Answer, frozen=True):
    volume_modification_set: list[ModificationItem] = []
    next_token: str | None = None


# Their answers are the resource itself, without an element around it.
class CreateVolumeResponse(VolumeItem, frozen=True):
    pass


class CreateSnapshotResponse(SnapshotItem, frozen=True):
    pass


# Key pairs


class KeyPairItem(Item, frozen=True):
    key_name: Identity
    key_fingerprint: str = ""
    key_pair_id: str | None = None
    public_key: str | None = None


class DescribeKeyPairsResponse(Answer, frozen=True):
    key_set: list[KeyPairItem] = []


class CreateKeyPairResponse(Answer, frozen=True):
    key_name: Identity
    key_material: str
    key_fingerprint: str = ""

    def __repr__(self) -> str:
        # Tracebacks show it, and what else it holds is a secret.
        return f"{type(self).__name__}(key_name={self.key_name!r})"


class ImportKeyPairResponse(Answer, frozen=True):
    key_name: Identity
    key_fingerprint: str = ""


# Tags and addresses


class TagItem(Item, frozen=True):
    key: Identity
    resource_id: str = ""
    value: str = ""


class DescribeTagsResponse(Answer, frozen=True):
    tag_set: list[TagItem] = []
    next_token: str | None = None


class AddressItem(Item, frozen=True):
    public_ip: str = ""
    # In a Wavelength Zone, instead of a public one.
    carrier_ip: str = ""
    allocation_id: str = ""
    association_id: str | None = None
    instance_id: str | None = None
    network_interface_id: str | None = None
    private_ip_address: str | None = None
    tag_set: list[Tag] = []


class DescribeAddressesResponse(Answer, frozen=True):
    addresses_set: list[AddressItem] = []


class AllocateAddressResponse(Answer, frozen=True):
    public_ip: Identity
    allocation_id: str = ""


class AssociateAddressResponse(Answer, frozen=True):
    association_id: str | None = None


# Zones and networks


class ZoneMessage(Item, frozen=True):
    message: str = ""


class ZoneItem(Item, frozen=True):
    zone_name: Identity
    zone_id: str = ""
    zone_state: str = ""
    region_name: str = ""
    zone_type: str = ""
    message_set: list[ZoneMessage] = []


class DescribeAvailabilityZonesResponse(Answer, frozen=True):
    availability_zone_info: list[ZoneItem] = []


class CidrAssociation(Item, frozen=True):
    cidr_block: str = ""


class Ipv6CidrAssociation(Item, frozen=True):
    ipv6_cidr_block: str = ""


class VpcItem(Item, frozen=True):
    vpc_id: Identity
    cidr_block: str = ""
    cidr_block_association_set: list[CidrAssociation] = []
    ipv6_cidr_block_association_set: list[Ipv6CidrAssociation] = []
    state: str = ""
    is_default: bool = False
    instance_tenancy: str = ""
    tag_set: list[Tag] = []


class CreateVpcResponse(Answer, frozen=True):
    vpc: VpcItem


class BooleanValue(Item, frozen=True):
    value: bool | None = None


class DescribeVpcAttributeResponse(Answer, frozen=True):
    enable_dns_support: BooleanValue | None = None
    enable_dns_hostnames: BooleanValue | None = None


class DescribeVpcsResponse(Answer, frozen=True):
    vpc_set: list[VpcItem] = []
    next_token: str | None = None


class SubnetItem(Item, frozen=True):
    subnet_id: Identity
    vpc_id: str = ""
    availability_zone: str | None = None
    cidr_block: str = ""
    ipv6_cidr_block_association_set: list[Ipv6CidrAssociation] = []
    state: str = ""
    available_ip_address_count: int | None = None
    map_public_ip_on_launch: bool = False
    assign_ipv6_address_on_creation: bool = False
    default_for_az: bool = False
    tag_set: list[Tag] = []


class CreateSubnetResponse(Answer, frozen=True):
    subnet: SubnetItem


class DescribeSubnetsResponse(Answer, frozen=True):
    subnet_set: list[SubnetItem] = []
    next_token: str | None = None


# Network interfaces


class AttachedInterface(Item, frozen=True):
    attachment_id: str | None = None
    instance_id: str | None = None
    device_index: int | None = None
    status: str = ""
    delete_on_termination: bool = False


class NetworkInterfaceItem(Item, frozen=True):
    network_interface_id: Identity
    description: str = ""
    status: str = ""
    interface_type: str = ""
    mac_address: str = ""
    vpc_id: str | None = None
    subnet_id: str | None = None
    availability_zone: str | None = None
    private_ip_address: str | None = None
    private_ip_addresses_set: list[PrivateAddress] = []
    association: Association | None = None
    ipv6_addresses_set: list[Ipv6Address] = []
    group_set: list[GroupItem] = []
    attachment: AttachedInterface | None = None
    source_dest_check: bool | None = None
    private_dns_name: str | None = None
    owner_id: str | None = None
    requester_managed: bool = False
    tag_set: list[Tag] = []


class CreateNetworkInterfaceResponse(Answer, frozen=True):
    network_interface: NetworkInterfaceItem


class DescribeNetworkInterfacesResponse(Answer, frozen=True):
    network_interface_set: list[NetworkInterfaceItem] = []
    next_token: str | None = None


class AttachNetworkInterfaceResponse(Answer, frozen=True):
    attachment_id: Identity


class AssignedAddress(Item, frozen=True):
    private_ip_address: Identity


class AssignPrivateIpAddressesResponse(Answer, frozen=True):
    assigned_private_ip_addresses_set: list[AssignedAddress] = []


class AssignIpv6AddressesResponse(Answer, frozen=True):
    assigned_ipv6_addresses: list[str] = []


# Internet gateways and route tables


class GatewayAttachment(Item, frozen=True):
    vpc_id: str | None = None
    state: str = ""


class GatewayItem(Item, frozen=True):
    internet_gateway_id: Identity
    attachment_set: list[GatewayAttachment] = []
    owner_id: str | None = None
    tag_set: list[Tag] = []


class CreateInternetGatewayResponse(Answer, frozen=True):
    internet_gateway: GatewayItem


class DescribeInternetGatewaysResponse(Answer, frozen=True):
    internet_gateway_set: list[GatewayItem] = []
    next_token: str | None = None


class RouteItem(Item, frozen=True):
    destination_cidr_block: str | None = None
    destination_ipv6_cidr_block: str | None = None
    destination_prefix_list_id: str | None = None
    gateway_id: str | None = None
    nat_gateway_id: str | None = None
    transit_gateway_id: str | None = None
    vpc_peering_connection_id: str | None = None
    egress_only_internet_gateway_id: str | None = None
    local_gateway_id: str | None = None
    carrier_gateway_id: str | None = None
    network_interface_id: str | None = None
    instance_id: str | None = None
    state: str = ""
    origin: str = ""


class RouteAssociation(Item, frozen=True):
    route_table_association_id: str = ""
    subnet_id: str | None = None
    gateway_id: str | None = None
    main: bool = False


class RouteTableItem(Item, frozen=True):
    route_table_id: Identity
    vpc_id: str | None = None
    owner_id: str | None = None
    route_set: list[RouteItem] = []
    association_set: list[RouteAssociation] = []
    tag_set: list[Tag] = []


class CreateRouteTableResponse(Answer, frozen=True):
    route_table: RouteTableItem


class DescribeRouteTablesResponse(Answer, frozen=True):
    route_table_set: list[RouteTableItem] = []
    next_token: str | None = None


class AssociateRouteTableResponse(Answer, frozen=True):
    association_id: Identity


class ReplaceRouteTableAssociationResponse(Answer, frozen=True):
    new_association_id: Identity


# Security groups


class IpRange(Item, frozen=True):
    cidr_ip: str = ""
    description: str | None = None


class Ipv6Range(Item, frozen=True):
    cidr_ipv6: str = ""
    description: str | None = None


class PrefixList(Item, frozen=True):
    prefix_list_id: str = ""
    description: str | None = None


class GroupPair(Item, frozen=True):
    group_id: str | None = None
    user_id: str | None = None
    description: str | None = None


class IpPermission(Item, frozen=True):
    ip_protocol: str = ""
    # Without them a rule would be one for every port.
    from_port: Needed[int] | None = None
    to_port: Needed[int] | None = None
    ip_ranges: list[IpRange] = []
    ipv6_ranges: list[Ipv6Range] = []
    groups: list[GroupPair] = []
    prefix_list_ids: list[PrefixList] = []


class SecurityGroupItem(Item, frozen=True):
    group_id: Identity
    group_name: str = ""
    group_description: str = ""
    vpc_id: str | None = None
    owner_id: str | None = None
    ip_permissions: list[IpPermission] = []
    ip_permissions_egress: list[IpPermission] = []
    tag_set: list[Tag] = []


class DescribeSecurityGroupsResponse(Answer, frozen=True):
    security_group_info: list[SecurityGroupItem] = []
    next_token: str | None = None


class CreateSecurityGroupResponse(Answer, frozen=True):
    group_id: Identity
