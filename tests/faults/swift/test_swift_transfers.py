"""What is damaged, cut or not answered on the way to a real Swift and back: an error, and nothing left of it."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import sandbox
from cumuli.calls.caller import Timeouts
from cumuli.errors import (
    ChecksumMismatch,
    CloudError,
    Conflict,
    DeadlineExceeded,
    MalformedResponse,
    PreconditionFailed,
    ProviderUnavailable,
    QuotaExceeded,
)
from cumuli.providers.openstack.swift.copying import Copies
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import names_in
from tests.faults.storage.proxy import (
    Answered,
    Damage,
    Fault,
    cut_answer,
    damaging,
    flip_answer,
    flip_upload,
    longer_length,
    shorter_length,
    swap_answer,
    without,
)
from tests.faults.swift.conftest import client_of
from tests.support.odd_values import differences, odd_records, unfit_moments

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * 2000
PART = 100_000
JSON = ("Content-Type", "application/json")


@pytest.fixture
def through(server: sandbox.SandboxServer, flavour: Flavour) -> Iterator[Any]:
    """Makes a client behind a proxy with these faults."""
    with ExitStack() as stack:

        def make(*faults: Fault, **settings: Any) -> Any:
            proxy = stack.enter_context(damaging(server.endpoint, *faults))
            client = client_of(flavour, server, proxy.origin, **settings)
            stack.callback(lambda: flavour.run(client.aclose()))
            return client

        yield make


def etag_lost(passing: Answered) -> None:
    """As a proxy does that packs what it sends on."""
    passing.fields = [(name, value) for name, value in passing.fields if name.lower() != "etag"]


def answers_lost(status: int = 503) -> Damage:
    """What was asked for is done, and the answer says that it was not."""

    def lose(passing: Answered) -> None:
        if passing.status:
            passing.status, passing.content, passing.declared, passing.fields = status, b"", 0, []

    return lose


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# Up


async def test_bytes_that_change_on_their_way_up(through: Any, eyes: Any, name: str) -> None:
    client = through(Fault(flip_upload, "PUT"))
    with pytest.raises(ChecksumMismatch):
        await client.upload_object(CONTENT, name, "o")
    assert names_in(eyes, name) == set()


async def test_bytes_that_change_once_are_sent_again(through: Any, eyes: Any, name: str) -> None:
    client = through(Fault(flip_upload, "PUT", times=1))
    await client.upload_object(CONTENT, name, "o")
    assert eyes.get_object(name, "o")[1] == CONTENT


async def test_streamed_bytes_that_change_on_their_way_up(through: Any, eyes: Any, name: str, tmp_path: Path) -> None:
    """Too long for memory, too short for segments: their hash is known when they are gone."""
    path = tmp_path / "content"
    path.write_bytes(b"x" * (9 * MIB))
    client = through(Fault(flip_upload, "PUT"))
    with pytest.raises(ChecksumMismatch, match="was left there"):
        await client.upload_object(path, name, "o")
    # A suspicion deletes nothing: what was there before is gone already.
    assert names_in(eyes, name) == {"o"}
    good = through()
    made = await good.upload_object(path, name, "o")
    assert made.size == 9 * MIB
    assert len(eyes.get_object(name, "o")[1]) == 9 * MIB


async def test_a_segment_that_changes_on_its_way_up(through: Any, eyes: Any, name: str) -> None:
    client = through(Fault(flip_upload, "PUT", "00000003"))
    with pytest.raises(ChecksumMismatch):
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


@pytest.mark.parametrize("damage", [swap_answer(500, b""), swap_answer(400, b"Errors")], ids=("500", "400"))
async def test_a_manifest_that_fails_leaves_no_segments(through: Any, eyes: Any, name: str, damage: Damage) -> None:
    client = through(Fault(damage, "PUT", "multipart-manifest=put"))
    with pytest.raises(CloudError):
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


@pytest.mark.parametrize("then", [None, swap_answer(403, b"")], ids=("lost", "refused"))
async def test_a_manifest_that_arrived_is_a_success_whatever_was_answered(
    through: Any, eyes: Any, name: str, then: Damage | None
) -> None:
    """What it replaced is gone by then; to remove the new object as well would lose both."""
    manifest = ("PUT", "multipart-manifest=put")
    faults = [Fault(answers_lost(), *manifest, times=1 if then else 9)]
    client = through(*faults, *([Fault(then, *manifest)] if then else []))
    eyes.put_object(name, "large", b"old")
    made = await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert (made.size, made.large) == (len(CONTENT), True)
    assert eyes.get_object(name, "large")[1] == CONTENT


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Response Status": "409 Conflict"}, "Conflict"),
        ({"Response Status": "412 Precondition Failed"}, "PreconditionFailed"),
        ({"Response Status": "400 Bad Request", "Errors": [["/c_segments/o", "403 Forbidden"]]}, "PermissionDenied"),
        ({"Response Status": "503 Service Unavailable"}, "ProviderUnavailable"),
        ({}, "MalformedResponse"),
    ],
)
async def test_what_a_manifest_says_behind_its_heartbeat(
    through: Any, eyes: Any, name: str, answer: dict[str, Any], expected: str
) -> None:
    """The status came with the first byte, when nothing was known yet."""
    body = b" " * 5 + b"\r\n\r\n" + json.dumps(answer).encode()
    client = through(Fault(swap_answer(202, body, JSON), "PUT", "heartbeat=on"))
    with pytest.raises(CloudError) as caught:
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert type(caught.value).__name__ == expected
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_a_manifest_of_which_nothing_can_be_told_keeps_its_segments(through: Any, eyes: Any, name: str) -> None:
    """It may have arrived: an object without its segments would be worse than segments without an object."""
    broken: list[int] = []

    def lose_from_then_on(passing: Answered) -> None:
        broken.append(passing.status)
        answers_lost()(passing)

    def lose_after_it(passing: Answered) -> None:
        if broken:
            answers_lost()(passing)

    client = through(
        Fault(lose_from_then_on, "PUT", "multipart-manifest=put"), Fault(lose_after_it, "HEAD", f"/{name}/large")
    )
    with pytest.raises(ProviderUnavailable) as caught:
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert "could not be removed" in "".join(getattr(caught.value, "__notes__", []))
    assert eyes.get_object(name, "large")[1] == CONTENT


async def test_answers_that_are_lost_to_segments_that_arrived(through: Any, eyes: Any, name: str) -> None:
    client = through(Fault(answers_lost(), "PUT", "/slo/"))
    with pytest.raises(ProviderUnavailable):
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert names_in(eyes, f"{name}_segments") == set()


async def test_segments_that_cannot_be_removed_are_named(through: Any, name: str) -> None:
    client = through(
        Fault(swap_answer(500, b""), "PUT", "multipart-manifest=put"),
        Fault(swap_answer(500, b""), "POST", "bulk-delete"),
    )
    with pytest.raises(ProviderUnavailable) as caught:
        await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert "could not be removed" in "".join(getattr(caught.value, "__notes__", []))


async def test_a_copy_that_fails_leaves_no_segments(through: Any, eyes: Any, name: str, flavour: Flavour) -> None:
    client = through(Fault(swap_answer(500, b""), "PUT", "00000003"))
    source = await client.upload_object(CONTENT, name, "source")
    real = client if flavour.name == "async" else client._client._swift
    copies = real._swift.copies
    copies.largest_copy, copies.copy_part = PART, PART
    with pytest.raises(ProviderUnavailable):
        await client.copy_object(source, name, "copy")
    assert names_in(eyes, name) == {"source"}
    assert names_in(eyes, f"{name}_segments") == set()


@pytest.mark.parametrize("parts", [False, True], ids=["whole", "in parts"])
async def test_a_copy_takes_as_long_as_the_operation(
    through: Any, name: str, parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swift answers when all is copied, and says nothing before: no attempt's time bounds that."""

    def late(passing: Answered) -> None:
        if not passing.status:
            time.sleep(3)

    await through().upload_object(CONTENT, name, "source")
    if parts:
        monkeypatch.setattr(Copies, "largest_copy", 300_000)
        monkeypatch.setattr(Copies, "copy_part", 300_000)
    where, pieces = ("_segments/", 2) if parts else (name, 1)
    fault = Fault(late, method="PUT", target=where, times=pieces)
    slow = through(fault, timeout=Timeouts(attempt=1), retry=False)
    assert (await slow.copy_object((name, "source"), name, "copy")).size == len(CONTENT)
    assert fault.done == pieces
    fault = Fault(late, method="PUT", target=where, times=pieces)
    slow = through(fault, timeout=Timeouts(attempt=1, operation=2), retry=False)
    with pytest.raises(DeadlineExceeded, match=r"the whole operation may take 2 s .*Timeouts\(operation=2\)"):
        await slow.copy_object((name, "source"), name, "again")


