"""What is made of answers in which something is not what it should be."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import msgspec
import pytest

import cumuli
from cumuli.calls.left_out import tell_left_out
from cumuli.errors import MalformedResponse
from cumuli.providers.openstack.identity.keystone import parse_v2_token, parse_v3_token
from cumuli.providers.rackspace.cloudfiles.cdn import _Entry
from cumuli.providers.rackspace.compute.images import _ImageList
from cumuli.wire.lenient import Identity, Needed, decode_json
from cumuli.wire.timestamps import moment_of, utc
from tests.support.odd_values import ODD, odd_records

NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)


class Inner(msgspec.Struct):
    id: Identity
    port: Needed[int] | None = None


class Thing(msgspec.Struct):
    id: Identity
    count: int = 0
    ratio: float | None = None
    on: bool = False
    at: dt.datetime | None = None
    either: Inner | str | None = None
    names: tuple[str, ...] = ()
    inner: list[Inner] = []
    pairs: dict[str, str] = {}
    raw: msgspec.Raw | None = None


class Things(msgspec.Struct):
    things: list[Thing]


def thing(**fields: Any) -> Thing:
    [found] = decode_json(msgspec.json.encode({"things": [{"id": "t", **fields}]}), Things).things
    return found


@pytest.mark.parametrize(
    ("field", "sent", "right"),
    [
        ("id", 5, "5"), ("id", 5.0, "5"), ("id", True, "true"),
        ("count", "5", 5), ("count", " -5 ", -5), ("count", "5.9", 5), ("count", 6.9, 6), ("count", "9" * 400, 0),
        ("count", "5 GB", 0), ("count", True, 0), ("count", [5], 0),
        ("ratio", "0.5", 0.5), ("ratio", "nan", None), ("ratio", "1e400", None),
        ("on", "TRUE", True), ("on", "yes", True), ("on", 1, True), ("on", "0", False), ("on", 2, False),
        ("at", "2026-01-02 12:00", NOON), ("at", 1_767_355_200, NOON), ("at", "soon", None), ("at", True, None),
        ("either", {"id": "i"}, Inner("i")), ("either", 7, "7"), ("either", {"x": 1}, None),
        ("names", "a", ("a",)), ("names", ["a", 1, None, []], ("a", "1")), ("names", {}, ()), ("names", 5, ()),
        ("inner", {"id": "i"}, [Inner("i")]), ("inner", [{"id": "i"}, {}], [Inner("i")]), ("inner", [5], []),
        ("inner", [{"id": "i", "port": "any"}, {"id": "j", "port": "80"}], [Inner("j", 80)]),
        ("pairs", {"a": 1, "b": None, "c": {}}, {"a": "1"}), ("pairs", [], {}),
    ],
)  # fmt: skip
def test_what_is_read_of_what_is_odd(field: str, sent: Any, right: Any) -> None:
    found = getattr(thing(**{field: sent}, more=[]), field)
    assert (list(found) if isinstance(right, tuple) else found) == (list(right) if isinstance(right, tuple) else right)
    assert type(found) is type(right) or isinstance(right, tuple)


def test_what_cannot_be_read_at_all_is_told(caplog: pytest.LogCaptureFixture) -> None:
    document = {"things": [{"id": "a", "inner": [{"id": "b", "port": [1]}]}, {"id": None, "name": "n"}, {"id": "c"}]}
    lost: list[MalformedResponse] = []
    assert [each.id for each in decode_json(msgspec.json.encode(document), Things, lost).things] == ["a", "c"]
    assert [error.message for error in lost] == [
        "things[0].inner[0] (id 'b') cannot be read: its port cannot be read: it is a list where a number was due",
        "things[1] (name 'n') cannot be read: missing required field `id`",
    ]
    assert caplog.text == ""
    # Whoever does not take the errors has them in the log.
    decode_json(msgspec.json.encode(document), Things)
    assert "things[1] (name 'n') cannot be read" in caplog.text


@pytest.mark.parametrize("document", [b"7", b"null", b"[]", b"{}", b'{"things": 7}', b'{"things": ["a"]}'])
def test_what_is_no_such_document(document: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_json(document, Things)


def test_the_log_tells_where_and_what_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    things = [{"id": f"{n}", "count": "x" * 100, "at": "2013-02-29", "names": [["secret"]]} for n in range(50)]
    decode_json(msgspec.json.encode({"things": things}), Things)
    [record] = caplog.records
    assert record.levelname == "WARNING"
    text = record.getMessage()
    assert "things[].count: it is '" + "x" * 32 + "…' where a number was due; it is ignored" in text
    assert "things[].at: it is '2013-02-29' where a moment was due" in text or "things[].at" not in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "value", ["2026-01-02T12:00:00Z", "2026-01-02 12:00:00 UTC", "20260102T120000", 1_767_355_200_000]
)
def test_moments(value: object) -> None:
    assert moment_of(value) == NOON


def test_what_is_no_moment() -> None:
    for value in (None, True, "", " ", "x", "2013-02-29", "0000-01-01", 0, 7, 1e300, float("nan"), [], "9" * 400, "-"):
        assert moment_of(value) is None
    assert utc(dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=5)))) is None
    assert utc(dt.datetime(2026, 1, 2, 12)) == NOON  # noqa: DTZ001 - as a server writes it


def test_listings_that_only_some_accounts_have() -> None:
    image = {
        "id": "i", "name": "n", "status": "ACTIVE", "created": "2026-01-02T03:04:05Z", "minDisk": 1, "minRam": 1,
        "OS-EXT-IMG-SIZE:size": 7, "metadata": {"description": "d"},
    }  # fmt: skip
    entry = {"name": "c", "cdn_enabled": True, "ttl": 5, "log_retention": False, "cdn_uri": "http://c"}
    images = [changed for name, _, changed in odd_records(image) if name != "id"]
    entries = [changed for name, _, changed in odd_records(entry) if name != "name"]
    assert len(decode_json(msgspec.json.encode({"images": images}), _ImageList).images) == len(images) > len(ODD)
    assert len(decode_json(msgspec.json.encode(entries), list[_Entry])) == len(entries) > len(ODD)


def test_an_odd_catalog_is_a_catalog() -> None:
    endpoint = {"interface": "public", "region": "R", "region_id": "R", "url": "http://n"}
    service = {"type": "compute", "name": "nova", "endpoints": [endpoint]}
    sound = {"type": "image", "name": "glance", "endpoints": [endpoint]}
    token = {
        "expires_at": "2026-01-02T03:04:05Z", "issued_at": "2026-01-02T02:04:05Z", "user": {"id": "u", "name": "n"},
        "project": {"id": "p", "name": "n"}, "roles": [{"name": "member"}], "catalog": [service],
    }  # fmt: skip
    for name, value, changed in odd_records(token):
        changed["catalog"] = [*changed["catalog"], sound] if isinstance(changed["catalog"], list) else [sound]
        body = msgspec.json.encode({"token": changed})
        found = parse_v3_token(body, "secret", now=lambda: 0.0)
        assert found.catalog[-1].endpoints[0].url == "http://n", (name, value)
        # An address whose interface or region is not understood is not taken for a public one of every region.
        for each in found.catalog[:-1]:
            assert all(isinstance(end.interface, str) for end in each.endpoints)
    odd = {**service, "endpoints": [{**endpoint, "interface": []}, {**endpoint, "region": {}}]}
    body = msgspec.json.encode({"token": {"catalog": [odd]}})
    assert parse_v3_token(body, "secret", now=lambda: 0.0).catalog[0].endpoints == ()
    access = {"token": {"id": "t", "expires": 1_767_355_200}, "user": {"id": 5, "name": []}, "serviceCatalog": []}
    found = parse_v2_token(msgspec.json.encode({"access": access}), now=lambda: NOON.timestamp() - 60)
    assert (found.user_id, found.user_name, found.lifetime) == ("5", None, 60.0)


def test_what_is_left_out_is_collected_by_everybody_around() -> None:
    def tell(word: str) -> None:
        tell_left_out([MalformedResponse(word)], provider="p", operation="o")

    tell("before")
    with cumuli.left_out() as outer:
        with cumuli.left_out() as inner:
            tell("a")
            with ThreadPoolExecutor(1) as pool:
                pool.submit(copy_context().run, tell, "b").result()
        tell("c")
    tell("after")
    assert [error.message for error in outer] == ["a", "b", "c"]
    assert [str(error) for error in inner] == ["p o: a", "p o: b"]
