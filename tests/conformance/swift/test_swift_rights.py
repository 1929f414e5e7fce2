"""Swift with small limits and a user of few rights: what is beyond a page of segments, and beyond what may be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import swiftclient

from cumuli.errors import (
    Conflict,
    InvalidRequest,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
)
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.sandbox.starting import start
from cumuli.sandbox.swift.settings import KEY, USER
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import names_in
from tests.support.swift import GUEST, SMALL_PAGE, SmallSwift

PIECES = [bytes([letter]) * 10 for letter in b"ABCDEFG"]
WHOLE = b"".join(PIECES)
PART = 100
_numbers = count(1)

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def auth_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    started = start(SmallSwift(), tmp_path_factory.mktemp("swift"), tied=True)
    try:
        yield f"{started.address.endpoint}/auth/v1.0"
    finally:
        started.close()


@pytest.fixture(scope="module")
def eyes(auth_url: str) -> Iterator[Any]:
    theirs = swiftclient.Connection(auth_url, USER, KEY, retries=1)
    yield theirs
    theirs.close()


@pytest.fixture
def connect(auth_url: str, flavour: Flavour) -> Iterator[Connect]:
    """Makes clients of a user."""
    made: list[Any] = []

    def make(user: str = USER) -> Any:
        kind = AsyncSwift if flavour.name == "async" else Swift
        client = kind(auth_url=auth_url, username=user, key=KEY, page_size=SMALL_PAGE, proxy="")
        made.append(flavour.shape(client))
        return made[-1]

    yield make
    for client in made:
        flavour.run(client.aclose())


@pytest.fixture
def name(eyes: Any) -> str:
    """A container that the guest may write to, and the one for its segments."""
    name = f"rights-{next(_numbers)}"
    for container in (name, f"{name}_segments"):
        eyes.put_container(container, {"X-Container-Write": GUEST})
    return name


def put_dynamic(eyes: Any, name: str) -> None:
    for number, piece in enumerate(PIECES):
        eyes.put_object(name, f"pärts/{number}", piece)
    eyes.put_object(name, "dynamic", b"", headers={"X-Object-Manifest": f"{name}/p%C3%A4rts/"})


# Dynamic large objects of more segments than Swift looks at


async def test_more_segments_than_swift_looks_at(connect: Connect, eyes: Any, name: str) -> None:
    put_dynamic(eyes, name)
    assert eyes.head_object(name, "dynamic")["content-length"] == "0", "Swift looks at all of them"
    swift = connect()
    found = await swift.get_object(name, "dynamic")
    assert (found.size, found.manifest, found.large, found.hash) == (70, f"{name}/pärts/", False, None)
    assert await swift.download_object_as_stream(found).read() == WHOLE
    for begin, end in ((5, 15), (25, 45), (35, None), (30, 40), (0, 1), (69, 200), (0, None)):
        stream = swift.download_object_range_as_stream(found, begin, end)
        assert await stream.read() == WHOLE[begin:end]
        assert stream.object.size == 70
    with pytest.raises(InvalidRequest, match="end of the object"):
        await swift.download_object_range_as_stream(found, 70).read()
    with pytest.raises(PreconditionFailed):
        await swift.download_object_as_stream(found, if_match="another").read()
    with pytest.raises(NotSupported, match="download it and upload"):
        await swift.copy_object(found, name, "copy")
    await swift.delete_object(found)
    assert len(names_in(eyes, name)) == len(PIECES)


async def test_a_part_of_a_dynamic_object_that_swift_knows_all_of(connect: Connect, eyes: Any, name: str) -> None:
    for number in range(2):
        eyes.put_object(name, f"parts/{number}", PIECES[number])
    eyes.put_object(name, "dynamic", b"", headers={"X-Object-Manifest": f"{name}/parts/"})
    stream = connect().download_object_range_as_stream((name, "dynamic"), 5, 15)
    assert await stream.read() == WHOLE[5:15]
    assert stream.object.size == 20


async def test_segments_that_change_while_they_are_read(connect: Connect, eyes: Any, name: str) -> None:
    put_dynamic(eyes, name)
    swift = connect()
    async with swift.download_object_as_stream((name, "dynamic")) as stream:
        assert await stream.read(10) == PIECES[0]
        eyes.put_object(name, "pärts/5", b"x" * 10)
        with pytest.raises(Conflict, match="changed"):
            await stream.read()
    async with swift.download_object_as_stream((name, "dynamic")) as stream:
        assert await stream.read(10) == PIECES[0]
        eyes.delete_object(name, "pärts/6")
        with pytest.raises(ObjectNotFound, match="pärts/6"):
            await stream.read()


# Whoever may write, and not read


async def test_whoever_may_only_write_can_delete(connect: Connect, eyes: Any, name: str) -> None:
    guest = connect(GUEST)
    await guest.upload_object(b"x", name, "a")
    await guest.upload_object(b"y", name, "b")
    await guest.upload_object(b"y", name, "c")
    with pytest.raises(PermissionDenied):
        await guest.get_object(name, "a")
    await guest.delete_object((name, "a"))
    assert [result.error for result in await guest.delete_objects([(name, "b"), (name, "c")])] == [None, None]
    assert names_in(eyes, name) == set()
    with pytest.raises(ObjectNotFound):
        await guest.delete_object((name, "a"))


async def test_whoever_may_only_write_leaves_segments(connect: Connect, eyes: Any, name: str) -> None:
    made = await connect().ex_multipart_upload_object(WHOLE * 4, name, "large", chunk_size=PART)
    await connect(GUEST).delete_object(made)
    assert names_in(eyes, name) == set()
    assert len(names_in(eyes, f"{name}_segments")) == 3


async def test_a_large_object_takes_the_right_to_read_segments(connect: Connect, eyes: Any, name: str) -> None:
    guest = connect(GUEST)
    with pytest.raises(PermissionDenied, match=f"read the container {name}_segments") as caught:
        await guest.ex_multipart_upload_object(WHOLE * 4, name, "large", chunk_size=PART)
    assert not hasattr(caught.value, "__notes__"), "what was begun could not be removed"
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()
    eyes.post_container(f"{name}_segments", {"X-Container-Read": GUEST})
    await guest.ex_multipart_upload_object(WHOLE * 4, name, "large", chunk_size=PART)
    assert eyes.get_object(name, "large")[1] == WHOLE * 4


async def test_a_link_that_may_not_be_read_is_deleted_alone(connect: Connect, eyes: Any, name: str) -> None:
    readable = f"{name}-readable"
    await connect().create_container(readable, ex_read_acl=GUEST, ex_write_acl=GUEST)
    await connect().ex_multipart_upload_object(WHOLE * 4, readable, "large", chunk_size=PART)
    eyes.put_object(name, "link", b"", headers={"X-Symlink-Target": f"{readable}/large"})
    await connect(GUEST).delete_object((name, "link"))
    assert names_in(eyes, name) == set()
    assert eyes.get_object(readable, "large")[1] == WHOLE * 4


async def test_whoever_may_do_nothing_cannot_delete(connect: Connect, eyes: Any, name: str) -> None:
    eyes.post_container(name, {"X-Container-Write": ""})
    eyes.put_object(name, "o", b"x")
    guest = connect(GUEST)
    with pytest.raises(PermissionDenied):
        await guest.delete_object((name, "o"))
    [result] = await guest.delete_objects([(name, "o")])
    assert isinstance(result.error, PermissionDenied)
    assert names_in(eyes, name) == {"o"}
