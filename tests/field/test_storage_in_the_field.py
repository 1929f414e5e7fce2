"""The storage suite over a bad link, sixteen tests at a time on four connections."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cumuli import sandbox
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.sandbox.server import Address
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import gap
from cumuli.testing.suites.storage_target import StorageTarget
from tests.conformance.s3.conftest import REGION
from tests.conformance.s3.test_s3_moto import TestMoto as MotoSuite
from tests.conformance.s3.test_s3_moto import moto_target
from tests.conformance.s3.test_s3_rclone import TestRclone as RcloneSuite
from tests.conformance.s3.test_s3_rclone import rclone_target
from tests.conformance.swift.conftest import settings_of
from tests.conformance.swift.test_swift_storage import TestSwift as SwiftSuite
from tests.conformance.swift.test_swift_storage import swift_target
from tests.field.concurrent_suite import CONNECTIONS, Case, OwnRequests, cases, run_at_once
from tests.field.link import TROUBLES, Asked, Link, Trouble, field_link
from tests.field.shared_clients import SharedStorage
from tests.support.rclone import KEY, SECRET

SEED = 20261129
NOTHING: frozenset[Trouble] = frozenset()
EVERYTHING = frozenset({Trouble.BUSY, Trouble.SILENCE, Trouble.LOST, Trouble.CUT})
# Tens of megabytes, or a thousand calls one after the other, that prove nothing more on such a link.
LARGE = ("test_a_failing_iterator_leaves_nothing", "test_a_stream_may_be_left_early", "test_generated_names")


def may(asked: Asked) -> frozenset[Trouble]:
    """What the suite has to see nothing of: what the client may send again."""
    if not asked.headers.get("user-agent", "").startswith("cumuli"):
        return NOTHING
    if asked.method in {"GET", "HEAD"}:
        return EVERYTHING
    conditional = {"if-match", "if-none-match"} & set(asked.headers)
    if asked.method in {"PUT", "DELETE"} and not conditional and not of_a_container(asked):
        return EVERYTHING
    return NOTHING


def of_a_container(asked: Asked) -> bool:
    """Making and removing a container is not repeated: who did it, this client or another, could not be told."""
    path = asked.target.partition("?")[0]
    return len(path.removeprefix("/v1/").strip("/").split("/")) <= (2 if path.startswith("/v1/") else 1)


def prepared(target: StorageTarget, flavour: Flavour, cloud: Any, counter: OwnRequests, request: Any) -> SharedStorage:
    """The bench of one test; what the target lacks is skipped, as in the suite's own fixture."""
    name = request.function.__name__.removeprefix("test_")
    if name in target.gaps:
        gap(request, target.name, name, target.gaps[name])
    for capability in getattr(request.function, "needs", ()):
        if capability not in cloud.capabilities:
            gap(request, target.name, capability, target.gaps[capability])
    return SharedStorage(target, flavour, cloud, counter)


def run(suite: type, chosen: list[Case], target: StorageTarget, flavour: Flavour, link: Link) -> None:
    make = target.async_client if flavour.name == "async" else target.sync_client
    client = flavour.shape(make())
    try:
        failures = run_at_once(suite, chosen, flavour, partial(prepared, target, flavour), client)
    finally:
        flavour.run(client.aclose())
    report = f"{len(failures)} of {len(chosen)} failed; {link.requests} requests, {link.told()}"
    assert not failures, "\n\n".join([report, *failures])
    assert set(link.seen) == TROUBLES, report


def moved(target: StorageTarget, clients: tuple[Any, Any], **settings: Any) -> StorageTarget:
    """The same target by another way there."""
    sync_client, async_client = (
        partial(make, **settings | {"max_connections": CONNECTIONS, "proxy": ""}) for make in clients
    )
    fields = {name: getattr(target, name) for name in target.__dataclass_fields__ if name != "shared"}
    return StorageTarget(**fields | {"sync_client": sync_client, "async_client": async_client})


def test_rclone(rclone_address: Address, flavour: Flavour) -> None:
    target = rclone_target(rclone_address)
    with field_link(rclone_address.port, seed=SEED, may=may) as link:
        there = moved(
            target,
            (partial(S3, KEY, SECRET), partial(AsyncS3, KEY, SECRET)),
            region=REGION,
            endpoint=link.endpoint,
        )
        run(RcloneSuite, cases(RcloneSuite, without=LARGE), there, flavour, link)


def test_moto(moto: str, boto: Any, flavour: Flavour) -> None:
    target = moto_target(moto, boto)
    port = urlsplit(moto).port
    assert port is not None
    with field_link(port, seed=SEED, may=may) as link:
        there = moved(
            target,
            (partial(S3, "testing", "testing"), partial(AsyncS3, "testing", "testing")),
            region=REGION,
            endpoint=link.endpoint,
        )
        run(MotoSuite, cases(MotoSuite, without=LARGE), there, flavour, link)


def test_swift(server: sandbox.SandboxServer, eyes: Any, flavour: Flavour) -> None:
    target = swift_target(server, eyes)
    settings = settings_of(server)
    parts = urlsplit(settings["auth_url"])
    assert parts.port is not None
    with field_link(parts.port, seed=SEED, may=may) as link:
        near = f"{parts.scheme}://{parts.netloc}"
        url = eyes.get_auth()[0].replace(near, link.endpoint)
        settings |= {"auth_url": settings["auth_url"].replace(near, link.endpoint), "endpoint": url}
        run(SwiftSuite, cases(SwiftSuite, without=LARGE), moved(target, (Swift, AsyncSwift), **settings), flavour, link)
