"""What a project may have, and calls that the library does not model, openstacksdk looking on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cumuli.errors import ConfigurationError, InvalidRequest, NotFound, PermissionDenied
from tests.conformance.openstack.place import NOWHERE, QUIET

pytestmark = QUIET

Connect = Callable[..., Any]


async def test_limits(cloud: Any, sdk: Any) -> None:
    limits = await cloud.ex_limits()
    seen = sdk.compute.get("/limits").json()["limits"]["absolute"]
    assert limits.absolute.max_server_meta == seen["maxServerMeta"] == 128
    assert limits.absolute.max_total_instances == seen["maxTotalInstances"] == -1
    assert limits.absolute.max_total_ram == seen["maxTotalRAMSize"]
    assert limits.absolute.max_total_keypairs == seen["maxTotalKeypairs"]
    assert limits.absolute.total_instances_used is not None
    assert limits.rate == ()


async def test_quotas(cloud: Any, connect: Connect, admin: Any, services: Mapping[str, Any], sdk: Any) -> None:
    quota = await cloud.ex_get_quota()
    compute = sdk.compute.get(f"/os-quota-sets/{services['project']}").json()["quota_set"]
    assert (quota.instances, quota.cores, quota.ram) == (-1, -1, -1)
    assert (quota.metadata_items, quota.key_pairs) == (compute["metadata_items"], compute["key_pairs"])
    assert (quota.ports, quota.networks, quota.floating_ips, quota.security_groups) == (-1, -1, -1, -1)
    network = sdk.network.get(f"/quotas/{services['project']}").json()["quota"]
    assert quota.security_group_rules == network["security_group_rule"]
    assert (quota.volumes, quota.snapshots, quota.gigabytes) == (-1, -1, -1)
    small = await connect(project_name="small").ex_get_quota()
    assert (small.instances, small.volumes) == (0, 0)
    assert await admin.ex_get_quota(services["project"]) == quota
    with pytest.raises(PermissionDenied):
        await cloud.ex_get_quota(NOWHERE)


async def test_usage_of_quotas(cloud: Any, admin: Any, services: Mapping[str, Any], sdk: Any) -> None:
    project = services["project"]
    found = await cloud.ex_get_quota_usage()
    compute = sdk.compute.get(f"/os-quota-sets/{project}/detail").json()["quota_set"]
    network = sdk.network.get(f"/quotas/{project}/details").json()["quota"]
    volumes = sdk.block_storage.get(f"/os-quota-sets/{project}?usage=true").json()["quota_set"]
    assert found.cores.limit == compute["cores"]["limit"] == -1
    assert found.ports.limit == network["port"]["limit"] == -1
    assert found.gigabytes.limit == volumes["gigabytes"]["limit"] == -1
    # What other tests make at this moment is counted as well, so that the figures move.
    assert min(found.cores.used, found.ports.used, found.gigabytes.used, found.volumes.reserved) >= 0
    assert found.networks.used == network["network"]["used"]
    assert (await admin.ex_get_quota_usage(project)).security_groups.used is not None
    with pytest.raises(PermissionDenied):
        await cloud.ex_get_quota_usage(NOWHERE)


async def test_quotas_that_are_set(cloud: Any, admin: Any, admin_sdk: Any) -> None:
    # A project of this test's own: the quotas of the others are what other tests count on.
    project = admin_sdk.identity.post(
        "/projects", json={"project": {"name": f"limited-{secrets.token_hex(4)}", "domain_id": "default"}}
    ).json()["project"]["id"]
    try:
        before = await admin.ex_get_quota(project)
        quota = await admin.ex_set_quota(project, cores=7, ports=8, floating_ips=-1, gigabytes=9)
        assert (quota.cores, quota.ports, quota.floating_ips, quota.gigabytes) == (7, 8, -1, 9)
        assert (quota.instances, quota.routers, quota.volumes) == (before.instances, before.routers, before.volumes)
        assert admin_sdk.network.get(f"/quotas/{project}").json()["quota"]["port"] == 8
        assert admin_sdk.compute.get(f"/os-quota-sets/{project}").json()["quota_set"]["cores"] == 7
        assert admin_sdk.block_storage.get(f"/os-quota-sets/{project}").json()["quota_set"]["gigabytes"] == 9
        for refused in ({"cores": 1}, {"ports": 1}, {"volumes": 1}):
            with pytest.raises(PermissionDenied):
                await cloud.ex_set_quota(project, **refused)
        with pytest.raises(InvalidRequest):
            await admin.ex_set_quota(project, cores=-7)
    finally:
        admin_sdk.identity.delete(f"/projects/{project}")


async def test_server_groups(cloud: Any, sdk: Any) -> None:
    made = sdk.compute.post("/os-server-groups", json={"server_group": {"name": "apart", "policies": ["affinity"]}})
    identity = made.json()["server_group"]["id"]
    try:
        group = await cloud.ex_get_server_group(identity)
        assert (group.id, group.name, group.policies, group.members) == (identity, "apart", ("affinity",), ())
        assert group in await cloud.ex_list_server_groups()
        assert await cloud.ex_get_server_group(group) == group
    finally:
        await cloud.ex_call("compute", "DELETE", f"/os-server-groups/{identity}")
    assert sdk.compute.get(f"/os-server-groups/{identity}").status_code == 404
    with pytest.raises(NotFound):
        await cloud.ex_get_server_group(identity)
    made = await cloud.ex_create_server_group("apart", "anti-affinity")
    seen = sdk.compute.get(f"/os-server-groups/{made.id}", microversion="2.36").json()["server_group"]
    assert (made.name, made.policies) == (seen["name"], tuple(seen["policies"])) == ("apart", ("anti-affinity",))
    await cloud.ex_delete_server_group(made)
    assert sdk.compute.get(f"/os-server-groups/{made.id}").status_code == 404
    with pytest.raises(NotFound):
        await cloud.ex_delete_server_group(made.id)


async def test_hypervisor_statistics(cloud: Any, admin: Any) -> None:
    statistics = await admin.ex_get_hypervisor_statistics()
    raw = (await admin.ex_call("compute", "GET", "/os-hypervisors/detail"))["hypervisors"]
    assert statistics.count == len(raw) == 1
    assert (statistics.vcpus, statistics.memory_mb) == (raw[0]["vcpus"], raw[0]["memory_mb"])
    with pytest.raises(PermissionDenied, match="ask for the role that this call needs"):
        await cloud.ex_get_hypervisor_statistics()


async def test_any_call_of_any_service(cloud: Any, sdk: Any) -> None:
    flavors = await cloud.ex_call("compute", "get", "/flavors", query={"limit": "1"})
    assert len(flavors["flavors"]) == 1
    group = {"name": "by ex_call", "policy": "anti-affinity"}
    made = await cloud.ex_call(
        "compute", "POST", "/os-server-groups", body={"server_group": group}, microversion="2.64"
    )
    assert made["server_group"]["policy"] == "anti-affinity"
    identity = made["server_group"]["id"]
    assert sdk.compute.get(f"/os-server-groups/{identity}").json()["server_group"]["name"] == "by ex_call"
    assert await cloud.ex_call("compute", "DELETE", f"/os-server-groups/{identity}") == {}
    with pytest.raises(NotFound):
        await cloud.ex_call("compute", "DELETE", f"/os-server-groups/{identity}")

    agents = await cloud.ex_call("network", "GET", "/extensions")
    assert "router" in {extension["alias"] for extension in agents["extensions"]}
    assert (await cloud.ex_call("image", "GET", "/schemas/image"))["name"] == "image"
    assert "volume_types" in await cloud.ex_call("block-storage", "GET", "/types")
    assert "projects" in await cloud.ex_call("identity", "GET", "/auth/projects")
    with pytest.raises(ConfigurationError, match="no object-store service"):
        await cloud.ex_call("object-store", "GET", "/")
    for wrong in ("servers", "/with space", "/größe", ""):
        with pytest.raises(InvalidRequest):
            await cloud.ex_call("compute", "GET", wrong)
