"""EC2's answers, in the shape of those that AWS documents."""

from __future__ import annotations

from typing import Any

from tests.faults.listings.recorded import Call, Recorded, three

__all__ = ["EC2"]

TAGS = "<tagSet><item><key>Name</key><value>n@</value></item><item><key>env</key><value>prod</value></item></tagSet>"
INSTANCE = f"""<instanceId>i-@</instanceId><imageId>ami-1</imageId>
<instanceState><code>16</code><name>running</name></instanceState><privateDnsName>ip-10-0-0-@.internal</privateDnsName>
<dnsName>ec2-@.amazonaws.com</dnsName><reason/><keyName>me</keyName><amiLaunchIndex>0</amiLaunchIndex>
<productCodes/><instanceType>t3.micro</instanceType><launchTime>2026-01-02T03:04:05.000Z</launchTime>
<placement><availabilityZone>eu-west-1a</availabilityZone><groupName>near</groupName><tenancy>default</tenancy></placement>
<platform>windows</platform><monitoring><state>disabled</state></monitoring><subnetId>subnet-1</subnetId>
<vpcId>vpc-1</vpcId><privateIpAddress>10.0.0.@</privateIpAddress><ipAddress>203.0.113.@</ipAddress>
<sourceDestCheck>true</sourceDestCheck>
<groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>
<stateReason><code>Client.UserInitiated</code><message>asked for</message></stateReason>
<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>
<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId><status>attached</status>
<attachTime>2026-01-02T03:04:06.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>
</blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>token</clientToken>{TAGS}
<hypervisor>xen</hypervisor><networkInterfaceSet><item><networkInterfaceId>eni-@</networkInterfaceId>
<subnetId>subnet-1</subnetId><macAddress>12:34:56:78:9a:b@</macAddress><privateIpAddress>10.0.0.@</privateIpAddress>
<attachment><deviceIndex>0</deviceIndex><deleteOnTermination>true</deleteOnTermination></attachment>
<association><publicIp>203.0.113.@</publicIp><ipOwnerId>amazon</ipOwnerId></association>
<privateIpAddressesSet><item><privateIpAddress>10.0.0.@</privateIpAddress><primary>true</primary>
<association><publicIp>203.0.113.@</publicIp></association></item></privateIpAddressesSet>
<ipv6AddressesSet><item><ipv6Address>2001:db8::@</ipv6Address></item></ipv6AddressesSet></item></networkInterfaceSet>
<iamInstanceProfile><arn>arn:aws:iam::1:instance-profile/p</arn><id>AIPA</id></iamInstanceProfile>
<ebsOptimized>false</ebsOptimized><spotInstanceRequestId>sir-1</spotInstanceRequestId>
<metadataOptions><state>applied</state><httpTokens>required</httpTokens>
<httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>
<httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>enabled</instanceMetadataTags></metadataOptions>
<cpuOptions><coreCount>1</coreCount></cpuOptions>"""
VOLUME = f"""<volumeId>vol-@</volumeId><size>80</size><snapshotId>snap-1</snapshotId>
<availabilityZone>eu-west-1a</availabilityZone><status>in-use</status><createTime>2026-01-02T03:04:05.000Z</createTime>
<attachmentSet><item><volumeId>vol-@</volumeId><instanceId>i-1</instanceId><device>/dev/sdh</device>
<status>attached</status><attachTime>2026-01-02T03:04:05.000Z</attachTime>
<deleteOnTermination>false</deleteOnTermination></item></attachmentSet>{TAGS}<volumeType>gp3</volumeType>
<iops>3000</iops><throughput>125</throughput><encrypted>true</encrypted><kmsKeyId>arn:aws:kms:1</kmsKeyId>
<multiAttachEnabled>false</multiAttachEnabled>"""
SNAPSHOT = f"""<snapshotId>snap-@</snapshotId><volumeId>vol-1</volumeId><status>completed</status>
<startTime>2026-01-02T03:04:05.000Z</startTime><progress>100%</progress><ownerId>1</ownerId>
<volumeSize>30</volumeSize><description>d</description><encrypted>true</encrypted><kmsKeyId>arn:aws:kms:1</kmsKeyId>
<completionTime>2026-01-02T03:04:05.000Z</completionTime><storageTier>standard</storageTier>
<statusMessage>m</statusMessage>{TAGS}"""
MODIFICATION = """<volumeId>vol-@</volumeId><modificationState>optimizing</modificationState>
<statusMessage>m</statusMessage>
<originalSize>8</originalSize><originalVolumeType>gp2</originalVolumeType><originalIops>100</originalIops>
<originalThroughput>125</originalThroughput><targetSize>16</targetSize><targetVolumeType>gp3</targetVolumeType>
<targetIops>3000</targetIops><targetThroughput>250</targetThroughput><progress>42</progress>
<startTime>2026-01-02T03:04:05.000Z</startTime><endTime>2026-01-02T03:04:05.000Z</endTime>"""
IMAGE = f"""<imageId>ami-@</imageId><imageLocation>l</imageLocation><imageState>available</imageState>
<imageOwnerId>1</imageOwnerId><isPublic>true</isPublic><architecture>x86_64</architecture><imageType>machine</imageType>
<name>n@</name><description>d</description><rootDeviceType>ebs</rootDeviceType><blockDeviceMapping><item>
<deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize>
<volumeType>gp3</volumeType><iops>3000</iops><throughput>125</throughput><encrypted>true</encrypted>
<kmsKeyId>arn:aws:kms:1</kmsKeyId><deleteOnTermination>true</deleteOnTermination></ebs></item>
<item><deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item></blockDeviceMapping>{TAGS}
<imageOwnerAlias>amazon</imageOwnerAlias><platform>windows</platform><platformDetails>Windows</platformDetails>
<rootDeviceName>/dev/xvda</rootDeviceName><virtualizationType>hvm</virtualizationType><hypervisor>xen</hypervisor>
<bootMode>uefi</bootMode><enaSupport>true</enaSupport><imdsSupport>v2.0</imdsSupport>
<stateReason><code>c</code><message>m</message></stateReason>
<deprecationTime>2026-01-02T03:04:05.000Z</deprecationTime><creationDate>2026-01-02T03:04:05.000Z</creationDate>"""
TYPE = """<instanceType>t3.size@</instanceType><currentGeneration>true</currentGeneration>
<supportedUsageClasses><item>on-demand</item></supportedUsageClasses>
<vCpuInfo><defaultVCpus>2</defaultVCpus><defaultCores>1</defaultCores></vCpuInfo>
<memoryInfo><sizeInMiB>1024</sizeInMiB></memoryInfo><instanceStorageSupported>true</instanceStorageSupported>
<instanceStorageInfo><totalSizeInGB>75</totalSizeInGB></instanceStorageInfo>
<networkInfo><networkPerformance>Up to 5 Gigabit</networkPerformance></networkInfo>"""
OFFERING = """<instanceType>t3.size@</instanceType><locationType>availability-zone</locationType>
<location>eu-west-1a</location>"""
REGION = """<regionName>eu-west-@</regionName><regionEndpoint>ec2.eu-west-@.amazonaws.com</regionEndpoint>
<optInStatus>opted-in</optInStatus>"""
ZONE = """<zoneName>eu-west-1@</zoneName><zoneState>available</zoneState><regionName>eu-west-1</regionName>
<zoneId>euw1-az@</zoneId><zoneType>availability-zone</zoneType><optInStatus>opt-in-not-required</optInStatus>
<messageSet><item><message>closed at noon</message></item></messageSet>"""
VPC = f"""<vpcId>vpc-@</vpcId><ownerId>1</ownerId><state>available</state><cidrBlock>10.@.0.0/16</cidrBlock>
<cidrBlockAssociationSet><item><cidrBlock>10.@.0.0/16</cidrBlock><associationId>a</associationId>
<cidrBlockState><state>associated</state></cidrBlockState></item></cidrBlockAssociationSet>
<ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock></item></ipv6CidrBlockAssociationSet>
<dhcpOptionsId>dopt-1</dhcpOptionsId>{TAGS}<instanceTenancy>default</instanceTenancy><isDefault>true</isDefault>"""
SUBNET = f"""<subnetId>subnet-@</subnetId><state>available</state><vpcId>vpc-1</vpcId><cidrBlock>10.0.@.0/24</cidrBlock>
<ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/64</ipv6CidrBlock></item></ipv6CidrBlockAssociationSet>
<availableIpAddressCount>251</availableIpAddressCount><availabilityZone>eu-west-1a</availabilityZone>
<defaultForAz>true</defaultForAz><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>
<assignIpv6AddressOnCreation>true</assignIpv6AddressOnCreation>{TAGS}"""
INTERFACE = f"""<networkInterfaceId>eni-@</networkInterfaceId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>
<availabilityZone>eu-west-1a</availabilityZone><description>d</description><ownerId>1</ownerId>
<requesterManaged>true</requesterManaged><status>in-use</status><macAddress>12:34:56:78:9a:b@</macAddress>
<privateIpAddress>10.0.0.@</privateIpAddress><privateDnsName>ip-10-0-0-@.internal</privateDnsName>
<sourceDestCheck>true</sourceDestCheck><interfaceType>interface</interfaceType>
<groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>
<attachment><attachmentId>eni-attach-@</attachmentId><instanceId>i-1</instanceId><deviceIndex>1</deviceIndex>
<status>attached</status><deleteOnTermination>true</deleteOnTermination></attachment>
<association><publicIp>203.0.113.@</publicIp></association><privateIpAddressesSet><item>
<privateIpAddress>10.0.0.@</privateIpAddress><association><publicIp>203.0.113.@</publicIp></association></item>
</privateIpAddressesSet><ipv6AddressesSet><item><ipv6Address>2001:db8::@</ipv6Address></item></ipv6AddressesSet>
{TAGS}"""
GATEWAY = f"""<internetGatewayId>igw-@</internetGatewayId><attachmentSet><item><vpcId>vpc-1</vpcId>
<state>available</state></item></attachmentSet><ownerId>1</ownerId>{TAGS}"""
TABLE = f"""<routeTableId>rtb-@</routeTableId><vpcId>vpc-1</vpcId><ownerId>1</ownerId><routeSet>
<item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state>
<origin>CreateRouteTable</origin></item>
<item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><natGatewayId>nat-1</natGatewayId></item>
<item><destinationPrefixListId>pl-1</destinationPrefixListId><instanceId>i-1</instanceId>
<networkInterfaceId>eni-1</networkInterfaceId></item></routeSet>
<associationSet><item><routeTableAssociationId>rtbassoc-@</routeTableAssociationId><routeTableId>rtb-@</routeTableId>
<subnetId>subnet-1</subnetId><main>false</main></item></associationSet>{TAGS}"""
GROUP = f"""<ownerId>1</ownerId><groupId>sg-@</groupId><groupName>g@</groupName><groupDescription>d</groupDescription>
<vpcId>vpc-1</vpcId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>
<groups><item><userId>1</userId><groupId>sg-9</groupId><description>d</description></item></groups>
<ipRanges><item><cidrIp>10.0.0.0/8</cidrIp><description>d</description></item></ipRanges>
<ipv6Ranges><item><cidrIpv6>2001:db8::/32</cidrIpv6></item></ipv6Ranges>
<prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item></ipPermissions>
<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item>
</ipRanges></item></ipPermissionsEgress>{TAGS}"""
KEY = f"""<keyPairId>key-@</keyPairId><keyFingerprint>1f:51:ae</keyFingerprint><keyName>k@</keyName>
<keyType>rsa</keyType><publicKey>ssh-rsa AAAA</publicKey><createTime>2026-01-02T03:04:05.000Z</createTime>{TAGS}"""
TEMPLATE = f"""<launchTemplateId>lt-@</launchTemplateId><launchTemplateName>t@</launchTemplateName>
<createTime>2026-01-02T03:04:05.000Z</createTime><createdBy>arn:aws:iam::1:root</createdBy>
<defaultVersionNumber>1</defaultVersionNumber><latestVersionNumber>2</latestVersionNumber>{TAGS}"""
VERSION = f"""<launchTemplateId>lt-1</launchTemplateId><launchTemplateName>web</launchTemplateName>
<versionNumber>@</versionNumber><versionDescription>v@</versionDescription>
<createTime>2026-01-02T03:04:05.000Z</createTime><createdBy>arn:aws:iam::1:root</createdBy>
<defaultVersion>true</defaultVersion><launchTemplateData><imageId>ami-1</imageId><instanceType>t3.micro</instanceType>
<keyName>me</keyName><userData>IyEvYmluL3No</userData><iamInstanceProfile><name>web</name></iamInstanceProfile>
<blockDeviceMappingSet><item><deviceName>/dev/sdf</deviceName><ebs><volumeSize>8</volumeSize><iops>3000</iops>
<encrypted>true</encrypted></ebs></item></blockDeviceMappingSet><networkInterfaceSet><item><deviceIndex>0</deviceIndex>
<associatePublicIpAddress>true</associatePublicIpAddress><groupSet><groupId>sg-1</groupId></groupSet>
<privateIpAddressesSet><item><primary>true</primary><privateIpAddress>10.0.0.5</privateIpAddress></item>
</privateIpAddressesSet></item></networkInterfaceSet><placement><availabilityZone>eu-west-1a</availabilityZone>
<groupName>near</groupName></placement><monitoring><enabled>true</enabled></monitoring><ebsOptimized>true</ebsOptimized>
<instanceInitiatedShutdownBehavior>stop</instanceInitiatedShutdownBehavior><tagSpecificationSet><item>
<resourceType>instance</resourceType>{TAGS}</item></tagSpecificationSet><securityGroupIdSet><item>sg-1</item>
</securityGroupIdSet><instanceMarketOptions><marketType>spot</marketType><spotOptions><maxPrice>0.05</maxPrice>
<validUntil>2026-01-02T03:04:05.000Z</validUntil></spotOptions></instanceMarketOptions><metadataOptions>
<httpTokens>required</httpTokens></metadataOptions></launchTemplateData>"""
SPOT = f"""<spotInstanceRequestId>sir-@</spotInstanceRequestId><spotPrice>0.05</spotPrice><type>one-time</type>
<state>active</state><status><code>fulfilled</code><updateTime>2026-01-02T03:04:05.000Z</updateTime>
<message>m</message></status><validUntil>2026-01-02T03:04:05.000Z</validUntil><launchSpecification>
<imageId>ami-1</imageId><instanceType>t3.micro</instanceType></launchSpecification><instanceId>i-@</instanceId>
<createTime>2026-01-02T03:04:05.000Z</createTime><productDescription>Linux/UNIX</productDescription>
<launchedAvailabilityZone>eu-west-1a</launchedAvailabilityZone>
<instanceInterruptionBehavior>terminate</instanceInterruptionBehavior>{TAGS}"""
PLACEMENT = f"""<groupName>p@</groupName><groupId>pg-@</groupId><state>available</state><strategy>partition</strategy>
<partitionCount>3</partitionCount><spreadLevel>rack</spreadLevel>{TAGS}"""
RESERVED = f"""<reservedInstancesId>r@</reservedInstancesId><instanceType>m5.large</instanceType>
<availabilityZone>eu-west-1a</availabilityZone><start>2026-01-02T03:04:05.000Z</start>
<end>2027-01-02T03:04:05.000Z</end><duration>31536000</duration><fixedPrice>100.5</fixedPrice>
<usagePrice>0.01</usagePrice><instanceCount>2</instanceCount><productDescription>Linux/UNIX</productDescription>
<state>active</state><instanceTenancy>default</instanceTenancy><currencyCode>USD</currencyCode>
<offeringClass>standard</offeringClass><offeringType>All Upfront</offeringType><scope>Region</scope>{TAGS}"""
ATTRIBUTE = """<attributeName>a@</attributeName><attributeValueSet><item><attributeValue>@0</attributeValue></item>
</attributeValueSet>"""
TAG = """<resourceId>i-1</resourceId><resourceType>instance</resourceType><key>k@</key><value>v@</value>"""
ADDRESS = f"""<publicIp>203.0.113.@</publicIp><allocationId>eipalloc-@</allocationId><domain>vpc</domain>
<instanceId>i-1</instanceId><associationId>eipassoc-1</associationId><networkInterfaceId>eni-1</networkInterfaceId>
<networkInterfaceOwnerId>1</networkInterfaceOwnerId><privateIpAddress>10.0.0.@</privateIpAddress>{TAGS}"""


