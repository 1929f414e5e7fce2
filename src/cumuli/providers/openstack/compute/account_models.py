"""What a project may have and has, and what the whole installation has."""

from __future__ import annotations

import msgspec

from cumuli.wire.lenient import Identity

__all__ = ["AbsoluteLimits", "HypervisorStatistics", "Limits", "Quota", "RateLimit", "ServerGroup"]


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How often something may be called.

    Attributes:
        uri: The calls it is about, in words.
        verb: HTTP method.
        limit: Calls in each unit of time.
        remaining: Calls left now.
        unit: ``"MINUTE"``, ``"HOUR"`` or ``"DAY"``.
        next_available: When the next call is possible, as Nova writes it.
    """

    uri: str
    verb: str
    limit: int
    remaining: int
    unit: str
    next_available: str | None = None


class AbsoluteLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much a project may have and has; -1 is no limit, None is not told.

    Attributes:
        max_total_instances: Servers.
        total_instances_used: Servers there are.
        max_total_cores: Virtual CPUs.
        total_cores_used: Virtual CPUs in use.
        max_total_ram: MiB of memory (Nova's ``maxTotalRAMSize``).
        total_ram_used: MiB of memory in use (Nova's ``totalRAMUsed``).
        max_total_keypairs: Key pairs of a user.
        max_server_meta: Metadata items of a server.
        max_image_meta: Metadata items of an image.
        max_personality: Files to put on a new server.
        max_personality_size: Bytes of each.
        max_server_groups: Server groups.
        total_server_groups_used: Server groups there are.
        max_server_group_members: Servers of a group.
        max_total_floating_ips: Floating IPs, where Nova keeps them.
        max_security_groups: Security groups, where Nova keeps them.
        max_security_group_rules: Rules, where Nova keeps them.
        max_total_private_networks: Private networks (Rackspace).
    """

    max_total_instances: int | None = None
    total_instances_used: int | None = None
    max_total_cores: int | None = None
    total_cores_used: int | None = None
    max_total_ram: int | None = msgspec.field(default=None, name="maxTotalRAMSize")
    total_ram_used: int | None = msgspec.field(default=None, name="totalRAMUsed")
    max_total_keypairs: int | None = None
    max_server_meta: int | None = None
    max_image_meta: int | None = None
    max_personality: int | None = None
    max_personality_size: int | None = None
    max_server_groups: int | None = None
    total_server_groups_used: int | None = None
    max_server_group_members: int | None = None
    max_total_floating_ips: int | None = None
    max_security_groups: int | None = None
    max_security_group_rules: int | None = None
    max_total_private_networks: int | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a project.

    Attributes:
        absolute: How much it may have.
        rate: How often it may call.
    """

    absolute: AbsoluteLimits
    rate: tuple[RateLimit, ...] = ()


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """How much a project may have, from Nova, Neutron and Cinder; -1 is no limit, None is not told.

    Attributes:
        cores: Virtual CPUs.
        instances: Servers.
        ram: MiB of memory.
        key_pairs: Key pairs of a user.
        metadata_items: Metadata items of a server.
        server_groups: Server groups.
        server_group_members: Servers of a group.
        networks: Networks.
        subnets: Subnets.
        ports: Ports.
        routers: Routers.
        floating_ips: Floating IPs.
        security_groups: Security groups.
        security_group_rules: Rules of security groups.
        volumes: Volumes.
        snapshots: Volume snapshots.
        gigabytes: GiB of volumes and snapshots together.
    """

    cores: int | None = None
    instances: int | None = None
    ram: int | None = None
    key_pairs: int | None = None
    metadata_items: int | None = None
    server_groups: int | None = None
    server_group_members: int | None = None
    networks: int | None = None
    subnets: int | None = None
    ports: int | None = None
    routers: int | None = None
    floating_ips: int | None = None
    security_groups: int | None = None
    security_group_rules: int | None = None
    volumes: int | None = None
    snapshots: int | None = None
    gigabytes: int | None = None


class ServerGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Servers that are to be kept together, or apart.

    Attributes:
        id: Its id.
        name: Its name.
        policies: What is kept: ``"affinity"``, ``"anti-affinity"``, ``"soft-affinity"``,
            ``"soft-anti-affinity"``.
        members: Ids of its servers.
    """

    id: Identity
    name: str = ""
    policies: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class HypervisorStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What all hypervisors of an installation have together.

    Attributes:
        count: Hypervisors.
        running_vms: Servers that run on them.
        vcpus: Virtual CPUs.
        vcpus_used: Virtual CPUs in use.
        memory_mb: MiB of memory.
        memory_mb_used: MiB of memory in use.
        free_ram_mb: MiB of memory that are free.
        local_gb: GiB of local disk.
        local_gb_used: GiB of local disk in use.
        free_disk_gb: GiB of local disk that are free.
        disk_available_least: GiB of disk that can be promised for sure.
        current_workload: Builds, migrations and the like that are going on.
    """

    count: int
    running_vms: int = 0
    vcpus: int = 0
    vcpus_used: int = 0
    memory_mb: int = 0
    memory_mb_used: int = 0
    free_ram_mb: int = 0
    local_gb: int = 0
    local_gb_used: int = 0
    free_disk_gb: int = 0
    disk_available_least: int | None = None
    current_workload: int = 0