async def test_a_copy_that_is_not_what_the_source_is(through: Any, eyes: Any, name: str) -> None:
    """As Ceph's gateway does with large objects: it answers 201, and stores nothing of the content."""
    eyes.put_object(name, "source", CONTENT)

    def lose(passing: Answered) -> None:
        if not passing.status:
            passing.without = frozenset({"x-copy-from", "if-match"})

    client = through(Fault(lose, "PUT", f"/{name}/copy"))
    with pytest.raises(ChecksumMismatch, match="has 0 bytes after the copy"):
        await client.copy_object((name, "source"), name, "copy")
    assert eyes.get_object(name, "source")[1] == CONTENT


async def test_a_copy_of_the_same_size_and_another_content(through: Any, eyes: Any, name: str) -> None:
    eyes.put_object(name, "source", CONTENT)
    eyes.put_object(name, "other", CONTENT[::-1])

    before = swap_answer(201, b"", ("ETag", eyes.head_object(name, "source")["etag"]))
    client = through(Fault(before, "PUT", f"/{name}/other"))
    with pytest.raises(ChecksumMismatch, match="did not store the same"):
        await client.copy_object((name, "source"), name, "other")
    assert eyes.get_object(name, "other")[1] == CONTENT[::-1]


async def test_old_segments_that_cannot_be_removed_do_not_fail_the_upload(
    through: Any, eyes: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = through(Fault(swap_answer(403, b""), "POST", "bulk-delete"))
    await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    await client.upload_object(b"small", name, "large")
    assert eyes.get_object(name, "large")[1] == b"small"
    assert "could not be deleted" in caplog.text


# Down


async def test_bytes_that_change_on_their_way_down(through: Any, eyes: Any, name: str, tmp_path: Path) -> None:
    eyes.put_object(name, "o", CONTENT)
    client = through(Fault(flip_answer, "GET", f"/{name}/o"))
    with pytest.raises(ChecksumMismatch):
        await client.download_object((name, "o"), tmp_path / "o")
    assert files_in(tmp_path) == []


async def test_a_segment_that_changes_on_its_way_down(through: Any, name: str, tmp_path: Path) -> None:
    """The hash of a large object is known segment by segment only."""

    def flip_content(passing: Answered) -> None:
        if len(passing.content) == len(CONTENT):  # and not the manifest
            flip_answer(passing)

    good = through()
    obj = await good.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    client = through(Fault(flip_content, "GET", f"/{name}/large"))
    with pytest.raises(ChecksumMismatch, match="segment 3"):
        await client.download_object(obj, tmp_path / "o")
    assert files_in(tmp_path) == []
    await good.download_object(obj, tmp_path / "o")
    assert (tmp_path / "o").read_bytes() == CONTENT


async def test_a_segment_that_changes_before_the_connection_breaks(through: Any, name: str, tmp_path: Path) -> None:
    """What comes over two connections is verified as what comes over one."""
    begin, end = 2 * PART, 3 * PART

    def flip_and_cut(passing: Answered) -> None:
        if len(passing.content) == len(CONTENT):  # and not the manifest
            flipped = bytes([passing.content[begin] ^ 1])
            passing.content = passing.content[:begin] + flipped + passing.content[begin + 1 : end - 1000]
            passing.hang_up = True

    obj = await through().ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    fault = Fault(flip_and_cut, "GET", f"/{name}/large", times=9)
    try:
        await through(fault).download_object(obj, tmp_path / "o")
    except ChecksumMismatch:
        assert files_in(tmp_path) == []
    else:
        # What had arrived went with its connection, unread, and came again.
        assert (tmp_path / "o").read_bytes() == CONTENT


@pytest.mark.parametrize("large", [False, True])
async def test_a_cut_body_is_read_on(through: Any, name: str, tmp_path: Path, large: bool) -> None:
    good = through()
    if large:
        await good.ex_multipart_upload_object(CONTENT, name, "o", chunk_size=PART)
    else:
        await good.upload_object(CONTENT, name, "o")
    fault = Fault(cut_answer, "GET", f"/{name}/o", times=1)
    await through(fault).download_object((name, "o"), tmp_path / "o")
    assert (tmp_path / "o").read_bytes() == CONTENT
    assert fault.done == 1


@pytest.mark.parametrize("damage", [cut_answer, shorter_length, longer_length])
async def test_a_body_that_never_comes_whole_leaves_no_file(
    through: Any, eyes: Any, name: str, tmp_path: Path, damage: Damage
) -> None:
    eyes.put_object(name, "o", CONTENT)
    client = through(Fault(damage, "GET", f"/{name}/o"), retry=False)
    with pytest.raises(CloudError):
        await client.download_object((name, "o"), tmp_path / "o")
    assert files_in(tmp_path) == []


# Answers


LISTINGS = (
    b"",
    b"{}",
    b"[",
    b"<html>",
    b"null",
    b"[7]",
    b'{"name": "a"}',
    b"[" * 100_000,
    b'[{"name": "\xff"}]',
)


@pytest.mark.parametrize("body", LISTINGS, ids=lambda body: repr(body[:20]))
async def test_listings_that_are_none(through: Any, name: str, body: bytes) -> None:
    client = through(Fault(swap_answer(200, body, JSON), "GET", "format=json"), retry=False)
    with pytest.raises(MalformedResponse) as caught:
        await client.list_container_objects(name)
    assert caught.value.provider == "swift"
    with pytest.raises(MalformedResponse):
        await client.list_containers()


@pytest.mark.parametrize("entry", [{"name": "b/1", "bytes": 1}, {"subdir": "a"}, {"name": "a%2F1", "bytes": 1}])
async def test_names_that_were_not_asked_for(through: Any, name: str, entry: dict[str, Any]) -> None:
    """What is listed below a folder may be deleted next."""
    body = json.dumps([{"name": "a/1", "bytes": 1}, entry]).encode()
    client = through(Fault(swap_answer(200, body, JSON), "GET", "format=json"))
    with pytest.raises(MalformedResponse, match="'a/'"):
        await client.list_container_objects(name, prefix="a/")


@pytest.mark.parametrize(
    ("odd", "verified"),
    [
        ({"sub_slo": None, "content_type": 7, "last_modified": "odd"}, "md5"),
        ({"bytes": str(PART)}, "md5"),
        ({"hash": 7}, None),
        ({"hash": "odd"}, None),
        ({"name": None}, None),
        ({"sub_slo": "perhaps"}, None),
    ],
)
async def test_no_odd_field_of_a_manifest_costs_a_download(
    through: Any, name: str, tmp_path: Path, odd: dict[str, Any], verified: str | None
) -> None:
    def damage(passing: Answered) -> None:
        if not passing.status:
            # It is on its way still.
            return
        first, *others = json.loads(passing.content)
        passing.content = json.dumps([{**first, **odd}, *others]).encode()
        passing.declared = len(passing.content)

    client = through(Fault(damage, "GET", "multipart-manifest=get"), retry=False)
    made = await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    found = await client.download_object(made, tmp_path / "content")
    assert (tmp_path / "content").read_bytes() == CONTENT
    assert found.verified_by == verified


async def test_no_odd_field_costs_a_listing(through: Any, name: str) -> None:
    record = {
        "name": "o", "bytes": 7, "hash": "0" * 32, "content_type": "text/plain", "slo_etag": "e",
        "last_modified": "2026-11-23T12:14:08.039980",
    }  # fmt: skip
    odd = [each for each in odd_records(record) if each[0] != "name"]
    records = [record, *({**changed, "name": f"odd-{number}"} for number, (*_, changed) in enumerate(odd))]
    client = through(Fault(swap_answer(200, json.dumps(records).encode(), JSON), "GET", "format=json", times=1))
    with cumuli.left_out() as lost:
        found = {each.name: each for each in await client.list_container_objects(name)}
    for number, (field, value, _) in enumerate(odd):
        model = found.get(f"odd-{number}")
        if model is None:
            assert field in {"bytes", "slo_etag"}, (field, value)
            assert sum(f"'odd-{number}'" in error.message for error in lost) == 1
        else:
            # What is no large object has its hash for an etag.
            assert len(differences(found["o"], model) - {"name"}) <= 3, (field, value)
            assert unfit_moments(model) == []
    assert found["odd-0"].size == 0


async def test_what_has_no_name_is_left_out_and_told(through: Any, name: str) -> None:
    body = json.dumps([{"name": "a", "bytes": 1}, {"bytes": 1}, {"name": "", "bytes": 1}, {"name": ["b"]}, {"name": 5}])
    client = through(Fault(swap_answer(200, body.encode(), JSON), "GET", "format=json", times=1))
    with cumuli.left_out() as lost:
        assert [each.name for each in await client.list_container_objects(name)] == ["a", "5"]
    assert ([error.provider for error in lost], len(lost)) == (["swift"] * 3, 3)


async def test_a_listing_goes_on_behind_what_it_leaves_out(through: Any, name: str) -> None:
    pages = (
        ("marker=c", [{"bytes": 1}]),
        ("marker=b", [{"name": "c", "bytes": "many"}]),
        ("format=json", [{"name": "a", "bytes": 1}, {"name": "b", "bytes": []}]),
    )
    client = through(*(Fault(swap_answer(200, json.dumps(page).encode(), JSON), "GET", at) for at, page in pages))
    with cumuli.left_out() as lost:
        assert [each.name for each in await client.list_container_objects(name)] == ["a"]
    assert len(lost) == 3


async def test_a_page_of_nothing_that_has_a_name_does_not_end_a_listing(through: Any, name: str) -> None:
    client = through(Fault(swap_answer(200, b'[{"bytes": 1}, {"bytes": 2}]', JSON), "GET", "format=json"), page_size=2)
    with pytest.raises(MalformedResponse, match="no name"):
        await client.list_container_objects(name)


async def test_a_container_of_less_than_nothing(through: Any) -> None:
    for counts in ({"count": -1}, {"bytes": -1}):
        body = json.dumps([{"name": "c", **counts}]).encode()
        last = Fault(swap_answer(200, b"[]", JSON), "GET", "marker=c")
        client = through(last, Fault(swap_answer(200, body, JSON), "GET", "format=json"))
        [found] = await client.list_containers()
        assert (found.object_count, found.size) == (None, None)


async def test_a_listing_whose_pages_are_cut_on_the_way_is_whole(through: Any, eyes: Any, name: str) -> None:
    """Nothing but an empty page says that there is no more: a proxy may cut where it likes."""
    names = [f"{folder}/{number}" for folder in "abc" for number in range(3)] + ["d", "e"]
    for each in names:
        eyes.put_object(name, each, b"x")

    def cut(passing: Answered) -> None:
        if passing.status == 200:
            passing.content = json.dumps(json.loads(passing.content)[:2]).encode()
            passing.declared = len(passing.content)

    client = through(Fault(cut, "GET", "format=json"))
    assert [obj.name for obj in await client.list_container_objects(name)] == names
    folders = await client.list_container_objects(name, delimiter="/")
    assert [item.name for item in folders] == ["a/", "b/", "c/", "d", "e"]
    known = {entry["name"] for entry in eyes.get_account(full_listing=True)[1]}
    assert {container.name for container in await client.list_containers()} >= known


async def test_a_listing_that_never_ends(through: Any, name: str) -> None:
    body = json.dumps([{"name": "a", "bytes": 1}, {"name": "b", "bytes": 1}]).encode()
    client = through(Fault(swap_answer(200, body, JSON), "GET", "format=json"), page_size=2)
    with pytest.raises(MalformedResponse, match="does not end"):
        await client.list_container_objects(name)


async def test_a_bulk_deletion_that_finds_the_token_too_old(through: Any, eyes: Any, name: str) -> None:
    eyes.put_object(name, "o", b"x")
    late = json.dumps({"Response Status": "400 Bad Request", "Errors": [[f"/{name}/o", "401 Unauthorized"]]}).encode()
    fault = Fault(swap_answer(200, b" \r\n\r\n" + late, JSON), "POST", "bulk-delete", times=1)
    [result] = await through(fault).delete_objects([(name, "o")])
    assert result.error is None
    assert names_in(eyes, name) == set()
    assert fault.done == 1


async def test_what_a_bulk_deletion_did_not_find_and_a_listing_gave(through: Any, eyes: Any, name: str) -> None:
    """It is deleted by itself: a name that the service does not understand is there all the same."""
    for each in ("a", "b?c", "d"):
        eyes.put_object(name, each, b"x")
    answer = json.dumps({"Response Status": "200 OK", "Number Deleted": 0, "Number Not Found": 3}).encode()
    client = through(Fault(swap_answer(200, answer, JSON), "POST", "bulk-delete"))
    results = await client.delete_objects(await client.list_container_objects(name))
    assert [result.error for result in results] == [None] * 3
    assert names_in(eyes, name) == set()
    for each in ("a", "b?c"):
        eyes.put_object(name, each, b"x")
    results = await client.delete_objects([(name, "a"), (name, "b?c"), (name, "never there")])
    assert [result.error for result in results] == [None] * 3
    assert names_in(eyes, name) == set()


async def test_a_service_that_does_not_list_what_is_large(through: Any, eyes: Any, name: str) -> None:
    """Whoever deletes a listing looks at each there: else all segments would stay."""
    await through().ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    eyes.put_object(name, "plain", b"x")

    def forget(passing: Answered) -> None:
        if passing.status == 200:
            entries = [{key: each[key] for key in each if key != "slo_etag"} for each in json.loads(passing.content)]
            passing.content = json.dumps(entries).encode()
            passing.declared = len(passing.content)

    client = through(Fault(swap_answer(404, b""), "GET", "/info"), Fault(forget, "GET", "format=json"))
    listed = await client.list_container_objects(name)
    assert [obj.large for obj in listed] == [False, False]
    assert [result.error for result in await client.delete_objects(listed)] == [None, None]
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_a_manifest_that_is_listed_with_the_hash_of_nothing_is_large(through: Any, name: str) -> None:
    """As Ceph's gateway lists it, without a word of what it is."""
    nothing = hashlib.md5(b"").hexdigest()
    entries = [{"name": "large", "bytes": 9, "hash": nothing}, {"name": "void", "bytes": 0, "hash": nothing}]
    body = json.dumps(entries).encode()
    client = through(Fault(swap_answer(200, body, JSON), "GET", "format=json", times=1))
    found = await client.list_container_objects(name)
    assert [(obj.name, obj.large, obj.hash) for obj in found] == [("large", True, None), ("void", False, nothing)]


async def test_what_a_bulk_deletion_tells_of_each(through: Any, eyes: Any, name: str) -> None:
    for each in ("a", "b c", "d"):
        eyes.put_object(name, each, b"x")
    answer = {
        "Response Status": "400 Bad Request",
        "Number Deleted": 1,
        "Errors": [[f"{name}/b%20c", "409 Conflict"], [f"/{name}/d", "507 Insufficient Storage"]],
    }
    client = through(Fault(swap_answer(200, json.dumps(answer).encode(), JSON), "POST", "bulk-delete"))
    results = await client.delete_objects([(name, each) for each in ("a", "b c", "d")])
    assert [type(result.error).__name__ for result in results] == ["NoneType", "Conflict", "ProviderUnavailable"]


@pytest.mark.parametrize(
    "answer",
    [
        {"Response Status": "200 OK", "Number Deleted": 0},
        {"Response Status": "400 Bad Request", "Number Deleted": 1, "Errors": [["/elsewhere/b", "409 Conflict"]]},
    ],
    ids=("too few", "another"),
)
async def test_a_bulk_deletion_that_does_not_tell_of_each(
    through: Any, eyes: Any, name: str, answer: dict[str, Any]
) -> None:
    for each in ("a", "b"):
        eyes.put_object(name, each, b"x")
    client = through(Fault(swap_answer(200, json.dumps(answer).encode(), JSON), "POST", "bulk-delete"))
    results = await client.delete_objects([(name, "a"), (name, "b")])
    assert [type(result.error).__name__ for result in results] == ["MalformedResponse"] * 2


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Delete-At", "9" * 17), ("X-Delete-At", "soon"), ("Last-Modified", "today"), ("X-Timestamp", "1e400")],
)
async def test_headers_that_say_nothing(through: Any, eyes: Any, name: str, header: str, value: str) -> None:
    eyes.put_object(name, "o", b"x")
    client = through(Fault(swap_answer(200, b"", (header, value), ("ETag", "e")), "HEAD"))
    found = await client.get_object(name, "o")
    assert (found.delete_at, found.last_modified, found.etag) == (None, None, "e")
    assert (await client.get_container(name)).created_at is None