def listing(
    call: Call, operation: str, wrapper: str, record: str, *needed: str, more: str = "<nextToken/>"
) -> Recorded:
    items = "".join(f"<item>{each}</item>" for each in three(record))
    root = f"{operation}Response"
    document = f"<{root}><requestId>r</requestId><{wrapper}>{items}</{wrapper}>{more}</{root}>"
    return Recorded(
        call=call, operation=operation, document=document, item=f"{wrapper}/item#1", needed=frozenset(needed)
    )


def nodes() -> Recorded:
    each = [
        f"<reservationId>r-{number}</reservationId><ownerId>1</ownerId><groupSet/>"
        f"<instancesSet><item>{instance}</item></instancesSet>"
        for number, instance in enumerate(three(INSTANCE))
    ]
    items = "".join(f"<item>{reservation}</item>" for reservation in each)
    document = (
        f"<DescribeInstancesResponse><requestId>r</requestId><reservationSet>{items}</reservationSet>"
        "<nextToken/></DescribeInstancesResponse>"
    )
    needed = frozenset({"instancesSet", "instancesSet/item", "instancesSet/item/instanceId"})
    return Recorded(
        call=lambda ec2: ec2.list_nodes(),
        operation="DescribeInstances",
        document=document,
        item="reservationSet/item#1",
        needed=needed,
        nothing=frozenset({"", "instancesSet", "instancesSet/item"}),
    )


