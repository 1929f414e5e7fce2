"""OpenStack's answers, in the shape of those of its services; Rackspace's where they differ."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.listings.recorded import Call, Recorded, three

__all__ = ["OPENSTACK", "RACKSPACE"]

LINKS = [{"rel": "self", "href": "http://cloud.test/compute/v2.1/servers/s-@"}]
SERVER: dict[str, Any] = {
    "id": "s-@",
    "name": "web-@",
    "status": "ACTIVE",
    "tenant_id": "p",
    "user_id": "u",
    "metadata": {"role": "web"},
    "hostId": "h",
    "image": {"id": "img"},
    "flavor": {"id": "1"},
    "created": "2026-01-02T03:04:05Z",
    "updated": "2026-01-02T03:04:06Z",
    "addresses": {
        "net": [
            {
                "version": 4, "addr": "10.0.0.@",
                "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:0@",
            }
        ]
    },
    "accessIPv4": "",
    "accessIPv6": "",
    "links": LINKS,
    "OS-DCF:diskConfig": "MANUAL",
    "progress": 0,
    "OS-EXT-AZ:availability_zone": "nova",
    "config_drive": "True",
    "key_name": "me",
    "OS-SRV-USG:launched_at": "2026-01-02T03:04:06.000000",
    "OS-SRV-USG:terminated_at": None,
    "security_groups": [{"name": "default"}],
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "os-extended-volumes:volumes_attached": [{"id": "v-1", "delete_on_termination": False}],
    "fault": {"code": 500, "message": "No host", "created": "2026-01-02T03:04:06Z", "details": "d"},
    "locked": False,
    "description": None,
}  # fmt: skip
FLAVOR: dict[str, Any] = {
    "id": "f@",
    "name": "m1.@",
    "ram": 512,
    "disk": 1,
    "vcpus": 1,
    "swap": "",
    "OS-FLV-EXT-DATA:ephemeral": 0,
    "OS-FLV-DISABLED:disabled": False,
    "os-flavor-access:is_public": True,
    "rxtx_factor": 1.0,
}
IMAGE: dict[str, Any] = {
    "id": "i-@",
    "name": "cirros-@",
    "status": "active",
    "visibility": "public",
    "owner": "p",
    "created_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-01-02T03:04:05Z",
    "size": 16300544,
    "virtual_size": None,
    "min_disk": 0,
    "min_ram": 0,
    "disk_format": "qcow2",
    "container_format": "bare",
    "checksum": "0" * 32,
    "protected": False,
    "tags": ["small"],
    "description": "d",
    "os_distro": "cirros",
    "os_hidden": False,
    "file": "/v2/images/i-@/file",
}
MEMBER: dict[str, Any] = {
    "member_id": "p-@",
    "image_id": "i-1",
    "status": "pending",
    "created_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-01-02T03:04:05Z",
    "schema": "/v2/schemas/member",
}
VOLUME_TYPE: dict[str, Any] = {
    "id": "t-@",
    "name": "ssd-@",
    "description": "d",
    "is_public": True,
    "os-volume-type-access:is_public": True,
    "extra_specs": {"volume_backend_name": "fast"},
    "qos_specs_id": None,
}
OLD_IMAGE: dict[str, Any] = {
    "id": "i-@",
    "name": "Debian @",
    "status": "ACTIVE",
    "progress": 100,
    "minDisk": 20,
    "minRam": 512,
    "created": "2026-01-02T03:04:05Z",
    "updated": "2026-01-02T03:04:05Z",
    "OS-DCF:diskConfig": "AUTO",
    "OS-EXT-IMG-SIZE:size": 300000000,
    "metadata": {"os_distro": "debian", "description": "d"},
}
VOLUME: dict[str, Any] = {
    "id": "v-@",
    "name": "data-@",
    "description": "d",
    "status": "in-use",
    "size": 1,
    "availability_zone": "nova",
    "created_at": "2026-01-02T03:04:05.000000",
    "updated_at": None,
    "attachments": [{"id": "v-@", "attachment_id": "a", "server_id": "s-1", "device": "/dev/vdb", "host_name": None}],
    "volume_type": "ssd",
    "snapshot_id": "x-1",
    "source_volid": None,
    "metadata": {"role": "data"},
    "user_id": "u",
    "bootable": "false",
    "encrypted": False,
    "multiattach": False,
}
OLD_VOLUME: dict[str, Any] = {
    "id": "v-@",
    "display_name": "data-@",
    "display_description": "d",
    "status": "available",
    "size": 75,
    "availability_zone": "nova",
    "created_at": "2026-01-02T03:04:05.000000",
    "attachments": [{"device": "/dev/xvdb", "server_id": "s-1", "id": "v-@", "volume_id": "v-@"}],
    "volume_type": "SATA",
    "snapshot_id": None,
    "metadata": {},
    "bootable": "false",
}
SNAPSHOT: dict[str, Any] = {
    "id": "x-@",
    "name": "before-@",
    "description": "d",
    "status": "available",
    "volume_id": "v-1",
    "size": 1,
    "created_at": "2026-01-02T03:04:05.000000",
    "metadata": {"role": "data"},
    "os-extended-snapshot-attributes:progress": "100%",
}
ZONE: dict[str, Any] = {"zoneName": "az-@", "zoneState": {"available": True}, "hosts": None}
KEY: dict[str, Any] = {
    "keypair": {"name": "k-@", "public_key": "ssh-rsa AAAA", "fingerprint": "1f:51", "type": "ssh", "user_id": "u"}
}
GROUP_OF_SERVERS: dict[str, Any] = {
    "id": "g-@",
    "name": "apart-@",
    "policies": ["anti-affinity"],
    "members": ["s-1", "s-2"],
    "metadata": {},
    "project_id": "p",
}
NETWORK: dict[str, Any] = {
    "id": "n-@",
    "name": "net-@",
    "status": "ACTIVE",
    "subnets": ["sub-1"],
    "tenant_id": "p",
    "project_id": "p",
    "admin_state_up": True,
    "shared": False,
    "router:external": True,
    "mtu": 1500,
    "provider:network_type": "vxlan",
    "provider:segmentation_id": 7,
    "availability_zones": ["nova"],
    "tags": [],
    "description": "",
    "created_at": "2026-01-02T03:04:05Z",
}
SUBNET: dict[str, Any] = {
    "id": "sub-@",
    "name": "sub",
    "network_id": "n-1",
    "cidr": "10.0.@.0/24",
    "ip_version": 4,
    "gateway_ip": "10.0.@.1",
    "enable_dhcp": True,
    "dns_nameservers": ["192.0.2.53"],
    "host_routes": [{"destination": "0.0.0.0/0", "nexthop": "10.0.0.1"}],
    "allocation_pools": [{"start": "10.0.@.2", "end": "10.0.@.9"}],
    "project_id": "p",
    "description": "d",
}
PORT: dict[str, Any] = {
    "id": "port-@",
    "name": "",
    "network_id": "n-1",
    "status": "ACTIVE",
    "mac_address": "fa:16:3e:00:00:0@",
    "fixed_ips": [{"ip_address": "10.0.0.@", "subnet_id": "sub-1"}],
    "device_id": "s-1",
    "device_owner": "compute:nova",
    "security_groups": ["g-1"],
    "admin_state_up": True,
    "project_id": "p",
    "description": "d",
    "allowed_address_pairs": [{"ip_address": "10.0.0.0/24", "mac_address": "fa:16:3e:00:00:01"}],
    "port_security_enabled": True,
    "qos_policy_id": "q-1",
    "binding:vif_details": {"port_filter": True},
    "extra_dhcp_opts": [],
}
INTERFACE: dict[str, Any] = {
    "port_id": "port-@",
    "net_id": "n-1",
    "mac_addr": "fa:16:3e:00:00:0@",
    "port_state": "ACTIVE",
    "fixed_ips": [{"ip_address": "10.0.0.@", "subnet_id": "sub-1"}],
}
ROUTER: dict[str, Any] = {
    "id": "r-@",
    "name": "r",
    "status": "ACTIVE",
    "admin_state_up": True,
    "external_gateway_info": {
        "network_id": "n-1", "enable_snat": True,
        "external_fixed_ips": [{"ip_address": "203.0.113.@", "subnet_id": "sub-1"}],
    },
    "project_id": "p",
    "routes": [],
    "ha": False,
}  # fmt: skip
FLOATING_IP: dict[str, Any] = {
    "id": "f-@",
    "floating_ip_address": "203.0.113.@",
    "floating_network_id": "n-1",
    "status": "ACTIVE",
    "port_id": "port-1",
    "fixed_ip_address": "10.0.0.@",
    "router_id": "r-1",
    "project_id": "p",
    "description": "d",
    "port_details": {"status": "ACTIVE", "device_id": "s-1", "device_owner": "compute:nova"},
}
RULE: dict[str, Any] = {
    "id": "rule-@",
    "security_group_id": "g-@",
    "direction": "ingress",
    "ethertype": "IPv4",
    "protocol": "tcp",
    "port_range_min": 22,
    "port_range_max": 22,
    "remote_ip_prefix": "10.0.0.0/8",
    "remote_group_id": None,
    "description": "d",
}
GROUP: dict[str, Any] = {
    "id": "g-@",
    "name": "web-@",
    "description": "d",
    "security_group_rules": [RULE],
    "project_id": "p",
    "stateful": True,
}
RATE: dict[str, Any] = {
    "uri": "*@",
    "regex": ".*",
    "limit": [
        {"verb": "POST", "value": 10, "remaining": 2, "unit": "MINUTE", "next-available": "2026-01-02T03:04:05Z"}
    ],
}
ABSOLUTE = {"maxTotalInstances": 10, "totalInstancesUsed": 3, "maxTotalRAMSize": 51200, "maxPersonality": 5}


def things(record: Any) -> list[Any]:
    """Three of a kind."""
    return [json.loads(each) for each in three(json.dumps(record))]


def listing(call: Call, operation: str, root: str, record: Any, *needed: str, links: str | None = None) -> Recorded:
    document: dict[str, Any] = {root: things(record)}
    around: set[str] = set()
    if links is not None:
        document[links] = [{"rel": "self", "href": "http://cloud.test/all"}]
        # Where a listing goes on.
        around = {links, f"{links}/rel", f"{links}/href"}
    return Recorded(
        call=call,
        operation=operation,
        document=document,
        item=f"{root}/1",
        needed=frozenset(needed),
        around=frozenset(around),
    )


def by_name(call: Call, operation: str, root: str, items: dict[str, Any], **more: Any) -> Recorded:
    """What is no list but an object; the second name of it."""
    return Recorded(call=call, operation=operation, document={root: items}, item=f"{root}/n1", named=True, **more)


def addresses() -> dict[str, Any]:
    return {
        f"n{number}": [{"version": 4, "addr": f"10.0.0.{number}"}, {"version": 6, "addr": f"2001:db8::{number}"}]
        for number in range(3)
    }


async def rates(nova: Any) -> Any:
    return (await nova.ex_limits()).rate


def limits() -> Recorded:
    return Recorded(
        call=rates,
        operation="Show Rate And Absolute Limits",
        document={"limits": {"absolute": ABSOLUTE, "rate": things(RATE)}},
        item="limits/rate/1",
        needed=frozenset({"limit", "limit/verb", "limit/value", "limit/remaining"}),
        nothing=frozenset({"limit"}),
        logged=frozenset({"limits", "limits/rate"}),
    )


def floating_ips() -> Recorded:
    found = listing(
        lambda nova: nova.ex_list_floating_ips(),
        "List floatingips",
        "floatingips",
        FLOATING_IP,
        "id",
        "floating_ip_address",
        links="floatingips_links",
    )
    # For those that do not tell what their port belongs to.
    found.others = {"List ports": b'{"ports": []}'}
    return found


def zones() -> Recorded:
    found = listing(
        lambda nova: nova.list_locations(),
        "Get Availability Zone Information",
        "availabilityZoneInfo",
        ZONE,
        "zoneName",
    )
    # One that is not available is not listed.
    found.decides = frozenset({"zoneState/available", "zoneState"})
    return found


NOVA: dict[str, Recorded] = {
    "list_nodes": listing(
        lambda nova: nova.list_nodes(),
        "List Servers Detailed",
        "servers",
        SERVER,
        "id",
        "status",
        links="servers_links",
    ),
    "list_sizes": listing(
        lambda nova: nova.list_sizes(), "List Flavors With Details", "flavors", FLAVOR, "id", links="flavors_links"
    ),
    "list_volume_snapshots": listing(
        lambda nova: nova.list_volume_snapshots(),
        "List snapshots and details",
        "snapshots",
        SNAPSHOT,
        "id",
        "status",
        links="snapshots_links",
    ),
    "list_key_pairs": listing(
        lambda nova: nova.list_key_pairs(),
        "List Keypairs",
        "keypairs",
        KEY,
        "keypair",
        "keypair/name",
        links="keypairs_links",
    ),
    "ex_get_metadata": by_name(
        lambda nova: nova.ex_get_metadata("s-1"), "List All Metadata", "metadata", {"n0": "a", "n1": "b", "n2": "c"}
    ),
    "ex_list_ip_addresses": by_name(
        lambda nova: nova.ex_list_ip_addresses("s-1"), "List Ips", "addresses", addresses()
    ),
    "ex_limits": limits(),
    "ex_get_size_extra_specs": by_name(
        lambda nova: nova.ex_get_size_extra_specs("f1"),
        "List Extra Specs For A Flavor",
        "extra_specs",
        {"n0": "a", "n1": "b", "n2": "c"},
    ),
    "ex_list_image_members": listing(
        lambda nova: nova.ex_list_image_members("i-1"), "List image members", "members", MEMBER, "member_id"
    ),
    "ex_list_volume_types": listing(
        lambda nova: nova.ex_list_volume_types(),
        "List all volume types",
        "volume_types",
        VOLUME_TYPE,
        "id",
        links="volume_type_links",
    ),
}
NETWORKS: dict[str, Recorded] = {
    "ex_list_networks": listing(
        lambda nova: nova.ex_list_networks(), "List networks", "networks", NETWORK, "id", links="networks_links"
    ),
    "ex_list_subnets": listing(
        lambda nova: nova.ex_list_subnets(), "List subnets", "subnets", SUBNET, "id", links="subnets_links"
    ),
    "ex_list_ports": listing(lambda nova: nova.ex_list_ports(), "List ports", "ports", PORT, "id", links="ports_links"),
    "ex_list_security_groups": listing(
        lambda nova: nova.ex_list_security_groups(),
        "List security-groups",
        "security_groups",
        GROUP,
        "id",
        links="security_groups_links",
    ),
}
OPENSTACK: dict[str, Recorded] = {
    **NOVA,
    **NETWORKS,
    "list_images": listing(lambda nova: nova.list_images(), "List images", "images", IMAGE, "id"),
    "list_volumes": listing(
        lambda nova: nova.list_volumes(),
        "List accessible volumes with details",
        "volumes",
        VOLUME,
        "id",
        "status",
        links="volumes_links",
    ),
    "list_locations": zones(),
    "ex_list_server_groups": listing(
        lambda nova: nova.ex_list_server_groups(), "List Server Groups", "server_groups", GROUP_OF_SERVERS, "id"
    ),
    "ex_list_floating_ip_pools": listing(
        lambda nova: nova.ex_list_floating_ip_pools(), "List networks", "networks", NETWORK, "id"
    ),
    "ex_list_routers": listing(
        lambda nova: nova.ex_list_routers(), "List routers", "routers", ROUTER, "id", links="routers_links"
    ),
    "ex_list_interfaces": listing(
        lambda nova: nova.ex_list_interfaces("s-1"),
        "List Port Interfaces",
        "interfaceAttachments",
        INTERFACE,
        "port_id",
    ),
    "ex_list_floating_ips": floating_ips(),
}
RACKSPACE: dict[str, Recorded] = {
    **NOVA,
    **NETWORKS,
    "list_images": listing(
        lambda nova: nova.list_images(),
        "List images with details",
        "images",
        OLD_IMAGE,
        "id",
        links="images_links",
    ),
    "list_volumes": listing(
        lambda nova: nova.list_volumes(),
        "List accessible volumes with details",
        "volumes",
        OLD_VOLUME,
        "id",
        "status",
    ),
}