async def test_a_service_without_bulk_deletion_is_not_believed(through: Any, eyes: Any, name: str) -> None:
    """Without the middleware the request changes the account's metadata, and succeeds."""
    eyes.put_object(name, "o", b"x")
    client = through(Fault(swap_answer(204, b""), "POST", "bulk-delete"))
    [result] = await client.delete_objects([(name, "o")])
    assert isinstance(result.error, MalformedResponse)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, b"", "PermissionDenied"),
        (404, b"", "ContainerNotFound"),
        (405, b"", "NotSupported"),
        (408, b"", "ConnectionFailed"),
        (412, b"", "PreconditionFailed"),
        (413, b"Upload exceeds quota.", "QuotaExceeded"),
        (413, b"<html><h1>Request Entity Too Large</h1></html>", "InvalidRequest"),
        (422, b"", "ChecksumMismatch"),
        (429, b"", "RateLimited"),
        (498, b"", "RateLimited"),
        (499, b"", "ConnectionFailed"),
        (503, b"", "ProviderUnavailable"),
        (507, b"", "ProviderUnavailable"),
        (599, b"", "ProviderUnavailable"),
        (400, b"Metadata value longer than 256", "InvalidRequest"),
    ],
)
async def test_what_a_refused_upload_raises(through: Any, name: str, status: int, body: bytes, expected: str) -> None:
    client = through(Fault(swap_answer(status, body), "PUT"), retry=False)
    with pytest.raises(CloudError) as caught:
        await client.upload_object(b"x", name, "o")
    assert type(caught.value).__name__ == expected
    assert (caught.value.status, caught.value.provider) == (status, "swift")
    assert "<" not in caught.value.message
    if status == 400:
        assert "longer than 256" in caught.value.message