def sizes_somewhere() -> Recorded:
    types = listing(lambda ec2: ec2.list_sizes(), "DescribeInstanceTypes", "instanceTypeSet", TYPE)
    found = listing(
        lambda ec2: ec2.list_sizes(location="eu-west-1a"),
        "DescribeInstanceTypeOfferings",
        "instanceTypeOfferingSet",
        OFFERING,
        "instanceType",
    )
    found.others = {"DescribeInstanceTypes": types.document.encode()}
    return found


async def of_several(ec2: Any) -> Any:
    return (await ec2.ex_describe_addresses(["i-1", "i-2"]))["i-1"]


def addresses_of(call: Call) -> Recorded:
    found = listing(call, "DescribeAddresses", "addressesSet", ADDRESS, "publicIp", more="")
    # An address that names no node, or another one, is not this one's.
    found.decides = frozenset({"instanceId"})
    return found


def attributes(call: Call) -> Recorded:
    return listing(call, "DescribeAccountAttributes", "accountAttributeSet", ATTRIBUTE, "attributeName", more="")


def limits(call: Call) -> Recorded:
    found = attributes(call)
    # What has no figure is no limit.
    found.decides = frozenset({"attributeValueSet", "attributeValueSet/item", "attributeValueSet/item/attributeValue"})
    return found


