"""What is made stays known, or is gone again, whatever the answers after it look like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.compute.auth import SSHKey
from cumuli.errors import (
    CloudError,
    ImageNotFound,
    InvalidRequest,
    KeyPairNotFound,
    MalformedResponse,
    NodeNotFound,
    NotFound,
    SizeNotFound,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.providers.openstack.compute.models import BootVolume
from tests.faults.keepalive import Exchange, Hangup, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]

KEY = SSHKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHX2Kz1tKcTzGVGZ6v8m1C1oL5pOxNDRWDPTEcBCpQ0k me@here")
NONSENSE = b'{"server": {"id": "server-0000", "addresses": "none"}}'


class Keys:
    """Nova's key pairs and the creation of servers and images, as far as they matter here."""

    def __init__(self, cloud: Cloud) -> None:
        self.names: list[str] = []
        self.created = 0
        self.create = reply(202, b'{"server": {"id": "server-0000", "adminPass": "given"}}')
        self.show: bytes | None = None
        self.lost_import = False
        cloud.before = self.answer

    def answer(self, exchange: Exchange) -> bytes | None:
        call = (exchange.method, urlsplit(exchange.target).path.removeprefix("/compute/v2.1"))
        match call:
            case ("POST", "/os-keypairs"):
                name = json.loads(exchange.body())["keypair"]["name"]
                self.names.append(name)
                if self.lost_import:
                    exchange.reset()
                    raise Hangup
                return reply(200, json.dumps({"keypair": {"name": name}}).encode())
            case ("DELETE", path) if path.startswith("/os-keypairs/"):
                self.names.remove(unquote(path.rpartition("/")[2]))
                return reply(202)
            case ("POST", "/servers"):
                exchange.body()
                self.created += 1
                return self.create
            case ("POST", "/servers/server-0000/action"):
                return reply(202, b"", ("Location", "http://glance.internal/v2/images/image-7"))
            case ("GET", "/servers/server-0000"):
                return self.show
            case _:
                return None


@pytest.fixture
def nova(cloud: Cloud) -> Keys:
    cloud.add_servers(1)
    return Keys(cloud)


@pytest.mark.parametrize("details", [NONSENSE, b"<html>", b"[" * 100_000])
async def test_a_new_node_whose_details_cannot_be_read_is_not_lost(
    nova: Keys, connect: Connect, details: bytes
) -> None:
    nova.show = reply(200, details)
    node = await connect().create_node("n", "1", "cirros", auth=KEY)
    assert (node.id, node.name, node.state) == ("server-0000", "n", "pending")
    assert node.password is not None
    assert node.password.reveal() == "given"
    assert nova.names == []


async def test_the_key_pair_goes_when_the_answer_to_the_creation_is_nonsense(nova: Keys, connect: Connect) -> None:
    nova.create = reply(202, b'{"server": 7}')
    with pytest.raises(MalformedResponse, match="whether a server named 'n' was made is not known"):
        await connect().create_node("n", "1", "cirros", auth=KEY)
    assert (nova.names, nova.created) == ([], 1)


async def test_the_key_pair_goes_when_the_answer_to_its_own_making_is_lost(nova: Keys, connect: Connect) -> None:
    nova.lost_import = True
    with pytest.raises(CloudError):
        await connect().create_node("n", "1", "cirros", auth=KEY)
    assert (nova.names, nova.created) == ([], 0)


async def test_a_new_image_that_cannot_be_read_is_not_lost(cloud: Cloud, nova: Keys, connect: Connect) -> None:
    """The catalog here has no Glance at all."""
    image = await connect().create_image("server-0000", "backup")
    assert (image.id, image.name) == ("image-7", "backup")


async def test_a_renewed_token_makes_no_deletion_of_what_was_never_there(cloud: Cloud, connect: Connect) -> None:
    """The first attempt was refused, so that it deleted nothing."""
    cloud.add_servers(1)
    client = connect()
    await client.list_nodes()
    cloud.revoke_all()
    with pytest.raises(NodeNotFound):
        await client.destroy_node("server-0007")
    assert cloud.given == 2