async def test_whoever_may_only_write_can_do_that(through: Any, eyes: Any, name: str) -> None:
    eyes.put_container(f"{name}_segments")
    refused = swap_answer(403, b"")
    client = through(Fault(refused, "HEAD"), Fault(refused, "GET"))
    await client.upload_object(b"small", name, "small")
    await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    assert eyes.get_object(name, "small")[1] == b"small"
    assert eyes.get_object(name, "large")[1] == CONTENT


async def test_a_conditional_upload_is_not_repeated(through: Any, eyes: Any, name: str) -> None:
    """Its own first attempt would be what the second one meets."""
    client = through(Fault(answers_lost(), "PUT", times=1))
    with pytest.raises(ProviderUnavailable, match="may have been stored all the same"):
        await client.upload_object(b"x", name, "o", if_none_match="*")
    assert names_in(eyes, name) == {"o"}
    with pytest.raises(PreconditionFailed):
        await client.upload_object(b"x", name, "o", if_none_match="*")


@pytest.mark.parametrize("large", [False, True])
async def test_a_service_that_ignores_conditions_does_not_overwrite(
    through: Any, eyes: Any, name: str, caplog: pytest.LogCaptureFixture, large: bool
) -> None:
    """As Ceph's gateway does."""
    eyes.put_object(name, "o", b"kept")
    client = through(Fault(swap_answer(404, b""), "GET", "/info"), Fault(without("if-none-match"), "PUT"))

    async def upload(to: str) -> Any:
        if large:
            return await client.ex_multipart_upload_object(CONTENT, name, to, chunk_size=PART, if_none_match="*")
        return await client.upload_object(CONTENT, name, to, if_none_match="*")

    with pytest.raises(PreconditionFailed):
        await upload("o")
    assert eyes.get_object(name, "o")[1] == b"kept"
    assert names_in(eyes, f"{name}_segments") == set()
    await upload("new")
    assert eyes.get_object(name, "new")[1] == CONTENT
    assert "two writers at the same moment may both pass" in caplog.text