EC2: dict[str, Recorded] = {
    "list_nodes": nodes(),
    "list_volumes": listing(lambda ec2: ec2.list_volumes(), "DescribeVolumes", "volumeSet", VOLUME, "volumeId"),
    "list_volume_snapshots": listing(
        lambda ec2: ec2.list_volume_snapshots(), "DescribeSnapshots", "snapshotSet", SNAPSHOT, "snapshotId"
    ),
    "ex_list_volume_modifications": listing(
        lambda ec2: ec2.ex_list_volume_modifications(),
        "DescribeVolumesModifications",
        "volumeModificationSet",
        MODIFICATION,
        "volumeId",
    ),
    "ex_list_network_interfaces": listing(
        lambda ec2: ec2.ex_list_network_interfaces(),
        "DescribeNetworkInterfaces",
        "networkInterfaceSet",
        INTERFACE,
        "networkInterfaceId",
    ),
    "ex_list_internet_gateways": listing(
        lambda ec2: ec2.ex_list_internet_gateways(),
        "DescribeInternetGateways",
        "internetGatewaySet",
        GATEWAY,
        "internetGatewayId",
    ),
    "ex_list_route_tables": listing(
        lambda ec2: ec2.ex_list_route_tables(), "DescribeRouteTables", "routeTableSet", TABLE, "routeTableId"
    ),
    "ex_list_launch_templates": listing(
        lambda ec2: ec2.ex_list_launch_templates(),
        "DescribeLaunchTemplates",
        "launchTemplates",
        TEMPLATE,
        "launchTemplateId",
    ),
    "ex_list_launch_template_versions": listing(
        lambda ec2: ec2.ex_list_launch_template_versions("lt-1"),
        "DescribeLaunchTemplateVersions",
        "launchTemplateVersionSet",
        VERSION,
        "versionNumber",
    ),
    "ex_list_spot_requests": listing(
        lambda ec2: ec2.ex_list_spot_requests(),
        "DescribeSpotInstanceRequests",
        "spotInstanceRequestSet",
        SPOT,
        "spotInstanceRequestId",
    ),
    "ex_list_placement_groups": listing(
        lambda ec2: ec2.ex_list_placement_groups(),
        "DescribePlacementGroups",
        "placementGroupSet",
        PLACEMENT,
        "groupName",
        more="",
    ),
    "ex_list_reserved_nodes": listing(
        lambda ec2: ec2.ex_list_reserved_nodes(),
        "DescribeReservedInstances",
        "reservedInstancesSet",
        RESERVED,
        "reservedInstancesId",
        more="",
    ),
    "ex_describe_account_attributes": attributes(lambda ec2: ec2.ex_describe_account_attributes()),
    "ex_list_regions": listing(
        lambda ec2: ec2.ex_list_regions(), "DescribeRegions", "regionInfo", REGION, "regionName", more=""
    ),
    "ex_get_limits": limits(lambda ec2: ec2.ex_get_limits()),
    "list_images": listing(lambda ec2: ec2.list_images(), "DescribeImages", "imagesSet", IMAGE, "imageId"),
    "list_sizes": listing(
        lambda ec2: ec2.list_sizes(), "DescribeInstanceTypes", "instanceTypeSet", TYPE, "instanceType"
    ),
    "list_sizes (in a zone)": sizes_somewhere(),
    "list_locations": listing(
        lambda ec2: ec2.list_locations(), "DescribeAvailabilityZones", "availabilityZoneInfo", ZONE, "zoneName", more=""
    ),
    "list_key_pairs": listing(lambda ec2: ec2.list_key_pairs(), "DescribeKeyPairs", "keySet", KEY, "keyName", more=""),
    "ex_list_availability_zones": listing(
        lambda ec2: ec2.ex_list_availability_zones(),
        "DescribeAvailabilityZones",
        "availabilityZoneInfo",
        ZONE,
        "zoneName",
        more="",
    ),
    "ex_list_networks": listing(lambda ec2: ec2.ex_list_networks(), "DescribeVpcs", "vpcSet", VPC, "vpcId"),
    "ex_list_subnets": listing(lambda ec2: ec2.ex_list_subnets(), "DescribeSubnets", "subnetSet", SUBNET, "subnetId"),
    "ex_list_security_groups": listing(
        lambda ec2: ec2.ex_list_security_groups(), "DescribeSecurityGroups", "securityGroupInfo", GROUP, "groupId"
    ),
    "ex_describe_tags": listing(lambda ec2: ec2.ex_describe_tags("i-1"), "DescribeTags", "tagSet", TAG, "key"),
    "ex_describe_all_addresses": listing(
        lambda ec2: ec2.ex_describe_all_addresses(), "DescribeAddresses", "addressesSet", ADDRESS, more=""
    ),
    "ex_describe_addresses": addresses_of(of_several),
    "ex_describe_addresses_for_node": addresses_of(lambda ec2: ec2.ex_describe_addresses_for_node("i-1")),
}
