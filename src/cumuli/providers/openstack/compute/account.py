"""Calls about the project and the installation: limits, quotas, server groups, hypervisors."""

from __future__ import annotations

import msgspec

from cumuli.errors import ConfigurationError, InvalidRequest, MalformedResponse, NotFound
from cumuli.providers.openstack.compute.models import (
    AbsoluteLimits,
    HypervisorStatistics,
    Limits,
    Quota,
    QuotaUsage,
    QuotaUse,
    RateLimit,
    ServerGroup,
)
from cumuli.providers.openstack.services import BLOCK_STORAGE, COMPUTE, NETWORK, OpenStackServices, identified
from cumuli.wire.lenient import Identity

__all__ = ["AccountCalls"]

SERVER_GROUPS_PER_PAGE = 1000
# Neutron's words for what it limits.
NETWORK_WORDS = {
    "networks": "network",
    "subnets": "subnet",
    "ports": "port",
    "routers": "router",
    "floating_ips": "floatingip",
    "security_groups": "security_group",
    "security_group_rules": "security_group_rule",
}


class _Rate(msgspec.Struct):
    verb: Identity
    value: int
    remaining: int
    unit: str = ""
    next_available: str | None = msgspec.field(default=None, name="next-available")


class _Rates(msgspec.Struct):
    limit: list[_Rate]
    uri: str = ""


class _LimitsBody(msgspec.Struct):
    absolute: AbsoluteLimits = AbsoluteLimits()
    rate: list[_Rates] = []


class _LimitsAnswer(msgspec.Struct):
    limits: _LimitsBody


class _ComputeQuota(msgspec.Struct):
    cores: int | None = None
    instances: int | None = None
    ram: int | None = None
    key_pairs: int | None = None
    metadata_items: int | None = None
    server_groups: int | None = None
    server_group_members: int | None = None


class _ComputeQuotaAnswer(msgspec.Struct):
    quota_set: _ComputeQuota


class _NetworkQuota(msgspec.Struct):
    network: int | None = None
    subnet: int | None = None
    port: int | None = None
    router: int | None = None
    floatingip: int | None = None
    security_group: int | None = None
    security_group_rule: int | None = None


class _NetworkQuotaAnswer(msgspec.Struct):
    quota: _NetworkQuota


class _VolumeQuota(msgspec.Struct):
    volumes: int | None = None
    snapshots: int | None = None
    gigabytes: int | None = None


class _VolumeQuotaAnswer(msgspec.Struct):
    quota_set: _VolumeQuota


class _Use(msgspec.Struct):
    """Nova and Cinder say ``in_use``, Neutron ``used``."""

    limit: int | None = None
    in_use: int | None = None
    used: int | None = None
    reserved: int | None = None


class _ComputeUse(msgspec.Struct):
    cores: _Use | None = None
    instances: _Use | None = None
    ram: _Use | None = None
    key_pairs: _Use | None = None
    metadata_items: _Use | None = None
    server_groups: _Use | None = None
    server_group_members: _Use | None = None


class _ComputeUseAnswer(msgspec.Struct):
    quota_set: _ComputeUse


class _NetworkUse(msgspec.Struct):
    network: _Use | None = None
    subnet: _Use | None = None
    port: _Use | None = None
    router: _Use | None = None
    floatingip: _Use | None = None
    security_group: _Use | None = None
    security_group_rule: _Use | None = None


class _NetworkUseAnswer(msgspec.Struct):
    quota: _NetworkUse


class _VolumeUse(msgspec.Struct):
    volumes: _Use | None = None
    snapshots: _Use | None = None
    gigabytes: _Use | None = None


class _VolumeUseAnswer(msgspec.Struct):
    quota_set: _VolumeUse


class _ServerGroups(msgspec.Struct):
    server_groups: list[ServerGroup]


class _ServerGroupAnswer(msgspec.Struct):
    server_group: ServerGroup


class _StatisticsAnswer(msgspec.Struct):
    hypervisor_statistics: HypervisorStatistics