async def test_two_writers_at_once_are_told_where_conditions_are_ignored(through: Any, eyes: Any, name: str) -> None:
    def overtake(passing: Answered) -> None:
        if passing.status:
            eyes.put_object(name, "o", b"theirs")
        else:
            passing.without = frozenset({"if-none-match"})

    client = through(Fault(swap_answer(404, b""), "GET", "/info"), Fault(overtake, "PUT"))
    with pytest.raises(Conflict, match="somebody else wrote at the same moment"):
        await client.upload_object(b"mine", name, "o", if_none_match="*")
    assert eyes.get_object(name, "o")[1] == b"theirs"


async def test_a_container_that_was_created_after_all(through: Any, eyes: Any, name: str) -> None:
    """Asked for again, it would look like somebody else's."""
    client = through(Fault(answers_lost(), "PUT", times=1))
    with pytest.raises(ProviderUnavailable):
        await client.create_container(f"{name}-new")
    assert eyes.head_container(f"{name}-new")


async def test_a_deletion_whose_answer_is_lost(through: Any, eyes: Any, name: str) -> None:
    eyes.put_object(name, "o", b"x")
    client = through(Fault(answers_lost(), "DELETE", times=1))
    await client.delete_object((name, "o"))
    assert names_in(eyes, name) == set()


