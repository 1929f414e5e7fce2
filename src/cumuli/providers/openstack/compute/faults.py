"""What Nova means when it refuses to create a server: it says 400 for whatever it does not find. Pure."""

from __future__ import annotations

import re

import msgspec

from cumuli.errors import (
    CloudError,
    ImageNotFound,
    InvalidRequest,
    KeyPairNotFound,
    NotFound,
    SizeNotFound,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.providers.openstack.compute.models import OpenStackNodeSpec
from cumuli.providers.openstack.faults import fault_error
from cumuli.runtime.messages import Response

__all__ = ["creation_error"]


class _Thing(msgspec.Struct, frozen=True):
    """One kind of thing that a server is made of."""

    word: str
    error: type[NotFound]


IMAGE = _Thing("image", ImageNotFound)
SIZE = _Thing("size", SizeNotFound)
KEY = _Thing("key pair", KeyPairNotFound)
NETWORK = _Thing("network", NotFound)
PORT = _Thing("port", NotFound)
GROUP = _Thing("security group", NotFound)
VOLUME = _Thing("volume", VolumeNotFound)
SNAPSHOT = _Thing("volume snapshot", SnapshotNotFound)

# What Nova says of a field that has the wrong form (an id of the wrong form is the id of nothing), and
# which of them name a thing.
INVALID_FIELD = re.compile(r"Invalid input for field/attribute (\w+)")
FIELDS = {"imageRef": IMAGE, "flavorRef": SIZE, "key_name": KEY, "uuid": NETWORK, "port": PORT}
# Its sentences begin with the thing; what follows may be a name that somebody chose.
SENTENCES = (
    (re.compile(r"security group .*\bnot found", re.IGNORECASE | re.DOTALL), GROUP),
    (re.compile(r"network \S+ could not be found", re.IGNORECASE), NETWORK),
    (re.compile(r"unable to find security_group ", re.IGNORECASE), GROUP),
    (re.compile(r"bad networks format: network uuid is not in proper format", re.IGNORECASE), NETWORK),
    (re.compile(r"port (?:id )?\S+ could not be found", re.IGNORECASE), PORT),
    (re.compile(r"flavor \S+ could not be found", re.IGNORECASE), SIZE),
    (re.compile(r"image \S+ could not be found", re.IGNORECASE), IMAGE),
    (re.compile(r"key ?pair .*\bnot found", re.IGNORECASE | re.DOTALL), KEY),
    (re.compile(r"volume \S+ could not be found", re.IGNORECASE), VOLUME),
    (re.compile(r"snapshot \S+ could not be found", re.IGNORECASE), SNAPSHOT),
)
# Its other words for something that is not there, and for what that is.
ABSENT = ("not found", "not be found", "not find", "failed to get", "invalid imageref", "invalid flavor", "invalid key")
SIGNS = {"image": IMAGE, "flavor": SIZE, "key_name": KEY, "snapshot": SNAPSHOT, "volume": VOLUME}


def creation_error(answer: Response, spec: OpenStackNodeSpec) -> CloudError | None:
    """The error that Nova's answer to a creation tells of, or None; what it does not find is named."""
    error = fault_error(answer)
    if not isinstance(error, InvalidRequest):
        return error
    thing = _thing(error.message)
    if thing is None:
        return error
    asked = _asked(thing, spec)
    message = error.message
    if asked and not any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message) for name in asked):
        message = f"{message.rstrip('.')} (asked for: {thing.word} {', '.join(map(repr, asked))})"
    return thing.error(message, status=error.status, code=error.code)


def _thing(message: str) -> _Thing | None:
    field = INVALID_FIELD.match(message)
    if field is not None:
        return FIELDS.get(field[1])
    for sentence, thing in SENTENCES:
        if sentence.match(message):
            return thing
    words = message.lower()
    if not any(sign in words for sign in ABSENT):
        return None
    return next((thing for sign, thing in SIGNS.items() if sign in words), None)


def _asked(thing: _Thing, spec: OpenStackNodeSpec) -> list[str]:
    """What was asked for of that kind."""
    boot, networks, devices = spec.boot_volume, spec.networks or (), spec.block_devices
    names: dict[_Thing, list[str | None]] = {
        IMAGE: [spec.image, *(device.image for device in devices)],
        SIZE: [spec.size],
        KEY: [spec.key_name],
        NETWORK: [attachment.network for attachment in networks],
        PORT: [attachment.port for attachment in networks],
        GROUP: list(spec.security_groups),
        VOLUME: [boot.volume if boot else None, *(device.volume for device in devices)],
        SNAPSHOT: [boot.snapshot if boot else None, *(device.snapshot for device in devices)],
    }
    return [name for name in names[thing] if name]