async def test_a_deletion_whose_answer_was_lost_has_happened(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1)

    def lose(exchange: Exchange) -> None:
        if exchange.method == "DELETE" and "server-0000" in cloud.servers:
            cloud.delete("server-0000")
            exchange.reset()
            raise Hangup

    client = connect(retry=RetryPolicy(base=0.01))
    cloud.before = lose
    await client.destroy_node("server-0000")
    assert cloud.deleted == {"server-0000"}
    with pytest.raises(NodeNotFound):
        await client.destroy_node("server-0000")


@pytest.mark.parametrize("name", [".", ".."])
async def test_an_id_that_is_a_step_in_a_path_goes_nowhere(cloud: Cloud, connect: Connect, name: str) -> None:
    """Servers in front of OpenStack resolve dots: to delete the item ".." would be to delete the server."""
    with pytest.raises(InvalidRequest, match="cannot be part of a path"):
        await connect().ex_delete_metadata_item("server-0000", name)
    assert [method for method, _ in cloud.server.seen if method == "DELETE"] == []


NETWORK = "5b5815fa-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("message", "kind", "named"),
    [
        ("Can not find requested image", ImageNotFound, "image 'cirros'"),
        ("Invalid imageRef provided.", ImageNotFound, "image 'cirros'"),
        ("Flavor 1 could not be found.", SizeNotFound, "Flavor 1 could"),
        ("Invalid key_name provided.", KeyPairNotFound, "key pair 'k'"),
        ("Block Device Mapping is Invalid: failed to get volume 7.", VolumeNotFound, "volume 7"),
        ("Block Device Mapping is Invalid: failed to get snapshot 7.", SnapshotNotFound, "snapshot 7"),
        ("Invalid input for field/attribute imageRef. Value: x. 'x' is not a 'uuid'", ImageNotFound, "image 'cirros'"),
        (f"Network {NETWORK} could not be found.", NotFound, f"Network {NETWORK} could"),
        ("Invalid input for field/attribute uuid. Value: x. 'x' is not a 'uuid'", NotFound, f"network '{NETWORK}'"),
        ("Bad networks format: network uuid is not in proper format (no-uuid)", NotFound, f"network '{NETWORK}'"),
        ("Port id 7 could not be found.", NotFound, "Port id 7"),
        ("Unable to find security_group with name or id 'image volume'", NotFound, "security group 'image-servers'"),
        ("Security group image-servers not found.", NotFound, "Security group image-servers not"),
        ("Security group default volume not found for project 8.", NotFound, "default volume"),
        ("Keypair image not found for user 9", KeyPairNotFound, "Keypair image"),
        ("Invalid input for field/attribute name. Value: image. 'image' is too long", InvalidRequest, "name"),
        (
            "Block Device Mapping is Invalid: Boot sequence for the image/block device mapping is not valid.",
            InvalidRequest,
            "not valid",
        ),
        ("Invalid volume: Volume status must be available to attach, currently in-use", InvalidRequest, "in-use"),
        ("The requested availability zone is not available", InvalidRequest, "zone"),
    ],
)
async def test_what_nova_does_not_find(
    nova: Keys, connect: Connect, message: str, kind: type[CloudError], named: str
) -> None:
    nova.create = reply(400, json.dumps({"badRequest": {"code": 400, "message": message}}).encode())
    with pytest.raises(CloudError) as caught:
        await connect().create_node(
            "n", "1", "cirros", ex_keyname="k", ex_networks=[NETWORK], ex_security_groups=["image-servers"]
        )
    assert type(caught.value) is kind
    assert named in caught.value.message
    assert (caught.value.status, caught.value.code) == (400, "badRequest")


async def test_an_error_in_another_encoding_is_of_our_tree(cloud: Cloud, connect: Connect) -> None:
    cloud.before = lambda _exchange: reply(200, b'{"servers": [{"id": "\xff"}]}')
    with pytest.raises(MalformedResponse):
        await connect().list_nodes()