def a_path_is_lost(passing: Answered) -> None:
    if passing.status:
        first, *others = json.loads(passing.content)
        passing.content = json.dumps([{**first, "name": "odd"}, *others]).encode()
        passing.declared = len(passing.content)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    "damage", [swap_answer(403, b""), swap_answer(404, b""), a_path_is_lost], ids=["refused", "not shown", "odd"]
)
async def test_segments_stay_where_nobody_tells_which_they_are(
    through: Any, eyes: Any, name: str, damage: Damage, many: bool
) -> None:
    """They may be anybody's."""
    client = through(Fault(damage, "GET", "multipart-manifest=get"), Fault(swap_answer(404, b""), "GET", "format=json"))
    await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    eyes.put_object(name, "plain", b"x")
    before = names_in(eyes, f"{name}_segments")
    if many:
        results = await client.delete_objects([(name, "large"), (name, "plain")])
        assert [result.error for result in results] == [None, None]
    else:
        await client.delete_object((name, "large"))
    assert names_in(eyes, name) == (set() if many else {"plain"})
    assert names_in(eyes, f"{name}_segments") == before != set()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (swap_answer(503, b""), ProviderUnavailable),
        (swap_answer(200, b"none", ("X-Static-Large-Object", "True")), MalformedResponse),
    ],
)
async def test_nothing_is_deleted_of_what_has_no_manifest_now(
    through: Any, eyes: Any, name: str, damage: Damage, expected: type[CloudError]
) -> None:
    client = through(Fault(damage, "GET", "multipart-manifest=get"), retry=False)
    await client.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=PART)
    eyes.put_object(name, "plain", b"x")
    with pytest.raises(expected):
        await client.delete_object((name, "large"))
    results = await client.delete_objects([(name, "large"), (name, "plain")])
    assert [type(result.error) for result in results] == [expected, type(None)]
    assert eyes.get_object(name, "large")[1] == CONTENT
    await client.delete_object((name, "large"), ex_leave_segments=False)
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_quotas_of_the_account(through: Any, name: str) -> None:
    client = through(Fault(swap_answer(413, b"Upload exceeds quota."), "PUT"))
    with pytest.raises(QuotaExceeded, match="quota"):
        await client.upload_object(b"x", name, "o")


@pytest.mark.parametrize(
    ("damage", "says"), [(etag_lost, "no etag"), (without("if-match"), "does not hold")], ids=["untold", "ignored"]
)
async def test_nothing_else_is_read_than_what_was_asked_for(
    through: Any, eyes: Any, name: str, damage: Damage, says: str
) -> None:
    """A service, or what is in front of it, that does not look at the condition, or does not let one see it."""
    mine = eyes.put_object(name, "o", b"mine") if says == "no etag" else "0" * 32
    eyes.put_object(name, "o", b"mine")
    client = through(Fault(damage, "GET"), Fault(damage, "HEAD"))
    with pytest.raises(PreconditionFailed, match=says):
        await client.get_object(name, "o", if_match=mine)
    with pytest.raises(PreconditionFailed, match=says):
        await client.download_object((name, "o"), io.BytesIO(), if_match=mine)
    assert (await client.get_object(name, "o", if_match="*")).size == 4
