"""What is in a new cloud: users, a catalog, flavors, an image, networks, quotas."""

from __future__ import annotations

from typing import Any

from cumuli.sandbox.openstack.http import call, login
from cumuli.sandbox.openstack.layout import ADMIN_PASSWORD, Layout

# Flavors by id: name, MiB, GiB, virtual CPUs. No hypervisor has room for the last one.
FLAVORS = {"1": ("m1.tiny", 512, 1, 1), "2": ("m1.small", 2048, 2, 1), "huge": ("m1.huge", 10**9, 1, 1)}
CATALOG = {
    "nova": ("compute", "nova", "/v2.1"),
    "placement": ("placement", "placement", ""),
    "glance": ("image", "glance", ""),
    "neutron": ("network", "neutron", ""),
    "cinderv3": ("volumev3", "cinder", "/v3/$(project_id)s"),
}


class Seed:
    """Fills a cloud whose services run."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._keystone = layout.url("keystone", "/v3")
        self._token = login(self._keystone, "admin", ADMIN_PASSWORD, "admin")

    def identity(self) -> None:
        """Users, projects, roles and the catalog, without which no other service can work."""
        roles = {role["name"]: role["id"] for role in self._call("GET", self._keystone, "/roles")["roles"]}
        self._user("svc", "svc", {"service": ("admin", "service")}, roles)
        self._user("demo", self._layout.password, {"demo": ("member",), "small": ("member",)}, roles)
        for name, (kind, server, path) in CATALOG.items():
            service = self._make(self._keystone, "/services", "service", {"name": name, "type": kind})
            for interface in ("public", "internal", "admin"):
                endpoint = {
                    "interface": interface,
                    "region_id": "RegionOne",
                    "service_id": service["id"],
                    "url": self._layout.url(server, path),
                }
                self._make(self._keystone, "/endpoints", "endpoint", endpoint)

    def _user(self, name: str, password: str, projects: dict[str, tuple[str, ...]], roles: dict[str, str]) -> None:
        user = self._make(
            self._keystone, "/users", "user", {"name": name, "password": password, "domain_id": "default"}
        )
        for project, granted in projects.items():
            made = self._make(self._keystone, "/projects", "project", {"name": project, "domain_id": "default"})
            for role in granted:
                self._call("PUT", self._keystone, f"/projects/{made['id']}/users/{user['id']}/roles/{roles[role]}")

    def resources(self) -> dict[str, str]:
        """Flavors, an image, networks and quotas; gives the ids that the tests need."""
        nova, glance = self._layout.url("nova", "/v2.1"), self._layout.url("glance", "/v2")
        for identity, (name, ram, disk, cpus) in FLAVORS.items():
            flavor = {"id": identity, "name": name, "ram": ram, "disk": disk, "vcpus": cpus}
            self._make(nova, "/flavors", "flavor", flavor)
        image = self._call(
            "POST",
            glance,
            "/images",
            {"name": "cirros", "disk_format": "raw", "container_format": "bare", "visibility": "public"},
        )
        call("PUT", f"{glance}/images/{image['id']}/file", token=self._token, raw=b"0" * 1024)
        projects = {found["name"]: found["id"] for found in self._call("GET", self._keystone, "/projects")["projects"]}
        self._quotas(projects)
        return {"image": image["id"], **self._networks(projects), "project": projects["demo"]}

    def _quotas(self, projects: dict[str, str]) -> None:
        nova, neutron = self._layout.url("nova", "/v2.1"), self._layout.url("neutron", "/v2.0")
        cinder = self._layout.url("cinder", f"/v3/{projects['admin']}")
        unlimited = dict.fromkeys(("instances", "cores", "ram", "key_pairs", "server_groups"), -1)
        self._call("PUT", nova, f"/os-quota-sets/{projects['demo']}", {"quota_set": unlimited})
        self._call("PUT", nova, f"/os-quota-sets/{projects['small']}", {"quota_set": {"instances": 0}})
        network = dict.fromkeys(("port", "network", "subnet", "router", "floatingip", "security_group"), -1)
        self._call("PUT", neutron, f"/quotas/{projects['demo']}", {"quota": network})
        volumes = dict.fromkeys(("volumes", "snapshots", "gigabytes"), -1)
        self._call("PUT", cinder, f"/os-quota-sets/{projects['demo']}", {"quota_set": volumes})
        self._call("PUT", cinder, f"/os-quota-sets/{projects['small']}", {"quota_set": {"volumes": 0}})

    def _networks(self, projects: dict[str, str]) -> dict[str, str]:
        neutron = self._layout.url("neutron", "/v2.0")
        demo = projects["demo"]
        private = self._make(neutron, "/networks", "network", {"name": "private", "project_id": demo})
        subnets = [
            self._make(
                neutron,
                "/subnets",
                "subnet",
                {"network_id": private["id"], "ip_version": version, "cidr": cidr, "project_id": demo},
            )
            for version, cidr in ((4, "10.9.0.0/16"), (6, "fd00:9::/64"))
        ]
        outside = {
            "name": "public",
            "router:external": True,
            "provider:network_type": "flat",
            "provider:physical_network": "ext",
        }
        public = self._make(neutron, "/networks", "network", outside)
        floating = {"network_id": public["id"], "ip_version": 4, "cidr": "172.24.4.0/24", "enable_dhcp": False}
        self._make(neutron, "/subnets", "subnet", floating)
        gateway = {"name": "edge", "project_id": demo, "external_gateway_info": {"network_id": public["id"]}}
        router = self._make(neutron, "/routers", "router", gateway)
        self._call("PUT", neutron, f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnets[0]["id"]})
        return {"private_network": private["id"], "public_network": public["id"], "router": router["id"]}

    def _call(self, method: str, service: str, path: str, body: Any = None) -> Any:
        return call(method, service + path, body, token=self._token)

    def _make(self, service: str, path: str, root: str, body: dict[str, Any]) -> Any:
        return self._call("POST", service, path, {root: body})[root]
