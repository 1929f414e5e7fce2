"""Sixteen callers on four connections, every call in danger: what they were told agrees with what the server has."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from cumuli import sandbox
from cumuli.errors import CloudError, NotFound
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.sandbox.server import Address
from cumuli.testing.flavours import Flavour
from tests.conformance.s3.conftest import REGION, boto_client
from tests.conformance.swift.conftest import settings_of
from tests.field.concurrent_suite import CALLERS, CONNECTIONS
from tests.field.link import TROUBLES, Asked, Link, Trouble, field_link
from tests.support.rclone import KEY, SECRET

SEED = 42
ROUNDS = 25
EVERYTHING = frozenset({Trouble.BUSY, Trouble.SILENCE, Trouble.LOST, Trouble.CUT})


def every(asked: Asked) -> frozenset[Trouble]:
    """No call is spared."""
    return EVERYTHING


class Account:
    """What one caller knows of its own objects: contents that each may have now.

    A call that failed may have been carried out: then there are two, of which one is the right one.
    """

    def __init__(self) -> None:
        self.may_be: dict[str, set[bytes | None]] = {}
        self.told = Counter[str]()

    def settle(self, name: str, content: bytes | None) -> None:
        self.may_be[name] = {content}

    def doubt(self, name: str, content: bytes | None) -> None:
        self.may_be.setdefault(name, {None}).add(content)


async def caller(cloud: Any, container: str, number: int) -> Account:
    """Store, read, list, look and delete, and believe nothing but answers."""
    draw = random.Random(f"{SEED}:{number}")
    books = Account()
    for turn in range(ROUNDS):
        name = f"{number:02}/{draw.randrange(6)}"
        known = books.may_be.get(name, {None})
        try:
            match draw.choice(["put", "put", "put stream", "get", "get", "range", "list", "head", "delete", "missing"]):
                case "put" | "put stream" as how:
                    content = draw.randbytes(draw.choice([0, 1, 1000, 40_000]))
                    books.doubt(name, content)
                    if how == "put":
                        await cloud.upload_object(content, container, name)
                    else:
                        await cloud.upload_object_via_stream([content[:500], content[500:]], container, name)
                    books.settle(name, content)
                case "get":
                    target = io.BytesIO()
                    await cloud.download_object((container, name), target)
                    assert target.getvalue() in known, f"{name} has another one's bytes"
                    books.settle(name, target.getvalue())
                case "range":
                    target = io.BytesIO()
                    await cloud.download_object_range((container, name), target, 0, 100)
                    assert target.getvalue() in {one[:100] for one in known if one is not None}, name
                case "list":
                    listed = {obj.name for obj in await cloud.list_container_objects(container, prefix=f"{number:02}/")}
                    sure = {key for key, contents in books.may_be.items() if None not in contents}
                    maybe = {key for key, contents in books.may_be.items() if contents != {None}}
                    assert sure <= listed <= maybe, f"{sorted(sure)} <= {sorted(listed)} <= {sorted(maybe)}"
                case "head":
                    obj = await cloud.get_object(container, name)
                    assert obj.name == name
                    assert obj.size in {len(one) for one in known if one is not None}, name
                case "delete":
                    books.doubt(name, None)
                    await cloud.delete_object((container, name))
                    books.settle(name, None)
                case _:
                    with pytest.raises(NotFound):
                        await cloud.get_object(container, f"{number:02}/never {turn}")
        except NotFound:
            assert None in known, f"{name} was stored and is not found"
        except CloudError as error:
            books.told[type(error).__name__] += 1
    return books


def together(flavour: Flavour, cloud: Any, container: str) -> list[Account]:
    if flavour.name == "async":

        async def gathered() -> list[Account]:
            return list(await asyncio.gather(*(caller(cloud, container, number) for number in range(CALLERS))))

        return flavour.run(gathered())
    with ThreadPoolExecutor(CALLERS) as threads:
        return list(threads.map(lambda number: flavour.run(caller(cloud, container, number)), range(CALLERS)))


def balance(books: list[Account], link: Link, stored: dict[str, bytes]) -> None:
    """Everything that was told is so, by the second pair of eyes; and the link was a bad one."""
    wrong: list[str] = []
    for account in books:
        for name, contents in account.may_be.items():
            if stored.get(name) not in contents:
                wrong.append(f"{name}: {_short(stored.get(name))}, known as {[_short(one) for one in contents]}")
    strangers = set(stored) - {name for account in books for name in account.may_be}
    told = sum((account.told for account in books), Counter[str]())
    report = f"{link.requests} requests on up to {link.most} connections, {link.told()}; told: {dict(told)}"
    assert not wrong, "\n".join([report, *wrong])
    assert not strangers, report
    assert set(link.seen) == TROUBLES, report
    assert link.most <= CONNECTIONS, report


def _short(content: bytes | None) -> str:
    return "nothing" if content is None else f"{len(content)} bytes {hashlib.md5(content).hexdigest()[:6]}"


@pytest.fixture
def bucket(rclone_address: Address, flavour: Flavour) -> Iterator[tuple[Any, str]]:
    boto = boto_client(rclone_address.endpoint, KEY, SECRET)
    name = f"books-{flavour.name}"
    boto.create_bucket(Bucket=name)
    return boto, name


def test_s3(rclone_address: Address, bucket: tuple[Any, str], flavour: Flavour) -> None:
    boto, name = bucket
    make = AsyncS3 if flavour.name == "async" else S3
    with field_link(rclone_address.port, seed=SEED, may=every) as link:
        cloud = flavour.shape(
            make(KEY, SECRET, region=REGION, endpoint=link.endpoint, proxy="", max_connections=CONNECTIONS)
        )
        books = together(flavour, cloud, name)
        flavour.run(cloud.aclose())
    names = [entry["Key"] for entry in boto.list_objects_v2(Bucket=name).get("Contents", [])]
    balance(books, link, {key: boto.get_object(Bucket=name, Key=key)["Body"].read() for key in names})
    with pytest.raises(ClientError):
        boto.get_object(Bucket=name, Key="99/never")


def test_swift(server: sandbox.SandboxServer, eyes: Any, flavour: Flavour) -> None:
    name = f"books-{flavour.name}"
    eyes.put_container(name)
    make = AsyncSwift if flavour.name == "async" else Swift
    settings = settings_of(server)
    parts = urlsplit(settings["auth_url"])
    near = f"{parts.scheme}://{parts.netloc}"
    assert parts.port is not None
    with field_link(parts.port, seed=SEED, may=every) as link:
        settings |= {"auth_url": settings["auth_url"].replace(near, link.endpoint), "max_connections": CONNECTIONS}
        settings["endpoint"] = eyes.get_auth()[0].replace(near, link.endpoint)
        cloud = flavour.shape(make(**settings))
        books = together(flavour, cloud, name)
        flavour.run(cloud.aclose())
    names = [entry["name"] for entry in eyes.get_container(name, full_listing=True)[1]]
    balance(books, link, {key: eyes.get_object(name, key)[1] for key in names})