async def test_addresses_that_are_none_do_not_break_the_wait(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1)
    cloud.servers["server-0000"]["addresses"] = {"net": [{"addr": "fd00::1"}, {"addr": "pending"}]}
    [(_, addresses)] = await connect().wait_until_running(["server-0000"], ssh_interface="private")
    assert addresses == ["pending", "fd00::1"]


@pytest.mark.parametrize(("swap", "expected"), [('""', 0), ("512", 512)])
async def test_swap_of_a_size(cloud: Cloud, connect: Connect, swap: str, expected: int) -> None:
    flavors = f'{{"flavors": [{{"id": "1", "name": "s", "ram": 1, "swap": {swap}}}]}}'
    cloud.before = lambda _exchange: reply(200, flavors.encode())
    [size] = await connect().list_sizes()
    assert size.swap == expected


async def test_swap_that_is_no_number(cloud: Cloud, connect: Connect) -> None:
    cloud.before = lambda _exchange: reply(200, b'{"flavors": [{"id": "1", "name": "s", "ram": 1, "swap": "much"}]}')
    [size] = await connect().list_sizes()
    assert (size.id, size.swap) == ("1", 0)


@pytest.mark.parametrize(
    ("boot", "words"),
    [
        ("vol", "the image cirros and ex_boot_volume are two things to boot from"),
        (BootVolume(volume="vol"), "leave the image out"),
        (BootVolume(snapshot="snap", size=2), r"BootVolume\(size=…\)"),
        (BootVolume(), "volume's size in GiB"),
    ],
)
async def test_two_things_to_boot_from_are_refused_before_any_request(
    cloud: Cloud, connect: Connect, boot: BootVolume | str, words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        await connect().create_node("n", "1", "cirros", ex_boot_volume=boot)
    with pytest.raises(InvalidRequest, match="from a volume or from a snapshot"):
        await connect().create_node("n", "1", ex_boot_volume=BootVolume(volume="vol", snapshot="snap"))
    assert cloud.server.seen == []


@pytest.mark.parametrize(("arguments", "kind"), [({}, "SOFT"), ({"ex_hard": True}, "HARD")])
async def test_a_reboot_is_hard_only_if_it_is_told_to_be(
    cloud: Cloud, connect: Connect, arguments: dict[str, bool], kind: str
) -> None:
    seen: list[object] = []

    def answer(exchange: Exchange) -> bytes | None:
        if exchange.method == "POST":
            seen.append(json.loads(exchange.body()))
            return reply(202)
        return None

    cloud.before = answer
    await connect().reboot_node("server-0000", **arguments)
    assert seen == [{"reboot": {"type": kind}}]


@pytest.mark.parametrize("verb", ["get_node", "destroy_node", "start_node", "ex_get_metadata"])
async def test_a_server_that_nova_does_not_know_yet_is_waited_for(cloud: Cloud, connect: Connect, verb: str) -> None:
    cloud.add_servers(1)
    keys = Keys(cloud)
    nova = connect()
    node = await nova.create_node("web", "1", "image", ex_keyname="mine")
    misses = iter([True, True])
    missing = reply(404, b'{"itemNotFound": {"code": 404, "message": "Instance server-0000 could not be found."}}')

    def answer(exchange: Exchange) -> bytes | None:
        if next(misses, False):
            return missing
        if exchange.target.endswith("/action"):
            return reply(202)
        if exchange.target.endswith("/metadata"):
            return reply(200, b'{"metadata": {}}')
        return keys.answer(exchange)

    cloud.before = answer
    await getattr(nova, verb)(node)
    assert next(misses, None) is None


async def test_a_server_that_others_made_is_believed_to_be_missing(cloud: Cloud, connect: Connect) -> None:
    asked: list[str] = []

    def answer(exchange: Exchange) -> None:
        asked.append(exchange.target)

    cloud.before = answer
    with pytest.raises(NodeNotFound):
        await connect().get_node("server-0000")
    assert len(asked) == 1
