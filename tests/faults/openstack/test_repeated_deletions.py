"""A deletion whose answer is lost is sent again, and what the second one meets is the doing of the first."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import CloudError, Conflict, ImageNotFound, InvalidRequest, NotFound, VolumeNotFound
from tests.faults.keepalive import Exchange, Hangup, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
Call = Callable[[Any], Awaitable[Any]]

VOLUME = {"id": "vol", "size": 1, "attachments": [{"server_id": "server-0000", "device": "/dev/vdb"}]}
ATTACHED = {**VOLUME, "status": "in-use"}


def document(status: int, body: Any) -> bytes:
    return reply(status, json.dumps(body).encode())


def refusal(status: int, message: str) -> bytes:
    return document(status, {"badRequest": {"code": status, "message": message}})


class Thing:
    """One thing; the answer to its first deletion is lost, the later ones are refused.

    Attributes:
        shown: What a look at it gives.
        going: What a look gives once its deletion has begun.
        refused: What the second deletion is answered.
    """

    def __init__(self, shown: bytes, going: bytes, refused: bytes) -> None:
        self.shown = shown
        self.going = going
        self.refused = refused
        self.deletions = 0

    def __call__(self, exchange: Exchange) -> bytes | None:
        if exchange.method == "DELETE":
            self.deletions += 1
            if self.deletions == 1:
                exchange.reset()
                raise Hangup
            return self.refused
        assert exchange.method == "GET"
        if urlsplit(exchange.target).path.startswith("/compute/"):
            return None
        return self.going if self.deletions else self.shown


def use(cloud: Cloud, thing: Thing) -> None:
    cloud.others = thing
    cloud.before = lambda exchange: thing(exchange) if exchange.method == "DELETE" else None


GONE = refusal(404, "It could not be found.")
BUSY = refusal(400, "Invalid volume: Volume status must be available or error, but current status is: deleting.")

DELETIONS: dict[str, tuple[Call, Thing]] = {
    "key pair": (lambda nova: nova.delete_key_pair("k"), Thing(GONE, GONE, GONE)),
    "metadata item": (lambda nova: nova.ex_delete_metadata_item("server-0000", "k"), Thing(GONE, GONE, GONE)),
    "image": (lambda nova: nova.delete_image("img"), Thing(GONE, GONE, GONE)),
    "network": (lambda nova: nova.ex_delete_network("net"), Thing(GONE, GONE, GONE)),
    "volume": (lambda nova: nova.destroy_volume("vol"), Thing(GONE, GONE, GONE)),
    "volume on its way": (
        lambda nova: nova.destroy_volume("vol"),
        Thing(GONE, document(200, {"volume": {**VOLUME, "status": "deleting"}}), BUSY),
    ),
    "volume that went meanwhile": (lambda nova: nova.destroy_volume("vol"), Thing(GONE, GONE, BUSY)),
    "snapshot on its way": (
        lambda nova: nova.destroy_volume_snapshot("snap"),
        Thing(GONE, document(200, {"snapshot": {"id": "snap", "status": "deleting"}}), BUSY),
    ),
    "attachment": (
        lambda nova: nova.detach_volume("vol"),
        Thing(
            document(200, {"volume": ATTACHED}),
            document(200, {"volume": {**VOLUME, "status": "available", "attachments": []}}),
            GONE,
        ),
    ),
    "attachment on its way": (
        lambda nova: nova.detach_volume("vol"),
        Thing(
            document(200, {"volume": ATTACHED}),
            document(200, {"volume": {**VOLUME, "status": "detaching"}}),
            refusal(409, "Cannot 'detach_volume' instance: the volume is detaching."),
        ),
    ),
}


@pytest.mark.parametrize("what", DELETIONS)
async def test_what_the_first_attempt_has_deleted_is_deleted(cloud: Cloud, connect: Connect, what: str) -> None:
    call, template = DELETIONS[what]
    thing = Thing(template.shown, template.going, template.refused)
    use(cloud, thing)
    await call(connect(retry=RetryPolicy(base=0.01), endpoints=cloud.endpoints))
    assert thing.deletions == 2


REFUSALS: dict[str, tuple[Call, Thing, type[CloudError]]] = {
    "a volume that stays": (
        lambda nova: nova.destroy_volume("vol"),
        Thing(GONE, document(200, {"volume": ATTACHED}), BUSY),
        Conflict,
    ),
    "a volume that cannot be looked at": (
        lambda nova: nova.destroy_volume("vol"),
        Thing(GONE, refusal(403, "Policy doesn't allow it."), BUSY),
        Conflict,
    ),
    "an attachment that stays": (
        lambda nova: nova.detach_volume("vol"),
        Thing(document(200, {"volume": ATTACHED}), document(200, {"volume": ATTACHED}), refusal(400, "No.")),
        InvalidRequest,
    ),
    "an image that is protected": (
        lambda nova: nova.delete_image("img"),
        Thing(GONE, GONE, refusal(409, "Image is in use.")),
        Conflict,
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
async def test_what_is_there_still_was_not_deleted(cloud: Cloud, connect: Connect, what: str) -> None:
    call, template, kind = REFUSALS[what]
    use(cloud, Thing(template.shown, template.going, template.refused))
    with pytest.raises(kind):
        await call(connect(retry=RetryPolicy(base=0.01), endpoints=cloud.endpoints))


def lose_a_detachment(cloud: Cloud, interfaces: bytes, refused: bytes) -> list[str]:
    """Lose the answer to the first detachment of an interface, and refuse the others; what was asked is noted."""
    asked: list[str] = []

    def before(exchange: Exchange) -> bytes | None:
        if "/os-interface" not in exchange.target:
            return None
        asked.append(exchange.method)
        if exchange.method == "GET":
            return interfaces
        if asked == ["DELETE"]:
            exchange.reset()
            raise Hangup
        return refused

    cloud.before = before
    return asked


INTERFACE_REFUSALS = {
    "400": refusal(400, "Port p is not attached."),
    "409": refusal(409, "Cannot 'detach_interface' instance."),
}
OTHER = document(200, {"interfaceAttachments": [{"port_id": "q"}]})


@pytest.mark.parametrize(
    ("interfaces", "refused", "looks"),
    [
        *((OTHER, refused, 1) for refused in INTERFACE_REFUSALS.values()),
        (GONE, INTERFACE_REFUSALS["409"], 1),
        (OTHER, GONE, 0),
    ],
    ids=["400", "409", "the node is gone", "404"],
)
async def test_an_interface_that_the_first_attempt_has_taken_off_is_off(
    cloud: Cloud, connect: Connect, interfaces: bytes, refused: bytes, looks: int
) -> None:
    asked = lose_a_detachment(cloud, interfaces, refused)
    await connect(retry=RetryPolicy(base=0.01)).ex_detach_port_interface("server-0000", "p")
    assert asked == ["DELETE", "DELETE", *["GET"] * looks]


@pytest.mark.parametrize(
    ("refused", "kind"), [(INTERFACE_REFUSALS["400"], InvalidRequest), (INTERFACE_REFUSALS["409"], Conflict)]
)
async def test_an_interface_that_is_there_still_is_not_off(
    cloud: Cloud, connect: Connect, refused: bytes, kind: type[CloudError]
) -> None:
    interfaces = document(200, {"interfaceAttachments": [{"port_id": "q"}, {"port_id": "p"}]})
    asked = lose_a_detachment(cloud, interfaces, refused)
    with pytest.raises(kind):
        await connect(retry=RetryPolicy(base=0.01)).ex_detach_port_interface("server-0000", "p")
    assert asked == ["DELETE", "DELETE", "GET"]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda nova: nova.destroy_volume("vol"), VolumeNotFound),
        (lambda nova: nova.delete_image("img"), ImageNotFound),
        (lambda nova: nova.ex_delete_network("net"), NotFound),
    ],
)
async def test_what_was_never_there_is_not_found(
    cloud: Cloud, connect: Connect, call: Call, kind: type[CloudError]
) -> None:
    cloud.others = lambda _exchange: GONE
    with pytest.raises(kind):
        await call(connect(endpoints=cloud.endpoints))


async def test_a_volume_that_was_attached_and_cannot_be_read_is_told(cloud: Cloud, connect: Connect) -> None:
    cloud.others = lambda _exchange: refusal(403, "Policy doesn't allow it.")
    cloud.before = lambda exchange: reply(200, b'{"volumeAttachment": {}}') if exchange.body() else None
    with pytest.raises(CloudError, match="the volume vol is being attached to server-0000 all the same"):
        await connect(endpoints=cloud.endpoints).attach_volume("server-0000", "vol")
