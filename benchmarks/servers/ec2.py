"""EC2's DescribeInstances and DescribeImages: 1,000 instances and as many images, as AWS writes them."""

from __future__ import annotations

from benchmarks.canned import http

COUNT = 1_000

INSTANCE = """
        <item>
            <reservationId>r-{n:017x}</reservationId>
            <ownerId>123456789012</ownerId>
            <groupSet/>
            <instancesSet>
                <item>
                    <instanceId>i-{n:017x}</instanceId>
                    <imageId>ami-0c7217cdde317cfec</imageId>
                    <instanceState><code>16</code><name>running</name></instanceState>
                    <privateDnsName>ip-10-0-{a}-{b}.ec2.internal</privateDnsName>
                    <dnsName>ec2-54-0-{a}-{b}.compute-1.amazonaws.com</dnsName>
                    <reason/>
                    <keyName>operations</keyName>
                    <amiLaunchIndex>0</amiLaunchIndex>
                    <productCodes/>
                    <instanceType>m5.large</instanceType>
                    <launchTime>2026-01-15T08:30:{s:02d}.000Z</launchTime>
                    <placement>
                        <availabilityZone>us-east-1a</availabilityZone>
                        <groupName/>
                        <tenancy>default</tenancy>
                    </placement>
                    <monitoring><state>disabled</state></monitoring>
                    <subnetId>subnet-0a1b2c3d4e5f60718</subnetId>
                    <vpcId>vpc-0a1b2c3d4e5f60718</vpcId>
                    <privateIpAddress>10.0.{a}.{b}</privateIpAddress>
                    <ipAddress>54.0.{a}.{b}</ipAddress>
                    <sourceDestCheck>true</sourceDestCheck>
                    <groupSet>
                        <item><groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName></item>
                    </groupSet>
                    <architecture>x86_64</architecture>
                    <rootDeviceType>ebs</rootDeviceType>
                    <rootDeviceName>/dev/xvda</rootDeviceName>
                    <blockDeviceMapping>
                        <item>
                            <deviceName>/dev/xvda</deviceName>
                            <ebs>
                                <volumeId>vol-{n:017x}</volumeId>
                                <status>attached</status>
                                <attachTime>2026-01-15T08:30:{s:02d}.000Z</attachTime>
                                <deleteOnTermination>true</deleteOnTermination>
                            </ebs>
                        </item>
                    </blockDeviceMapping>
                    <virtualizationType>hvm</virtualizationType>
                    <clientToken>6f1d0d5e-7b1c-4d5e-9a57-{n:012x}</clientToken>
                    <tagSet>
                        <item><key>Name</key><value>web-{n}</value></item>
                        <item><key>environment</key><value>production</value></item>
                    </tagSet>
                    <hypervisor>xen</hypervisor>
                    <networkInterfaceSet>
                        <item>
                            <networkInterfaceId>eni-{n:017x}</networkInterfaceId>
                            <subnetId>subnet-0a1b2c3d4e5f60718</subnetId>
                            <vpcId>vpc-0a1b2c3d4e5f60718</vpcId>
                            <description/>
                            <ownerId>123456789012</ownerId>
                            <status>in-use</status>
                            <macAddress>12:34:56:78:{a:02x}:{b:02x}</macAddress>
                            <privateIpAddress>10.0.{a}.{b}</privateIpAddress>
                            <sourceDestCheck>true</sourceDestCheck>
                            <groupSet>
                                <item><groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName></item>
                            </groupSet>
                            <attachment>
                                <attachmentId>eni-attach-{n:017x}</attachmentId>
                                <deviceIndex>0</deviceIndex>
                                <status>attached</status>
                                <attachTime>2026-01-15T08:30:{s:02d}.000Z</attachTime>
                                <deleteOnTermination>true</deleteOnTermination>
                            </attachment>
                            <association>
                                <publicIp>54.0.{a}.{b}</publicIp>
                                <ipOwnerId>amazon</ipOwnerId>
                            </association>
                            <privateIpAddressesSet>
                                <item>
                                    <privateIpAddress>10.0.{a}.{b}</privateIpAddress>
                                    <primary>true</primary>
                                    <association>
                                        <publicIp>54.0.{a}.{b}</publicIp>
                                        <ipOwnerId>amazon</ipOwnerId>
                                    </association>
                                </item>
                            </privateIpAddressesSet>
                        </item>
                    </networkInterfaceSet>
                    <ebsOptimized>false</ebsOptimized>
                </item>
            </instancesSet>
        </item>"""

LISTING = http(
    (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\n'
        "    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>\n    <reservationSet>"
        + "".join(INSTANCE.format(n=n, a=n // 250, b=n % 250 + 1, s=n % 60) for n in range(COUNT))
        + "\n    </reservationSet>\n</DescribeInstancesResponse>"
    ).encode(),
    "text/xml;charset=UTF-8",
)

IMAGE = """
        <item>
            <imageId>ami-{n:017x}</imageId>
            <imageLocation>amazon/web-{n}</imageLocation>
            <imageState>available</imageState>
            <imageOwnerId>137112412989</imageOwnerId>
            <creationDate>2026-01-15T08:30:{s:02d}.000Z</creationDate>
            <isPublic>true</isPublic>
            <architecture>x86_64</architecture>
            <imageType>machine</imageType>
            <sriovNetSupport>simple</sriovNetSupport>
            <imageOwnerAlias>amazon</imageOwnerAlias>
            <name>web-{n}</name>
            <description>Amazon Linux 2023 AMI {n} x86_64 HVM kernel-6.1</description>
            <rootDeviceType>ebs</rootDeviceType>
            <rootDeviceName>/dev/xvda</rootDeviceName>
            <blockDeviceMapping>
                <item>
                    <deviceName>/dev/xvda</deviceName>
                    <ebs>
                        <snapshotId>snap-{n:017x}</snapshotId>
                        <volumeSize>8</volumeSize>
                        <deleteOnTermination>true</deleteOnTermination>
                        <volumeType>gp3</volumeType>
                        <iops>3000</iops>
                        <throughput>125</throughput>
                        <encrypted>false</encrypted>
                    </ebs>
                </item>
            </blockDeviceMapping>
            <virtualizationType>hvm</virtualizationType>
            <tagSet>
                <item><key>Name</key><value>web-{n}</value></item>
            </tagSet>
            <hypervisor>xen</hypervisor>
            <enaSupport>true</enaSupport>
            <platformDetails>Linux/UNIX</platformDetails>
            <usageOperation>RunInstances</usageOperation>
            <bootMode>uefi-preferred</bootMode>
            <deprecationTime>2028-01-15T08:30:00.000Z</deprecationTime>
            <imdsSupport>v2.0</imdsSupport>
        </item>"""

IMAGES = http(
    (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\n'
        "    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>\n    <imagesSet>"
        + "".join(IMAGE.format(n=n, s=n % 60) for n in range(COUNT))
        + "\n    </imagesSet>\n</DescribeImagesResponse>"
    ).encode(),
    "text/xml;charset=UTF-8",
)


NO_ADDRESSES = http(
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<DescribeAddressesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
    b"<requestId>8f7724cf-496f-496e-8fe3-example</requestId><addressesSet/></DescribeAddressesResponse>",
    "text/xml;charset=UTF-8",
)


def answers(method: str, target: str, body: bytes) -> bytes:
    """The listing. Libcloud asks for Elastic IPs besides, and is told at once that there are none."""
    asked = target.encode() + body
    return NO_ADDRESSES if b"DescribeAddresses" in asked else IMAGES if b"DescribeImages" in asked else LISTING
