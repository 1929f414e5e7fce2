"""What Swift's clients have beyond the portable API, on OpenStack Swift itself, in both flavours."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest

from cumuli import sandbox
from cumuli.errors import (
    ContainerExists,
    ContainerNotFound,
    InvalidRequest,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PreconditionFailed,
    QuotaExceeded,
)
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles
from cumuli.providers.rackspace.cloudfiles.client import CloudFiles
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import (
    TEMP_URL_KEY,
    connection,
    fetch,
    meta_data_on_the_wire,
    names_in,
    settings_of,
)
from tests.conformance.swift.dead_segments import look_for_dead_segments
from tests.faults.swift.cdn import CDN
from tests.support.secrecy import register

_numbers = count(1)
PART = 100_000
CONTENT = bytes(range(256)) * 1400
OTHER_KEY = "sEcReT-container-CumuliTestsOnlyNeverShown10"
register(OTHER_KEY)


@pytest.fixture
def name() -> str:
    return f"extensions-{next(_numbers)}"


@pytest.fixture
def files(server: sandbox.SandboxServer, flavour: Flavour, eyes: Any) -> Iterator[Any]:
    """Cloud Files with its CDN: the client, and the CDN's server as ``client.cdn``."""
    with CDN(eyes.get_auth()[0]) as cdn:
        settings = {**settings_of(server, "sandbox-cloudfiles"), "endpoints": {"rax:object-cdn": cdn.url}}
        kind = AsyncCloudFiles if flavour.name == "async" else CloudFiles
        client = flavour.shape(kind(**settings, page_size=2))
        yield client, cdn
        flavour.run(client.aclose())


async def read(client: Any, obj: Any) -> bytes:
    target = io.BytesIO()
    await client.download_object(obj, target)
    return target.getvalue()


# Large objects


