"""Swift's protocol: names, metadata, manifests, lines of bulk calls, signatures."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qs, unquote_to_bytes

import pytest
import swiftclient.client
import swiftclient.utils
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.providers.openstack.swift.wire import (
    OBJECT_META,
    Segment,
    TempUrlDigest,
    bulk_line,
    check_container,
    check_object,
    decode_bulk,
    decode_listing,
    decode_names,
    goes_along,
    header_text,
    is_md5,
    is_openstack,
    manifest,
    manifest_etag,
    meta_headers,
    read_meta_data,
    segment_name,
    segment_of,
    segments_container,
    status_code,
    temp_url_query,
)
from tests.secrets_used import API_SECRET

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.from_regex(r"[!#$%&'*+\-.^_`|~0-9a-z]{1,20}", fullmatch=True)


# Metadata


@given(st.dictionaries(KEYS, TEXT))
def test_metadata_comes_back(meta_data: dict[str, str]) -> None:
    sent = meta_headers(OBJECT_META, meta_data)
    assert read_meta_data(OBJECT_META, [(name.lower(), value) for name, value in sent]) == meta_data


@given(KEYS, TEXT)
def test_headers_carry_it_as_it_is_and_others_read_it(key: str, value: str) -> None:
    [(name, sent)] = meta_headers(OBJECT_META, {key: value})
    assert "_" not in name, "servers drop such headers"
    assert re.fullmatch(r"[!-~]*|[!-~][ -~]*[!-~]", sent), "what a header cannot carry, or would lose"
    assert swiftclient.client.parse_header_string(sent) == value
    assert swiftclient.client.parse_header_string(name) == OBJECT_META + key


@pytest.mark.parametrize("plain", ["", "value", "two words", "a/b=c;d,e", '{"json": [1]}', "=?utf-8?q?x?="])
def test_what_is_plain_goes_as_it_is(plain: str) -> None:
    assert header_text(plain) == plain


def test_metadata_that_others_did_not_encode() -> None:
    headers = [("x-object-meta-raw", "ü"), ("x-object-meta-percent", "100%"), ("x-object-meta-bytes", "%ff%fe")]
    assert read_meta_data(OBJECT_META, headers) == {"raw": "ü", "percent": "100%", "bytes": "%ff%fe"}


# Names


@pytest.mark.parametrize("name", ["a", "é" * 256, ".", "..", "a b", "a?b#c%", "\n"])
def test_containers(name: str) -> None:
    check_container(name)


@pytest.mark.parametrize("name", ["a/b", "/", "é" * 257, "a\0"])
def test_no_containers(name: str) -> None:
    with pytest.raises(InvalidRequest):
        check_container(name)


def test_objects() -> None:
    check_object("é" * 512)
    check_object("x" * 1024)
    for name in ("é" * 513, "x" * 1025, "a\0"):
        with pytest.raises(InvalidRequest):
            check_object(name)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=256))
def test_there_is_always_a_container_for_segments(name: str) -> None:
    check_container(segments_container(name))
    assert segments_container(name) != name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=1024))
def test_there_is_always_a_name_for_a_segment(name: str) -> None:
    first, second = (segment_name(name, "0" * 36, number) for number in (1, 1000))
    check_object(first)
    assert first < second


def test_containers_of_long_names_have_segments_of_their_own() -> None:
    assert segments_container("c") == "c_segments"
    assert segments_container("é" * 256) != segments_container("é" * 255 + "e")


# Listings and manifests


def test_a_listing() -> None:
    lost: list[MalformedResponse] = []
    objects = decode_listing(
        b'[{"name": "a", "bytes": 3, "hash": "h", "new field": {}}, {"subdir": "b/"}, '
        b'{"name": "l", "bytes": 9, "slo_etag": "\\"e\\""}]',
        lost,
    )
    assert [(entry.name, entry.subdir, entry.bytes, entry.slo_etag) for entry in objects] == [
        ("a", None, 3, None), (None, "b/", 0, None), ("l", None, 9, '"e"'),
    ]  # fmt: skip
    assert decode_listing(b'[{"bytes": 1}]', lost) == []
    assert ["no name" in error.message for error in lost] == [True]
    with pytest.raises(MalformedResponse):
        decode_listing(b'[{"name": "\xff"}]', lost)


def test_a_manifest_and_its_etag() -> None:
    parts = [hashlib.md5(part).hexdigest() for part in (b"a", b"b")]
    assert manifest("c_segments", [("ü/1", parts[0], 1), ("ü/2", parts[1], 1)]).decode() == (
        f'[{{"path":"/c_segments/ü/1","etag":"{parts[0]}","size_bytes":1}},'
        f'{{"path":"/c_segments/ü/2","etag":"{parts[1]}","size_bytes":1}}]'
    )
    assert manifest_etag(parts) == hashlib.md5("".join(parts).encode()).hexdigest()


def test_which_etags_are_hashes_of_the_content() -> None:
    md5 = hashlib.md5(b"").hexdigest()
    assert is_md5(md5, {})
    assert not is_md5(md5, {"x-static-large-object": "True"})
    assert not is_md5(md5, {"x-object-manifest": "c/p"})
    assert not is_md5(md5 + "-2", {})
    assert not is_md5(None, {})


# Calls about many objects


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=300))
def test_lines_of_a_bulk_deletion(name: str) -> None:
    line = bulk_line("c", name)
    if line is None:
        assert len(name.encode()) > 400, "only what is long and grows by escapes does not fit"
        return
    assert len(line) <= 1282
    # As Swift reads it.
    assert unquote_to_bytes(line.strip()) == f"/c/{name}".encode()
    assert b"\n" not in line


def test_lines_that_would_be_too_long() -> None:
    assert bulk_line("c", "x" * 1024) is not None
    assert bulk_line("c", "😀" * 106) is not None
    assert bulk_line("c", "😀" * 107) is None
    assert bulk_line("c", "%" * 1024) is None


def test_lines_have_only_what_no_server_reads_otherwise() -> None:
    """Ceph's gateway takes a question mark for the end of a name, and a plus for a space."""
    assert bulk_line("c", "a?b+c#d&e f/ü~") == b"/c/a%3Fb%2Bc%23d%26e%20f/%C3%BC~"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.38.3", True),
        ("2.18.0", True),
        ("2.21.1.dev5", True),
        ("2.17.0", False),
        ("1.13.1", False),
        ("16.2.15", False),
        ("20.2.0", False),
        ("2", False),
        (3, False),
        (None, False),
    ],
    ids=repr,
)
def test_which_services_are_openstacks_own(version: object, expected: bool) -> None:
    assert is_openstack({"swift": {"version": version}}) is expected
    assert not is_openstack({"swift": [version]})
    assert not is_openstack({})


