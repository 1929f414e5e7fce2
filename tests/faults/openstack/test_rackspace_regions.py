"""Which region a client of Rackspace's works in when nobody says: the user's own, or the only one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.providers.openstack.compute.aio import AsyncOpenStack
from cumuli.providers.openstack.compute.client import OpenStack
from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import Exchange, Server, Service, reply
from tests.secrets_used import API_KEY


class Account(Service):
    """Rackspace's identity service, and its servers, one for each region.

    Attributes:
        regions: Where the account's endpoints are.
        default: The user's own region, or None.
    """

    def __init__(self) -> None:
        self.regions: list[str] = []
        self.default: str | None = None
        self.server = Server(self._answer)

    def _answer(self, exchange: Exchange) -> bytes:
        path = urlsplit(exchange.target).path
        if path == "/v2.0/tokens":
            assert json.loads(exchange.body())["auth"]["RAX-KSKEY:apiKeyCredentials"]["apiKey"] == API_KEY
            endpoints = [
                {"region": region, "tenantId": "7", "publicURL": f"{self.server.origin}/{region}/v2/7"}
                for region in self.regions
            ]
            old = [{**endpoint, "publicURL": f"{self.server.origin}/v1.0/7"} for endpoint in endpoints]
            catalog = [
                {"type": "compute", "name": "cloudServers", "endpoints": old},
                {"type": "compute", "name": "cloudServersOpenStack", "endpoints": endpoints},
            ]
            user = {"id": "1", "name": "user", "RAX-AUTH:defaultRegion": self.default}
            token = {"id": "t", "tenant": {"id": "7", "name": "7"}}
            return _json({"access": {"token": token, "user": user, "serviceCatalog": catalog}})
        region, _, rest = path.removeprefix("/").partition("/")
        assert region in self.regions
        assert rest == "v2/7/servers/detail"
        return _json({"servers": [{"id": region, "status": "ACTIVE"}]})


def _json(body: Any) -> bytes:
    return reply(200, json.dumps(body).encode(), ("Content-Type", "application/json"))


@pytest.fixture
def account() -> Iterator[Account]:
    with Account() as account:
        yield account


@pytest.fixture
def rackspace(account: Account, flavour: Flavour) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = AsyncRackspace if flavour.name == "async" else Rackspace
        auth_url = f"{account.server.origin}/v2.0"
        made.append(flavour.shape(kind("user", API_KEY, auth_url=auth_url, proxy="", **settings)))
        return made[-1]

    yield make
    for client in made:
        flavour.run(client.aclose())


async def test_the_profile_of_clouds_yaml_leaves_the_closed_generation_alone(
    account: Account, flavour: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.regions = ["DFW", "LON"]
    auth = {"auth_url": f"{account.server.origin}/v2.0", "username": "user", "api_key": API_KEY}
    entry = {"profile": "rackspace", "auth_type": "rackspace_apikey", "auth": auth, "region_name": "LON"}
    (tmp_path / "clouds.json").write_text(json.dumps({"clouds": {"rax": entry}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.json"))
    kind = AsyncOpenStack if flavour.name == "async" else OpenStack
    client = flavour.shape(kind(cloud="rax", proxy=""))
    assert [node.id for node in await client.list_nodes()] == ["LON"]
    await client.aclose()


@pytest.mark.parametrize(
    ("regions", "default", "used"),
    [
        (["LON"], None, "LON"),
        (["LON"], "", "LON"),
        (["LON"], "ORD", "LON"),
        (["DFW", "ORD"], "ORD", "ORD"),
    ],
)
async def test_the_region_that_is_used(
    account: Account, rackspace: Callable[..., Any], regions: list[str], default: str | None, used: str
) -> None:
    account.regions, account.default = regions, default
    client = rackspace()
    [node] = await client.list_nodes()
    assert (node.id, node.location) == (used, used)
    assert [place.id for place in await client.list_locations()] == [used]
    with pytest.raises(InvalidRequest, match=f"a client of the region {used} creates things there, not in 'SYD'"):
        await client.create_node("n", "1", "img", location="SYD")


@pytest.mark.parametrize("default", [None, "MOON"])
async def test_several_regions_and_none_chosen(
    account: Account, rackspace: Callable[..., Any], default: str | None
) -> None:
    account.regions, account.default = ["ORD", "DFW", "IAD"], default
    with pytest.raises(ConfigurationError, match="in several regions; give region, one of DFW, IAD, ORD"):
        await rackspace().list_nodes()
    with pytest.raises(InvalidRequest, match="make a client with region='SYD'"):
        await rackspace().create_node("n", "1", "img", location="SYD")
    [node] = await rackspace(region="IAD").list_nodes()
    assert node.location == "IAD"