async def test_a_large_object_and_its_segments(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    seen: list[tuple[int, int | None]] = []
    made = await swift.ex_multipart_upload_object(
        CONTENT, name, "large", chunk_size=PART, meta_data={"a": "ü"}, progress=lambda *now: seen.append(now)
    )
    assert (made.size, made.large, made.hash, made.meta_data) == (len(CONTENT), True, None, {"a": "ü"})
    assert seen[-1] == (len(CONTENT), None)
    found = await swift.get_object(name, "large")
    assert (found.size, found.large, found.etag, found.hash) == (len(CONTENT), True, made.etag, None)
    [listed] = await swift.list_container_objects(name)
    assert (listed.size, listed.large, listed.etag) == (len(CONTENT), True, made.etag)
    segments = await swift.ex_list_segments(made)
    assert [segment.size for segment in segments] == [PART, PART, PART, len(CONTENT) - 3 * PART]
    assert [segment.hash for segment in segments] == [
        hashlib.md5(CONTENT[at : at + PART]).hexdigest() for at in range(0, len(CONTENT), PART)
    ]
    assert {segment.container for segment in segments} == {f"{name}_segments"}
    assert await read(swift, made) == CONTENT
    assert eyes.get_object(name, "large")[1] == CONTENT
    ranged = swift.download_object_range_as_stream(made, PART - 10, 2 * PART + 10)
    assert await ranged.read() == CONTENT[PART - 10 : 2 * PART + 10]
    assert fetch("GET", await swift.get_object_url(made, expires_in=60), b"", {}) == (200, CONTENT)
    rest = swift.download_object_range_as_stream(made, PART + 10)
    assert await rest.read() == CONTENT[PART + 10 :]
    await swift.delete_object(made)
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_what_takes_the_place_of_a_large_object_takes_its_segments_away(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    first = names_in(eyes, f"{name}_segments")
    again = await swift.ex_multipart_upload_object(CONTENT[1:], name, "large", chunk_size=PART)
    second = names_in(eyes, f"{name}_segments")
    assert len(second) == 4
    assert not first & second
    assert await read(swift, again) == CONTENT[1:]
    small = await swift.upload_object(b"small", name, "large")
    assert await read(swift, small) == b"small"
    assert names_in(eyes, f"{name}_segments") == set()


async def test_segments_of_others_stay(swift: Any, eyes: Any, name: str) -> None:
    """Nobody but who made them knows whether they are used elsewhere."""
    await swift.create_container(name)
    etag = eyes.put_object(name, "part", b"x" * 10)
    manifest = json.dumps([{"path": f"/{name}/part", "etag": etag, "size_bytes": 10}])
    eyes.put_object(name, "theirs", manifest, query_string="multipart-manifest=put")
    await swift.upload_object(b"mine", name, "theirs")
    assert await read(swift, (name, "part")) == b"x" * 10


async def test_many_are_deleted_with_their_segments(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    large = await swift.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    await swift.ex_multipart_upload_object(CONTENT, name, "unknown", chunk_size=PART)
    plain = await swift.upload_object(b"x", name, "plain")
    results = await swift.delete_objects([large, (name, "unknown"), plain, (name, "never there")])
    assert [result.error for result in results] == [None] * 4
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_dead_segments(swift: Any, eyes: Any, name: str) -> None:
    await look_for_dead_segments(swift, eyes, name)


async def test_dead_segments_where_versions_are_kept(swift: Any, eyes: Any, name: str) -> None:
    """Old versions are made of segments that no object shows."""
    await swift.create_container(name)
    await swift.ex_multipart_upload_object(CONTENT, name, "o", chunk_size=PART)
    eyes.post_container(name, {"X-Versions-Enabled": "true"})
    before = names_in(eyes, f"{name}_segments")
    await swift.upload_object(b"new", name, "o")
    with pytest.raises(NotSupported, match="keeps versions"):
        await swift.ex_delete_dead_segments(name, older_than=0)
    assert names_in(eyes, f"{name}_segments") == before


async def test_segments_go_when_their_object_is_to_go(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.ex_multipart_upload_object(CONTENT, name, "o", chunk_size=PART, headers={"X-Delete-After": "86400"})
    assert (await swift.get_object(name, "o")).delete_at is not None
    for segment in names_in(eyes, f"{name}_segments"):
        assert int(eyes.head_object(f"{name}_segments", segment)["x-delete-at"])


async def test_less_than_a_segment_is_an_ordinary_object(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.ex_multipart_upload_object(b"little", name, "o", chunk_size=PART)
    assert (made.large, made.hash) == (False, hashlib.md5(b"little").hexdigest())
    with pytest.raises(ObjectNotFound):
        await swift.ex_list_segments(made)
    with pytest.raises(PreconditionFailed):
        await swift.ex_multipart_upload_object(CONTENT, name, "o", chunk_size=PART, if_none_match="*")
    assert await read(swift, made) == b"little"
    assert names_in(eyes, f"{name}_segments") == set()
    with pytest.raises(InvalidRequest):
        await swift.ex_multipart_upload_object(b"x", name, "o", chunk_size=0)
    with pytest.raises(ContainerNotFound):
        await swift.ex_multipart_upload_object(CONTENT, f"{name}-nowhere", "o", chunk_size=PART)


async def test_a_dynamic_large_object_is_read(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    for number in range(3):
        eyes.put_object(name, f"parts/{number}", CONTENT[number * PART : (number + 1) * PART])
    eyes.put_object(name, "dynamic", b"", headers={"X-Object-Manifest": f"{name}/parts/"})
    found = await swift.get_object(name, "dynamic")
    assert (found.size, found.manifest, found.large, found.hash) == (3 * PART, f"{name}/parts/", False, None)
    assert await read(swift, found) == CONTENT[: 3 * PART]
    copy = await swift.copy_object(found, name, "plain copy")
    assert copy.hash == hashlib.md5(CONTENT[: 3 * PART]).hexdigest()
    assert await read(swift, copy) == CONTENT[: 3 * PART]
    await swift.delete_object(found)
    assert len(names_in(eyes, name)) == 4


async def test_a_copy_beyond_the_limit_is_made_of_segments(
    server: sandbox.SandboxServer, flavour: Flavour, eyes: Any, name: str
) -> None:
    real = (AsyncSwift if flavour.name == "async" else Swift)(**settings_of(server))
    driver: Any = real._swift if isinstance(real, AsyncSwift) else real._swift._swift
    driver.copies.largest_copy, driver.copies.copy_part = 2 * PART, PART
    swift = flavour.shape(real)
    await swift.create_container(name)
    source = await swift.upload_object(CONTENT, name, "source", meta_data={"k": "v"}, content_type="a/b")
    eyes.post_object(name, "source", {"X-Object-Meta-K": "%76", "Content-Type": "a/b"})
    copy = await swift.copy_object(source, name, "ü copy")
    assert (copy.size, copy.large) == (len(CONTENT), True)
    assert meta_data_on_the_wire(eyes, name, "ü copy") == {"x-object-meta-k": "%76"}, "as other tools wrote it"
    found = await swift.get_object(name, "ü copy")
    assert (found.meta_data, found.content_type, found.etag) == ({"k": "v"}, "a/b", copy.etag)
    assert await read(swift, copy) == CONTENT
    assert len(await swift.ex_list_segments(copy)) == 4
    await swift.copy_object(copy, name, "ü copy", meta_data={"new": "1"})
    assert await read(swift, copy) == CONTENT
    assert len(names_in(eyes, f"{name}_segments")) == 4
    await swift.delete_object(copy)
    assert names_in(eyes, f"{name}_segments") == set()
    await swift.aclose()


# Metadata and settings


async def test_the_account(swift: Any, eyes: Any) -> None:
    await swift.ex_update_account_meta_data({"cumuli_test": "ü", "other": "1"})
    account = await swift.ex_get_meta_data()
    assert account.meta_data.items() >= {"cumuli_test": "ü", "other": "1"}.items()
    assert account.has_temp_url_key
    assert TEMP_URL_KEY not in repr(account)
    assert account.container_count >= 0
    assert eyes.head_account()["x-account-meta-cumuli_test"] == "ü"
    await swift.ex_update_account_meta_data({"cumuli_test": None, "other": None})
    assert not account.meta_data.keys() & (await swift.ex_get_meta_data()).meta_data.keys()
    for wrong in ({}, {"a": ""}, {"ü": "x"}):
        with pytest.raises(InvalidRequest):
            await swift.ex_update_account_meta_data(wrong)


async def test_containers_are_made_with_settings(swift: Any, name: str) -> None:
    await swift.create_container(
        name, ex_meta_data={"some_key": "ü"}, ex_read_acl=".r:*", ex_write_acl="sandbox:other", ex_storage_policy="disk"
    )
    found = await swift.get_container(name)
    assert (found.meta_data, found.read_acl, found.write_acl, found.storage_policy) == (
        {"some_key": "ü"}, ".r:*", "sandbox:other", "disk",
    )  # fmt: skip
    with pytest.raises(ContainerExists):
        await swift.create_container(name, ex_meta_data={"some_key": "other"})
    assert (await swift.get_container(name)).meta_data == {"some_key": "ü"}
    with pytest.raises(InvalidRequest):
        await swift.create_container(f"{name}-2", ex_storage_policy="no such policy")
    await swift.ex_update_container_meta_data(name, {"some_key": None, "new": "1"})
    await swift.ex_set_container_acl(name, read="", write="")
    found = await swift.get_container(name)
    assert (found.meta_data, found.read_acl, found.write_acl) == ({"new": "1"}, None, None)
    with pytest.raises(InvalidRequest):
        await swift.ex_set_container_acl(name)
    with pytest.raises(ContainerNotFound):
        await swift.ex_update_container_meta_data(f"{name}-nowhere", {"a": "b"})


async def test_metadata_of_an_object_is_changed_and_nothing_else(swift: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.upload_object(
        b"packed",
        name,
        "o",
        meta_data={"old": "1"},
        content_type="text/x",
        content_encoding="gzip",
        headers={"X-Delete-After": "86400"},
    )
    before = await swift.get_object(name, "o")
    await swift.ex_set_object_meta_data(made, {"New_Key": "日本"})
    after = await swift.get_object(name, "o")
    assert after.meta_data == {"new_key": "日本"}
    assert before.delete_at is not None
    assert (after.content_type, after.content_encoding, after.delete_at, after.etag) == (
        "text/x", "gzip", before.delete_at, made.etag,
    )  # fmt: skip
    with pytest.raises(ObjectNotFound):
        await swift.ex_set_object_meta_data((name, "missing"), {})
    large = await swift.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART, meta_data={"old": "1"})
    await swift.ex_set_object_meta_data(large, {"new": "2"})
    found = await swift.get_object(name, "large")
    assert (found.meta_data, found.large) == ({"new": "2"}, True)
    assert await read(swift, found) == CONTENT


async def test_quotas(swift: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.ex_set_container_quota(name, size=10)
    with pytest.raises(QuotaExceeded):
        await swift.upload_object(b"x" * 100, name, "o")
    await swift.ex_set_container_quota(name)
    await swift.upload_object(b"x" * 100, name, "o")
    with pytest.raises(InvalidRequest):
        await swift.ex_set_container_quota(name, objects=-1)


async def test_names_as_long_as_they_may_be(swift: Any, name: str) -> None:
    longest = (f"{name}-" + "é" * 256)[:256]
    await swift.create_container(longest)
    assert longest in [container.name for container in await swift.list_containers()]
    made = await swift.ex_multipart_upload_object(CONTENT, longest, "é" * 512, chunk_size=PART)
    assert await read(swift, made) == CONTENT
    await swift.delete_object(made)
    # Too long, as they are written there, for the lines of a bulk deletion.
    escapes = ["%" * 1024, "\n" * 500, "%0A" * 300]
    for each in escapes:
        await swift.upload_object(b"x", longest, each)
    results = await swift.delete_objects([*await swift.list_container_objects(longest), (longest, "%" * 1000)])
    assert [result.error for result in results] == [None] * 4
    await swift.delete_container(longest)
    for wrong in (longest + "x", "a/b", "a\0b"):
        with pytest.raises(InvalidRequest):
            await swift.create_container(wrong)
    for wrong in ("é" * 513, "a\0b"):
        with pytest.raises(InvalidRequest):
            await swift.upload_object(b"", name, wrong)


# Websites and URLs


async def test_a_static_website(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name, ex_read_acl="sandbox:other")
    await swift.ex_enable_static_website(name, error_page="oops.html")
    assert (await swift.get_container(name)).read_acl == "sandbox:other,.r:*,.rlistings"
    for page, text in (("index.html", b"<h1>first"), ("home.html", b"<h1>home"), ("404oops.html", b"<h1>gone")):
        await swift.upload_object(text, name, page)
    site = f"{eyes.get_auth()[0]}/{name}"
    assert fetch("GET", f"{site}/", b"", {}) == (200, b"<h1>first")
    assert fetch("GET", f"{site}/nothing", b"", {}) == (404, b"<h1>gone")
    await swift.ex_set_index_page(name, "home.html")
    assert fetch("GET", f"{site}/", b"", {}) == (200, b"<h1>home")
    await swift.upload_object(b"<h1>other", name, "404other.html")
    await swift.ex_set_error_page(name, "other.html")
    assert fetch("GET", f"{site}/nothing", b"", {}) == (404, b"<h1>other")
    large = await swift.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert fetch("GET", f"{site}/large", b"", {})[0] >= 400, "its segments are not published"
    await swift.ex_set_container_acl(f"{name}_segments", read=".r:*")
    assert fetch("GET", f"{site}/large", b"", {}) == (200, CONTENT)
    await swift.delete_object(large)
    await swift.upload_object(b"x", name, "folder/file")
    assert fetch("GET", f"{site}/folder/", b"", {})[0] == 404
    await swift.ex_enable_static_website(name, listings=True)
    status, listing = fetch("GET", f"{site}/folder/", b"", {})
    assert (status, b"file" in listing) == (200, True)
    for wrong in ("", "a/b"):
        with pytest.raises(InvalidRequest):
            await swift.ex_set_error_page(name, wrong)
    with pytest.raises(ContainerNotFound):
        await swift.ex_enable_static_website(f"{name}-nowhere")


async def test_temporary_urls_of_other_keys_and_of_prefixes(
    server: sandbox.SandboxServer, flavour: Flavour, swift: Any, name: str
) -> None:
    await swift.create_container(name)
    obj = await swift.upload_object(b"content", name, "folder/ü")
    kind = AsyncSwift if flavour.name == "async" else Swift
    for digest in ("sha1", "sha256", "sha512"):
        other = flavour.shape(kind(**settings_of(server), temp_url_key=TEMP_URL_KEY, temp_url_digest=digest))
        url = await other.get_object_url(obj, expires_in=60)
        assert fetch("GET", url, b"", {}) == (200, b"content")
        await other.aclose()
    await swift.ex_set_container_temp_url_key(name, OTHER_KEY)
    found = await swift.get_container(name)
    assert found.meta_data == {}
    assert OTHER_KEY not in repr((found, await swift.ex_call("HEAD", name)))
    assert abs((found.created_at - dt.datetime.now(dt.UTC)).total_seconds()) < 600
    other = flavour.shape(kind(**settings_of(server), temp_url_key=OTHER_KEY))
    assert fetch("GET", await other.get_object_url(obj, expires_in=60), b"", {}) == (200, b"content")
    await other.aclose()
    url = await swift.ex_get_prefix_url(name, "folder/", expires_in=60)
    path, _, query = url.partition("?")
    assert fetch("GET", f"{path}{quote('ü')}?{query}", b"", {}) == (200, b"content")
    await swift.upload_object(b"other", name, "elsewhere")
    assert fetch("GET", f"{path.removesuffix('folder/')}elsewhere?{query}", b"", {})[0] == 401
    past = (await swift.get_object_url(obj, expires_in=1)).replace("temp_url_expires=1", "temp_url_expires=0")
    assert fetch("GET", past, b"", {})[0] == 401
    with pytest.raises(InvalidRequest):
        await swift.ex_get_prefix_url(name, "folder/", expires_in=0)


async def test_the_key_of_temporary_urls(server: sandbox.SandboxServer, swift: Any, name: str) -> None:
    await swift.create_container(name)
    obj = await swift.upload_object(b"content", name, "o")
    theirs = connection(server)
    try:
        theirs.post_account({"X-Account-Meta-Temp-URL-Key": ""})
        with pytest.raises(InvalidRequest, match="ex_set_account_metadata_temp_url_key"):
            await swift.get_object_url(obj)
        await swift.ex_set_account_metadata_temp_url_key(OTHER_KEY)
        assert fetch("GET", await swift.get_object_url(obj), b"", {}) == (200, b"content")
        await swift.ex_set_account_metadata_temp_url_key(TEMP_URL_KEY, second=True)
    finally:
        theirs.post_account({"X-Account-Meta-Temp-URL-Key": TEMP_URL_KEY, "X-Account-Meta-Temp-URL-Key-2": ""})
        theirs.close()
    for wrong in ("", "ü", "50%", " x"):
        with pytest.raises(InvalidRequest):
            await swift.ex_set_account_metadata_temp_url_key(wrong)


# Archives, and any other call


@pytest.mark.parametrize(("form", "mode"), [("tar", "w:"), ("tar.gz", "w:gz"), ("tar.bz2", "w:bz2")])
async def test_an_archive_becomes_objects(swift: Any, name: str, form: str, mode: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]  # the modes are of the table
        for entry, content in (("a.txt", b"first"), ("folder/ü.txt", b"second"), ("n" * 90 + "/" + "m" * 200, b"")):
            info = tarfile.TarInfo(entry)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    result = await swift.ex_upload_archive(packed.getvalue(), name, format=form, prefix="in/")
    assert (result.created, result.errors) == (3, {})
    listed = [obj.name for obj in await swift.list_container_objects(name)]
    assert listed == ["in/a.txt", "in/folder/ü.txt", "in/" + "n" * 90 + "/" + "m" * 200]
    assert await read(swift, (name, "in/folder/ü.txt")) == b"second"


async def test_what_is_no_archive(swift: Any, name: str) -> None:
    with pytest.raises(InvalidRequest):
        await swift.ex_upload_archive(b"no archive at all" * 100, name)
    with pytest.raises(InvalidRequest):
        await swift.ex_upload_archive(b"", name, format="zip")


async def test_any_call(swift: Any, name: str) -> None:
    made = await swift.ex_call("PUT", name)
    assert made.status == 201
    await swift.ex_call("PUT", f"{name}/ü?", body=b"content", headers={"Content-Type": "text/plain"})
    listed = await swift.ex_call("GET", name, query="format=json")
    assert [entry["name"] for entry in listed.data] == ["ü?"]
    answer = await swift.ex_call("GET", f"{name}/ü?")
    assert (answer.body, answer.data, answer.headers["content-type"]) == (b"content", None, "text/plain")
    with pytest.raises(ObjectNotFound):
        await swift.ex_call("GET", f"{name}/missing")
    with pytest.raises(ContainerNotFound):
        await swift.ex_call("GET", f"{name}-nowhere")
    with pytest.raises(InvalidRequest):
        await swift.ex_call("get", name)
    assert (await swift.ex_get_capabilities())["swift"]["version"] == "2.38.3"


# The CDN


async def test_the_cdn_of_cloud_files(files: Any, name: str) -> None:
    client, cdn = files
    with pytest.raises(ContainerNotFound):
        await client.enable_container_cdn(name)
    assert cdn.containers == {}
    await client.create_container(name)
    with pytest.raises(ContainerNotFound):
        await client.ex_get_container_cdn(name)
    await client.enable_container_cdn(name, ex_ttl=900, ex_log_retention=True)
    known = await client.ex_get_container_cdn(name)
    assert (known.enabled, known.ttl, known.log_retention) == (True, 900, True)
    for kind, url in (
        ("plain", "http://x1.r10.cf.example"),
        ("ssl", "https://x1.ssl.cf.example"),
        ("streaming", "http://x1.stream.cf.example"),
        ("ios", "http://x1.iosr.cf.example"),
    ):
        assert await client.get_container_cdn_url(name, ex_kind=kind) == url
        assert await client.get_object_cdn_url((name, "a b/ü"), ex_kind=kind) == f"{url}/a%20b/%C3%BC"
    await client.ex_update_container_cdn(name, ttl=31_536_000, log_retention=False)
    known = await client.ex_get_container_cdn(name)
    assert (known.enabled, known.ttl, known.log_retention) == (True, 31_536_000, False)
    await client.ex_disable_container_cdn(name)
    assert not (await client.ex_get_container_cdn(name)).enabled
    with pytest.raises(ContainerNotFound, match="enable_container_cdn"):
        await client.get_container_cdn_url(name)
    await client.enable_container_cdn(name)
    assert (await client.ex_get_container_cdn(name)).ttl == 31_536_000


async def test_cloud_files_leaves_objects_of_a_manifest(files: Any, eyes: Any, name: str) -> None:
    client, _ = files
    await client.create_container(name)
    pieces = [await client.upload_object(b"x" * 10, name, each) for each in ("one", "two")]
    for number in range(2):
        made = await client.ex_create_manifest(pieces, name, "all")
        await (client.delete_objects([made]) if number else client.delete_object(made))
        assert names_in(eyes, name) == {"one", "two"}
    made = await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    await client.delete_object(made)
    assert names_in(eyes, f"{name}_segments") == set()


async def test_purging_and_listing_the_cdn(files: Any, name: str) -> None:
    client, cdn = files
    names = [f"{name}-{number}" for number in range(5)]
    for each in names:
        await client.create_container(each)
        await client.enable_container_cdn(each)
    await client.ex_disable_container_cdn(names[3])
    listed = await client.ex_list_cdn_containers()
    assert [each.name for each in listed] == names
    assert [each.enabled for each in listed] == [True, True, True, False, True]
    assert listed[0].ssl_url == "https://x1.ssl.cf.example"
    enabled = [each.name async for each in client.ex_iterate_cdn_containers(enabled_only=True)]
    assert enabled == [*names[:3], names[4]]
    await client.ex_purge_object_from_cdn((names[0], "a b/ü"), email=["me@example.com", "you@example.com"])
    await client.ex_purge_object_from_cdn((names[0], "o"))
    assert cdn.containers[names[0]].purged == [("a b/ü", "me@example.com, you@example.com"), ("o", None)]
    with pytest.raises(NotFound):
        await client.ex_purge_object_from_cdn((f"{name}-nowhere", "o"))


async def test_wrong_arguments_about_the_cdn(files: Any, name: str) -> None:
    client, cdn = files
    for call in (
        lambda: client.enable_container_cdn(name, ex_ttl=899),
        lambda: client.ex_update_container_cdn(name, ttl=31_536_001),
        lambda: client.ex_update_container_cdn(name),
        lambda: client.get_container_cdn_url(name, ex_kind="other"),
        lambda: client.ex_purge_object_from_cdn((name, "o"), email="a, b@c"),
        lambda: client.ex_purge_object_from_cdn((name, "")),
    ):
        with pytest.raises(InvalidRequest):
            await call()
    assert cdn.server.seen == []