def test_segments_tell_whose_they_are() -> None:
    assert segment_of(segment_name("a/slo/x/00000001 %", "id", 7)) == ("a/slo/x/00000001 _/slo/", "id", 7)
    assert segment_of("a/slo/id/1") is None
    assert segment_of("a\nb/slo/id/00000012") == ("a\nb/slo/", "id", 12)


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (Segment(name="/c_segments/o/slo/upload/00000001"), True),
        (Segment(name="c_segments/o/slo/upload/00000001"), True),
        (Segment(name="/c_segments/o/slo/1795.2/3000/1024/00000001"), True),
        (Segment(name="/others_segments/1"), True),
        (Segment(name="/c/.file-segments/o/1/2/00000001"), True),
        (Segment(name="/c/o/slo/upload/00000001"), False),
        (Segment(name="/other_segments/o/slo/upload/00000001"), False),
        (Segment(name="/c_segments/other/slo/upload/00000001"), False),
        (Segment(name="/c_segments/a/o/slo/upload/00000001"), False),
        (Segment(name="/c/one"), False),
        (Segment(name="/c/a_segments/one"), False),
        (Segment(name="/c/a/.file-segments/one"), False),
        (Segment(name="/c_segments_of_mine/one"), False),
        (Segment(name="/c_segments/one", sub_slo=True), False),
    ],
)
def test_which_segments_go_with_their_object(segment: Segment, expected: bool) -> None:
    assert goes_along(segment, "c", "o") is expected


def test_what_ceph_keeps_in_metadata_is_no_metadata() -> None:
    headers = [("x-object-meta-static-large-object", "True"), ("x-object-meta-a", "b")]
    assert read_meta_data(OBJECT_META, headers) == {"a": "b"}


def test_answers_of_bulk_calls() -> None:
    answer = decode_bulk(
        b' \r\n\r\n{"Response Status": "400 Bad Request", "Number Deleted": 1, "Number Not Found": 2,'
        b' "Errors": [["/c/%C3%BC%20", "409 Conflict"], ["c/x", "503"]]}'
    )
    assert (answer.code, answer.deleted, answer.not_found) == (400, 1, 2)
    assert decode_names(answer.errors) == {"/c/ü ": "409 Conflict", "/c/x": "503"}
    for body in (b"", b"{}", b"[]", b"<html>", b"\xff", b'{"Response Status": 5}', b"[" * 100_000):
        with pytest.raises(MalformedResponse):
            decode_bulk(body)
    assert [status_code(status) for status in ("200 OK", "404", "", "none", "9" * 5000)] == [200, 404, 500, 500, 500]


# Temporary URLs


@pytest.mark.parametrize("digest", ["sha1", "sha256"])  # a SHA-512 it writes in another way, which Swift takes as well
@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("name", ["plain", "a/ü ?&=%41+b", "日本"])
def test_temporary_urls_are_signed_as_swiftclient_does(digest: TempUrlDigest, method: str, name: str) -> None:
    path = f"/v1/AUTH_a/c/{name}"
    theirs = swiftclient.utils.generate_temp_url(path, 4_000_000_000, API_SECRET, method, absolute=True, digest=digest)
    ours = temp_url_query(API_SECRET, path, method=method, expires=4_000_000_000, digest=digest)
    assert ours == theirs[len(path) + 1 :]
    prefixed = swiftclient.utils.generate_temp_url(
        path, 4_000_000_000, API_SECRET, method, absolute=True, digest=digest, prefix=True
    )
    ours = temp_url_query(API_SECRET, path, method=method, expires=4_000_000_000, digest=digest, prefix=name)
    assert parse_qs(ours)["temp_url_sig"] == re.findall(r"temp_url_sig=([0-9a-f]+)", prefixed)
    assert parse_qs(ours)["temp_url_prefix"] == [name]