class AccountCalls:
    """Limits, quotas, server groups and hypervisors."""

    def __init__(self, services: OpenStackServices) -> None:
        self._services = services

    async def limits(self) -> Limits:
        answer = await self._services.get(COMPUTE, "/limits", _LimitsAnswer, operation="Show Rate And Absolute Limits")
        return Limits(
            absolute=answer.limits.absolute,
            rate=tuple(
                RateLimit(
                    uri=rates.uri,
                    verb=rate.verb,
                    limit=rate.value,
                    remaining=rate.remaining,
                    unit=rate.unit,
                    next_available=rate.next_available,
                )
                for rates in answer.limits.rate
                for rate in rates.limit
            ),
        )

    async def _project(self, project: str | None) -> str:
        """The project, or one's own, as it stands in a path."""
        if project is None:
            project = (await self._services.session.token()).project_id
        if project is None:
            raise ConfigurationError("the token is not for a project; give project= to say whose quota")
        return identified(project)

    async def _network_quota(self, name: str) -> _NetworkQuota:
        answer = await self._services.get(
            NETWORK, f"/quotas/{name}", _NetworkQuotaAnswer, operation="List quotas for a project (network)"
        )
        return answer.quota

    async def quota(self, project: str | None) -> Quota:
        name = await self._project(project)
        compute = (
            await self._services.get(
                COMPUTE, f"/os-quota-sets/{name}", _ComputeQuotaAnswer, operation="Show A Quota (compute)"
            )
        ).quota_set
        network = await self._network_quota(name) if await self._has(NETWORK) else _NetworkQuota()
        volumes = _VolumeQuota()
        if await self._has(BLOCK_STORAGE):
            volumes = (
                await self._services.get(
                    BLOCK_STORAGE, f"/os-quota-sets/{name}", _VolumeQuotaAnswer, operation="Show quotas (block storage)"
                )
            ).quota_set
        return Quota(
            **msgspec.structs.asdict(compute),
            **{ours: getattr(network, theirs) for ours, theirs in NETWORK_WORDS.items()},
            **msgspec.structs.asdict(volumes),
        )

    async def quota_usage(self, project: str | None) -> QuotaUsage:
        name = await self._project(project)
        compute = (
            await self._services.get(
                COMPUTE,
                f"/os-quota-sets/{name}/detail",
                _ComputeUseAnswer,
                operation="Show The Detail of Quota (compute)",
            )
        ).quota_set
        network = await self._network_use(name) if await self._has(NETWORK) else _NetworkUse()
        volumes = _VolumeUse()
        if await self._has(BLOCK_STORAGE):
            volumes = (
                await self._services.get(
                    BLOCK_STORAGE,
                    f"/os-quota-sets/{name}",
                    _VolumeUseAnswer,
                    operation="Show quota usage (block storage)",
                    query=[("usage", "true")],
                )
            ).quota_set
        found = {
            **{each: getattr(compute, each) for each in _ComputeUse.__struct_fields__},
            **{ours: getattr(network, theirs) for ours, theirs in NETWORK_WORDS.items()},
            **{each: getattr(volumes, each) for each in _VolumeUse.__struct_fields__},
        }
        return QuotaUsage(**{each: _use(found[each]) for each in found})

    async def _network_use(self, name: str) -> _NetworkUse:
        try:
            answer = await self._services.get(
                NETWORK,
                f"/quotas/{name}/details",
                _NetworkUseAnswer,
                operation="Show quota details for a project (network)",
            )
        except NotFound:
            # An extension, quota_details, which not every Neutron has.
            limits = await self._network_quota(name)
            return _NetworkUse(**{each: _Use(limit=getattr(limits, each)) for each in _NetworkUse.__struct_fields__})
        return answer.quota

    async def set_quota(self, project: str, wanted: Quota) -> Quota:
        limits = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
        if not limits:
            raise InvalidRequest(f"no quota of the project {project} is to be set; say which")
        name = identified(project)
        network = {NETWORK_WORDS[each]: value for each, value in limits.items() if each in NETWORK_WORDS}
        volumes = {each: value for each, value in limits.items() if each in _VolumeQuota.__struct_fields__}
        compute = {each: value for each, value in limits.items() if each in _ComputeQuota.__struct_fields__}
        for service, path, root, part in (
            (COMPUTE, f"/os-quota-sets/{name}", "quota_set", compute),
            (NETWORK, f"/quotas/{name}", "quota", network),
            (BLOCK_STORAGE, f"/os-quota-sets/{name}", "quota_set", volumes),
        ):
            if part:
                await self._services.put(
                    service, path, {root: part}, dict[str, msgspec.Raw], operation=f"Update quotas ({service})"
                )
        return await self.quota(project)

    async def _has(self, service: str) -> bool:
        try:
            await self._services.session.endpoint(service)
        except ConfigurationError:
            return False
        return True

    async def server_groups(self) -> list[ServerGroup]:
        groups: dict[str, ServerGroup] = {}
        while True:
            lost: list[MalformedResponse] = []
            # The only listing of Nova's that pages by offset.
            answer = await self._services.get(
                COMPUTE,
                "/os-server-groups",
                _ServerGroups,
                operation="List Server Groups",
                query=[("limit", str(SERVER_GROUPS_PER_PAGE)), ("offset", str(len(groups)))],
                lost=lost,
            )
            before = len(groups)
            groups.update((group.id, group) for group in answer.server_groups)
            if len(answer.server_groups) + len(lost) < SERVER_GROUPS_PER_PAGE or len(groups) == before:
                return list(groups.values())

    async def server_group(self, identity: str) -> ServerGroup:
        answer = await self._services.get(
            COMPUTE,
            f"/os-server-groups/{identified(identity)}",
            _ServerGroupAnswer,
            operation="Show Server Group Details",
        )
        return answer.server_group

    async def create_server_group(self, name: str, policy: str) -> ServerGroup:
        answer = await self._services.post(
            COMPUTE,
            "/os-server-groups",
            {"server_group": {"name": name, "policies": [policy]}},
            _ServerGroupAnswer,
            operation="Create Server Group",
            makes=f"the server group {name!r}",
        )
        return answer.server_group

    async def delete_server_group(self, identity: str) -> None:
        await self._services.delete(
            COMPUTE, f"/os-server-groups/{identified(identity)}", operation="Delete Server Group"
        )

    async def hypervisor_statistics(self) -> HypervisorStatistics:
        answer = await self._services.get(
            COMPUTE, "/os-hypervisors/statistics", _StatisticsAnswer, operation="Show Hypervisor Statistics"
        )
        return answer.hypervisor_statistics


def _use(found: _Use | None) -> QuotaUse | None:
    if found is None:
        return None
    used = found.used if found.in_use is None else found.in_use
    return QuotaUse(limit=found.limit, used=used, reserved=found.reserved)
